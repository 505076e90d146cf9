"""Account leases: never more sessions than accounts, no deadlock, and nobody's account taken from under them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from office import BACK, DONE, Office, until

from common.cases.draft import Draft
from common.cases.endings import Ending
from common.cases.queue import Claimed, Queue
from common.target import SecondLogin, Target
from common.testing import Chore, a_chore, a_process

pytestmark = pytest.mark.anyio

ESA, SOFIE, PAYROLL = Target(name="esa"), Target(name="sofie"), Target(name="payroll")


async def employ(office: Office, **accounts: int) -> None:
    """Let there be so many accounts at each target."""
    office.accounts.update({target: [f"{target}-{n}" for n in range(number)] for target, number in accounts.items()})
    office.queue = Queue(office.pool, office.keyring, office.settings, office.accounts)
    await know(office, b"first password")


async def know(office: Office, mark: bytes) -> None:
    await office.queue.know_accounts(
        {(target, name): mark for target, names in office.accounts.items() for name in names}
    )


async def holders(office: Office) -> dict[str, str | None]:
    return {row["name"]: row["holder"] for row in await office.rows("select name, holder from accounts")}


async def forget(office: Office, shift: str, minutes: int = 1) -> None:
    """Let a shift have vanished, so that its accounts' leases ended so long ago."""
    await office.rows(
        "update accounts set lease_until = now() - %s * interval '1 minute' where holder = %s", minutes, shift
    )


class TestLeases:
    async def test_a_shift_keeps_its_account_from_case_to_case(self, office: Office) -> None:
        office.processes = [a_process(targets=[ESA])]
        await employ(office, esa=3)
        for _ in range(4):
            await office.submit()
        ended: tuple[Claimed, Ending] | None = None
        used: list[str] = []
        for _ in range(4):
            turn = await office.turn("a", ended)
            assert turn.claimed is not None
            ended = (turn.claimed, DONE)
            used.append(turn.claimed.accounts["esa"])
        assert len(set(used)) == 1

    async def test_two_shifts_have_different_ones(self, office: Office) -> None:
        office.processes = [a_process(targets=[ESA])]
        await employ(office, esa=2)
        await office.submit()
        await office.submit()
        assert (await office.claim("a")).accounts != (await office.claim("b")).accounts

    async def test_none_left_undoes_the_claim_and_keeps_the_finish(self, office: Office) -> None:
        plain, esa = a_process("plain"), a_process("esa-work", targets=[ESA])
        office.processes = [plain, esa]
        await employ(office, esa=1)
        first = await office.submit(to=plain)
        mine = await office.claim("a", plain)
        await office.submit(to=esa)
        await office.claim("b", esa)
        starved = await office.submit(to=esa)
        turn = await office.turn("a", (mine, DONE))
        assert (turn.finished, turn.claimed, turn.starved) == (True, None, "esa-work")
        assert (await office.state(first), await office.state(starved)) == ("done", "queued")
        assert (await office.case(starved))["fence"] == 0
        assert len(await office.moves(starved)) == 1

    async def test_none_left_at_the_second_target_gives_the_first_back(self, office: Office) -> None:
        both, sofie = a_process("both", targets=[SOFIE, ESA]), a_process("sofie-work", targets=[SOFIE])
        office.processes = [both, sofie]
        await employ(office, esa=1, sofie=1)
        await office.submit(to=sofie)
        await office.claim("b", sofie)
        await office.submit(to=both)
        assert (await office.queue.turn("a", [both])).starved == "both"
        assert (await holders(office))["esa-0"] is None

    async def test_of_a_vanished_shift_are_free_when_they_have_run_out(self, office: Office) -> None:
        office.processes = [a_process(targets=[ESA])]
        await employ(office, esa=1)
        await office.submit()
        await office.submit()
        await office.claim("vanished")
        assert (await office.turn("b")).starved == "chores"
        await forget(office, "vanished")
        assert (await office.claim("b")).accounts == {"esa": "esa-0"}

    async def test_are_extended_by_the_heartbeat_of_an_idle_shift(self, office: Office) -> None:
        office.processes = [a_process(targets=[ESA])]
        await employ(office, esa=1)
        await office.submit()
        await office.end(await office.claim("a"))
        await office.rows("update accounts set lease_until = now() + interval '1 second'")
        await office.queue.heartbeat({}, ["a"])
        (row,) = await office.rows("select lease_until > now() + interval '10 seconds' as longer from accounts")
        assert row["longer"]

    async def test_that_ran_out_is_not_taken_back_by_a_heartbeat(self, office: Office) -> None:
        office.processes = [a_process(targets=[ESA])]
        await employ(office, esa=1)
        await office.submit()
        await office.submit()
        await office.claim("late")
        await forget(office, "late")
        await office.queue.heartbeat({}, ["late"])
        assert (await office.claim("b")).accounts == {"esa": "esa-0"}

    async def test_are_given_back_by_a_shift_that_ends(self, office: Office) -> None:
        office.processes = [a_process(targets=[ESA])]
        await employ(office, esa=1)
        await office.submit()
        await office.end(await office.claim("a"), BACK)
        await office.queue.release_accounts("a")
        assert (await office.claim("b")).accounts == {"esa": "esa-0"}

    async def test_only_those_whose_password_this_worker_has(self, office: Office) -> None:
        office.processes = [a_process(targets=[ESA])]
        await employ(office, esa=2)
        office.accounts["esa"] = ["esa-1"]
        await office.submit()
        assert (await office.claim("a")).accounts == {"esa": "esa-1"}


@asynccontextmanager
async def meanwhile(office: Office, sql: str) -> AsyncGenerator[None]:
    """Another transaction that has done this and not committed yet."""
    async with office.pool.connection() as other, other.transaction():
        await other.execute(sql.encode())
        yield


async def waiting(office: Office) -> bool:
    rows = await office.rows(
        "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' limit 1"
    )
    return bool(rows)


class TestWhileAHeartbeatGoesOn:
    async def test_a_shift_waits_for_its_own_account_instead_of_taking_a_second(self, office: Office) -> None:
        office.processes = [a_process(targets=[ESA])]
        await employ(office, esa=2)
        await office.submit()
        await office.submit()
        mine = await office.claim("a")
        async with meanwhile(office, "update accounts set lease_until = lease_until where holder = 'a'"):
            turning = asyncio.create_task(office.turn("a", (mine, DONE)))

            async def stopped() -> bool:
                return turning.done() or await waiting(office)

            await until(stopped)
        turn = await turning
        assert turn.claimed is not None
        assert turn.claimed.accounts == mine.accounts
        assert Counter((await holders(office)).values()) == Counter({"a": 1, None: 1})


class TestOut:
    async def test_until_the_password_has_changed(self, office: Office) -> None:
        office.processes = [a_process(targets=[ESA])]
        await employ(office, esa=1)
        await office.submit()
        case = await office.claim("a")
        await office.queue.account_out("esa", "esa-0")
        await office.end(case, BACK)
        assert (await office.turn("a")).starved == "chores"
        await know(office, b"first password")
        assert (await office.turn("a")).starved == "chores", "a restart is no new password"
        await know(office, b"second password")
        assert (await office.claim("a")).accounts == {"esa": "esa-0"}

    async def test_takes_the_next_account(self, office: Office) -> None:
        office.processes = [a_process(targets=[ESA])]
        await employ(office, esa=2)
        await office.submit()
        case = await office.claim("a")
        await office.queue.account_out("esa", case.accounts["esa"])
        await office.end(case, BACK)
        assert (await office.claim("a")).accounts != case.accounts


class TestRest:
    @pytest.mark.parametrize(
        ("second_login", "free"),
        [(SecondLogin.REFUSED, False), (SecondLogin.REPLACES, True), (SecondLogin.ALLOWED, True)],
    )
    async def test_where_a_second_sign_in_is_refused_a_lost_session_must_time_out(
        self,
        office: Office,
        second_login: SecondLogin,
        free: bool,  # noqa: FBT001
    ) -> None:
        target = Target(name="esa", second_login=second_login, session_timeout=timedelta(minutes=20))
        office.processes = [a_process(targets=[target])]
        await employ(office, esa=1)
        await office.submit()
        await office.submit()
        await office.claim("vanished")
        await forget(office, "vanished", minutes=19)
        assert ((await office.turn("b")).claimed is not None) == free
        if not free:
            await forget(office, "vanished", minutes=21)
            assert (await office.turn("b")).claimed is not None

    async def test_its_own_account_needs_no_rest(self, office: Office) -> None:
        office.processes = [a_process(targets=[Target(name="esa", second_login=SecondLogin.REFUSED)])]
        await employ(office, esa=1)
        await office.submit()
        await office.submit()
        case = await office.claim("a")
        turn = await office.turn("a", (case, DONE))
        assert turn.claimed is not None

    async def test_an_orderly_end_needs_none(self, office: Office) -> None:
        office.processes = [a_process(targets=[Target(name="esa", second_login=SecondLogin.REFUSED)])]
        await employ(office, esa=1)
        await office.submit()
        await office.end(await office.claim("a"), BACK)
        await office.queue.release_accounts("a")
        assert (await office.turn("b")).claimed is not None


class Doors:
    """Counts who is inside each target, and under which account."""

    def __init__(self) -> None:
        self.inside: Counter[tuple[str, str]] = Counter()
        self.worst = 0
        self.done = 0

    async def perform(self, case: Claimed) -> Ending:
        self.inside.update(case.accounts.items())
        self.worst = max(self.worst, *self.inside.values(), 0)
        for _ in range(case.id.int % 4):
            await asyncio.sleep(0)
        self.inside.subtract(case.accounts.items())
        self.done += 1
        return DONE


class TestManyShifts:
    async def test_no_account_is_used_twice_and_everything_gets_done(self, office: Office) -> None:
        office.processes = [
            a_process("esa-work", targets=[ESA]),
            a_process("sofie-work", targets=[SOFIE]),
            a_process("transfers", targets=[SOFIE, ESA]),
            a_process("controls", targets=[PAYROLL, ESA, SOFIE]),
        ]
        await employ(office, esa=6, sofie=6, payroll=1)
        for process in office.processes:
            drafts = [Draft(input=a_chore_of(n)) for n in range(30)]
            await office.intake.submit(process, "booking", drafts, office.clock())
        doors = Doors()
        beating = asyncio.create_task(beat(office, [f"s{n}" for n in range(6)]))
        await office.work_off([f"s{n}" for n in range(6)], doors.perform)
        beating.cancel()
        assert (doors.worst, doors.done) == (1, 120)


def a_chore_of(number: int) -> Chore:
    return a_chore(f"person {number % 7}")


async def beat(office: Office, shifts: list[str]) -> None:
    while True:
        await office.queue.heartbeat({}, shifts)
        await asyncio.sleep(0)
