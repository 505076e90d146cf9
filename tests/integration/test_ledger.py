"""The ledger on PostgreSQL: sealed, blind, found while keys are rotated, and won by one case only."""

from __future__ import annotations

import asyncio
import secrets
from datetime import date, timedelta
from uuid import UUID

import pytest
from office import TO_A_PERSON, Office
from sqlalchemy.ext.asyncio import create_async_engine

from common.cases.ledger import Ledger
from common.cases.queries import Filter, Queries
from common.cases.queue import Claimed
from common.cases.registers import Registers
from common.privacy.crypto import Keyring
from common.run import Checkpoint, Mark
from common.settings import DatabaseSettings
from common.testing import a_chore

pytestmark = pytest.mark.anyio

TODAY, LAST = date(2026, 3, 2), date(2026, 12, 31)
OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)
MASTER = {1: secrets.token_bytes(32)}
BEFORE = Keyring(master=MASTER, index={1: OLD})
WHILE = Keyring(master=MASTER, index={1: OLD, 2: NEW})
AFTER = Keyring(master=MASTER, index={2: NEW})


async def running(office: Office) -> Claimed:
    await office.submit(a_chore(priority=1))
    return await office.claim()


async def test_neither_key_nor_value_can_be_read(office: Office) -> None:
    ledger = Ledger(office.pool, office.keyring)
    await ledger.remember(await running(office), "card", "kari nordhaug", "C-778", until=LAST, today=TODAY)
    (row,) = await office.rows("select l::text as line, key, value from ledger l")
    for secret in ("kari", "nordhaug", "C-778"):
        assert secret not in row["line"]
        assert secret.encode() not in row["key"] + row["value"]


async def test_what_was_entered_before_a_rotation_is_found_while_and_stands(office: Office) -> None:
    first, second = await running(office), await running(office)
    await Ledger(office.pool, BEFORE).remember(first, "card", "T-1", 1, until=LAST, today=TODAY)
    rotating = Ledger(office.pool, WHILE)
    found = await rotating.remembered(second.id, "card", "T-1", today=TODAY)
    assert found is not None
    assert found.value == 1
    assert (await rotating.remember(second, "card", "T-1", 2, until=LAST, today=TODAY)).value == 1
    assert len(await office.rows("select 1 from ledger")) == 1, "half of a fact was entered"


async def test_workers_with_and_without_the_new_key_meet(office: Office) -> None:
    first, second, third = [await running(office) for _ in range(3)]
    await Ledger(office.pool, WHILE).remember(first, "card", "T-1", 1, until=LAST, today=TODAY)
    late = await Ledger(office.pool, BEFORE).remember(second, "card", "T-1", 2, until=LAST, today=TODAY)
    assert (late.value, late.ours) == (1, False)
    done = await Ledger(office.pool, AFTER).remember(third, "card", "T-1", 3, until=LAST, today=TODAY)
    assert (done.value, done.ours) == (1, False)


async def test_everything_of_a_kind_is_told_once_whichever_key_it_was_entered_under(office: Office) -> None:
    run = await running(office)
    for number, keyring in enumerate((BEFORE, WHILE, AFTER)):
        await Ledger(office.pool, keyring).remember(run, "account", f"user{number}", number, until=LAST, today=TODAY)
    await Ledger(office.pool, WHILE).remember(run, "card", "T-1", "another kind", until=LAST, today=TODAY)
    facts = await Ledger(office.pool, WHILE).all_of(run.id, "account", today=TODAY)
    assert [(fact.value, fact.ours) for fact in facts] == [(0, True), (1, True), (2, True)]
    assert await Ledger(office.pool, WHILE).all_of(run.id, "account", today=LAST + timedelta(days=1)) == []


@pytest.mark.parametrize("keyrings", [[BEFORE], [WHILE], [BEFORE, WHILE]])
async def test_of_many_cases_that_reach_for_a_key_exactly_one_has_it(office: Office, keyrings: list[Keyring]) -> None:
    runs = [await running(office) for _ in range(8)]
    ledgers = [Ledger(office.pool, keyrings[number % len(keyrings)]) for number in range(len(runs))]
    for name in ("karnor", "olanor", "evanor"):
        facts = await asyncio.gather(
            *(
                ledger.remember(run, "user-name", name, str(run.id), until=LAST, today=TODAY)
                for ledger, run in zip(ledgers, runs, strict=True)
            )
        )
        assert sum(fact.ours for fact in facts) == 1
        assert len({fact.value for fact in facts}) == 1


async def test_a_case_tells_by_which_versions_it_was_decided(office: Office, database: DatabaseSettings) -> None:
    registers = Registers(office.pool)
    for limit in (1, 2):
        rows = [{"limit": limit}]
        await registers.store("limits", rows=rows, valid_from=TODAY, signer="A. Berg", caller="finance")
    case = await running(office)
    other = await running(office)
    await use(registers, case, 1)
    engine = create_async_engine(database.sqlalchemy_url)
    queries = Queries(engine, office.keyring)
    assert (await queries.one(case.id)).registers == {"limits": 1}
    assert (await queries.one(other.id)).registers == {}
    await office.end(case, TO_A_PERSON)
    await office.decisions.retry(case.id, "person:x")
    again = await office.claim()
    assert again.id == case.id
    assert (await queries.one(case.id)).registers == {}
    await use(registers, again, 2)
    page = await queries.page(Filter(), limit=10)
    assert {view.id: view.registers for view in page.cases} == {case.id: {"limits": 2}, other.id: {}}
    await engine.dispose()
    assert await used(office, case.id) == [(1, 1), (2, 2)]


async def use(registers: Registers, case: Claimed, version: int) -> None:
    point = Checkpoint(name="register:limits:2026-03-02", mark=Mark.STEP, value=version, fence=case.fence)
    await registers.use(case, point, "limits", version)


async def used(office: Office, case: UUID) -> list[tuple[int, int]]:
    rows = await office.rows("select epoch, version from register_uses where case_id = %s order by epoch", case)
    return [(row["epoch"], row["version"]) for row in rows]
