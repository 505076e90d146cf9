"""Reports of batches: made of every row when a batch ends, stored once and sealed, gone when their time is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from office import TO_A_PERSON, Office

from common.batch import BatchRule, EndedRow, Figures
from common.cases import batch_reports
from common.cases.batch_course import BatchCourse
from common.cases.batch_queries import BatchQueries
from common.cases.batch_reports import BatchReports
from common.cases.batches import Batches, BatchState, Source
from common.cases.bell import Bell
from common.cases.draft import Draft
from common.cases.endings import done
from common.cases.sight import ALL, Sight
from common.db.pool import Pool
from common.privacy.crypto import Unreadable
from common.privacy.retention import Retention
from common.process import Outcome, OutcomeCode, Process, Run, Service
from common.process import Retention as Rule
from common.report.document import Column, Figure, Kind, Report, Table
from common.settings import RedisSettings
from common.testing import Chore, a_chore

pytestmark = pytest.mark.anyio

INSTANT = timedelta(microseconds=1)


@dataclass
class Reporting:
    """A process that makes a report, and how often it was asked for one."""

    fails: bool = False
    asked: int = 0
    figures: list[Figures] = field(default_factory=list[Figures])

    def before(self, rows: Iterable[Chore]) -> Figures:
        return {"rows": sum(1 for _ in rows)}

    def report(self, rows: Iterable[EndedRow[Chore]], figures: Figures) -> Report:
        self.asked += 1
        self.figures.append(figures)
        if self.fails:
            raise ZeroDivisionError
        told = [(row.input.what, row.state, row.code, str((row.detail or {}).get("seen", ""))) for row in rows]
        columns = tuple(Column(label=label) for label in ("Hva", "Status", "Kode", "Sett"))
        return Report(
            title="Gjøremål",
            subtitle=f"{len(told)} rader",
            figures=(Figure(label="Rader", kind=Kind.WHOLE, value=len(told)),),
            tables=(Table(title="Alle", columns=columns, rows=tuple(told)),),
        )


class Bureau:
    """Intake, the errand that ends batches, and what reads reports."""

    def __init__(self, office: Office, bell: Bell) -> None:
        self.office = office
        self.rule = Reporting()
        self.process = declared(BatchRule(before=self.rule.before, report=self.rule.report))
        office.processes = [self.process]
        self.batches, self.queries = Batches(office.pool, office.intake), BatchQueries(office.pool)
        self.course = BatchCourse(office.pool, office.keyring, bell, {self.process.name: self.process})
        self.reports = BatchReports(office.pool, office.keyring)

    async def take(self, *chores: Chore) -> UUID:
        rows = [(number, Draft(input=chore, row=number)) for number, chore in enumerate(chores)]
        whole = await self.batches.take(self.process, "booking", Source.ARRAY, rows, self.office.clock(), contents=[])
        assert whole.batch is not None
        await self.move_on()
        return whole.batch

    async def move_on(self) -> None:
        await self.course.move_on(abandoned_after=3600)

    async def perform_all(self) -> None:
        while (claimed := (await self.office.turn()).claimed) is not None:
            what = claimed.payload()["input"]["what"]
            ending = done(Outcome(OutcomeCode.NOOP, {"seen": f"så {what}"}))
            assert await self.office.end(claimed, TO_A_PERSON if what == "odd" else ending)

    async def state(self, batch: UUID) -> BatchState:
        return (await self.queries.one(batch)).batch.state

    async def ended(self, *chores: Chore) -> UUID:
        batch = await self.take(*chores)
        await self.perform_all()
        await self.move_on()
        assert await self.state(batch) is BatchState.ENDED
        return batch


def declared(rule: BatchRule[Chore]) -> Process:
    service = Service("testing", title="Testing")

    def perform(chore: Chore, run: Run) -> Outcome:
        return Outcome(OutcomeCode.NOOP)

    declare = service.process(
        "chores", targets=(), manual_minutes=1, due=timedelta(hours=4), retention=Rule.ORDERS, batch=rule
    )
    declare(perform)
    return service.processes["chores"]


@pytest.fixture
async def bureau(connections: Pool, empty_redis: str) -> AsyncGenerator[Bureau]:
    bell = Bell(RedisSettings(url=empty_redis), "testing")
    yield Bureau(Office(connections), bell)
    await bell.close()


async def test_tells_of_every_row_when_the_batch_has_ended_and_not_before(bureau: Bureau) -> None:
    await bureau.office.submit(a_chore(reference="old", what="old"), to=bureau.process)
    batch = await bureau.take(a_chore(what="a"), a_chore(reference="old", what="old"), a_chore(what="odd"))
    assert await bureau.reports.of(batch) is None
    assert bureau.rule.asked == 0
    await bureau.perform_all()
    await bureau.move_on()
    report = await bureau.reports.of(batch)
    assert report is not None
    assert bureau.rule.figures == [{"rows": 2}]
    assert report.tables[0].rows == (
        ("a", "done", "NOOP", "så a"),
        ("old", "done", "NOOP", "så old"),
        ("odd", "manual", "NAME_MISMATCH", ""),
    )


async def test_many_rows_are_read_piece_by_piece_and_told_whole(bureau: Bureau) -> None:
    await bureau.take(*(a_chore(what=f"w{number:04}") for number in range(1_100)))
    await bureau.office.rows("update cases set state = 'done', outcome = 'NOOP', ended_at = now()")
    await bureau.move_on()
    (heading,) = await bureau.reports.page(sight=ALL, limit=10)
    report = await bureau.reports.of(heading.batch)
    assert report is not None
    assert [row[0] for row in report.tables[0].rows] == [f"w{number:04}" for number in range(1_100)]
    assert (heading.title, heading.subtitle, heading.rows) == ("Gjøremål", "1100 rader", 1_100)


async def test_whoever_comes_to_end_the_batch_it_is_stored_once(bureau: Bureau) -> None:
    batch = await bureau.take(a_chore(what="a"))
    await bureau.perform_all()
    await asyncio.gather(*(bureau.move_on() for _ in range(4)))
    await bureau.move_on()
    assert await bureau.office.rows("select batch from batch_reports") == [{"batch": batch}]


@pytest.mark.parametrize("dies", ["before_it_is_stored", "before_the_end_is_committed"])
async def test_a_death_leaves_the_batch_to_the_next_and_no_report_behind(bureau: Bureau, dies: str) -> None:
    batch = await bureau.take(a_chore(what="a"))
    await bureau.perform_all()
    made = batch_reports.sealed(bureau.office.keyring, batch, Report(title="halvt"))
    async with bureau.office.pool.connection() as connection, connection.transaction(force_rollback=True):
        await connection.execute("update batches set state = 'ended', ended_at = now() where id = %s", [batch])
        if dies == "before_the_end_is_committed":
            await batch_reports.keep(connection, made)
    assert await bureau.reports.of(batch) is None
    assert await bureau.state(batch) is BatchState.OPEN
    await bureau.move_on()
    report = await bureau.reports.of(batch)
    assert (await bureau.state(batch), report and report.title) == (BatchState.ENDED, "Gjøremål")


async def test_a_report_that_fails_holds_its_batch_until_it_is_mended(bureau: Bureau) -> None:
    bureau.rule.fails = True
    batch = await bureau.take(a_chore(what="a"))
    await bureau.perform_all()
    for _ in range(3):
        await bureau.move_on()
    assert (bureau.rule.asked, await bureau.state(batch)) == (1, BatchState.OPEN)
    tasks = await bureau.office.rows("select key from tasks")
    assert [task["key"] for task in tasks] == [f"batch-rule-failed:{batch}"]
    bureau.rule.fails = False
    await bureau.office.rows("update batches set retry_at = now()")
    await bureau.move_on()
    assert await bureau.reports.of(batch) is not None


async def test_nothing_of_it_can_be_read_in_the_database_and_no_other_batch_opens_it(bureau: Bureau) -> None:
    batch = await bureau.ended(a_chore(what="hemmelig"))
    (row,) = await bureau.office.rows("select * from batch_reports")
    stored = b"".join(value for value in row.values() if isinstance(value, bytes))
    assert b"hemmelig" not in stored
    assert "Gjøremål".encode() not in stored
    other = await bureau.ended(a_chore(what="b"))
    await bureau.office.rows(
        "update batch_reports r set key = o.key, heading = o.heading, content = o.content "
        "from batch_reports o where r.batch = %s and o.batch = %s",
        other,
        batch,
    )
    with pytest.raises(Unreadable):
        await bureau.reports.of(other)


class TestList:
    async def test_is_newest_first_page_by_page(self, bureau: Bureau) -> None:
        made = [await bureau.ended(a_chore(what=f"{number}")) for number in range(3)]
        await bureau.take(a_chore(what="open"))
        first = await bureau.reports.page(sight=ALL, limit=2)
        rest = await bureau.reports.page(sight=ALL, limit=2, before=first[-1].batch)
        assert [heading.batch for heading in (*first, *rest)] == made[::-1]

    async def test_lies_within_sight(self, bureau: Bureau) -> None:
        north = await bureau.ended(a_chore(what="n", unit="310456780"))
        both = await bureau.ended(a_chore(what="n", unit="310456780"), a_chore(what="s", unit="310456799"))

        async def seen(**narrowed: Any) -> set[UUID]:
            whole: dict[str, Any] = {"caller": None, "processes": None, "units": None}
            return {each.batch for each in await bureau.reports.page(sight=Sight(**whole | narrowed), limit=9)}

        assert await seen() == {north, both}
        assert await seen(caller="booking") == {north, both}
        assert await seen(caller="other") == set()
        assert await seen(processes=frozenset({"other"})) == set()
        assert await seen(units=frozenset({"310456780"})) == {north}


class TestRetention:
    NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
    SPAN = timedelta(days=14)

    async def test_deletes_it_at_the_very_moment_and_not_before(self, bureau: Bureau) -> None:
        over, young = await bureau.ended(a_chore(what="a")), await bureau.ended(a_chore(what="b"))
        retention = Retention(bureau.office.pool)
        for batch, ended in ((over, self.NOW - self.SPAN), (young, self.NOW - self.SPAN + INSTANT)):
            await bureau.office.rows("update batches set ended_at = %s where id = %s", ended, batch)
        assert (await retention.purge({"chores": self.SPAN}, self.NOW - INSTANT)).reports == 0
        _, beside = await retention.standing(self.NOW)
        assert (beside.reports, beside.reports_overdue) == (2, 1)
        assert (await retention.purge({"chores": self.SPAN}, self.NOW)).reports == 1
        assert await bureau.reports.of(over) is None
        assert await bureau.reports.of(young) is not None
        assert await bureau.state(over) is BatchState.ENDED

    async def test_in_bites_until_nothing_is_left(self, bureau: Bureau) -> None:
        for number in range(3):
            await bureau.ended(a_chore(what=f"{number}"))
        await bureau.office.rows("update batches set ended_at = %s", self.NOW - self.SPAN)
        retention = Retention(bureau.office.pool, chunk=2)
        assert (await retention.purge({"chores": self.SPAN}, self.NOW)).reports == 3


async def test_a_batch_that_does_not_exist_has_none(bureau: Bureau) -> None:
    assert await bureau.reports.of(uuid4()) is None
