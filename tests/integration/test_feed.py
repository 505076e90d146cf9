"""The feed of events: complete, once, in the order of each case's moves, whatever commits when."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from office import BACK, Office

from common.cases.feed import SQL, EventFilter, Feed, Move, Position
from common.cases.sight import Sight
from common.cases.states import State
from common.db.pool import Connection, Pool
from common.refusals import MalformedRequest

pytestmark = pytest.mark.anyio

BEGINNING = Position(0)


async def read(feed: Feed, after: Position = BEGINNING, *, limit: int = 500) -> tuple[list[Move], Position]:
    """All there is behind a position now."""
    moves: list[Move] = []
    while True:
        page = await feed.page(after, limit=limit)
        moves += page.moves
        after = page.end
        if not page.more:
            return moves, after


async def move(connection: Connection, case: UUID) -> None:
    """One more move of a case, which its lock keeps behind the moves before it; the code counts them."""
    row = await (
        await connection.execute("update cases set failures = failures + 1 where id = %s returning failures", [case])
    ).fetchone()
    assert row is not None
    await connection.execute(
        "insert into events (case_id, actor, from_state, to_state, code) values (%s, 'test', 'queued', 'running', %s)",
        [case, str(row["failures"])],
    )


def counted(seen: list[Move]) -> dict[UUID, list[int]]:
    """The codes of each case's moves, in the order in which they were given."""
    by_case = defaultdict[UUID, list[int]](list)
    for found in seen:
        by_case[found.case].append(int(found.code or 0))
    return by_case


async def pause(chance: random.Random) -> None:
    await asyncio.sleep(chance.choice([0, 0, 0.001, 0.004]))


class TestOrder:
    async def test_a_late_commit_is_not_missed(self, office: Office, connections: Pool) -> None:
        feed, early, late = Feed(connections), await office.submit(), await office.submit()
        _, here = await read(feed)
        async with connections.connection() as slow, slow.transaction():
            await move(slow, late)
            async with connections.connection() as quick:
                await move(quick, early)
            seen, here = await read(feed, here)
            # Its id is the higher one; given now, the other would lie below what was read.
            assert seen == []
        seen, here = await read(feed, here)
        assert [found.case for found in seen] == [late, early]
        assert (await read(feed, here))[0] == []

    async def test_an_older_transaction_moves_a_case_after_a_younger_one(
        self, office: Office, connections: Pool
    ) -> None:
        feed, case, other, third = Feed(connections), *[await office.submit() for _ in range(3)]
        _, here = await read(feed)
        async with connections.connection() as older, connections.connection() as between:
            async with between.transaction():
                async with older.transaction():
                    await move(older, other)
                    await move(between, third)
                    async with connections.connection() as younger:
                        await move(younger, case)
                    await move(older, case)
                # The older one's second move lies below the horizon, the move before it does not.
                seen, here = await read(feed, here)
                assert [found.case for found in seen] == [other]
            seen, here = await read(feed, here, limit=1)
        assert [(found.case, found.code) for found in seen] == [(third, "1"), (case, "1"), (case, "2")]
        keys = [found.position for found in seen]
        assert keys == sorted(keys)
        # Taken up between the two, it goes on with the second.
        assert [found.code for found in (await read(feed, keys[1]))[0]] == ["2"]

    @pytest.mark.parametrize("seed", range(4))
    async def test_writers_that_commit_late_and_readers_that_start_anywhere(
        self, office: Office, connections: Pool, seed: int
    ) -> None:
        chance = random.Random(seed)
        cases = sorted([await office.submit() for _ in range(6)])
        feed = Feed(connections)
        _, start = await read(feed)
        writing = True

        async def write() -> None:
            for _ in range(25):
                chosen = sorted(chance.sample(cases, chance.randint(1, 3)))
                lost = chance.random() < 0.2
                async with connections.connection() as connection, connection.transaction(force_rollback=lost):
                    if chance.random() < 0.5:
                        await connection.execute("select pg_current_xact_id()")
                    for case in chosen:
                        await pause(chance)
                        await move(connection, case)
                    await pause(chance)

        async def follow(limit: int) -> list[Move]:
            seen: list[Move] = []
            here = start
            while True:
                last = not writing
                page = await feed.page(here, limit=limit)
                # Now and then it dies, and begins again behind what it was last given.
                if page.moves and chance.random() < 0.3:
                    kept = page.moves[: chance.randint(1, len(page.moves))]
                    seen += kept
                    here = Position.parse(str(kept[-1].position))
                    continue
                seen += page.moves
                here = page.end
                if last and not page.more:
                    return seen
                await pause(chance)

        readers = [asyncio.create_task(follow(limit)) for limit in (1, 3, 500)]
        await asyncio.gather(*[write() for _ in range(6)])
        writing = False
        stored = await office.rows("select id from events where actor = 'test' order by id")
        assert len(stored) > 100
        orders = [await reader for reader in readers]
        for seen in orders:
            assert sorted(found.id for found in seen) == [row["id"] for row in stored]
            assert all(codes == list(range(1, len(codes) + 1)) for codes in counted(seen).values())
        assert orders[0] == orders[1] == orders[2]

    async def test_real_moves(self, office: Office, connections: Pool) -> None:
        feed = Feed(connections)
        cases = [await office.submit() for _ in range(5)]
        _, here = await read(feed)
        claimed = await office.claim()
        for _ in cases:
            turn = await office.turn("s", (claimed, BACK))
            assert turn.claimed is not None
            claimed = turn.claimed
        seen, _ = await read(feed, here)
        assert {found.to_state for found in seen} == {State.RUNNING, State.QUEUED}
        assert len(seen) == 2 * len(cases) + 1


class TestPosition:
    @pytest.mark.parametrize("text", ["", "1", "1.2", "1.2.x", "1.2.3.4", "-1.0.0", "1.2.٣", "9" * 30 + ".0.0"])
    async def test_that_is_none(self, text: str) -> None:
        with pytest.raises(MalformedRequest):
            Position.parse(text)

    async def test_from_nowhere_yet(self, connections: Pool) -> None:
        feed = Feed(connections)
        assert await feed.given("5.0.0") == Position(5)
        with pytest.raises(MalformedRequest):
            await feed.given("999999999999.0.0")

    async def test_of_a_moment(self, office: Office, connections: Pool) -> None:
        feed = Feed(connections)
        assert (await read(feed, await feed.since(office.clock())))[0] == []
        cases = [await office.submit() for _ in range(7)]
        await office.rows(
            "update events set at = now() - (10 - id) * interval '1 hour' where id <= 7 and actor = 'caller:booking'"
        )
        (now,) = await office.rows("select now() as now")
        from_fourth = await feed.since(now["now"] - timedelta(hours=6))
        assert [found.case for found in (await read(feed, from_fourth))[0]] == cases[3:]
        assert len((await read(feed, await feed.since(now["now"] - timedelta(days=9))))[0]) == 7
        assert (await read(feed, await feed.since(now["now"] + timedelta(days=9))))[0] == []


class TestWhatIsSeen:
    async def test_filters_and_sight(self, office: Office, connections: Pool) -> None:
        mine, theirs = await office.submit(), await office.submit(caller="forms")
        seen, _ = await read(Feed(connections))
        process = office.processes[0].name
        own = Sight(caller="booking", processes=[process])
        assert [found.case for found in seen if own.sees(found)] == [mine]
        assert not any(Sight(caller="booking", processes=[]).sees(found) for found in seen)
        everything = Sight(caller=None, processes=[process])
        assert [found.case for found in seen if everything.sees(found)] == [mine, theirs]

        def wanted(**narrowed: Any) -> list[UUID]:
            return [found.case for found in seen if EventFilter(**narrowed).wants(found)]

        assert wanted() == wanted(process=[process], state=["queued"]) == [mine, theirs]
        assert wanted(case=mine) == [mine]
        assert (
            wanted(process=["other"]) == wanted(state=["done"]) == wanted(code=["CREATED"]) == wanted(batch=mine) == []
        )
        assert wanted(unit=["Elsewhere"]) == []


async def test_reading_the_end_of_a_long_log_reads_little(office: Office, connections: Pool) -> None:
    """What is read grows with what is new, not with what there is."""
    await office.rows(
        "insert into events (case_id, actor, to_state, tx) "
        "select gen_random_uuid(), 'old', 'queued', 1 + n / 1000 from generate_series(1, 200000) n"
    )
    async with connections.connection() as connection:
        await connection.execute("vacuum analyze events")
    here = await Feed(connections).now()
    await office.submit()
    values = {"tx": here.tx, "anchor": 0, "id": 0, "span": 20_000, "limit": 500}
    explained = b"explain (analyze, buffers, format json) " + SQL["read_events"].encode()
    async with connections.connection() as connection:
        found = await (await connection.execute(explained, values)).fetchone()
    assert found is not None
    plan = found["QUERY PLAN"][0]["Plan"]
    assert plan["Actual Rows"] == 1
    assert "events_tx" in str(plan)
    (size,) = await office.rows("select relpages from pg_class where relname = 'events'")
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < size["relpages"] / 10
