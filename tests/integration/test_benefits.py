"""What Roger saved, counted from how cases ended: exact at any moment, however its counters die."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from office import DONE, TO_A_PERSON, Office

from common.benefits.account import Account, Span
from common.cases.endings import Ending
from common.process import Process, Service
from common.testing import a_chore, a_process

pytestmark = pytest.mark.anyio


def a_service(*processes: Process) -> Service:
    service = Service("testing", title="Testing")
    service.processes |= {process.name: process for process in processes}
    return service


@pytest.fixture
async def account(office: Office) -> Account:
    made = Account(office.pool)
    (chores,) = office.processes
    office.processes = [replace(chores, manual_minutes=1.76, fallout_minutes=0.5)]
    await made.know(a_service(*office.processes))
    return made


async def ended(office: Office, ending: Ending = DONE, **fields: Any) -> UUID:
    await office.submit(a_chore(**fields))
    claimed = await office.claim()
    assert await office.end(claimed, ending)
    return claimed.id


async def totals(account: Account, span: Span | None = None) -> tuple[int, int, int]:
    savings = await account.savings(span)
    return tuple(sum(getattr(s, name) for s in savings) for name in ("automatic", "manual", "saved"))  # pyright: ignore[reportReturnType]


async def test_every_end_counts_before_and_after_it_is_counted(office: Office, account: Account) -> None:
    for _ in range(3):
        await ended(office)
    await ended(office, TO_A_PERSON)
    expected = (3, 1, 3 * 176 - 50)

    assert await totals(account) == expected
    await account.count()
    assert await totals(account) == expected
    await ended(office)
    assert await totals(account) == (4, 1, 4 * 176 - 50)


async def test_a_case_that_a_person_sent_back_was_picked_up_and_is_done(office: Office, account: Account) -> None:
    case = await ended(office, TO_A_PERSON)
    await office.decisions.retry(case, "person:desk")
    assert await office.end(await office.claim())

    assert await totals(account) == (1, 1, 176 - 50)


async def test_what_a_person_closes_later_stays_in_the_month_it_came_to_them(office: Office, account: Account) -> None:
    case = await ended(office, TO_A_PERSON)
    await office.rows("update events set at = '2026-01-31T23:30:00Z' where case_id = %s", case)
    await account.count()
    await office.rows("update cases set state = 'closed', ended_at = now() where id = %s", case)

    assert [(s.month, s.manual) for s in await account.savings()] == [(date(2026, 2, 1), 1)]


async def test_months_are_norwegian(office: Office, account: Account) -> None:
    for moment in ("2026-06-30T21:59:59Z", "2026-06-30T22:00:00Z", "2026-12-31T22:59:59Z", "2026-12-31T23:00:00Z"):
        case = await ended(office)
        await office.rows("update events set at = %s where case_id = %s", moment, case)

    assert [s.month for s in await account.savings()] == [date(2026, m, 1) for m in (6, 7, 12)] + [date(2027, 1, 1)]


async def test_per_unit_and_process_and_month(office: Office, account: Account) -> None:
    other = a_process("errands")
    await account.know(a_service(other))
    await ended(office, unit="310456780")
    await ended(office)
    await office.submit(a_chore(unit="310456780"), to=other)
    assert await office.end(await office.claim("s", other))
    await account.count()

    assert [(s.process, s.unit, s.automatic, s.saved) for s in await account.savings()] == [
        ("chores", None, 1, 176),
        ("chores", "310456780", 1, 176),
        ("errands", "310456780", 1, 100),
    ]
    assert await totals(account, Span(unit="310456780", process="chores")) == (1, 0, 176)
    assert await totals(account, Span(last=date(2020, 1, 1))) == (0, 0, 0)


async def test_test_cases_save_nothing(office: Office, account: Account) -> None:
    await ended(office, test=True)
    await account.count()

    assert await totals(account) == (0, 0, 0)


async def test_a_version_keeps_its_minutes(office: Office, account: Account) -> None:
    (chores,) = office.processes
    await ended(office)
    await account.know(a_service(replace(chores, manual_minutes=99)))
    assert await totals(account) == (1, 0, 176)

    office.processes = [replace(chores, manual_minutes=3, version=2)]
    await account.know(a_service(*office.processes))
    await ended(office)
    assert await totals(account) == (2, 0, 176 + 300)


async def test_counters_side_by_side_that_die_count_everything_once(office: Office, account: Account) -> None:
    """Cases end, some in transactions that stay open or are rolled back, while three counters count and are killed."""
    dice = random.Random(7)
    working = True

    async def work(number: int) -> None:
        for _ in range(25):
            await office.submit(a_chore())
            claimed = await office.claim(f"s{number}")
            ending = DONE if dice.random() < 0.8 else TO_A_PERSON
            await office.queue.finish(f"s{number}", claimed, ending)

    async def linger() -> None:
        """Transactions that end late, or never happened."""
        for _ in range(15):
            async with office.pool.connection() as connection:
                await connection.execute("begin")
                await connection.execute(
                    "insert into events (case_id, actor, to_state) select id, 'x', 'queued' from cases limit 1"
                )
                await asyncio.sleep(dice.random() / 50)
                await connection.execute("commit" if dice.random() < 0.5 else "rollback")

    async def count() -> None:
        while working:
            counting = asyncio.create_task(account.count())
            if dice.random() < 0.4:
                await asyncio.sleep(dice.random() / 200)
                counting.cancel()
            await asyncio.gather(counting, return_exceptions=True)

    counters = [asyncio.create_task(count()) for _ in range(3)]
    await asyncio.gather(*(work(number) for number in range(3)), linger())
    working = False
    await asyncio.gather(*counters)

    rows = await office.rows("select state, count(*) as number from cases group by state")
    states = Counter({row["state"]: row["number"] for row in rows})
    assert await totals(account) == (states["done"], states["manual"], states["done"] * 176 - states["manual"] * 50)
    await account.count()
    assert await totals(account) == (states["done"], states["manual"], states["done"] * 176 - states["manual"] * 50)
    counted = await office.rows("select sum(automatic)::int as automatic from benefits")
    assert counted[0]["automatic"] == states["done"]


async def test_what_an_open_transaction_has_written_is_counted_when_it_is_over(
    office: Office, account: Account
) -> None:
    case = await ended(office, TO_A_PERSON)
    async with office.pool.connection() as late:
        await late.execute("begin")
        await late.execute(
            "insert into events (case_id, actor, to_state, fence) values (%s, 'late', 'done', 2)", [case]
        )
        await ended(office)
        await account.count()
        await late.execute("commit")
    await account.count()

    assert (await totals(account))[:2] == (2, 1)
