"""What every platform of a run must do, asked of the one in memory and of the worker's own on PostgreSQL."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Coroutine, Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from office import TO_A_PERSON, Office

from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.cases.ledger import Ledger
from common.cases.openness import Openness
from common.cases.queue import Claimed
from common.cases.registers import Registers
from common.cases.trouble import Trouble
from common.db.pool import pool
from common.entrusting.entrusted import Entrusted
from common.entrusting.messenger import Messenger
from common.entrusting.mobile import MemoryMobilePort
from common.entrusting.settings import SecretSettings
from common.entrusting.vault import Vault
from common.errors import Interrupted, LeaseLost, RobotFault, StopSignal, SubjectBusy, TargetTimeout
from common.files.case_files import CaseFiles
from common.files.settings import FileSettings
from common.files.storage import Storage
from common.files.store import FileStore
from common.lease import Lease
from common.ledger import Fact
from common.privacy.crypto import Unreadable
from common.register import RegisterRow
from common.run import Checkpoint, Mark, Platform, Subject
from common.settings import CircuitSettings, DatabaseSettings, WorkerSettings
from common.testing import MemoryCase, a_chore, a_keyring, a_process
from common.worker.run import Desk, Surroundings

T = TypeVar("T")
SOMEBODY = Subject("person", "kari")
TODAY = date(2026, 3, 2)
LATER = TODAY + timedelta(days=30)


class Limit(RegisterRow):
    limit: int


class Bench(Protocol):
    """One case, and what happens to it between its runs."""

    @property
    def fence(self) -> int: ...

    def begin(self) -> Platform:
        """The next run; the one before has vanished."""
        ...

    def retried(self) -> None:
        """The run ends at a person, who lets Roger try again."""
        ...

    def busy(self, subject: Subject) -> None:
        """Another case of this subject is running."""
        ...

    def begin_another(self) -> Platform:
        """A run of another case, at the same time."""
        ...

    def hand_in(self, limit: int, valid_from: date) -> int:
        """A new version of the register of limits."""
        ...

    def fetched(self) -> list[tuple[str, str]]:
        """What people can fetch, in order: the number that a link went to, and the secret behind it."""
        ...

    def hand_over(self, content: bytes) -> str:
        """Its caller has handed a file over for the case; what it is named by."""
        ...


class MemoryBench:
    def __init__(self) -> None:
        self._case = MemoryCase()

    @property
    def fence(self) -> int:
        return self._case.fence

    def begin(self) -> Platform:
        return self._case.begin()

    def retried(self) -> None:
        self._case.retried()

    def busy(self, subject: Subject) -> None:
        self._case.busy.add(subject)

    def begin_another(self) -> Platform:
        return MemoryCase(registers=self._case.registers, ledger=self._case.ledger).begin()

    def hand_in(self, limit: int, valid_from: date) -> int:
        return self._case.registers.store("limits", [Limit(limit=limit)], valid_from=valid_from)

    def fetched(self) -> list[tuple[str, str]]:
        return [(left.to, left.secret.get_secret_value()) for left in self._case.entrusted.values()]

    def hand_over(self, content: bytes) -> str:
        return self._case.hand_over(content)


class WorkerBench:
    """The worker's half of the work without its browser: that one is never started."""

    def __init__(self, office: Office, loop: asyncio.AbstractEventLoop, root: Path) -> None:
        self.office, self.loop, self.root = office, loop, root
        self.held: Lease | None = None
        self._run: Claimed | None = None
        self._id = self.do(office.submit(a_chore("ola", priority=2)))
        self.vault = Vault(office.pool, office.keyring, SecretSettings())
        openness = Openness(office.pool, office.processes, clock=office.clock)
        self._desk = Desk(
            openness=openness,
            trouble=Trouble(openness, CircuitSettings()),
            queue=office.queue,
            checkpoints=office.checkpoints,
            registers=Registers(office.pool),
            ledger=Ledger(office.pool, office.keyring),
            vault=self.vault,
            files=CaseFiles(office.pool, office.keyring),
            storage=Storage(root, in_memory=False),
            accounts={},
            production=frozenset(),
            accepts_synthetic=True,
            settings=office.settings,
            clock=office.clock,
            loop=loop,
        )

    def do(self, asked: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result(30)

    @property
    def fence(self) -> int:
        return self._run.fence if self._run else 0

    @property
    def run(self) -> Claimed:
        assert self._run is not None
        return self._run

    def begin(self, *, entrusts: bool = True) -> Platform:
        self.do(self.office.expire(self._id))
        self.do(self.office.queue.sweep())
        run = self._run = self.do(self.office.claim("s"))
        assert run.id == self._id
        self.held = self._lease_of(run)
        desk = self._desk if entrusts else replace(self._desk, vault=None)
        return Surroundings(desk, run, self.held, Browser(BrowserSettings(), {}), 0.0)

    def begin_another(self) -> Platform:
        case = self.do(self.office.submit(a_chore("eva", priority=1)))
        run = self.do(self.office.claim("another"))
        assert run.id == case
        return Surroundings(self._desk, run, self._lease_of(run), Browser(BrowserSettings(), {}), 0.0)

    def _lease_of(self, run: Claimed) -> Lease:
        settings = self.office.settings
        return Lease(fence=run.fence, started=run.started, seconds=settings.lease, margin=settings.margin)

    def hand_in(self, limit: int, valid_from: date) -> int:
        registers = Registers(self.office.pool)
        rows = [{"limit": limit}]
        stored = registers.store("limits", rows=rows, valid_from=valid_from, signer="Anne Berg", caller="finance")
        return self.do(stored).version

    def fetched(self) -> list[tuple[str, str]]:
        return self.do(self._fetched())

    async def _fetched(self) -> list[tuple[str, str]]:
        office, port = self.office, MemoryMobilePort()
        now = office.clock()
        await Messenger(office.pool, office.keyring, port, address="https://roger.example").send_all(now)
        links = [re.findall(r"\S+/hemmelighet/(\S+)", message.text) for message in port.sent]
        shown = [await self.vault.reveal(token, now) for (token,) in links]
        assert all(shown)
        return [
            (message.to, seen.secret.get_secret_value())
            for message, seen in zip(port.sent, shown, strict=True)
            if seen is not None
        ]

    def hand_over(self, content: bytes) -> str:
        return self.do(self._hand_over(content))

    async def _hand_over(self, content: bytes) -> str:
        office = self.office
        store = FileStore(office.pool, office.keyring, FileSettings())
        arrival = await store.begin("booking", office.clock())
        for start in range(0, len(content), 3):
            await store.add(arrival, content[start : start + 3], office.clock())
        handed = await store.complete(arrival, office.clock())
        await office.rows("insert into file_uses (case_id, file_id) values (%s, %s)", self._id, arrival.file)
        return handed.sha256

    def retried(self) -> None:
        assert self._run is not None
        self.do(self.office.end(self._run, TO_A_PERSON))
        self.do(self.office.decisions.retry(self._id, "person:x"))

    def busy(self, subject: Subject) -> None:
        self.do(self.office.submit(a_chore(subject.key, priority=1)))
        self.do(self.office.claim("another"))


@contextmanager
def a_loop() -> Generator[asyncio.AbstractEventLoop]:
    """A loop that runs beside the test, as the worker's runs beside its shifts' threads."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def worker_bench(database: DatabaseSettings, tmp_path: Path) -> Generator[WorkerBench]:
    async def open_office() -> Office:
        connections = pool(database, name="roger-tests", size=3)
        await connections.open()
        settings = WorkerSettings(attempts=99)
        return Office(connections, keyring=a_keyring(), settings=settings, processes=[a_process()])

    with a_loop() as loop:
        office = asyncio.run_coroutine_threadsafe(open_office(), loop).result(30)
        try:
            yield WorkerBench(office, loop, tmp_path)
        finally:
            asyncio.run_coroutine_threadsafe(office.pool.close(), loop).result(30)


@pytest.fixture(params=["memory", "worker"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return MemoryBench() if request.param == "memory" else request.getfixturevalue("worker_bench")


def point(bench: Bench, value: Any = 1, *, name: str = "journal", mark: Mark = Mark.STEP) -> Checkpoint:
    return Checkpoint(name=name, mark=mark, value=value, fence=bench.fence)


class TestCheckpoints:
    def test_of_a_new_case_there_are_none(self, bench: Bench) -> None:
        assert bench.begin().recall("journal") is None

    def test_outlive_their_run(self, bench: Bench) -> None:
        bench.begin().commit(point(bench, {"number": "J-1"}))
        recalled = bench.begin().recall("journal")
        assert recalled == Checkpoint(name="journal", mark=Mark.STEP, value={"number": "J-1"}, fence=1)
        assert recalled is not None
        assert recalled.mark is Mark.STEP
        assert bench.fence == 2

    @pytest.mark.parametrize("value", [None, [], {}, "", "æøå ✓", 0, -1.5, [1, [2, {"a": None}]], "x" * 100_000, True])
    def test_hold_whatever_json_holds(self, bench: Bench, value: object) -> None:
        bench.begin().commit(point(bench, value))
        recalled = bench.begin().recall("journal")
        assert recalled is not None
        assert recalled.value == value

    @pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes"])
    def test_hold_nothing_else(self, bench: Bench, value: object) -> None:
        with pytest.raises(TypeError):
            bench.begin().commit(point(bench, value))
        assert bench.begin().recall("journal") is None

    def test_a_result_takes_the_place_of_its_intent(self, bench: Bench) -> None:
        platform = bench.begin()
        platform.commit(point(bench, [], mark=Mark.INTENT))
        platform = bench.begin()
        platform.commit(point(bench, [7, True], mark=Mark.RESULT))
        recalled = bench.begin().recall("journal")
        assert recalled is not None
        assert (recalled.mark, recalled.value, recalled.fence) == (Mark.RESULT, [7, True], 2)

    def test_names_are_kept_apart(self, bench: Bench) -> None:
        platform = bench.begin()
        for name in ("a", "A", "a:b", "å", " "):
            platform.commit(point(bench, name, name=name))
        later = bench.begin()
        assert [found and found.value for found in map(later.recall, ("a", "A", "a:b", "å", " ", "b"))] == [
            *("a", "A", "a:b", "å", " "),
            None,
        ]

    def test_are_not_replayed_after_a_persons_retry(self, bench: Bench) -> None:
        bench.begin().commit(point(bench))
        bench.retried()
        again = bench.begin()
        assert again.recall("journal") is None
        assert bench.fence == 2
        again.commit(point(bench, 2))
        later = bench.begin().recall("journal")
        assert later is not None
        assert later.value == 2


class TestALostLease:
    def test_lets_nothing_more_be_done(self, bench: Bench) -> None:
        old = bench.begin()
        late = point(bench, "zombie")
        bench.begin().commit(point(bench, "the next"))
        for attempt in (
            lambda: old.commit(late),
            lambda: old.hold(SOMEBODY),
            lambda: old.extend(timedelta(minutes=5)),
            lambda: old.use_register(late, "limits", 1),
            lambda: old.remember("a", "x", 1, until=LATER, today=TODAY),
            lambda: old.entrust(late, entrusted(old)),
        ):
            with pytest.raises(LeaseLost):
                attempt()
        recalled = bench.begin().recall("journal")
        assert recalled is not None
        assert recalled.value == "the next"
        assert bench.begin().remembered("a", "x", today=TODAY) is None
        assert bench.fetched() == []


class TestHold:
    def test_somebody_nobody_works_for(self, bench: Bench) -> None:
        platform = bench.begin()
        platform.hold(SOMEBODY)
        platform.hold(SOMEBODY)

    def test_somebody_another_case_is_about(self, bench: Bench) -> None:
        bench.busy(SOMEBODY)
        with pytest.raises(SubjectBusy):
            bench.begin().hold(SOMEBODY)


def chosen(bench: Bench, version: int, *, name: str = "limits") -> Checkpoint:
    return point(bench, version, name=f"register:{name}")


class TestRegisters:
    def test_before_the_first_there_is_none(self, bench: Bench) -> None:
        assert bench.begin().register_in_force("limits", TODAY) is None
        bench.hand_in(7, TODAY + timedelta(days=1))
        assert bench.begin().register_in_force("limits", TODAY) is None

    def test_the_highest_version_that_is_valid_by_then_is_in_force(self, bench: Bench) -> None:
        days = [date(2026, 1, 1), date(2026, 7, 1), date(2026, 3, 1)]
        assert [bench.hand_in(limit, day) for limit, day in enumerate(days)] == [1, 2, 3]
        platform = bench.begin()
        asked = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 1), date(2026, 12, 1)]
        assert [platform.register_in_force("limits", day) for day in asked] == [None, 1, 1, 3, 3]

    def test_a_version_is_read_with_its_rows(self, bench: Bench) -> None:
        bench.hand_in(7, TODAY)
        table = bench.begin().register_table("limits", 1)
        assert (table.version, table.valid_from, list(table.rows)) == (1, TODAY, [{"limit": 7}])

    def test_the_version_a_case_uses_is_stored_at_once(self, bench: Bench) -> None:
        version = bench.hand_in(7, TODAY)
        platform = bench.begin()
        platform.use_register(chosen(bench, version), "limits", version)
        recalled = bench.begin().recall("register:limits")
        assert recalled is not None
        assert (recalled.mark, recalled.value) == (Mark.STEP, version)


class TestLedger:
    def test_says_nothing_of_what_nobody_made_known(self, bench: Bench) -> None:
        assert bench.begin().remembered("card-of-test", "T-1", today=TODAY) is None

    def test_remembers_for_other_cases(self, bench: Bench) -> None:
        made = bench.begin().remember("card-of-test", "T-1", {"card": "å-1"}, until=LATER, today=TODAY)
        assert made == Fact(value={"card": "å-1"}, until=LATER, ours=True)
        found = bench.begin_another().remembered("card-of-test", "T-1", today=TODAY)
        assert found == Fact(value={"card": "å-1"}, until=LATER, ours=False)

    def test_what_stands_is_never_overwritten(self, bench: Bench) -> None:
        bench.begin().remember("user-name", "kar", "first", until=LATER, today=TODAY)
        stands = bench.begin_another().remember("user-name", "kar", "second", until=TODAY, today=TODAY)
        assert stands == Fact(value="first", until=LATER, ours=False)

    def test_saying_it_again_after_a_crash_changes_nothing(self, bench: Bench) -> None:
        bench.begin().remember("user-name", "kar", 1, until=LATER, today=TODAY)
        again = bench.begin().remember("user-name", "kar", 2, until=TODAY, today=TODAY)
        assert again == Fact(value=1, until=LATER, ours=True)

    def test_kinds_and_keys_are_kept_apart(self, bench: Bench) -> None:
        platform = bench.begin()
        for kind, key in (("a", "x"), ("a", "X"), ("b", "x")):
            assert platform.remember(kind, key, f"{kind}{key}", until=LATER, today=TODAY).value == f"{kind}{key}"

    def test_is_remembered_through_the_last_day(self, bench: Bench) -> None:
        platform = bench.begin()
        platform.remember("a", "x", 1, until=LATER, today=TODAY)
        assert platform.remembered("a", "x", today=LATER) is not None
        after = LATER + timedelta(days=1)
        assert platform.remembered("a", "x", today=after) is None
        assert bench.begin_another().remember("a", "x", 2, until=after, today=after).ours


def entrusted(platform: Platform, to: str = "90000001", about: str = "TK-nett") -> Entrusted:
    return Entrusted(secret=platform.new_secret(), to=to, about=about)


class TestEntrusting:
    def test_what_is_left_is_what_the_person_fetches(self, bench: Bench) -> None:
        platform = bench.begin()
        left = entrusted(platform)
        platform.entrust(point(bench, None, name="tk"), left)
        assert bench.fetched() == [("90000001", left.secret.get_secret_value())]

    def test_it_is_known_to_be_done_at_once(self, bench: Bench) -> None:
        platform = bench.begin()
        platform.entrust(point(bench, None, name="tk"), entrusted(platform))
        recalled = bench.begin().recall("tk")
        assert recalled is not None
        assert (recalled.mark, recalled.value) == (Mark.STEP, None)

    def test_two_networks_are_two_secrets(self, bench: Bench) -> None:
        platform = bench.begin()
        both = [entrusted(platform, about=about) for about in ("TK-nett", "elevnett")]
        for left in both:
            platform.entrust(point(bench, None, name=left.about), left)
        assert bench.fetched() == [("90000001", left.secret.get_secret_value()) for left in both]

    def test_after_a_persons_retry_the_former_one_is_withdrawn(self, bench: Bench) -> None:
        platform = bench.begin()
        for about in ("TK-nett", "elevnett"):
            platform.entrust(point(bench, None, name=about), entrusted(platform, about=about))
        bench.retried()
        again = bench.begin()
        assert again.recall("TK-nett") is None
        second = entrusted(again, to="40000002")
        again.entrust(point(bench, None, name="TK-nett"), second)
        assert sorted(number for number, _ in bench.fetched()) == ["40000002", "90000001"]


class TestFiles:
    def test_are_what_was_handed_over_for_as_long_as_the_block_lasts(self, bench: Bench) -> None:
        names = {bench.hand_over(content): content for content in (b"kjaere kommune", b"x")}
        platform = bench.begin()
        paths: list[Path] = []
        for name, content in names.items():
            with platform.file(name) as path:
                assert path is not None
                assert path.read_bytes() == content
                paths.append(path)
        assert not any(path.exists() or path.parent.exists() for path in paths)

    def test_nobody_handed_over_are_none(self, bench: Bench) -> None:
        name = bench.hand_over(b"mine")
        with bench.begin().file("0" * 64) as path:
            assert path is None
        with bench.begin_another().file(name) as path:
            assert path is None

    def test_that_were_given_up_are_gone_for_good(self, bench: Bench) -> None:
        name = bench.hand_over(b"mine")
        platform = bench.begin()
        platform.discard_files()
        platform.discard_files()
        bench.retried()
        for each in (platform, bench.begin()):
            with suppress(LeaseLost), each.file(name) as path:
                assert path is None

    def test_are_not_given_up_by_a_run_that_has_lost_its_case(self, bench: Bench) -> None:
        name = bench.hand_over(b"mine")
        old, new = bench.begin(), bench.begin()
        with pytest.raises(LeaseLost):
            old.discard_files()
        with new.file(name) as path:
            assert path is not None

    def test_what_is_made_of_them_lies_in_a_folder_that_does_not_stay(self, bench: Bench) -> None:
        with bench.begin().folder() as folder:
            assert list(folder.iterdir()) == []
            (folder / "made.pdf").touch()
        assert not folder.exists()


def test_a_failed_act_ends_the_browser_and_not_the_run(bench: Bench) -> None:
    platform = bench.begin()
    platform.let_go(TargetTimeout())
    platform.commit(point(bench))


def test_a_long_act_holds_the_lease(bench: Bench) -> None:
    bench.begin().extend(timedelta(minutes=5))


class TestTheWorkersOwn:
    def test_is_held_for_as_long_as_it_asked_in_the_database_and_here(self, worker_bench: WorkerBench) -> None:
        worker_bench.begin().extend(timedelta(minutes=5))
        assert worker_bench.held is not None
        assert worker_bench.held.remaining() > 290
        (row,) = worker_bench.do(
            worker_bench.office.rows("select lease_until > now() + interval '5 minutes' as longer from cases")
        )
        assert row["longer"], "in the database it ends later than here"

    @pytest.mark.parametrize("signal", [LeaseLost, Interrupted])
    def test_asks_for_nothing_once_it_is_told_to_stop(
        self, worker_bench: WorkerBench, signal: type[StopSignal]
    ) -> None:
        platform = worker_bench.begin()
        assert worker_bench.held is not None
        worker_bench.held.end(signal)
        with pytest.raises(signal):
            platform.commit(point(worker_bench))
        assert worker_bench.begin().recall("journal") is None

    def test_stored_twice_as_its_answer_was_lost_a_secret_is_one(self, worker_bench: WorkerBench) -> None:
        platform = worker_bench.begin()
        vault, case = worker_bench.vault, worker_bench.run
        row = vault.sealed(entrusted(platform), worker_bench.office.clock())
        for _ in range(2):
            worker_bench.do(vault.keep(case, point(worker_bench, None, name="tk"), row))
        assert len(worker_bench.fetched()) == 1

    def test_of_an_undeclared_service_is_refused_before_anything_is_given(self, worker_bench: WorkerBench) -> None:
        platform = worker_bench.begin(entrusts=False)
        with pytest.raises(RobotFault, match="entrusts=True"):
            platform.new_secret()

    def test_hands_out_no_file_whose_pieces_are_not_all_there(self, worker_bench: WorkerBench) -> None:
        name = worker_bench.hand_over(b"kjaere kommune")
        platform = worker_bench.begin()
        worker_bench.do(worker_bench.office.rows("delete from file_pieces where number = 2"))
        with pytest.raises(Unreadable), platform.file(name):
            pytest.fail("half a file was handed out")
        assert list(worker_bench.root.rglob("file")) == []

    def stop(self, held: Lease, signal: type[StopSignal]) -> None:
        held.end(signal)
        held.require(0)

    @pytest.mark.parametrize("signal", [LeaseLost, Interrupted])
    def test_leaves_no_file_lying_when_a_run_must_stop(
        self, worker_bench: WorkerBench, signal: type[StopSignal]
    ) -> None:
        name = worker_bench.hand_over(b"kjaere kommune")
        platform = worker_bench.begin()
        assert worker_bench.held is not None
        with pytest.raises(signal), platform.file(name):
            self.stop(worker_bench.held, signal)
        assert list(worker_bench.root.rglob("file")) == []

    def test_checkpoints_are_sealed(self, worker_bench: WorkerBench) -> None:
        worker_bench.begin().commit(point(worker_bench, "Nordhaug"))
        (row,) = worker_bench.do(worker_bench.office.rows("select value from checkpoints"))
        assert b"Nordhaug" not in row["value"]
