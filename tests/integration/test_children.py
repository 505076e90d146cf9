"""When all children of a case have ended, and all of theirs, its log says so: once, whoever dies or looks at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from office import DONE, TO_A_PERSON, Office

from common.cases.batch_course import BatchCourse
from common.cases.batches import Batches
from common.cases.bell import Bell
from common.cases.children import Children
from common.cases.decisions import Handled
from common.cases.endings import Ending, done
from common.cases.feed import EventFilter, Feed, Position
from common.cases.handovers import Handovers
from common.cases.queries import Queries
from common.cases.states import State
from common.db.engine import engine
from common.privacy.retention import Retention
from common.process import Handover, Outcome, OutcomeCode
from common.settings import DatabaseSettings, RedisSettings
from common.testing import Chore, a_chore, a_process

pytestmark = pytest.mark.anyio

TOLD = ("errands", "done", "done", "CHILDREN_ENDED", 0)


@dataclass
class Family:
    office: Office
    bell: Bell
    queries: Queries

    def __post_init__(self) -> None:
        self.orders, self.chores, self.errands = a_process("orders"), a_process("chores"), a_process("leavings")
        self.office.processes = [self.orders, self.chores, self.errands]
        self.known = {process.name: process for process in self.office.processes}
        self.children = Children(self.office.pool)

    async def parent(self, *handovers: tuple[str, int]) -> UUID:
        """A case that has ended and left so many rows to each process."""
        case = await self.office.submit(to=self.orders, caller="hr")
        await self.end(await self.office.claim("s", self.orders), *handovers)
        return case

    async def end(self, claimed: object, *handovers: tuple[str, int]) -> None:
        rows = [Handover(process=name, rows=[a_chore() for _ in range(number)]) for name, number in handovers]
        outcome = Outcome(OutcomeCode.CREATED).handing_over(*rows)
        assert await self.office.end(claimed, done(outcome))  # pyright: ignore[reportArgumentType]
        await self.hand_in()

    async def hand_in(self) -> None:
        clock = self.office.clock
        await Handovers(self.office.pool, self.office.keyring, self.bell, self.known, clock).hand_in()

    async def of(self, case: UUID) -> list[UUID]:
        """The children of a case, in their order."""
        rows = await self.office.rows(
            "select c.id from handovers h join cases c on c.batch = h.batch where h.case_id = %s order by h.number, c.row",
            case,
        )
        return [row["id"] for row in rows]

    async def perform(self, number: int = 1, ending: Ending = DONE, to: str = "chores") -> None:
        for _ in range(number):
            assert await self.office.end(await self.office.claim("s", self.known[to]), ending)

    async def look(self) -> list[UUID]:
        """What the errands do: end the batches, and look whose children have ended."""
        course = BatchCourse(self.office.pool, self.office.keyring, self.bell, self.known)
        await course.move_on(abandoned_after=3600)
        return await self.children.end()

    async def told(self, case: UUID) -> int:
        """How often it was told of a case that its children have ended."""
        return (await self.office.moves(case)).count(TOLD)


@pytest.fixture
async def family(office: Office, empty_redis: str, database: DatabaseSettings) -> AsyncGenerator[Family]:
    bell = Bell(RedisSettings(url=empty_redis), "testing")
    reads = engine(database, name="roger-tests")
    yield Family(office, bell, Queries(reads, office.keyring))
    await reads.dispose()
    await bell.close()


class TestTold:
    async def test_once_when_the_last_of_them_has_ended(self, family: Family) -> None:
        parent = await family.parent(("chores", 2))
        assert await family.look() == []
        await family.perform()
        assert await family.look() == []
        await family.perform()
        assert await family.look() == [parent]
        assert await family.look() == []
        assert (await family.office.moves(parent))[-1] == TOLD
        assert await family.told(parent) == 1

    async def test_not_of_a_case_without_any(self, family: Family) -> None:
        case = await family.parent()
        assert await family.look() == []
        assert await family.told(case) == 0

    async def test_not_before_rows_to_several_processes_have_all_ended(self, family: Family) -> None:
        parent = await family.parent(("chores", 1), ("leavings", 1))
        await family.perform(to="leavings")
        assert await family.look() == []
        await family.perform()
        assert await family.look() == [parent]
        assert await family.told(parent) == 1

    async def test_not_while_rows_wait_to_be_handed_in(self, family: Family) -> None:
        parent = await family.parent(("chores", 1))
        await family.office.rows("update handovers set rows = '\\x00', batch = null")
        assert await family.look() == []
        await family.office.rows("update handovers set rows = null, code = 'NO_ROW_TAKEN'")
        assert await family.look() == [parent]

    async def test_also_when_none_of_the_rows_could_be_taken(self, family: Family) -> None:
        """Nothing more comes of it, and the caller waits to hear that; what was not taken people are told."""
        parent = await family.parent(("no-such-process", 2))
        assert await family.look() == [parent]
        (handed,) = (await family.queries.one(parent)).handed_over
        assert (handed.batch, handed.code) == (None, "PROCESS_UNKNOWN")

    async def test_after_the_purge_took_rows_that_were_never_handed_in(self, family: Family) -> None:
        parent = await family.parent(("chores", 1))
        await family.office.rows("update handovers set rows = '\\x00', batch = null")
        later = datetime.now(UTC) + timedelta(days=4000)
        await Retention(family.office.pool).purge({"orders": timedelta(days=30)}, later)
        assert await family.office.rows("select rows, code from handovers") == [{"rows": None, "code": "PURGED"}]
        assert await family.look() == [parent]

    async def test_of_a_withdrawn_batch(self, family: Family) -> None:
        parent = await family.parent(("chores", 3))
        (batch,) = await family.office.rows("select id from batches")
        running = await family.office.claim("s", family.chores)
        assert await Batches(family.office.pool, family.office.intake).withdraw(batch["id"], "person:kari")
        assert await family.look() == [], "one is being performed"
        await family.office.end(running)
        assert await family.look() == [parent]


class TestPeople:
    async def test_what_waits_for_a_person_has_not_ended(self, family: Family) -> None:
        parent = await family.parent(("chores", 2))
        await family.perform()
        await family.perform(ending=TO_A_PERSON)
        assert await family.look() == []
        (manual,) = await family.office.rows("select id from cases where state = 'manual'")
        await family.office.decisions.close(manual["id"], "person:kari", Handled.DONE_MANUALLY)
        assert await family.look() == [parent]

    async def test_what_is_tried_again_has_not_either(self, family: Family) -> None:
        parent = await family.parent(("chores", 1))
        await family.perform(ending=TO_A_PERSON)
        assert await family.look() == []  # the batch has ended
        (child,) = await family.of(parent)
        await family.office.decisions.retry(child, "person:kari")
        assert await family.look() == []
        await family.perform()
        assert await family.look() == [parent]

    async def test_what_was_cancelled_has(self, family: Family) -> None:
        parent = await family.parent(("chores", 1))
        (child,) = await family.of(parent)
        await family.office.decisions.cancel(child, "person:kari")
        assert await family.look() == [parent]

    async def test_what_has_ended_never_begins_anew(self, family: Family) -> None:
        """So nothing can follow upon what was told."""
        parent = await family.parent(("chores", 1))
        (child,) = await family.of(parent)
        await family.perform()
        await family.look()
        assert not await family.office.decisions.retry(child, "person:kari")
        assert not await family.office.decisions.cancel(child, "person:kari")


class TestGenerations:
    async def test_children_first_then_their_parents(self, family: Family) -> None:
        parent = await family.parent(("chores", 2))
        await family.end(await family.office.claim("s", family.chores), ("leavings", 1))
        await family.perform()
        assert await family.look() == []
        (child, other) = await family.of(parent)
        await family.perform(to="leavings")
        assert await family.look() == [child, parent]
        assert [await family.told(case) for case in (parent, child, other)] == [1, 1, 0]

    async def test_one_who_dies_between_two_generations_is_followed_by_the_next(self, family: Family) -> None:
        parent = await family.parent(("chores", 1))
        await family.end(await family.office.claim("s", family.chores), ("leavings", 1))
        await family.perform(to="leavings")
        (child,) = await family.of(parent)
        await family.look()
        # As if the second statement had never been made.
        await family.office.rows("update handovers set ended_at = null where case_id = %s", parent)
        await family.office.rows("delete from events where case_id = %s and code = 'CHILDREN_ENDED'", parent)
        assert await family.look() == [parent]
        assert [await family.told(case) for case in (parent, child)] == [1, 1]


class TestAtOnce:
    async def test_many_who_look_tell_each_once(self, family: Family) -> None:
        parents = [await family.parent(("chores", 2), ("leavings", 1)) for _ in range(10)]
        await family.perform(20)
        await family.perform(10, to="leavings")
        await BatchCourse(family.office.pool, family.office.keyring, family.bell, family.known).move_on(
            abandoned_after=3600
        )
        found = await asyncio.gather(*(Children(family.office.pool).end() for _ in range(6)))
        assert sorted(case for some in found for case in some) == sorted(parents)
        assert [await family.told(parent) for parent in parents] == [1] * 10

    async def test_the_last_two_end_side_by_side_while_others_look(self, family: Family) -> None:
        parents = [await family.parent(("chores", 2)) for _ in range(5)]
        claimed = [await family.office.claim(f"s{number}", family.chores) for number in range(10)]
        await asyncio.gather(
            *(family.office.queue.finish(f"s{number}", case, DONE) for number, case in enumerate(claimed)),
            *(family.look() for _ in range(5)),
        )
        await family.look()
        assert [await family.told(parent) for parent in parents] == [1] * 5

    async def test_one_that_is_held_up_in_the_middle_is_overtaken_by_nobody(self, family: Family) -> None:
        """Somebody has noted it and not committed: a second one waits, and finds it told."""
        parent = await family.parent(("chores", 1))
        await family.perform()
        await BatchCourse(family.office.pool, family.office.keyring, family.bell, family.known).move_on(
            abandoned_after=3600
        )
        async with family.office.pool.connection() as connection:
            async with connection.transaction():
                await connection.execute("update handovers set ended_at = now() where case_id = %s", (parent,))
                second = asyncio.create_task(family.children.end())
                await self._waits_for_a_lock(family)
            assert await second == []
        assert await family.told(parent) == 0

    async def _waits_for_a_lock(self, family: Family) -> None:
        async with asyncio.timeout(20):
            while not await family.office.rows("select 1 from pg_locks where not granted limit 1"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)


class TestFarAhead:
    """Rows that are for a day months from now."""

    @pytest.fixture
    async def waiting(self, family: Family) -> UUID:
        far = datetime.now(UTC) + timedelta(days=90)
        case = await family.office.submit(to=family.orders, caller="hr")
        outcome = Outcome(OutcomeCode.CREATED).handing_over(
            Handover(process="chores", rows=[Chore(what="delete", not_before=far)])
        )
        assert await family.office.end(await family.office.claim("s", family.orders), done(outcome))
        await family.hand_in()
        return case

    async def test_they_have_not_ended_and_are_not_late(self, family: Family, waiting: UUID) -> None:
        (child,) = await family.of(waiting)
        row = await family.office.case(child)
        assert row["due"] == row["not_before"] + family.chores.due
        assert row["ready_at"] == row["not_before"]
        assert await family.office.idle("s")
        assert await family.look() == []

    async def test_nothing_that_alarms_follows_from_them(self, family: Family, waiting: UUID) -> None:
        await family.look()
        (standing,) = await family.queries.standings()
        assert (standing.states, standing.overdue) == ({State.QUEUED: 1}, 0)
        assert standing.later == 1, "no robot is kept there for it"
        assert standing.oldest_ready_at is not None
        assert standing.oldest_ready_at > datetime.now(UTC), "it has not begun to wait"
        assert await family.office.rows("select 1 from tasks") == []
        batch = (await family.queries.one(waiting)).handed_over[0].batch
        assert await family.office.rows("select state, ended_at from batches where id = %s", batch) == [
            {"state": "open", "ended_at": None}
        ]


async def test_followers_are_told_of_it_by_its_name(family: Family) -> None:
    parent = await family.parent(("chores", 1))
    await family.perform()
    await family.look()
    page = await Feed(family.office.pool).page(Position(0))
    (told,) = [move for move in page.moves if move.code == "CHILDREN_ENDED"]
    assert (told.case, told.name, told.moves) == (parent, "children_ended", False)
    assert told.told()["from"] == told.told()["to"] == "done"


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({}, True),
        ({"code": ["CHILDREN_ENDED"]}, True),
        ({"code": ["CREATED"]}, False),
        ({"state": ["done"]}, False),  # whoever asks for moves is told of moves, as before
        ({"process": ["orders"], "code": ["CREATED", "CHILDREN_ENDED"]}, True),
    ],
)
async def test_who_wants_to_hear_of_it(family: Family, asked: dict[str, list[str]], *, wanted: bool) -> None:
    await family.parent(("chores", 1))
    await family.perform()
    await family.look()
    page = await Feed(family.office.pool).page(Position(0))
    (told,) = [move for move in page.moves if move.code == "CHILDREN_ENDED"]
    assert EventFilter.model_validate(asked).wants(told) is wanted
