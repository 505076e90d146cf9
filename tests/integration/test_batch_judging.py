"""A judgement over all rows of a batch: each case finds what was said of it, and only a batch that waits is judged."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from office import Office
from pydantic import BaseModel

from common.batch import BatchDesk, BatchRule, EndedRow, Figures, Judgement
from common.cases.batch_course import BatchCourse
from common.cases.batch_judging import BatchJudging
from common.cases.batches import Batches, Source
from common.cases.bell import Bell
from common.cases.draft import Draft
from common.cases.endings import done
from common.cases.registers import Registers
from common.errors import ConfigurationError, NeedsJudgement
from common.process import Outcome, OutcomeCode, Process, RegisterRow, Retention, Run, Service
from common.settings import RedisSettings
from common.task import Task
from common.testing import Chore, FixedClock, a_chore

pytestmark = pytest.mark.anyio

DAY = date(2026, 12, 11)


class Most(RegisterRow):
    most: int


class Said(BaseModel):
    """What the judgement says of a row that several have."""

    times: int


service = Service("judging", title="Judging")
limits = service.register("limits", row=Most, title="Grenser")


def _set() -> Event:
    event = Event()
    event.set()
    return event


@dataclass
class Rule:
    """Says of each chore how often it stands in the batch, where that is more than the register allows."""

    refuses: bool = False
    wrong_number: bool = False
    asked: int = 0
    begun: Event = field(default_factory=Event)
    goes_on: Event = field(default_factory=_set)
    told: tuple[date, bool] | None = None
    """The day it is, and whether made-up persons are accepted."""
    release_by: datetime | None = None
    releases: bool = False
    ended: list[EndedRow[Chore]] = field(default_factory=list[EndedRow[Chore]])

    def judge(self, rows: Sequence[Chore], desk: BatchDesk) -> Judgement:
        self.asked += 1
        self.begun.set()
        assert self.goes_on.wait(30)
        self.told = desk.today(), desk.accepts_synthetic
        if self.refuses:
            raise NeedsJudgement
        most = desk.register(limits, on=DAY).rows[0].most
        times = Counter(row.what for row in rows)
        findings = [Said(times=times[row.what]) if times[row.what] > most else None for row in rows]
        return Judgement(figures={"rows": len(rows)}, findings=findings[: -1 if self.wrong_number else None])

    def release(self, figures: Figures) -> bool:
        return self.releases and figures["rows"] != 0

    def by(self, figures: Figures) -> datetime | None:
        assert figures["rows"]
        return self.release_by

    def after(self, rows: Any) -> Sequence[Task]:
        self.ended = list(rows)
        return []


def do(chore: Chore, run: Run) -> Outcome:
    del chore, run
    return Outcome(OutcomeCode.NOOP)


@dataclass
class Hall:
    office: Office
    bell: Bell
    rule: Rule = field(default_factory=Rule)

    def __post_init__(self) -> None:
        declaring = Service("judging", title="Judging")
        rule = BatchRule(
            judge=self.rule.judge, release=self.rule.release, release_by=self.rule.by, after=self.rule.after
        )
        declare = declaring.process(
            "chores", targets=[], manual_minutes=1, due=timedelta(hours=4), retention=Retention.ORDERS, batch=rule
        )
        declare(do)
        self.process: Process = declaring.processes["chores"]
        self.office.processes = [self.process]
        self.batches = Batches(self.office.pool, self.office.intake)
        self.judging = BatchJudging(self.office.pool, self.office.keyring, beat=0.01)
        self.course = BatchCourse(
            self.office.pool,
            self.office.keyring,
            self.bell,
            {self.process.name: self.process},
            clock=FixedClock(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)),
            accepts_synthetic=False,
        )

    async def take(self, *whats: str) -> UUID:
        rows = [(number, Draft(input=a_chore(what=what), row=number)) for number, what in enumerate(whats)]
        whole = await self.batches.take(self.process, "payroll", Source.ARRAY, rows, self.office.clock())
        assert whole.batch is not None
        return whole.batch

    async def take_referenced(self, rows: dict[str, str]) -> UUID:
        drafts = [
            (number, Draft(input=a_chore(reference=reference, what=what), row=number))
            for number, (reference, what) in enumerate(rows.items())
        ]
        whole = await self.batches.take(self.process, "payroll", Source.ARRAY, drafts, self.office.clock())
        assert whole.batch is not None
        return whole.batch

    async def limit(self, most: int) -> int:
        registers = Registers(self.office.pool)
        stored = await registers.store(
            "limits", rows=[{"most": most}], valid_from=date(2026, 1, 1), signer="A. Berg", caller="office"
        )
        return stored.version

    async def move_on(self) -> None:
        await self.course.move_on(abandoned_after=3600)

    async def judge(self, batch: UUID) -> None:
        """Judge a batch, and leave it at that."""
        turn = await self.judging.take(batch)
        assert turn is not None
        await self.judging.judge(batch, self.process, turn)

    async def nothing_is_heard_of_it(self) -> None:
        """Who judges has been dead, or frozen, for so long that the next one may."""
        await self.office.rows("update batches set retry_at = now()")

    async def next_sign(self) -> None:
        """Somebody who judges is heard of again."""
        within = time.monotonic() + 30
        while await self.office.rows("select 1 from batches where retry_at <= now()"):
            assert time.monotonic() < within

    @asynccontextmanager
    async def judged_by_another(self, batch: UUID) -> AsyncGenerator[None]:
        """Somebody judges and is not done before this is left."""
        self.rule.goes_on.clear()
        other = asyncio.create_task(self.judge(batch))
        await asyncio.to_thread(self.rule.begun.wait, 30)
        try:
            yield
        finally:
            self.rule.goes_on.set()
            await other

    async def batch(self, batch: UUID) -> dict[str, Any]:
        (row,) = await self.office.rows("select * from batches where id = %s", batch)
        return row

    async def findings(self) -> list[Any]:
        """What each case finds, in the order of their rows."""
        found: dict[str, Any] = {}
        while (claimed := (await self.office.turn()).claimed) is not None:
            found[claimed.payload()["input"]["what"] + str(len(found))] = claimed.finding()
            assert await self.office.end(claimed)
        return [value for _, value in sorted(found.items())]

    async def uses(self) -> list[tuple[str, int]]:
        return [(row["name"], row["version"]) for row in await self.office.rows("select * from register_uses")]


@pytest.fixture
async def hall(office: Office, empty_redis: str) -> AsyncGenerator[Hall]:
    bell = Bell(RedisSettings(url=empty_redis), "judging")
    yield Hall(office, bell)
    await bell.close()


async def test_each_case_finds_what_was_said_of_it_and_is_noted_as_decided_by_the_register(hall: Hall) -> None:
    version = await hall.limit(1)
    batch = await hall.take("a", "b", "a")
    await hall.move_on()
    assert (await hall.batch(batch))["figures"] == {"rows": 3}
    assert await hall.uses() == [("limits", version)] * 3
    assert await hall.findings() == [{"times": 2}, {"times": 2}, None]


async def test_it_knows_the_norwegian_day_and_whether_people_may_be_made_up(hall: Hall) -> None:
    await hall.limit(1)
    await hall.take("a")
    await hall.move_on()
    assert hall.rule.told == (date(2027, 1, 1), False)


async def test_a_finding_is_sealed_and_goes_with_the_case(hall: Hall) -> None:
    await hall.limit(1)
    await hall.take("a", "a")
    await hall.move_on()
    sealed = [row["finding"] for row in await hall.office.rows("select finding from case_contents")]
    assert len(sealed) == 2
    assert not any(b"times" in one for one in sealed)


async def test_it_survives_a_persons_retry(hall: Hall) -> None:
    await hall.limit(1)
    await hall.take("a", "a")
    await hall.move_on()
    claimed = await hall.office.claim()
    await hall.office.expire(claimed.id)
    await hall.office.queue.sweep()
    again = await hall.office.claim()
    assert again.finding() == {"times": 2}


async def test_the_end_of_the_batch_tells_findings_and_details(hall: Hall) -> None:
    await hall.limit(1)
    await hall.take("a", "a", "b")
    await hall.move_on()
    while (claimed := (await hall.office.turn()).claimed) is not None:
        assert await hall.office.end(claimed, done(Outcome(OutcomeCode.HELD, {"rule": "K01"})))
    await hall.move_on()
    assert [(row.finding, row.detail) for row in hall.rule.ended] == [
        ({"times": 2}, {"rule": "K01"}),
        ({"times": 2}, {"rule": "K01"}),
        (None, {"rule": "K01"}),
    ]


async def test_without_its_register_the_batch_waits_and_somebody_is_told_which(hall: Hall) -> None:
    batch = await hall.take("a")
    await hall.move_on()
    assert (await hall.batch(batch))["state"] == "received"
    (task,) = await hall.office.rows("select * from tasks")
    assert "Et register" in task["text"]
    await hall.limit(1)
    await hall.office.rows("update batches set retry_at = now()")
    await hall.move_on()
    assert (await hall.batch(batch))["state"] == "open"


async def test_a_judgement_may_refuse_the_whole_batch(hall: Hall) -> None:
    hall.rule.refuses = True
    batch = await hall.take("a")
    await hall.move_on()
    assert ((await hall.batch(batch))["state"], (await hall.batch(batch))["code"]) == ("refused", "NEEDS_JUDGEMENT")


async def test_findings_that_are_not_one_for_each_row_are_refused(hall: Hall) -> None:
    await hall.limit(1)
    hall.rule.wrong_number = True
    batch = await hall.take("a", "b")
    await hall.move_on()
    assert (await hall.batch(batch))["state"] == "received"
    assert [row["role"] for row in await hall.office.rows("select role from tasks")] == ["robot-operations"]


async def test_asked_again_after_a_crash_the_later_judgement_counts(hall: Hall) -> None:
    await hall.limit(1)
    await hall.take("a", "a")
    (batch,) = [row["id"] for row in await hall.office.rows("select id from batches")]
    await hall.judge(batch)  # and the errand dies before the batch moves on
    newer = await hall.limit(2)
    await hall.nothing_is_heard_of_it()
    await hall.move_on()
    assert await hall.uses() == [("limits", newer)] * 2
    assert await hall.findings() == [None, None]


async def test_whoever_judges_too_late_changes_nothing(hall: Hall) -> None:
    version = await hall.limit(1)
    batch = await hall.take("a", "a")
    frozen = await hall.judging.take(batch)
    assert frozen is not None
    await hall.nothing_is_heard_of_it()
    await hall.move_on()
    await hall.limit(2)
    await hall.judging.judge(batch, hall.process, frozen)
    assert await hall.uses() == [("limits", version)] * 2
    assert await hall.findings() == [{"times": 2}, {"times": 2}]


async def test_whoever_has_been_followed_by_another_takes_nothing_back(hall: Hall) -> None:
    """Both judge: what the later one has written stands when the batch is let go."""
    version = await hall.limit(1)
    batch = await hall.take("a", "a")
    frozen = await hall.judging.take(batch)
    assert frozen is not None
    await hall.nothing_is_heard_of_it()
    await hall.judge(batch)
    await hall.limit(2)
    await hall.judging.judge(batch, hall.process, frozen)
    assert await hall.uses() == [("limits", version)] * 2
    assert len(await hall.office.rows("select 1 from case_contents where finding is not null")) == 2


async def test_one_at_a_time_judges(hall: Hall) -> None:
    await hall.limit(1)
    batch = await hall.take("a", "a")
    async with hall.judged_by_another(batch):
        assert await hall.judging.take(batch) is None
        await hall.move_on()
        assert ((await hall.batch(batch))["state"], hall.rule.asked) == ("received", 1)


async def test_who_judges_for_long_is_heard_of(hall: Hall) -> None:
    await hall.limit(1)
    batch = await hall.take("a", "a")
    async with hall.judged_by_another(batch):
        await hall.nothing_is_heard_of_it()
        await hall.next_sign()
        assert await hall.judging.take(batch) is None


async def test_an_alarm_is_raised_when_the_rule_says_so_and_not_before(hall: Hall) -> None:
    await hall.limit(1)
    hall.rule.releases = True
    hall.rule.release_by = datetime.now(UTC) + timedelta(days=30)
    batch = await hall.take("a")
    await hall.move_on()
    assert (await hall.batch(batch))["state"] == "awaiting_release"
    await hall.office.rows("update batches set touched_at = now() - interval '20 days'")
    await hall.move_on()
    assert await hall.office.rows("select 1 from tasks") == []
    await hall.office.rows("update batches set release_by = now() - interval '1 second'")
    await hall.move_on()
    await hall.move_on()
    assert [row["role"] for row in await hall.office.rows("select role from tasks")] == ["releaser"]


def test_a_rule_either_counts_or_judges() -> None:
    rule = Rule()
    with pytest.raises(ConfigurationError):
        BatchRule[Chore](judge=rule.judge, before=lambda rows: {"rows": len(list(rows))})


async def test_rows_whose_cases_stood_before_count_and_keep_what_was_said_of_them(hall: Hall) -> None:
    await hall.limit(1)
    first = await hall.take_referenced({"R-1": "a", "R-2": "b"})
    await hall.move_on()
    again = await hall.take_referenced({"R-1": "a", "R-3": "a", "R-2": "b"})
    await hall.move_on()
    assert (await hall.batch(first))["figures"] == {"rows": 2}
    assert (await hall.batch(again))["figures"] == {"rows": 3}
    assert sorted(await hall.findings(), key=bool) == [None, None, {"times": 2}]


async def test_a_batch_of_nothing_new_is_judged_and_ends(hall: Hall) -> None:
    await hall.limit(1)
    await hall.take_referenced({"R-1": "a"})
    await hall.move_on()
    again = await hall.take_referenced({"R-1": "a"})
    await hall.move_on()
    assert (await hall.batch(again))["figures"] == {"rows": 1}
    assert (await hall.batch(again))["state"] in {"open", "ended"}
    await hall.office.rows("delete from case_contents")
    once_more = await hall.take_referenced({"R-1": "a"})
    await hall.move_on()
    assert (await hall.batch(once_more))["figures"] == {}
