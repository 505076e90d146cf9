"""A database put back into a new cluster, where transactions are numbered from the start: nothing is missed or miscounted."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from office import DONE, Office

from common.benefits.account import Account
from common.cases.feed import Feed, Position
from common.errands.renumber import renumber
from common.process import Service

pytestmark = pytest.mark.anyio

AHEAD = 10_000_000


@pytest.fixture
async def account(office: Office) -> Account:
    made = Account(office.pool)
    service = Service("testing", title="Testing")
    service.processes |= {process.name: process for process in office.processes}
    await made.know(service)
    return made


async def one_done(office: Office) -> UUID:
    await office.submit()
    claimed = await office.claim()
    assert await office.end(claimed, DONE)
    return claimed.id


async def restore(office: Office) -> None:
    """What there is was numbered by a cluster that had come much further."""
    await office.rows("update events set tx = tx + %s", AHEAD)
    await office.rows("update benefit_position set tx = tx + %s where tx > 0", AHEAD)
    await office.rows(
        "update webhooks set position = (split_part(position, '.', 1)::bigint + %s) "
        "|| '.' || split_part(position, '.', 2) || '.' || split_part(position, '.', 3)",
        AHEAD,
    )
    await office.rows(
        "update deliveries set position = (split_part(position, '.', 1)::bigint + %s) || '.' || event || '.' || event",
        AHEAD,
    )


async def done_so_far(account: Account) -> int:
    return sum(saving.automatic for saving in await account.savings())


async def told(feed: Feed, after: Position) -> list[UUID]:
    return [move.case for move in (await feed.page(after)).moves]


async def test_each_end_is_counted_once(office: Office, account: Account) -> None:
    for _ in range(3):
        await one_done(office)
    await account.count()
    await one_done(office)  # not counted when the dump was made
    await restore(office)
    await one_done(office)  # before anybody has noticed

    assert await renumber(office.pool)
    assert await done_so_far(account) == 5
    await account.count()
    await one_done(office)
    await account.count()
    assert await done_so_far(account) == 6
    counted = await office.rows("select sum(automatic)::int as automatic from benefits")
    assert counted[0]["automatic"] == 6
    assert not await renumber(office.pool)


async def test_what_happens_to_old_cases_is_in_the_feed(office: Office, account: Account) -> None:
    feed = Feed(office.pool)
    await account.count()
    old = await office.submit()
    await account.count()
    await restore(office)
    here = await feed.now()
    assert await office.end(await office.claim(), DONE)

    # Each of its moves would be given behind the one that lies in the future.
    assert await told(feed, here) == []
    await renumber(office.pool)
    assert await told(feed, here) == [old, old]
    assert (await told(feed, Position(0))).count(old) == 3


async def test_it_is_done_once_by_many(office: Office, account: Account) -> None:
    await one_done(office)
    await account.count()
    await restore(office)
    mended = await asyncio.gather(*[renumber(office.pool) for _ in range(4)], account.count(), account.count())
    assert mended.count(True) == 1
    await account.count()
    assert await done_so_far(account) == 1


async def test_nothing_was_put_back(office: Office, account: Account) -> None:
    await one_done(office)
    await account.count()
    before = await office.rows("select id, tx from events order by id")
    assert not await renumber(office.pool)
    assert await office.rows("select id, tx from events order by id") == before


async def test_a_log_that_is_empty(office: Office, account: Account) -> None:
    await account.count()
    await restore(office)
    assert await renumber(office.pool)
    await one_done(office)
    await account.count()
    assert await done_so_far(account) == 1
