"""When a run fails its page is kept, sealed, for days; never where it should not be, and never in the way of the end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hard_screens import Everything, Hard, Persons
from website import Website

from common.browser.session import Browser
from common.cases.checkpoints import Checkpoints
from common.cases.draft import Draft, Receipt
from common.cases.endings import Ending
from common.cases.evidence import EvidenceKind, EvidenceStore
from common.cases.intake import Intake
from common.cases.ledger import Ledger
from common.cases.openness import Openness
from common.cases.queue import Claimed, Queue
from common.cases.registers import Registers
from common.cases.states import State
from common.cases.trouble import Trouble
from common.db.pool import pool
from common.entrusting.settings import SecretSettings
from common.entrusting.vault import Vault
from common.errors import NameMismatch, TargetDown, TargetTimeout
from common.files.case_files import CaseFiles
from common.files.storage import Storage
from common.lease import Lease
from common.process import Outcome, OutcomeCode, Process, Retention, Run, Service
from common.refusals import EvidenceUnknown
from common.settings import CircuitSettings, DatabaseSettings, EvidenceSettings, WorkerSettings
from common.target import Account
from common.testing import Chore, FixedClock, a_keyring
from common.worker.evidence import Witnessing
from common.worker.run import Desk, perform

pytestmark = pytest.mark.browser

T = TypeVar("T")
PNG = b"\x89PNG\r\n"
ROBOT = Account(target="hard", name="robot1", password="riktig")

looking = Service("looking", title="Looking")


def look(chore: Chore, run: Run) -> Outcome:
    """Look at a list of persons, and fail."""
    if chore.what == "before any page":
        raise TargetTimeout
    run.open(Persons)
    if chore.what == "a person decides":
        raise NameMismatch
    if chore.what == "the act fails":
        run.ensure("card", of=str, find=lambda: _found(run), create=_fail)
    if chore.what == "the giving fails":
        run.entrust("secret", to="90000001", about="nettet", give=lambda _secret: _fail())
    if chore.what == "a failure after giving":
        run.entrust("secret", to="90000001", about="nettet", give=lambda _secret: run.open(Persons))
        raise TargetDown
    if chore.what == "timeout":
        raise TargetTimeout
    return Outcome(OutcomeCode.NOOP)


def _found(run: Run) -> list[str]:
    run.open(Everything)
    run.open(Persons)
    return []


def _fail() -> None:
    raise TargetDown


def declared(name: str, retention: Retention = Retention.PERSONAL, *, evidence: bool = True) -> Process:
    looking.process(name, targets=[Hard], manual_minutes=1, due=timedelta(1), retention=retention, evidence=evidence)(
        look
    )
    return looking.processes[name]


LOOKS = declared("looks")
HEALTH = declared("health-looks", Retention.HEALTH)
MODEST = declared("modest-looks", evidence=False)


class Room:
    """One shift's work on a real database and in a real browser."""

    def __init__(
        self, database: DatabaseSettings, browser: Browser, loop: asyncio.AbstractEventLoop, folder: Path
    ) -> None:
        self.loop, self.browser = loop, browser
        self.pool = self.do(self._open(database))
        keyring = a_keyring()
        self.intake = Intake(self.pool, keyring)
        self.settings = WorkerSettings()
        self.queue = Queue(self.pool, keyring, self.settings, {"hard": ["robot1"]})
        self.store = EvidenceStore(self.pool, keyring)
        openness = Openness(self.pool, [LOOKS, HEALTH, MODEST], clock=FixedClock())
        self.desk = Desk(
            openness=openness,
            trouble=Trouble(openness, CircuitSettings()),
            queue=self.queue,
            checkpoints=Checkpoints(self.pool),
            registers=Registers(self.pool),
            ledger=Ledger(self.pool, keyring),
            vault=Vault(self.pool, keyring, SecretSettings()),
            files=CaseFiles(self.pool, keyring),
            storage=Storage(folder, in_memory=False),
            witnessing=Witnessing(store=self.store, settings=EvidenceSettings(budget=10)),
            accounts={("hard", "robot1"): ROBOT},
            production=frozenset(),
            accepts_synthetic=True,
            settings=self.settings,
            clock=FixedClock(),
            loop=loop,
        )
        self.do(self.queue.know_accounts({("hard", "robot1"): b"mark"}))

    async def _open(self, database: DatabaseSettings) -> Any:
        opened = pool(database, name="roger-tests", size=3)
        await opened.open()
        return opened

    def do(self, asked: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result(30)

    def claimed(self, what: str, process: Process = LOOKS) -> Claimed:
        draft = Draft(input=Chore(what=what))
        (receipt,) = self.do(self.intake.submit(process, "booking", [draft], datetime.now(UTC)))
        assert isinstance(receipt, Receipt)
        case = self.do(self.queue.turn("s", [process])).claimed
        assert case is not None
        assert case.id == receipt.case
        return case

    def held(self, case: Claimed, seconds: float = 60) -> Lease:
        return Lease(fence=case.fence, started=case.started, seconds=seconds, margin=self.settings.margin)

    def fail(self, what: str, process: Process = LOOKS) -> tuple[Claimed, Ending]:
        case = self.claimed(what, process)
        return case, perform(process, case, self.held(case), self.browser, self.desk)

    def kinds(self, case: UUID) -> list[str]:
        return [piece.kind.value for piece in self.do(self.store.of_case(case, datetime.now(UTC)))]

    def rows(self, sql: str) -> list[dict[str, Any]]:
        async def ask() -> list[dict[str, Any]]:
            async with self.pool.connection() as connection:
                cursor = await connection.execute(sql.encode())
                return await cursor.fetchall() if cursor.description else []

        return self.do(ask())


@pytest.fixture
def room(database: DatabaseSettings, site: Website, own: Browser, tmp_path: Path) -> Generator[Room]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    made = Room(database, own, loop, tmp_path)
    yield made
    made.do(made.pool.close())
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_the_page_of_a_failed_run_is_kept_and_shown_to_whoever_is_noted(room: Room) -> None:
    case, ending = room.fail("timeout")
    assert (ending.state, ending.code) == (State.QUEUED, "TIMEOUT")
    now = datetime.now(UTC)
    dom, picture = room.do(room.store.of_case(case.id, now))
    assert (dom.kind, picture.kind, dom.code, dom.fence) == (EvidenceKind.DOM, EvidenceKind.SCREENSHOT, "TIMEOUT", 1)
    assert timedelta(days=6.9) < dom.expires_at - now < timedelta(days=7.1)
    shown = room.do(room.store.show(case.id, dom.id, actor="caller:audit", now=now))
    assert b"Kari" in shown.content
    assert room.do(room.store.show(case.id, picture.id, actor="caller:audit", now=now)).content.startswith(PNG)
    read = room.rows("select actor, kind, name, action, reason from operations order by id")
    assert [(row["actor"], row["name"], row["reason"]) for row in read] == [
        ("caller:audit", str(case.id), str(dom.id)),
        ("caller:audit", str(case.id), str(picture.id)),
    ]
    sealed = room.rows("select content from evidence")
    assert not any(b"Kari" in row["content"] or PNG in row["content"] for row in sealed)
    with pytest.raises(EvidenceUnknown):
        room.do(room.store.show(case.id, dom.id, actor="caller:audit", now=dom.expires_at))


def test_what_a_failed_act_left_on_screen_is_kept_before_the_browser_is_ended(room: Room) -> None:
    case, ending = room.fail("the act fails")
    assert ending.code == "TARGET_DOWN"
    pieces = room.do(room.store.of_case(case.id, datetime.now(UTC)))
    assert [piece.code for piece in pieces] == ["TARGET_DOWN", "TARGET_DOWN"]


@pytest.mark.parametrize(
    ("what", "process"),
    [
        ("timeout", HEALTH),
        ("timeout", MODEST),
        ("a person decides", LOOKS),
        ("nothing fails", LOOKS),
        ("before any page", LOOKS),
        ("the giving fails", LOOKS),
        ("a failure after giving", LOOKS),
    ],
)
def test_nothing_else_is_kept(room: Room, what: str, process: Process) -> None:
    case, _ = room.fail(what, process)
    assert room.kinds(case.id) == []


def test_without_the_lease_nothing_is_kept(room: Room) -> None:
    case = room.claimed("timeout")
    room.do(room.queue.finish("s", case, Ending(state=State.QUEUED, code="DRAINED")))
    assert perform(LOOKS, case, room.held(case), room.browser, room.desk).code == "TIMEOUT"
    assert room.kinds(case.id) == []


def test_close_to_the_deadline_the_end_comes_first(room: Room) -> None:
    room.browser.open(Persons, ROBOT, Lease(fence=1, started=1e12, seconds=60, margin=1))
    case = room.claimed("timeout")
    short = replace(room.desk, witnessing=Witnessing(store=room.store, settings=EvidenceSettings(budget=10)))
    held = Lease(fence=case.fence, started=case.started, seconds=20, margin=1)
    assert perform(LOOKS, case, held, room.browser, short).code == "TIMEOUT"
    assert room.kinds(case.id) == []


def test_a_store_that_fails_does_not_change_the_end(room: Room) -> None:
    room.rows("drop table evidence")
    _, ending = room.fail("timeout")
    assert (ending.state, ending.code, ending.failed) == (State.QUEUED, "TIMEOUT", True)
