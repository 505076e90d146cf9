"""Files and the cases that name them, on a real database: who needs one keeps it, and whoever comes too late is told."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg
import pytest
from office import DONE, TO_A_PERSON, Office

from common.cases.draft import Draft, Receipt
from common.cases.endings import done
from common.cases.handovers import Handovers
from common.cases.intake import Intake
from common.cases.queue import Claimed, Queue
from common.db.pool import Connection, named_sql
from common.errors import LeaseLost
from common.files import binding
from common.files.case_files import CaseFiles
from common.files.expiry import Expiry
from common.files.pieces import unseal
from common.files.settings import KEPT, FileSettings
from common.files.store import LEAST, Arrival, FileStore
from common.privacy.crypto import Keyring, Unreadable
from common.privacy.retention import Retention
from common.privacy.rewrapping import Rewrapping
from common.process import FileRef, Handover, Outcome, OutcomeCode, Process, Run, Service
from common.process import Retention as Kept
from common.refusals import FilesFull, InvalidInput, Refusal, StoreFull, Unavailable
from common.settings import WorkerSettings
from common.testing import Chore

pytestmark = pytest.mark.anyio

HOURS = timedelta(hours=FileSettings().hours)
INSTANT = timedelta(microseconds=1)


class Scan(Chore):
    """A chore about files."""

    files: list[FileRef]


def _process(name: str, *, fetches: bool) -> Process:
    service = Service("testing", title="Testing")

    def perform(scan: Scan, run: Run) -> Outcome:
        del scan, run
        return Outcome(OutcomeCode.NOOP)

    service.process(
        name, targets=[], manual_minutes=1, due=timedelta(1), retention=Kept.PERSONAL, fetches_files=fetches
    )(perform)
    return service.processes[name]


SCANS, FETCHED = _process("scans", fetches=False), _process("fetched", fetches=True)


class PostRoom:
    """An office whose callers hand files over."""

    def __init__(self, office: Office) -> None:
        self.office = office
        office.processes = [SCANS]
        self.employ(office.keyring)
        self.expiry = Expiry(office.pool)

    def employ(self, keyring: Keyring) -> None:
        """Let everybody work with these keys, as processes started now would."""
        office = self.office
        office.keyring = keyring
        office.intake = Intake(office.pool, keyring)
        office.queue = Queue(office.pool, keyring, WorkerSettings(), office.accounts)
        self.store = FileStore(office.pool, keyring, FileSettings())
        self.files = CaseFiles(office.pool, keyring)

    @property
    def now(self) -> datetime:
        return self.office.clock()

    async def hand_over(self, content: bytes, caller: str = "booking", *, size: int = 1000) -> None:
        arrival = await self.store.begin(caller, self.now)
        for start in range(0, len(content), size):
            await self.store.add(arrival, content[start : start + size], self.now)
        await self.store.complete(arrival, self.now)

    async def submit(self, *contents: bytes, to: Process = SCANS, **more: Any) -> Receipt | Refusal:
        (answer,) = await self.office.intake.submit(to, "booking", [Draft(input=scan(*contents, **more))], self.now)
        return answer

    async def running(self, *contents: bytes, **more: Any) -> Claimed:
        """A case that names these, in the hands of a run."""
        assert isinstance(await self.submit(*contents, priority=1, **more), Receipt)
        return await self.office.claim()

    async def read(self, case: Claimed, content: bytes) -> bytes | None:
        """What a run gets of it."""
        kept = await self.files.find(case, hashlib.sha256(content).hexdigest())
        if kept is None:
            return None
        pieces = [await self.files.piece(kept, number) for number in range(kept.facts.pieces)]
        out = bytearray()
        unseal(kept.key, kept.facts, lambda number: pieces[number], out.extend)
        return bytes(out)

    async def left(self) -> int:
        (row,) = await self.office.rows("select count(*) as files from files")
        (pieces,) = await self.office.rows("select count(distinct file_id) as files from file_pieces")
        assert row == pieces
        return row["files"]


def scan(*contents: bytes, **more: Any) -> Scan:
    files = [{"sha256": hashlib.sha256(content).hexdigest(), "name": "a.pdf"} for content in contents]
    return Scan.model_validate({"what": secrets.token_hex(8), "files": files} | more)


def is_refused(answer: Receipt | Refusal) -> bool:
    return isinstance(answer, InvalidInput) and {problem.code for problem in answer.problems} == {"FILE_UNKNOWN"}


@pytest.fixture
def room(office: Office) -> PostRoom:
    return PostRoom(office)


class TestGivingUp:
    async def test_deletes_what_nobody_else_needs(self, room: PostRoom) -> None:
        for content in (b"one", b"two"):
            await room.hand_over(content)
        case = await room.running(b"one", b"two")
        await room.files.discard(case)
        await room.files.discard(case)
        assert await room.left() == 0
        assert await room.read(case, b"one") is None

    async def test_keeps_what_another_case_still_needs(self, room: PostRoom) -> None:
        await room.hand_over(b"shared")
        first, second = await room.running(b"shared"), await room.running(b"shared")
        await room.files.discard(first)
        assert await room.read(first, b"shared") is None
        assert await room.read(second, b"shared") == b"shared"
        await room.files.discard(second)
        assert await room.left() == 0

    async def test_does_not_wait_for_cases_that_have_ended(self, room: PostRoom) -> None:
        await room.hand_over(b"shared")
        first, second = await room.running(b"shared"), await room.running(b"shared")
        await room.office.end(second)
        await room.files.discard(first)
        assert await room.left() == 0

    async def test_one_whom_a_person_may_retry_still_needs_it(self, room: PostRoom) -> None:
        await room.hand_over(b"shared")
        first, second = await room.running(b"shared"), await room.running(b"shared")
        await room.office.end(second, TO_A_PERSON)
        await room.files.discard(first)
        assert await room.left() == 1

    async def test_is_for_whoever_holds_the_case(self, room: PostRoom) -> None:
        await room.hand_over(b"one")
        old = await room.running(b"one")
        await room.office.expire(old.id)
        await room.office.queue.sweep()
        with pytest.raises(LeaseLost):
            await room.files.discard(old)
        again = await room.office.claim()
        with pytest.raises(LeaseLost):
            await room.files.discard(old)
        assert await room.read(again, b"one") == b"one"

    async def test_a_file_that_comes_again_is_there_again(self, room: PostRoom) -> None:
        await room.hand_over(b"one")
        await room.files.discard(await room.running(b"one"))
        assert is_refused(await room.submit(b"one"))
        await room.hand_over(b"one")
        assert await room.read(await room.running(b"one"), b"one") == b"one"


class TestExpiry:
    async def test_at_the_very_moment_and_not_before(self, room: PostRoom) -> None:
        await room.hand_over(b"one")
        assert await room.expiry.purge(room.now + HOURS - INSTANT) == 0
        assert (await room.expiry.standing(room.now + HOURS)).overdue == 1
        assert await room.expiry.purge(room.now + HOURS) == 1
        assert await room.left() == 0
        assert is_refused(await room.submit(b"one"))

    async def test_counts_anew_from_the_last_time_it_was_handed_over(self, room: PostRoom) -> None:
        await room.hand_over(b"one")
        clock = room.office.clock
        clock.forward(HOURS - INSTANT)
        await room.hand_over(b"one")
        clock.forward(HOURS - INSTANT)
        assert await room.expiry.purge(clock()) == 0
        assert await room.expiry.purge(clock() + INSTANT) == 1

    async def test_an_open_case_keeps_it_for_thirty_days_at_most(self, room: PostRoom) -> None:
        await room.hand_over(b"one")
        case = await room.running(b"one")
        await room.office.end(case, TO_A_PERSON)
        assert await room.expiry.purge(room.now + KEPT - INSTANT) == 0
        assert (await room.expiry.standing(room.now + KEPT - INSTANT)).overdue == 0
        assert await room.expiry.purge(room.now + KEPT) == 1
        assert await room.office.decisions.retry(case.id, "person:x")
        assert await room.read(await room.office.claim(), b"one") is None

    async def test_rows_that_an_ended_case_hands_over_find_its_file(self, room: PostRoom) -> None:
        await room.hand_over(b"one")
        before, beside = await room.running(b"one"), await room.running(b"one")
        left = Outcome(OutcomeCode.REPORTED).handing_over(Handover(process="scans", rows=[scan(b"one")]))
        await room.office.end(before, done(left))
        await room.files.discard(beside)
        assert (await room.expiry.standing(room.now + HOURS)).overdue == 0
        assert await room.expiry.purge(room.now + HOURS) == 0
        office = room.office
        await Handovers(office.pool, office.keyring, None, {"scans": SCANS}, office.clock).hand_in()
        child = await office.claim()
        assert await room.read(child, b"one") == b"one"
        await office.end(child)
        assert await room.expiry.purge(room.now + HOURS) == 1

    async def test_an_ended_case_keeps_nothing(self, room: PostRoom) -> None:
        await room.hand_over(b"one")
        await room.office.end(await room.running(b"one"), DONE)
        assert await room.expiry.purge(room.now + HOURS - INSTANT) == 0
        assert await room.expiry.purge(room.now + HOURS) == 1

    async def test_those_that_are_needed_hide_none_that_are_over(self, room: PostRoom) -> None:
        for content in (b"a", b"b", b"c"):
            await room.hand_over(content)
            await room.running(content)
        room.office.clock.forward(timedelta(minutes=1))
        await room.hand_over(b"over")
        assert await Expiry(room.office.pool, chunk=2, bites=1).purge(room.now + HOURS) == 1
        assert await room.left() == 3

    async def test_what_broke_off_goes_within_the_hour(self, room: PostRoom) -> None:
        arrival = await room.store.begin("booking", room.now)
        await room.store.add(arrival, b"one", room.now)
        assert await room.expiry.purge(room.now + timedelta(minutes=59)) == 0
        assert await room.expiry.purge(room.now + timedelta(hours=1)) == 1
        with pytest.raises(Unavailable):
            await room.store.add(arrival, b"two", room.now)
        with pytest.raises(Unavailable):
            await room.store.complete(arrival, room.now)
        assert await room.left() == 0

    async def test_the_database_itself_keeps_none_for_longer(self, room: PostRoom) -> None:
        await room.hand_over(b"one")
        with pytest.raises(psycopg.errors.CheckViolation):
            await room.office.rows("update files set ends_at = handed_at + interval '31 days'")

    async def test_a_purged_case_names_nothing_any_more(self, room: PostRoom) -> None:
        await room.hand_over(b"one")
        await room.office.end(await room.running(b"one"))
        await room.office.rows("update cases set ended_at = %s", room.now - SCANS.retention.span)
        await Retention(room.office.pool).purge({"scans": SCANS.retention.span}, room.now)
        assert await room.office.rows("select 1 from file_uses") == []


class TestRoom:
    @pytest.fixture
    def store(self, room: PostRoom) -> FileStore:
        """With room for three small files of a caller, and four of all."""
        limits = FileSettings(limit=LEAST, per_caller=3 * LEAST, in_all=4 * LEAST)
        return FileStore(room.office.pool, room.office.keyring, limits)

    async def test_is_set_aside_for_what_is_announced(self, room: PostRoom, store: FileStore) -> None:
        first = await store.begin("booking", room.now, announced=2 * LEAST)
        with pytest.raises(FilesFull):
            await store.begin("booking", room.now, announced=2 * LEAST)
        with pytest.raises(StoreFull):
            await store.begin("forms", room.now, announced=3 * LEAST)
        assert len(await room.office.rows("select 1 from files")) == 1, "what found no room has left nothing"
        await store.add(first, b"less", room.now)
        assert (await store.complete(first, room.now)).size == 4
        assert (await room.expiry.standing(room.now)).bytes == 4, "nothing is set aside for what is whole"
        await store.begin("booking", room.now, announced=2 * LEAST)

    async def test_of_several_that_begin_at_once_no_more_than_fit_are_let_in(
        self, room: PostRoom, store: FileStore
    ) -> None:
        begun = await asyncio.gather(
            *(store.begin("booking", room.now, announced=LEAST) for _ in range(8)), return_exceptions=True
        )
        assert sum(isinstance(one, Arrival) for one in begun) <= 3
        assert all(isinstance(one, Arrival | FilesFull | StoreFull) for one in begun)
        assert len(await room.office.rows("select 1 from files")) <= 3

    async def test_is_looked_for_again_when_more_comes_than_was_announced(
        self, room: PostRoom, store: FileStore
    ) -> None:
        arrival = await store.begin("booking", room.now, announced=1)
        for _ in range(2):
            await store.begin("booking", room.now)
        await store.add(arrival, bytes(LEAST), room.now)
        with pytest.raises(FilesFull):
            await store.add(arrival, bytes(1), room.now)


class TestMissing:
    async def test_a_process_that_finds_files_itself_takes_the_case(self, room: PostRoom) -> None:
        await room.hand_over(b"there")
        assert isinstance(await room.submit(b"there", b"not there", to=FETCHED), Receipt)
        case = await room.office.claim("s", FETCHED)
        assert await room.read(case, b"there") == b"there"
        assert await room.read(case, b"not there") is None

    async def test_what_comes_after_its_case_is_its_when_the_case_is_sent_again(self, room: PostRoom) -> None:
        draft = Draft(input=scan(b"late", reference="T-1"))
        (taken,) = await room.office.intake.submit(FETCHED, "booking", [draft], room.now)
        assert isinstance(taken, Receipt)
        await room.hand_over(b"late")
        (again,) = await room.office.intake.submit(FETCHED, "booking", [draft], room.now)
        assert again == Receipt(taken.case, existing=True)
        assert await room.read(await room.office.claim("s", FETCHED), b"late") == b"late"

    async def test_a_case_whose_file_has_gone_gets_it_when_both_are_sent_again(self, room: PostRoom) -> None:
        draft = Draft(input=scan(b"one", reference="T-1"))
        await room.hand_over(b"one")
        (taken,) = await room.office.intake.submit(SCANS, "booking", [draft], room.now)
        assert isinstance(taken, Receipt)
        await room.office.end(await room.office.claim(), TO_A_PERSON)
        assert await room.expiry.purge(room.now + KEPT) == 1
        await room.hand_over(b"one")
        (again,) = await room.office.intake.submit(SCANS, "booking", [draft], room.now)
        assert again == Receipt(taken.case, existing=True)
        assert await room.office.decisions.retry(taken.case, "person:x")
        case = await room.office.claim()
        assert await room.read(case, b"one") == b"one"
        await room.office.end(case)
        await room.office.rows("delete from file_uses")
        await room.office.intake.submit(SCANS, "booking", [draft], room.now)
        assert await room.office.rows("select 1 from file_uses") == [], "it has ended and needs nothing"

    async def test_nobodys_row_suffers_for_anothers(self, room: PostRoom) -> None:
        await room.hand_over(b"one")
        drafts = [Draft(input=scan(*contents)) for contents in ([b"one"], [b"two"], [], [b"one", b"one"])]
        answers = await room.office.intake.submit(SCANS, "booking", drafts, room.now)
        assert [is_refused(answer) for answer in answers] == [False, True, False, False]
        assert len(await room.office.rows("select 1 from file_uses")) == 2

    async def test_a_case_sees_only_its_own(self, room: PostRoom) -> None:
        for content in (b"one", b"two"):
            await room.hand_over(content)
        case = await room.running(b"one")
        assert await room.read(case, b"two") is None


@asynccontextmanager
async def half_stored(room: PostRoom, content: bytes) -> AsyncGenerator[Connection]:
    """A case that is being stored: its file is held, and nothing has been committed."""
    rows = await room.office.intake.prepare(SCANS, "booking", [Draft(input=scan(content))], room.now)
    async with room.office.pool.connection() as connection, connection.transaction():
        assert await binding.hold(connection, rows)
        yield connection
        (answer,) = await room.office.intake.store(connection, SCANS, "booking", rows)
        assert isinstance(answer, Receipt)


async def changed(room: PostRoom, statement: LiteralString, values: dict[str, Any]) -> int:
    """How many rows a statement has changed."""
    async with room.office.pool.connection() as connection:
        return (await connection.execute(statement, values)).rowcount


async def until_somebody_waits(room: PostRoom) -> None:
    """For a lock that somebody else holds."""
    query = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    async with asyncio.timeout(20):
        while not await room.office.rows(query):  # noqa: ASYNC110  the database tells nobody
            await asyncio.sleep(0.01)


class TestAtOnce:
    async def test_a_purge_takes_nothing_from_a_case_that_is_being_stored(self, room: PostRoom) -> None:
        await room.hand_over(b"one")
        async with half_stored(room, b"one"):
            assert await room.expiry.purge(room.now + HOURS) == 0
        assert await room.expiry.purge(room.now + HOURS) == 0
        assert await room.read(await room.office.claim(), b"one") == b"one"

    async def test_a_case_that_comes_during_a_purge_is_refused(self, room: PostRoom) -> None:
        await room.hand_over(b"one")
        async with room.office.pool.connection() as purging, purging.transaction():
            await purging.execute("select id from files for update")
            coming = asyncio.create_task(room.submit(b"one"))
            await until_somebody_waits(room)
            await purging.execute("delete from files")
        assert is_refused(await coming)

    async def test_giving_up_waits_for_a_case_that_is_being_stored_and_keeps_it_its_file(self, room: PostRoom) -> None:
        await room.hand_over(b"one")
        first = await room.running(b"one")
        async with half_stored(room, b"one"):
            giving_up = asyncio.create_task(room.files.discard(first))
            await until_somebody_waits(room)
        await giving_up
        assert await room.read(await room.office.claim(), b"one") == b"one"

    async def test_a_rotation_locks_files_in_the_order_in_which_everybody_does(self, room: PostRoom) -> None:
        first, second = [await room.store.begin("booking", room.now) for _ in range(2)]
        for arrival in (second, first):  # in the table they lie the other way round
            await room.store.add(arrival, bytes(1), room.now)
        rows = await room.office.rows("select id, key from files")
        values = {"ids": [row["id"] for row in rows], "old": [row["key"] for row in rows], "new": [b"new"] * 2}
        statement = named_sql("common.privacy", "rewrapping.sql")["write_files"]
        async with room.office.pool.connection() as storing, storing.transaction():
            await storing.execute("select 1 from files where id = %s for share", [first.file])
            rotating = asyncio.create_task(changed(room, statement, values))
            await until_somebody_waits(room)
            await storing.execute("select 1 from files where id = %s for share nowait", [second.file])
        assert await rotating == 2

    async def test_whatever_happens_beside_each_other_a_case_that_was_taken_has_its_files(self, room: PostRoom) -> None:
        async with asyncio.timeout(60):
            await asyncio.gather(
                *(send(room, number) for number in range(3)), *(work(room, number) for number in range(3))
            )
        await room.expiry.purge(room.now + HOURS)
        assert await room.left() == 0


async def send(room: PostRoom, number: int) -> None:
    """Hand in some cases with few files among them, and the files as often as it takes."""
    contents = [bytes([letter]) * 10 for letter in range(4)]
    for turn in range(6):
        wanted = contents[(number + turn) % 4], contents[(number * turn + 1) % 4]
        while is_refused(await room.submit(*wanted)):
            for content in sorted(set(wanted)):
                with suppress(Unavailable):  # to the purge it has lain there for hours
                    await room.hand_over(content)


async def work(room: PostRoom, number: int) -> None:
    """Perform some cases as robots do that need the files, and let what no case needs be purged in between."""
    for _ in range(6):
        while (claimed := (await room.office.turn(f"robot-{number}")).claimed) is None:  # noqa: ASYNC110  nobody rings
            await asyncio.sleep(0.01)
        for file in claimed.payload()["input"]["files"]:
            kept = await room.files.find(claimed, file["sha256"])
            assert kept is not None, "a case that was taken in lacks its file"
            assert await room.files.piece(kept, 0) is not None
        await asyncio.gather(room.files.discard(claimed), room.expiry.purge(room.now + HOURS))
        assert await room.office.queue.finish(f"robot-{number}", claimed, DONE)


class TestKeys:
    async def test_of_two_index_keys_a_file_is_found_under_either(self, room: PostRoom) -> None:
        old, new = secrets.token_bytes(32), secrets.token_bytes(32)
        room.employ(Keyring(master={1: old}, index={1: old}))
        await room.hand_over(b"one")
        room.employ(Keyring(master={1: old}, index={1: old, 2: new}))
        for content in (b"two", b"one"):
            await room.hand_over(content)
        assert await room.left() == 2
        case = await room.running(b"one", b"two")
        assert await room.read(case, b"one") == b"one"

    async def test_a_case_finds_its_file_also_when_the_index_key_is_gone(self, room: PostRoom) -> None:
        old, new = secrets.token_bytes(32), secrets.token_bytes(32)
        room.employ(Keyring(master={1: old}, index={1: old}))
        await room.hand_over(b"one")
        case = await room.running(b"one")
        room.employ(Keyring(master={1: old}, index={2: new}))
        assert await room.read(case, b"one") == b"one"
        assert is_refused(await room.submit(b"one"))

    async def test_nothing_needs_a_master_key_that_was_replaced(self, room: PostRoom) -> None:
        old, new = secrets.token_bytes(32), secrets.token_bytes(32)
        index = room.office.keyring
        room.employ(Keyring(master={1: old}, index={1: old}))
        await room.hand_over(b"one" * 1000)
        case = await room.running(b"one" * 1000)
        both = Keyring(master={1: old, 2: new}, index={1: old})
        assert await Rewrapping(room.office.pool, both, room.office.clock).everything() >= 2
        room.employ(Keyring(master={2: new}, index={1: old}))
        assert await room.read(case, b"one" * 1000) == b"one" * 1000
        room.employ(index)
        with pytest.raises(Unreadable):
            await room.read(case, b"one" * 1000)


class TestTampering:
    @pytest.fixture
    async def case(self, room: PostRoom) -> Claimed:
        for content in (b"abcd", b"efgh"):
            await room.hand_over(content, size=2)
        return await room.running(b"abcd", b"efgh")

    @pytest.mark.parametrize(
        "change",
        [
            "delete from file_pieces where number = 1",
            "update file_pieces set number = 1 - number + 10; update file_pieces set number = number - 10",
            "update file_pieces p set content = o.content from file_pieces o where o.file_id <> p.file_id and o.number = p.number",
            "update file_pieces set content = substr(content, 1, length(content) - 1)",
        ],
        ids=["truncated", "reordered", "swapped", "shortened"],
    )
    async def test_of_pieces_is_noticed(self, room: PostRoom, case: Claimed, change: str) -> None:
        for statement in change.split("; "):
            await room.office.rows(statement)
        with pytest.raises(Unreadable):
            await room.read(case, b"abcd")

    async def test_of_whole_files_is_noticed(self, room: PostRoom, case: Claimed) -> None:
        first, second = await room.office.rows("select id, key, facts from files")
        await room.office.rows(
            "update files set key = %s, facts = %s where id = %s", first["key"], first["facts"], second["id"]
        )
        with pytest.raises(Unreadable):
            await room.read(case, b"none of them")
