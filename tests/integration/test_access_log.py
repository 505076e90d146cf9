"""The access log: added to, sealed in a chain, never changed unseen."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from office import Office
from psycopg.errors import InsufficientPrivilege

from common.privacy.access_log import KEPT, AccessLog, Action

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)
CASE = uuid4()


@pytest.fixture
def access(office: Office) -> AccessLog:
    return AccessLog(office.pool)


async def three_seals(access: AccessLog) -> None:
    """Three seals of two lines each."""
    for _ in range(3):
        await access.add("person:kari", Action.READ, [CASE], "klage")
        await access.add("caller:booking", Action.LISTED, [CASE, uuid4()])
        assert await access.seal() == 2


async def forge(office: Office, sql: str, *values: object) -> None:
    """As somebody would who owns the tables and has thought of the triggers."""
    await office.rows("alter table access_log disable trigger user")
    await office.rows(sql, *values)
    await office.rows("alter table access_log enable trigger user")


async def test_says_who_did_what_for_what_purpose(access: AccessLog) -> None:
    await access.add("person:kari", Action.READ, [CASE, uuid4()], "klage fra 178384 10103")
    await access.add("person:ola", Action.CLOSED, [CASE])
    await access.add("person:ola", Action.LISTED, [uuid4()])
    found = await access.of_case(CASE)
    assert [(row["actor"], row["action"], row["purpose"]) for row in found] == [
        ("person:ola", "closed", None),
        ("person:kari", "read", "klage fra ***********"),
    ]


async def test_about_no_case_there_is_no_line(access: AccessLog, office: Office) -> None:
    await access.add("person:kari", Action.LISTED, [])
    assert await office.rows("select 1 as n from access_log") == []


@pytest.mark.parametrize(
    "sql", ["update access_log set purpose = 'x'", "delete from access_log", "truncate access_log"]
)
async def test_lines_stand(access: AccessLog, office: Office, sql: str) -> None:
    await access.add("person:kari", Action.READ, [CASE])
    with pytest.raises(InsufficientPrivilege):
        await office.rows(sql)


class TestSeals:
    async def test_an_untouched_log_is_whole(self, access: AccessLog) -> None:
        await three_seals(access)
        await access.add("person:kari", Action.READ, [CASE])
        verdict = await access.verify(NOW)
        assert (verdict.seals, verdict.lines, verdict.loose, verdict.broken) == (3, 6, 1, [])
        assert await access.seal() == 1
        assert await access.seal() == 0

    @pytest.mark.parametrize(
        "sql",
        [
            "update access_log set actor = 'person:ola' where id = 3",
            "update access_log set at = at + interval '1 microsecond' where id = 3",
            "update access_log set cases = cases || cases where id = 3",
            "update access_log set purpose = 'tilsyn' where id = 3",
            "update access_log set action = 'listed' where id = 3",
            "delete from access_log where id = 3",
        ],
    )
    async def test_whatever_is_done_to_a_line_is_seen(self, access: AccessLog, office: Office, sql: str) -> None:
        await three_seals(access)
        await forge(office, sql)
        broken = (await access.verify(NOW)).broken
        assert len(broken) == 1
        assert broken[0].startswith("lines 3 to 4")

    async def test_a_line_from_before_the_first_is_seen(self, access: AccessLog, office: Office) -> None:
        await three_seals(access)
        copied = "select 0, actor, action, cases from access_log where id = 1"
        await office.rows(f"insert into access_log (id, actor, action, cases) overriding system value {copied}")
        assert (await access.verify(NOW)).broken == ["1 lines lie before the first"]

    async def test_who_makes_all_seals_anew_is_betrayed_by_those_in_the_log(
        self, access: AccessLog, office: Office
    ) -> None:
        await three_seals(access)
        told = [row["digest"].hex() for row in await office.rows("select digest from access_seals order by up_to")]
        await forge(office, "update access_log set actor = 'person:ola' where id = 3")
        await office.rows("delete from access_seals")
        while await access.seal():
            pass
        assert (await access.verify(NOW)).broken == []
        betrayed = (await access.verify(NOW, known=told)).broken
        assert [line for line in betrayed if told[2] in line]

    async def test_a_seal_that_is_taken_out_breaks_the_next(self, access: AccessLog, office: Office) -> None:
        await three_seals(access)
        await office.rows("delete from access_seals where up_to = 4")
        assert (await access.verify(NOW)).broken == ["lines 3 to 6: there were 2, there are 4"]

    async def test_nothing_slips_under_a_seal_while_many_write(self, access: AccessLog) -> None:
        over = asyncio.Event()

        async def seal() -> None:
            while not over.is_set():
                await access.seal()

        async def write(number: int) -> None:
            for _ in range(30):
                await access.add(f"person:{number}", Action.READ, [CASE])

        sealing = [asyncio.create_task(seal()) for _ in range(2)]
        await asyncio.gather(*(write(number) for number in range(6)))
        over.set()
        await asyncio.gather(*sealing)
        await access.seal()
        verdict = await access.verify(NOW)
        assert (verdict.lines, verdict.loose, verdict.broken) == (180, 0, [])


class TestRetention:
    async def grow_old(self, office: Office, up_to: int) -> None:
        await forge(office, "update access_log set at = at - interval '6 years' where id <= %s", up_to)

    async def test_lines_go_when_their_time_is_over_and_the_chain_holds(
        self, access: AccessLog, office: Office
    ) -> None:
        for _ in range(2):
            await access.add("person:kari", Action.READ, [CASE])
        await self.grow_old(office, 2)
        assert await access.seal() == 2
        await access.add("person:kari", Action.READ, [CASE])
        await access.seal()
        assert await access.purge(NOW) == 1
        assert len(await access.of_case(CASE)) == 1
        verdict = await access.verify(NOW)
        assert (verdict.seals, verdict.lines, verdict.broken) == (2, 1, [])
        assert await access.purge(NOW) == 0

    async def test_what_is_said_to_be_purged_before_its_time_is_seen(self, access: AccessLog, office: Office) -> None:
        await three_seals(access)
        await forge(office, "delete from access_log where id <= 2")
        await office.rows("update access_seals set purged_at = now() where up_to = 2")
        assert (await access.verify(NOW)).broken == ["lines 1 to 2 were deleted before their time"]

    async def test_kept_for_five_years(self, access: AccessLog) -> None:
        await three_seals(access)
        assert await access.purge(NOW + KEPT - timedelta(days=1)) == 0
