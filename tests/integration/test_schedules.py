"""Schedules fire: exactly once whatever the replicas, deaths and clocks, and what fails is tried again and told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import database_clock
import pytest
from office import Office

from common.cases.batches import Source
from common.cases.operations import Operations
from common.db.pool import pool
from common.errors import NeedsJudgement, TargetDown
from common.norway.national_id import NationalIdText
from common.process import CaseInput, Days, ErrandDesk, Firing, Missed, Service
from common.schedule import When
from common.schedules import starter
from common.schedules.diary import LEASE, Diary
from common.schedules.starter import PAUSES, Starter
from common.settings import DatabaseSettings
from common.task import Task
from common.testing import Chore, a_process

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 06:00 in Oslo


def _daily(when: dict[str, Any]) -> When:
    """At 06:30, unless it says otherwise."""
    return cast("When", {"cron": "30 6 * * *"} | when)


def _giving(given: list[Any]) -> Callable[[Firing], list[Any]]:
    def rows(firing: Firing) -> list[Any]:
        del firing
        return given

    return rows


class Town:
    """A service with schedules, its database, and any number of errands processes that share the database's clock."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.service = Service("testing", title="Testing")
        self.service.processes["chores"] = a_process()
        self.begun: list[Firing] = []
        self.accepts_synthetic = True

    def errand(self, name: str = "check", **when: Any) -> None:
        """Declare an errand that only notes that it was begun."""

        @self.service.schedule(name, **_daily(when))
        async def check(firing: Firing, desk: ErrandDesk) -> None:  # pyright: ignore[reportUnusedFunction]
            """See whether all is well."""
            del desk
            self.begun.append(firing)

    def batch(self, name: str = "morning", rows: int = 3, **when: Any) -> None:
        """Declare a schedule that hands chores in."""

        @self.service.schedule(name, process="chores", **_daily(when))
        def chores(firing: Firing) -> Iterable[CaseInput]:  # pyright: ignore[reportUnusedFunction]
            self.begun.append(firing)
            for number in range(rows):
                yield Chore(what=f"{firing.due_at:%d}-{number}")

    def replica(self) -> Starter:
        """Another errands process."""
        pool, keyring, clock = self.office.pool, self.office.keyring, self.office.clock
        return Starter(
            starter.Office(
                service=self.service,
                pool=pool,
                keyring=keyring,
                bell=None,
                clock=clock,
                accepts_synthetic=self.accepts_synthetic,
            ),
        )

    @property
    def diary(self) -> Diary:
        return Diary(self.office.pool)

    async def set_to(self, moment: datetime) -> None:
        await database_clock.set_to(self.office.pool, moment)

    async def look(self, moment: datetime, replicas: int = 1) -> None:
        """Let it be this moment, and all replicas look at once."""
        await self.set_to(moment)
        await asyncio.gather(*(self.replica().run() for _ in range(replicas)))

    async def firings(self) -> list[tuple[str, str, str | None]]:
        """When by Oslo's clock, what became of it, and why."""
        rows = await self.office.rows(
            "select to_char(due_at at time zone 'Europe/Oslo', 'DD HH24:MI') as at, state, code from firings "
            "order by due_at, schedule"
        )
        return [(row["at"], row["state"], row["code"]) for row in rows]

    async def chores(self) -> list[str]:
        """What was handed in, in the order of the batches and their rows."""
        rows = await self.office.rows("select id from cases order by batch, row")
        found: list[str] = []
        for row in rows:
            (content,) = await self.office.rows("select key, payload from case_contents where case_id = %s", row["id"])
            key = self.office.keyring.open_key(row["id"], content["key"])
            found.append(key.open_json("payload", content["payload"])["input"]["what"])
        return found


@pytest.fixture
async def town(database: DatabaseSettings) -> AsyncGenerator[Town]:
    database_clock.hang_up(database)
    async with pool(database, name="roger-tests", size=12) as opened:
        made = Town(Office(opened))
        await made.set_to(MONDAY)
        yield made


class TestOnce:
    async def test_however_many_replicas_and_looks(self, town: Town) -> None:
        town.errand()
        town.batch()
        await town.look(MONDAY, replicas=6)
        for minutes in (29, 30, 30, 31, 90):
            await town.look(MONDAY + minutes * MINUTE, replicas=6)

        assert await town.firings() == [("23 06:30", "done", None)] * 2
        assert sorted(firing.schedule for firing in town.begun) == ["check", "morning"]
        assert await town.chores() == ["23-0", "23-1", "23-2"]

    async def test_nothing_of_the_past_when_it_is_first_seen(self, town: Town) -> None:
        town.errand(cron="* * * * *")
        await town.look(MONDAY)
        assert await town.firings() == []
        await town.look(MONDAY + MINUTE)
        assert [at for at, _, _ in await town.firings()] == ["23 06:01"]

    async def test_a_clock_that_is_moved_to_and_fro(self, town: Town) -> None:
        town.errand(cron="0 * * * *", missed=Missed.SKIP, tolerance=DAY)
        moves = (0, 2, -3, 1, 2, 1, 3, -50, 3, 4)
        for hours in moves:
            await town.look(MONDAY + hours * HOUR, replicas=3)

        assert [at for at, _, _ in await town.firings()] == ["23 07:00", "23 08:00", "23 09:00", "23 10:00"]
        assert len(town.begun) == len({firing.due_at for firing in town.begun}) == 4

    async def test_the_nights_when_the_clock_is_moved(self, town: Town) -> None:
        town.errand(cron="30 2 * * *")
        spring = datetime(2027, 3, 27, 12, tzinfo=UTC)
        await town.look(spring)
        for minutes in range(0, 48 * 60, 30):
            await town.look(spring + minutes * MINUTE)
        assert [at for at, _, _ in await town.firings()] == ["28 03:00", "29 02:30"]

        autumn = datetime(2027, 10, 30, 12, tzinfo=UTC)
        await town.look(autumn)
        town.begun.clear()
        for minutes in range(0, 24 * 60, 30):
            await town.look(autumn + minutes * MINUTE)
        assert [firing.due_at for firing in town.begun] == [datetime(2027, 10, 31, 0, 30, tzinfo=UTC)]

    async def test_the_second_to_look_at_the_same_state_changes_nothing(self, town: Town) -> None:
        town.errand(cron="* * * * *")
        await town.look(MONDAY)
        await town.set_to(MONDAY + 3 * MINUTE)
        await asyncio.gather(*(town.diary.settle(town.service.schedules) for _ in range(10)))
        assert await town.firings() == [
            ("23 06:01", "skipped", "MISSED"),
            ("23 06:02", "skipped", "MISSED"),
            ("23 06:03", "due", None),
        ]


class TestMissed:
    async def test_once_makes_up_for_the_last(self, town: Town) -> None:
        town.errand()
        await town.look(MONDAY)
        await town.look(MONDAY + 3 * DAY)
        assert await town.firings() == [
            ("23 06:30", "skipped", "MISSED"),
            ("24 06:30", "skipped", "MISSED"),
            ("25 06:30", "done", None),
        ]

    async def test_skip_leaves_out_what_is_too_late(self, town: Town) -> None:
        town.errand(missed=Missed.SKIP, tolerance=HOUR)
        await town.look(MONDAY)
        await town.look(MONDAY + DAY + 31 * MINUTE)
        assert await town.firings() == [("23 06:30", "skipped", "MISSED"), ("24 06:30", "done", None)]

    async def test_after_a_long_standstill_only_the_last_weeks_are_recorded(self, town: Town) -> None:
        town.errand("daily")
        town.errand("yearly", cron="0 0 1 12 *")
        await town.look(MONDAY)
        await town.look(MONDAY + 300 * DAY)
        counted = await town.office.rows("select schedule, count(*) as n from firings group by schedule order by 1")
        assert [(row["schedule"], row["n"]) for row in counted] == [("daily", 40), ("yearly", 1)]
        assert sorted(firing.schedule for firing in town.begun) == ["daily", "yearly"]

    async def test_old_firings_are_forgotten(self, town: Town) -> None:
        town.errand(cron="30 6 1 * *")
        await town.look(MONDAY)
        for month in range(20):
            await town.look(MONDAY + (month * 30 + 10) * DAY)
        assert 12 <= len(await town.firings()) <= 14


class TestPaused:
    async def test_its_times_are_recorded_and_never_made_up_for(self, town: Town) -> None:
        town.errand()
        await town.look(MONDAY)
        operations = Operations(town.office.pool)
        await operations.pause("schedule", "check", actor="caller:operator", reason="moving house")
        await town.look(MONDAY + 2 * DAY)
        await operations.resume("schedule", "check", actor="caller:operator")
        await town.look(MONDAY + 2 * DAY + MINUTE)
        await town.look(MONDAY + 3 * DAY)
        assert await town.firings() == [
            ("23 06:30", "skipped", "PAUSED"),
            ("24 06:30", "skipped", "PAUSED"),
            ("25 06:30", "done", None),
        ]

    async def test_what_waits_for_another_attempt_waits_on_and_a_hand_may_start_it(self, town: Town) -> None:
        town.errand()
        await town.look(MONDAY)
        await town.set_to(MONDAY + HOUR)
        await town.diary.settle(town.service.schedules)
        await Operations(town.office.pool).pause("schedule", "check", actor="caller:operator", reason="why not")
        await town.look(MONDAY + HOUR + MINUTE)
        assert town.begun == []

        by_hand = MONDAY + HOUR + 2 * MINUTE
        fired = await town.diary.fire("check", by_hand, "caller:operator")
        assert (fired.state, fired.fired_by) == ("due", "caller:operator")
        await town.look(by_hand)
        assert [firing.due_at for firing in town.begun] == [by_hand]
        (noted,) = await town.office.rows("select actor, kind, name from operations where action = 'fired'")
        assert noted == {"actor": "caller:operator", "kind": "schedule", "name": "check"}


class TestByHand:
    async def test_the_same_moment_is_one_firing(self, town: Town) -> None:
        town.errand()
        await town.look(MONDAY)
        for _ in range(3):
            await town.diary.fire("check", MONDAY + 30 * MINUTE, "caller:operator")
        await town.look(MONDAY + 30 * MINUTE, replicas=3)
        again = await town.diary.fire("check", MONDAY + 30 * MINUTE, "caller:operator")
        await town.look(MONDAY + 31 * MINUTE)
        assert again.state == "done"
        assert len(town.begun) == 1
        assert len(await town.office.rows("select 1 from operations")) == 1

    async def test_what_was_left_out_may_be_begun_after_all(self, town: Town) -> None:
        town.errand(missed=Missed.SKIP)
        await town.look(MONDAY)
        await town.look(MONDAY + 2 * HOUR)
        await town.diary.fire("check", MONDAY + 30 * MINUTE, "caller:operator")
        await town.look(MONDAY + 2 * HOUR)
        assert await town.firings() == [("23 06:30", "done", None)]


class TestRemoved:
    async def test_what_was_due_is_dropped_after_a_day(self, town: Town) -> None:
        town.errand()
        await town.look(MONDAY)
        await town.set_to(MONDAY + HOUR)
        await town.diary.settle(town.service.schedules)
        town.service.schedules.clear()
        await town.look(MONDAY + HOUR)
        await town.look(MONDAY + DAY)
        assert await town.firings() == [("23 06:30", "due", None)]
        await town.look(MONDAY + DAY + 2 * HOUR)
        assert await town.firings() == [("23 06:30", "skipped", "REMOVED")]

    async def test_declared_again_it_begins_anew(self, town: Town) -> None:
        town.errand()
        await town.look(MONDAY)
        kept = dict(town.service.schedules)
        town.service.schedules.clear()
        await town.look(MONDAY + MINUTE)
        await town.look(MONDAY + 5 * DAY)
        town.service.schedules |= kept
        await town.look(MONDAY + 5 * DAY)
        assert await town.firings() == []
        await town.look(MONDAY + 5 * DAY + HOUR)
        assert await town.firings() == [("28 06:30", "done", None)]

    async def test_two_versions_side_by_side_lose_nothing(self, town: Town) -> None:
        town.errand(cron="* * * * *")
        older = Town(town.office)
        await town.look(MONDAY)
        for minute in range(1, 6):
            await older.look(MONDAY + minute * MINUTE - timedelta(seconds=1))
            await town.look(MONDAY + minute * MINUTE - timedelta(seconds=1))
            await older.look(MONDAY + minute * MINUTE)
            await town.look(MONDAY + minute * MINUTE)
            await town.look(MONDAY + minute * MINUTE + timedelta(seconds=1))
        assert await town.firings() == [(f"23 06:0{minute}", "done", None) for minute in range(1, 6)]


class TestDeath:
    async def test_before_anything_was_begun(self, town: Town) -> None:
        town.batch()
        await town.look(MONDAY)
        await town.set_to(MONDAY + 30 * MINUTE)
        await town.diary.settle(town.service.schedules)
        assert await town.diary.take(["morning"])  # and dies
        await town.look(MONDAY + 30 * MINUTE + timedelta(seconds=LEASE - 1))
        assert town.begun == []
        await town.look(MONDAY + 30 * MINUTE + timedelta(seconds=LEASE))
        assert await town.chores() == ["23-0", "23-1", "23-2"]

    async def test_after_the_batch_before_it_was_written_down(self, town: Town) -> None:
        """The batch stands under the name that the firing gives it; the next one finds it there."""
        town.batch()
        await town.look(MONDAY)
        await town.set_to(MONDAY + 30 * MINUTE)
        await town.diary.settle(town.service.schedules)
        taken = await town.diary.take(["morning"])
        assert taken is not None
        dying = town.replica()
        await town.office.rows("update firings set attempts = attempts + 1")  # what it writes comes too late
        await dying.start(taken)
        assert [state for _, state, _ in await town.firings()] == ["due"]
        assert len(await town.chores()) == 3

        await town.look(MONDAY + HOUR, replicas=4)

        assert len(town.begun) == 2
        assert await town.chores() == ["23-0", "23-1", "23-2"]
        (batch,) = await town.office.rows("select id, rows, caller, source from batches")
        assert (batch["rows"], batch["caller"], batch["source"]) == (3, "schedule:morning", Source.SCHEDULE)
        (firing,) = await town.office.rows("select state, batch from firings")
        assert firing == {"state": "done", "batch": batch["id"]}

    async def test_each_time_ends_with_a_task(self, town: Town) -> None:
        town.errand()
        await town.look(MONDAY)
        moment = MONDAY + HOUR
        await town.set_to(moment)
        await town.diary.settle(town.service.schedules)
        for _ in range(len(PAUSES) + 1):
            await town.set_to(moment := moment + HOUR)
            assert await town.diary.take(["check"])
        await town.look(moment + HOUR)
        assert town.begun == []
        assert await town.firings() == [("23 06:30", "failed", "ROBOT_LOST")]

    async def test_whoever_lost_the_lease_writes_nothing(self, town: Town) -> None:
        town.errand()
        await town.look(MONDAY)
        await town.set_to(MONDAY + HOUR)
        await town.diary.settle(town.service.schedules)
        lost = await town.diary.take(["check"])
        assert lost is not None
        await town.set_to(MONDAY + 2 * HOUR)
        owner = await town.diary.take(["check"])
        assert owner is not None
        assert not await town.diary.extend(lost)
        assert not await town.diary.end(lost, "failed", code="X", tell=Task(name="n", role="r", title="t", text="t"))
        await town.diary.put_off(lost, "X", 99999)
        assert await town.office.rows("select 1 from tasks") == []
        assert await town.diary.extend(owner)
        assert await town.diary.end(owner, "done")


class TestFailure:
    async def test_is_tried_again_with_pauses_and_told_once(self, town: Town) -> None:
        fails = 0

        @town.service.schedule("check", cron="30 6 * * *")
        async def check(firing: Firing, desk: ErrandDesk) -> None:  # pyright: ignore[reportUnusedFunction]
            nonlocal fails
            del firing, desk
            fails += 1
            raise TargetDown

        moment = MONDAY + 30 * MINUTE
        await town.look(MONDAY)
        for number, pause in enumerate(PAUSES, start=1):
            await town.look(moment, replicas=3)
            assert fails == number
            assert await town.firings() == [("23 06:30", "due", "TARGET_DOWN")]
            await town.look(moment + timedelta(seconds=pause - 1))
            assert fails == number
            moment += timedelta(seconds=pause)
        assert await town.office.rows("select 1 from tasks") == []
        await town.look(moment)
        await town.look(moment + HOUR)

        assert fails == len(PAUSES) + 1
        assert await town.firings() == [("23 06:30", "failed", "TARGET_DOWN")]
        (task,) = await town.office.rows("select role, title, text, process from tasks")
        assert (task["role"], task["process"]) == ("robot-operations", "check")
        assert "23.11.2026 kl. 06:30" in task["text"]

    async def test_of_a_rule_goes_to_people_at_once_and_once_a_day(self, town: Town) -> None:
        @town.service.schedule("check", cron="* * * * *")
        async def check(firing: Firing, desk: ErrandDesk) -> None:  # pyright: ignore[reportUnusedFunction]
            raise NeedsJudgement

        for minute in range(4):
            await town.look(MONDAY + minute * MINUTE)
        assert [(state, code) for _, state, code in await town.firings()] == [("failed", "NEEDS_JUDGEMENT")] * 3
        assert len(await town.office.rows("select 1 from tasks")) == 1

    async def test_of_the_authors_says_where_and_never_what(
        self, town: Town, capsys: pytest.CaptureFixture[str]
    ) -> None:
        @town.service.schedule("morning", process="chores", cron="30 6 * * *")
        def rows(firing: Firing) -> Iterable[CaseInput]:  # pyright: ignore[reportUnusedFunction]
            raise ValueError("17838410103 " + firing.schedule)

        await town.look(MONDAY)
        await town.look(MONDAY + HOUR)
        assert await town.firings() == [("23 06:30", "due", "ROBOT_FAULT")]
        logged = "".join(capsys.readouterr())
        assert "17838410103" not in logged

    async def test_of_one_holds_up_no_other(self, town: Town) -> None:
        """While one takes long, what falls due meanwhile is started."""
        held, other = asyncio.Event(), asyncio.Event()

        @town.service.schedule("slow", cron="30 6 * * *")
        async def slow(firing: Firing, desk: ErrandDesk) -> None:  # pyright: ignore[reportUnusedFunction]
            held.set()
            await other.wait()

        @town.service.schedule("quick", cron="31 6 * * *")
        async def quick(firing: Firing, desk: ErrandDesk) -> None:  # pyright: ignore[reportUnusedFunction]
            other.set()

        await town.look(MONDAY)
        await town.set_to(MONDAY + 30 * MINUTE)
        async with asyncio.timeout(20):
            running = asyncio.create_task(town.replica().run())
            await held.wait()
            await town.set_to(MONDAY + 31 * MINUTE)
            await running
        assert [state for _, state, _ in await town.firings()] == ["done", "done"]

    async def test_whoever_is_stopped_leaves_it_to_another(self, town: Town) -> None:
        held = asyncio.Event()

        @town.service.schedule("slow", cron="30 6 * * *")
        async def slow(firing: Firing, desk: ErrandDesk) -> None:  # pyright: ignore[reportUnusedFunction]
            if not held.is_set():
                held.set()
                await asyncio.Event().wait()

        await town.look(MONDAY)
        await town.set_to(MONDAY + 30 * MINUTE)
        running = asyncio.create_task(town.replica().run())
        await held.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert [state for _, state, _ in await town.firings()] == ["due"]
        await town.look(MONDAY + HOUR)
        assert [state for _, state, _ in await town.firings()] == ["done"]


class TestBatch:
    async def test_of_nothing(self, town: Town) -> None:
        town.batch(rows=0)
        await town.look(MONDAY)
        await town.look(MONDAY + HOUR)
        assert await town.firings() == [("23 06:30", "done", "NOTHING_TO_DO")]
        assert await town.office.rows("select 1 from batches") == []

    async def test_each_day_has_its_own(self, town: Town) -> None:
        town.batch(rows=1, days=Days.WORKING)
        await town.look(MONDAY)
        for day in range(6):
            await town.look(MONDAY + day * DAY + HOUR)
        assert await town.chores() == ["23-0", "24-0", "25-0", "26-0", "27-0"]

    async def test_rows_that_are_refused_are_told_of(self, town: Town) -> None:
        old = town.office.clock() - 40 * DAY

        @town.service.schedule("morning", process="chores", cron="30 6 * * *")
        def rows(firing: Firing) -> Iterable[CaseInput]:  # pyright: ignore[reportUnusedFunction]
            return [Chore(what="good"), Chore(what="late", heard_of=old)]

        await town.look(MONDAY)
        await town.look(MONDAY + HOUR)
        assert await town.firings() == [("23 06:30", "done", "ROWS_REFUSED")]
        assert await town.chores() == ["good"]
        (task,) = await town.office.rows("select title, batch from tasks")
        (batch,) = await town.office.rows("select id from batches")
        assert task == {"title": "Tidsplanen morning: 1 av 2 rader ble avvist", "batch": batch["id"]}

    async def test_about_invented_persons_is_refused_where_a_submit_is(self, town: Town) -> None:
        class Visit(CaseInput):
            person: NationalIdText

        visits = replace(a_process(), name="visits", input=Visit)
        town.service.processes["visits"] = visits

        @town.service.schedule("morning", process="visits", cron="30 6 * * *")
        def rows(firing: Firing) -> Iterable[CaseInput]:  # pyright: ignore[reportUnusedFunction]
            return [Visit(person="17838410103"), Visit(person="17838410103", test=True)]

        town.accepts_synthetic = False
        await town.look(MONDAY)
        await town.look(MONDAY + HOUR)
        assert await town.firings() == [("23 06:30", "done", "ROWS_REFUSED")]
        assert [row["test"] for row in await town.office.rows("select test from cases")] == [True]
        town.accepts_synthetic = True
        await town.look(MONDAY + DAY + HOUR)
        assert len(await town.office.rows("select 1 from cases")) == 3

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ([Chore(what="late", heard_of=datetime(2020, 1, 1, tzinfo=UTC))], "NO_ROW_TAKEN"),
            (["no chore"], "WRONG_INPUT"),
        ],
    )
    async def test_that_can_never_be_taken(self, town: Town, given: list[Any], code: str) -> None:
        town.service.schedule("morning", process="chores", cron="30 6 * * *")(_giving(given))
        await town.look(MONDAY)
        await town.look(MONDAY + HOUR)
        assert await town.firings() == [("23 06:30", "failed", code)]
        assert len(await town.office.rows("select 1 from tasks")) == 1


async def test_an_errand_tells_people_once_although_it_is_begun_again(town: Town) -> None:
    tries = 0

    @town.service.schedule("check", cron="30 6 * * *")
    async def check(firing: Firing, desk: ErrandDesk) -> None:  # pyright: ignore[reportUnusedFunction]
        nonlocal tries
        tries += 1
        assert desk.service is town.service
        await desk.tell(Task(name="n", role="archive", title="Se etter", text=f"Forsøk {tries}"))
        if tries == 1:
            raise TargetDown

    await town.look(MONDAY)
    await town.look(MONDAY + HOUR)
    await town.look(MONDAY + 2 * HOUR)
    assert tries == 2
    assert [row["text"] for row in await town.office.rows("select text from tasks")] == ["Forsøk 1"]


async def test_how_schedules_stand(town: Town) -> None:
    town.errand()
    town.batch()
    await town.look(MONDAY)
    for day in range(5):
        await town.look(MONDAY + day * DAY + HOUR)
    await Operations(town.office.pool).pause("schedule", "check", actor="caller:operator", reason="why not")

    standings = await town.diary.standings(["check", "morning", "never"])

    assert standings["never"].handled_until is None
    assert standings["check"].paused is not None
    assert standings["check"].paused.actor == "caller:operator"
    assert standings["morning"].paused is None
    assert standings["check"].handled_until == MONDAY + 4 * DAY + 30 * MINUTE
    assert [f.due_at for f in standings["morning"].last] == [MONDAY + d * DAY + 30 * MINUTE for d in (4, 3, 2)]
    assert all(f.state == "done" and f.batch is not None for f in standings["morning"].last)
    page = await town.diary.page("morning", limit=2, before=MONDAY + 2 * DAY)
    assert [f.due_at for f in page] == [MONDAY + d * DAY + 30 * MINUTE for d in (1, 0)]
