"""Batches: rows in = refused + existing + own cases at every moment, and whoever dies between two steps is followed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from office import DONE, TO_A_PERSON, Office

from common.batch import BatchRule, EndedRow, Figures
from common.cases.batch_course import BatchCourse
from common.cases.batch_queries import BatchQueries, Totals
from common.cases.batches import Batches, BatchState, Code, Row, Source
from common.cases.bell import Bell
from common.cases.draft import Draft
from common.cases.states import State
from common.db.pool import Pool
from common.errors import BusinessException, NeedsJudgement
from common.process import Outcome, OutcomeCode, Process, Retention, Run, Service
from common.refusals import FieldProblem, InvalidInput
from common.settings import RedisSettings
from common.task import Task
from common.testing import Chore, a_chore

pytestmark = pytest.mark.anyio

HOUR = 3600.0
Before = Callable[[Iterable[Chore]], Figures]
After = Callable[[Iterable[EndedRow[Chore]]], Sequence[Task]]


class TooMuch(BusinessException):
    """The batch holds too much."""

    code = "TOO_MUCH"


@dataclass
class Rule:
    """A process's rule over its batches, and what it has been asked."""

    refuses: bool = False
    fails: bool = False
    releases: bool = False
    seen: list[list[str]] = field(default_factory=list[list[str]])
    ended: list[list[EndedRow[Chore]]] = field(default_factory=list[list[EndedRow[Chore]]])

    def before(self, rows: Iterable[Chore]) -> Figures:
        self.seen.append([row.what for row in rows])
        if self.refuses:
            raise TooMuch
        if self.fails:
            raise ZeroDivisionError
        return {"rows": len(self.seen[-1]), "first": self.seen[-1][0]}

    def release(self, figures: Figures) -> bool:
        return self.releases and "rows" in figures

    def after(self, rows: Iterable[EndedRow[Chore]]) -> Sequence[Task]:
        self.ended.append(list(rows))
        return [Task(name="sum", role="unit-leader", title="Ferdig", text=f"{len(self.ended[-1])} rader")]


@dataclass
class Hall:
    """Intake of batches, the errand that moves them on, and what there is to read."""

    office: Office
    bell: Bell
    rule: Rule = field(default_factory=Rule)

    def __post_init__(self) -> None:
        self.plain = declared("plain", None)
        self.ruled = declared(
            "ruled", BatchRule(before=self.rule.before, release=self.rule.release, after=self.rule.after)
        )
        self.watched = declared("watched", None, release=is_dear)
        self.office.processes = [self.plain, self.ruled, self.watched]
        self.batches = Batches(self.office.pool, self.office.intake)
        self.queries = BatchQueries(self.office.pool)
        self.course = BatchCourse(
            self.office.pool, self.office.keyring, self.bell, {one.name: one for one in self.office.processes}
        )

    async def move_on(self) -> None:
        await self.course.move_on(abandoned_after=HOUR)

    async def take(self, process: Process, rows: Sequence[Row], content: bytes | None = None) -> UUID:
        whole = await self.batches.take(
            process, "booking", Source.ARRAY, rows, self.office.clock(), contents=[content] if content else []
        )
        assert whole.batch is not None
        return whole.batch

    async def begin(self, process: Process, content: bytes | None = None) -> UUID:
        return (await self.batches.begin(process, "booking", Source.NDJSON, [content] if content else [])).id

    async def add(self, batch: UUID, process: Process, rows: Sequence[Row], offset: int = 0) -> int | None:
        return await self.batches.add(batch, process, "booking", rows, self.office.clock(), offset=offset)

    async def one(self, batch: UUID) -> Totals:
        """The totals, which must add up whenever one looks."""
        found = await self.queries.one(batch)
        assert found.batch.rows == found.refused + found.existing + found.accepted
        return found

    async def state(self, batch: UUID) -> BatchState:
        return (await self.one(batch)).batch.state

    async def cases(self, batch: UUID) -> dict[State, int]:
        counted: dict[State, int] = {}
        for share in (await self.one(batch)).cases:
            counted[share.state] = counted.get(share.state, 0) + share.number
        return counted

    async def perform_all(self) -> None:
        while (claimed := (await self.office.turn()).claimed) is not None:
            assert await self.office.end(claimed)

    async def age(self, batch: UUID, seconds: float) -> None:
        await self.office.rows(
            "update batches set touched_at = touched_at - %s * interval '1 second' where id = %s", seconds, batch
        )

    async def tasks(self) -> list[dict[str, Any]]:
        return await self.office.rows("select * from tasks order by key")


def is_dear(chore: Chore) -> bool:
    return chore.what.startswith("dear")


def declared(name: str, batch: BatchRule[Chore] | None, **options: Any) -> Process:
    service = Service("testing", title="Testing")

    def perform(chore: Chore, run: Run) -> Outcome:
        return Outcome(OutcomeCode.NOOP)

    declare = service.process(
        name, targets=(), manual_minutes=1, due=timedelta(hours=4), retention=Retention.ORDERS, batch=batch, **options
    )
    declare(perform)
    return service.processes[name]


def rows(*chores: Chore, start: int = 0) -> list[Row]:
    return [(number, Draft(input=chore, row=number)) for number, chore in enumerate(chores, start)]


def many(number: int, start: int = 0) -> list[Row]:
    return rows(*(a_chore(reference=f"T-{start + n}") for n in range(number)), start=start)


def bad(number: int) -> Row:
    return number, InvalidInput((FieldProblem("what", "MISSING_FIELD", "what is required"),))


@pytest.fixture
async def hall(connections: Pool, empty_redis: str) -> AsyncGenerator[Hall]:
    bell = Bell(RedisSettings(url=empty_redis), "testing")
    yield Hall(Office(connections), bell)
    await bell.close()


class TestAllAtOnce:
    async def test_is_at_work_at_once_and_ends_with_its_cases(self, hall: Hall) -> None:
        batch = await hall.take(hall.plain, many(3))
        assert await hall.cases(batch) == {State.QUEUED: 3}
        assert await hall.state(batch) is BatchState.OPEN
        await hall.move_on()
        assert await hall.state(batch) is BatchState.OPEN
        await hall.perform_all()
        await hall.move_on()
        assert await hall.state(batch) is BatchState.ENDED

    async def test_says_of_each_row_what_became_of_it(self, hall: Hall) -> None:
        old = await hall.office.submit(a_chore(reference="old", what="old"), to=hall.plain)
        batch = await hall.take(
            hall.plain,
            [
                *rows(a_chore(reference="new"), a_chore(reference="old", what="old")),
                bad(2),
                *rows(a_chore(reference="old", what="other"), start=3),
            ],
        )
        found = await hall.queries.rows(batch, limit=10)
        assert [(row.row, row.existing, row.problem and row.problem["code"]) for row in found] == [
            (0, False, None),
            (1, True, None),
            (2, False, "INVALID_INPUT"),
            (3, False, "REFERENCE_TAKEN"),
        ]
        assert found[1].case == old
        totals = await hall.one(batch)
        assert (totals.batch.rows, totals.refused, totals.existing, totals.accepted) == (4, 2, 1, 1)
        for only, numbers in {
            "refused": [2, 3],
            "existing": [1],
            "accepted": [0],
            "queued": [0, 1],
            "done": [],
        }.items():
            assert [row.row for row in await hall.queries.rows(batch, only=only, limit=10)] == numbers, only
        assert [row.row for row in await hall.queries.rows(batch, limit=2, after=1)] == [2, 3]

    async def test_nothing_taken_is_nothing_stored(self, hall: Hall) -> None:
        whole = await hall.batches.take(hall.plain, "booking", Source.ARRAY, [bad(0)], hall.office.clock())
        assert whole.batch is None
        assert await hall.office.rows("select 1 from batches") == []

    async def test_the_same_content_is_the_same_batch(self, hall: Hall) -> None:
        chores = [a_chore(), a_chore()]
        answers = await asyncio.gather(
            *(
                hall.batches.take(
                    hall.plain, "booking", Source.ARRAY, rows(*chores), hall.office.clock(), contents=[b"x"]
                )
                for _ in range(6)
            )
        )
        assert len({answer.batch for answer in answers}) == 1
        assert sum(not answer.existing for answer in answers) == 1
        (counted,) = await hall.office.rows("select count(*)::int as n from cases")
        assert counted["n"] == 2


class TestPieceByPiece:
    async def test_nothing_is_worked_on_before_the_last_row_is_in(self, hall: Hall) -> None:
        batch = await hall.begin(hall.plain)
        for offset in (0, 5):
            await hall.add(batch, hall.plain, many(5, offset), offset)
            await hall.move_on()
            assert await hall.office.idle()
            assert await hall.cases(batch) == {State.AWAITING_RELEASE: offset + 5}
        assert await hall.batches.complete(batch, hall.plain)
        await hall.move_on()
        assert await hall.cases(batch) == {State.QUEUED: 10}

    async def test_the_same_rows_are_not_added_twice(self, hall: Hall) -> None:
        batch = await hall.begin(hall.plain)
        piece = rows(a_chore(), a_chore())  # without references: only the count of rows can tell
        added = await asyncio.gather(*(hall.add(batch, hall.plain, piece) for _ in range(4)))
        assert sorted(number for number in added if number is not None) == [2]
        assert await hall.add(batch, hall.plain, piece, 1) is None
        assert (await hall.one(batch)).batch.rows == 2

    async def test_takes_no_row_once_it_is_complete(self, hall: Hall) -> None:
        batch = await hall.begin(hall.plain)
        await hall.add(batch, hall.plain, many(2))
        assert await hall.batches.complete(batch, hall.plain)
        assert await hall.add(batch, hall.plain, many(2, 2), 2) is None
        assert not await hall.batches.complete(batch, hall.plain)

    async def test_left_half_sent_it_is_refused_and_may_be_sent_anew(self, hall: Hall) -> None:
        batch = await hall.begin(hall.plain, b"file")
        await hall.add(batch, hall.plain, many(3))
        await hall.age(batch, HOUR - 60)
        await hall.move_on()
        assert await hall.state(batch) is BatchState.RECEIVING
        await hall.age(batch, 61)
        await hall.move_on()
        totals = await hall.one(batch)
        assert (totals.batch.state, totals.batch.code) == (BatchState.REFUSED, Code.INCOMPLETE_UPLOAD)
        assert await hall.cases(batch) == {State.CANCELLED: 3}
        (event, *_) = await hall.office.rows("select code, actor from events where to_state = 'cancelled'")
        assert (event["code"], event["actor"]) == ("INCOMPLETE_UPLOAD", "batches")
        anew = await hall.begin(hall.plain, b"file")
        assert anew != batch
        assert await hall.add(anew, hall.plain, many(3)) == 3, "the references are free again"


class TestRule:
    async def test_sees_all_accepted_rows_before_any_case_is_worked_on(self, hall: Hall) -> None:
        batch = await hall.take(hall.ruled, [*rows(*(a_chore(what=f"w{n}") for n in range(1200))), bad(1200)])
        assert await hall.state(batch) is BatchState.RECEIVED
        assert await hall.office.idle()
        await hall.move_on()
        assert hall.rule.seen == [[f"w{n}" for n in range(1200)]]
        totals = await hall.one(batch)
        assert (totals.batch.state, totals.batch.figures) == (BatchState.OPEN, {"rows": 1200, "first": "w0"})
        assert await hall.cases(batch) == {State.QUEUED: 1200}

    async def test_may_refuse_the_whole(self, hall: Hall) -> None:
        hall.rule.refuses = True
        batch = await hall.take(hall.ruled, many(3))
        await hall.move_on()
        totals = await hall.one(batch)
        assert (totals.batch.state, totals.batch.code) == (BatchState.REFUSED, "TOO_MUCH")
        assert await hall.cases(batch) == {State.CANCELLED: 3}
        assert totals.batch.ended_at is not None

    async def test_that_fails_holds_only_its_own_batch_up(self, hall: Hall) -> None:
        hall.rule.fails = True
        stuck = await hall.take(hall.ruled, many(2))
        other = await hall.begin(hall.plain)
        await hall.add(other, hall.plain, many(2))
        await hall.batches.complete(other, hall.plain)
        for _ in range(3):
            await hall.move_on()
        assert await hall.state(stuck) is BatchState.RECEIVED
        assert await hall.cases(other) == {State.QUEUED: 2}
        assert len(hall.rule.seen) == 1, "asked again only after a while"
        assert [task["key"] for task in await hall.tasks()] == [f"batch-rule-failed:{stuck}"]
        hall.rule.fails = False
        await hall.office.rows("update batches set retry_at = now() where id = %s", stuck)
        await hall.move_on()
        assert await hall.state(stuck) is BatchState.OPEN

    async def test_hears_how_every_row_ended_and_its_tasks_stand_once(self, hall: Hall) -> None:
        old = await hall.office.submit(a_chore(reference="old", what="old"), to=hall.ruled)
        batch = await hall.take(
            hall.ruled,
            rows(a_chore(what="a"), a_chore(reference="old", what="old"), a_chore(what="c"), a_chore(what="d")),
        )
        await hall.move_on()
        claims = {
            str(claimed.payload()["input"]["what"]): claimed
            for claimed in [await hall.office.claim() for _ in range(4)]
        }
        await hall.office.end(claims["a"])
        await hall.office.end(claims["c"], TO_A_PERSON)
        await hall.move_on()
        assert hall.rule.ended == [], "one of its cases still runs"
        await hall.office.end(claims["d"])
        await asyncio.gather(*(hall.move_on() for _ in range(3)))
        assert await hall.state(batch) is BatchState.ENDED
        told = [(row.row, row.input.what, row.state, row.code, row.existing) for row in hall.rule.ended[0]]
        assert told == [
            (0, "a", "done", "NOOP", False),
            (1, "old", "running", None, True),
            (2, "c", "manual", "NAME_MISMATCH", False),
            (3, "d", "done", "NOOP", False),
        ]
        (task,) = await hall.tasks()
        assert (task["key"], task["batch"], task["text"]) == (f"{batch}:sum", batch, "4 rader")
        await hall.office.end(claims["old"])
        assert (await hall.office.state(old)) == State.DONE


class TestRelease:
    async def test_of_a_batch_by_a_second_person(self, hall: Hall) -> None:
        hall.rule.releases = True
        batch = await hall.take(hall.ruled, many(3))
        assert not await hall.batches.release(batch, "caller:desk", rows=3), "its rule has not been asked yet"
        await hall.move_on()
        assert await hall.state(batch) is BatchState.AWAITING_RELEASE
        assert not await hall.batches.release(batch, "caller:booking", rows=3), "its submitter"
        assert not await hall.batches.release(batch, "caller:desk", rows=2), "other totals"
        assert await hall.office.idle()
        assert await hall.batches.release(batch, "caller:desk", rows=3)
        assert not await hall.batches.release(batch, "caller:desk", rows=3)
        await hall.move_on()
        assert await hall.cases(batch) == {State.QUEUED: 3}
        events = await hall.office.rows("select distinct actor from events where to_state = 'queued'")
        assert events == [{"actor": "caller:desk"}]

    async def test_of_a_case_waits_for_its_batch(self, hall: Hall) -> None:
        batch = await hall.begin(hall.watched)
        await hall.add(batch, hall.watched, rows(a_chore(what="cheap"), a_chore(what="dear")))
        dear = (await hall.queries.rows(batch, limit=5, after=0))[0].case
        assert dear is not None
        assert not await hall.office.decisions.release(dear, "caller:desk"), "its batch is still coming in"
        await hall.batches.complete(batch, hall.watched)
        await hall.move_on()
        assert await hall.cases(batch) == {State.QUEUED: 1, State.AWAITING_RELEASE: 1}
        await hall.perform_all()
        await hall.move_on()
        assert await hall.state(batch) is BatchState.OPEN
        assert not await hall.office.decisions.release(dear, "caller:booking")
        assert await hall.office.decisions.release(dear, "caller:desk")
        await hall.perform_all()
        await hall.move_on()
        assert await hall.state(batch) is BatchState.ENDED

    async def test_that_is_overdue_is_told_once(self, hall: Hall) -> None:
        hall.rule.releases = True
        batch = await hall.take(hall.ruled, many(2))
        case = await hall.office.submit(a_chore(what="dear", unit="311874322"), to=hall.watched)
        await hall.move_on()
        assert await hall.tasks() == []
        day = timedelta(days=1).total_seconds()
        await hall.age(batch, day + 1)
        await hall.office.rows("update cases set submitted_at = submitted_at - interval '25 hours' where id = %s", case)
        await asyncio.gather(*(hall.move_on() for _ in range(3)))
        told = await hall.tasks()
        assert {task["key"] for task in told} == {f"release-overdue:{batch}", f"release-overdue:{case}"}
        assert {task["role"] for task in told} == {"releaser"}
        assert {task["unit"] for task in told} == {None, "311874322"}


class TestWithdrawal:
    async def test_stops_what_has_not_begun(self, hall: Hall) -> None:
        batch = await hall.take(hall.plain, many(4), b"key")
        running = await hall.office.claim()
        assert await hall.batches.withdraw(batch, "caller:booking")
        await hall.move_on()
        assert await hall.cases(batch) == {State.RUNNING: 1, State.CANCELLED: 3}
        await hall.office.end(running, DONE)
        assert await hall.cases(batch) == {State.DONE: 1, State.CANCELLED: 3}
        assert not await hall.batches.withdraw(batch, "caller:booking")
        again = await hall.take(hall.plain, many(4), b"key")
        assert again != batch


@pytest.mark.parametrize("releases", [False, True])
async def test_death_between_any_two_steps(hall: Hall, releases: bool) -> None:  # noqa: FBT001
    """Each step alone, then the errand: the end is the same, and every step was taken once."""
    hall.rule.releases = releases
    batch = await hall.begin(hall.ruled, b"file")
    await hall.add(batch, hall.ruled, many(1500))
    await hall.batches.complete(batch, hall.ruled)  # died here: nobody rang
    assert await hall.state(batch) is BatchState.RECEIVED
    await hall.office.rows("update batches set state = %s, figures = '{}' where id = %s", "awaiting_release", batch)
    if not releases:
        await hall.office.rows("update batches set state = 'open' where id = %s", batch)  # died before any case went
    else:
        assert await hall.batches.release(batch, "caller:desk", rows=1500)
    await hall.office.rows(  # died with some cases let go
        "update cases set state = 'queued' where row < 700"
    )
    await hall.move_on()
    assert await hall.cases(batch) == {State.QUEUED: 1500}
    assert await hall.batches.withdraw(batch, "caller:booking")
    await hall.office.rows("update cases set state = 'cancelled', ended_at = now() where row < 700")  # and here
    await hall.move_on()
    assert await hall.cases(batch) == {State.CANCELLED: 1500}
    assert (await hall.one(batch)).batch.ended_at is not None


async def test_the_totals_add_up_while_everything_moves(hall: Hall) -> None:
    """Claims, ends, cancellations, withdrawal and reading side by side."""
    batch = await hall.begin(hall.plain)
    looked = 0
    moving = True

    async def look() -> None:
        nonlocal looked
        while moving:
            await hall.one(batch)
            looked += 1

    async def fill() -> None:
        for offset in range(0, 400, 50):
            piece: list[Row] = [*many(49, offset), bad(offset + 49)]
            await hall.add(batch, hall.plain, piece, offset)
        await hall.batches.complete(batch, hall.plain)
        await hall.move_on()

    async def work(shift: str) -> None:
        for _ in range(60):
            claimed = (await hall.office.turn(shift)).claimed
            if claimed is not None:
                await hall.office.queue.finish(shift, claimed, DONE if claimed.id.int % 3 else TO_A_PERSON)

    async def cancel() -> None:
        for row in await hall.queries.rows(batch, only="queued", limit=100):
            assert row.case is not None
            await hall.office.decisions.cancel(row.case, "caller:booking")

    async with asyncio.TaskGroup() as together:
        looking = [together.create_task(look()) for _ in range(2)]
        await fill()
        await asyncio.gather(work("a"), work("b"), cancel(), hall.move_on())
        await hall.batches.withdraw(batch, "caller:booking")
        await asyncio.gather(work("a"), hall.move_on(), hall.move_on())
        moving = False
        await asyncio.gather(*looking)
    totals = await hall.one(batch)
    assert (totals.batch.rows, totals.refused) == (400, 8)
    assert looked > 10
    assert set(await hall.cases(batch)) <= {State.DONE, State.MANUAL, State.CANCELLED}


async def test_a_judgement_is_no_failure(hall: Hall) -> None:
    """Any business exception refuses, also one of ours."""

    def before(rows: Iterable[Chore]) -> Figures:
        raise NeedsJudgement

    process = declared("judged", BatchRule(before=before))
    course = BatchCourse(hall.office.pool, hall.office.keyring, hall.bell, {"judged": process})
    batch = await hall.take(process, many(1))
    await course.move_on(abandoned_after=HOUR)
    assert (await hall.one(batch)).batch.code == "NEEDS_JUDGEMENT"
    assert await hall.tasks() == []
