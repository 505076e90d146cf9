"""Rows that a case leaves to another process become one batch, whoever dies in between, and only with the case's end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from office import Office

from common.cases.batches import Batches
from common.cases.bell import Bell
from common.cases.endings import done
from common.cases.handed_over import HandedOver
from common.cases.handovers import Handovers
from common.cases.queries import Queries
from common.db.engine import engine
from common.process import Handover, Outcome, OutcomeCode
from common.settings import DatabaseSettings, RedisSettings
from common.testing import Chore, a_chore, a_process

pytestmark = pytest.mark.anyio

ROWS = [a_chore("05813810036", what="sweep"), a_chore("21859610371", what="polish")]


@dataclass
class Hall:
    office: Office
    bell: Bell
    queries: Queries

    def __post_init__(self) -> None:
        self.source, self.chores = a_process("checks"), a_process("chores")
        self.office.processes = [self.source, self.chores]
        self.handovers = self.another()

    def another(self) -> Handovers:
        known = {process.name: process for process in self.office.processes}
        return Handovers(self.office.pool, self.office.keyring, self.bell, known, self.office.clock)

    async def end(self, *rows: Chore, to: str = "chores") -> UUID:
        """A case of the caller `payroll` that ends and leaves these rows."""
        case = await self.office.submit(to=self.source, caller="payroll")
        claimed = await self.office.claim("s", self.source)
        outcome = Outcome(OutcomeCode.REPORTED).handing_over(Handover(process=to, rows=rows))
        assert await self.office.end(claimed, done(outcome))
        return case

    async def batches(self) -> list[dict[str, Any]]:
        return await self.office.rows("select id, process, caller, source, rows from batches")

    async def left_by(self, case: UUID) -> list[HandedOver]:
        return list((await self.queries.one(case)).handed_over)

    async def again(self) -> None:
        await self.office.rows("update handovers set retry_at = now()")


@pytest.fixture
async def hall(office: Office, empty_redis: str, database: DatabaseSettings) -> AsyncGenerator[Hall]:
    bell = Bell(RedisSettings(url=empty_redis), "testing")
    reads = engine(database, name="roger-tests")
    yield Hall(office, bell, Queries(reads, office.keyring))
    await reads.dispose()
    await bell.close()


async def test_they_become_one_batch_in_the_callers_name(hall: Hall) -> None:
    case = await hall.end(*ROWS)
    await hall.handovers.hand_in()
    (batch,) = await hall.batches()
    assert (batch["process"], batch["caller"], batch["source"], batch["rows"]) == ("chores", "payroll", "handover", 2)
    assert await hall.left_by(case) == [HandedOver(process="chores", batch=batch["id"], code=None)]
    first, second = await hall.office.claim("s", hall.chores), await hall.office.claim("t", hall.chores)
    assert [claimed.payload()["input"]["what"] for claimed in (first, second)] == ["sweep", "polish"]


async def test_until_then_they_lie_sealed_and_afterwards_not_at_all(hall: Hall) -> None:
    await hall.end(*ROWS)
    (before,) = await hall.office.rows("select rows from handovers")
    assert b"sweep" not in before["rows"]
    await hall.handovers.hand_in()
    assert await hall.office.rows("select rows from handovers") == [{"rows": None}]


async def test_a_run_that_has_lost_its_case_hands_nothing_over(hall: Hall) -> None:
    await hall.office.submit(to=hall.source)
    claimed = await hall.office.claim("s", hall.source)
    await hall.office.expire(claimed.id)
    await hall.office.queue.sweep()
    outcome = Outcome(OutcomeCode.REPORTED).handing_over(Handover(process="chores", rows=ROWS))
    assert not await hall.office.end(claimed, done(outcome))
    assert await hall.office.rows("select 1 from handovers") == []


async def test_whoever_dies_after_the_batch_was_made_is_followed_by_one_who_finds_it(hall: Hall) -> None:
    case = await hall.end(*ROWS)
    sealed = await hall.office.rows("select rows from handovers")
    await hall.handovers.hand_in()
    # As if the batch had been committed and the note of it had not.
    await hall.office.rows("update handovers set batch = null, rows = %s, retry_at = now()", sealed[0]["rows"])
    await hall.handovers.hand_in()
    (batch,) = await hall.batches()
    assert await hall.left_by(case) == [HandedOver(process="chores", batch=batch["id"], code=None)]
    assert len(await hall.office.rows("select 1 from cases where batch = %s", batch["id"])) == 2


async def test_what_was_withdrawn_meanwhile_does_not_come_again(hall: Hall) -> None:
    case = await hall.end(*ROWS)
    sealed = await hall.office.rows("select rows from handovers")
    await hall.handovers.hand_in()
    (batch,) = await hall.batches()
    await hall.office.rows("update handovers set batch = null, rows = %s, retry_at = now()", sealed[0]["rows"])
    assert await Batches(hall.office.pool, hall.office.intake).withdraw(batch["id"], "person:kari")
    await hall.handovers.hand_in()
    assert [known["id"] for known in await hall.batches()] == [batch["id"]]
    assert await hall.left_by(case) == [HandedOver(process="chores", batch=batch["id"], code=None)]


async def test_several_at_once_make_one(hall: Hall) -> None:
    await hall.end(*ROWS)
    await asyncio.gather(*(hall.another().hand_in() for _ in range(4)))
    await hall.again()
    await hall.handovers.hand_in()
    assert len(await hall.batches()) == 1


async def test_to_a_process_that_is_not_there_is_said_and_given_up(hall: Hall) -> None:
    case = await hall.end(*ROWS, to="no-such-process")
    await hall.handovers.hand_in()
    assert await hall.left_by(case) == [HandedOver(process="no-such-process", batch=None, code="PROCESS_UNKNOWN")]
    (task,) = await hall.office.rows("select role, text from tasks")
    assert task["role"] == "robot-operations"
    assert "PROCESS_UNKNOWN" in task["text"]


async def test_rows_that_break_a_rule_do_not_take_the_others_along(hall: Hall) -> None:
    old = a_chore(what="late", heard_of="2020-01-01T00:00:00+01:00")
    case = await hall.end(ROWS[0], old)
    await hall.handovers.hand_in()
    (handed,) = await hall.left_by(case)
    assert handed.code == "ROWS_REFUSED"
    assert len(await hall.office.rows("select 1 from cases where batch = %s", handed.batch)) == 1
    assert len(await hall.office.rows("select 1 from tasks")) == 1


async def test_refused_rows_are_told_also_by_whoever_follows_one_that_died(hall: Hall) -> None:
    case = await hall.end(ROWS[0], a_chore(what="late", heard_of="2020-01-01T00:00:00+01:00"))
    sealed = await hall.office.rows("select rows from handovers")
    await hall.handovers.hand_in()
    # As if neither the note nor the task had been committed.
    await hall.office.rows(
        "update handovers set batch = null, code = null, rows = %s, retry_at = now()", sealed[0]["rows"]
    )
    await hall.office.rows("delete from tasks")
    await hall.handovers.hand_in()
    assert [handed.code for handed in await hall.left_by(case)] == ["ROWS_REFUSED"]
    assert len(await hall.office.rows("select 1 from tasks")) == 1


async def test_what_cannot_be_handed_in_is_told_once_and_stops_nobody(hall: Hall) -> None:
    broken, whole = await hall.end(*ROWS), await hall.end(*ROWS)
    await hall.office.rows("update handovers set rows = %s where case_id = %s", b"\0" * 40, broken)
    await hall.handovers.hand_in()
    await hall.again()
    await hall.handovers.hand_in()
    assert [handed.batch for handed in await hall.left_by(broken)] == [None]
    assert [handed.batch for handed in await hall.left_by(whole)] == [batch["id"] for batch in await hall.batches()]
    (task,) = await hall.office.rows("select role, title from tasks")
    assert (task["role"], task["title"]) == ("robot-operations", "Saker fra en annen sak blir ikke sendt inn")
