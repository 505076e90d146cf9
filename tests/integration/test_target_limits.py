"""Targets with limits, seen by several workers at once: circuits, the one try, hours, pauses, paces, changed screens."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from office import BACK, DONE, Office

from common.cases.draft import Draft
from common.cases.endings import Ending, released
from common.cases.openness import Openness, Why
from common.cases.operations import Operations
from common.cases.queue import Claimed, Queue
from common.cases.states import State
from common.cases.trouble import Attempt, Trouble
from common.errors import UiChanged
from common.opening import parse_opening
from common.process import Process
from common.settings import CircuitSettings
from common.target import Pace, Target
from common.testing import a_chore, a_process

pytestmark = pytest.mark.anyio

ESA, SOFIE, PAYROLL = Target(name="esa"), Target(name="sofie"), Target(name="payroll")
SOON = CircuitSettings(failures=5, pause=60, longest_pause=600)
PRESSED = timedelta(milliseconds=40)


@dataclass
class Crew:
    """One worker: its own view of what is open, its own shifts."""

    office: Office
    name: str
    settings: CircuitSettings = field(default_factory=lambda: SOON)
    changed_screen: int = 1

    def __post_init__(self) -> None:
        self.openness = Openness(self.office.pool, self.office.processes, clock=self.office.clock)
        self.trouble = Trouble(self.openness, self.settings, changed_screen=self.changed_screen)

    def run(self, case: Claimed) -> Attempt:
        return Attempt(case=case.id, process=case.process, fence=case.fence, shift=case.shift)

    async def open(self) -> list[str]:
        await self.openness.look()
        return [process.name for process in self.openness.processes]

    async def fail(self, case: Claimed, target: str = "esa", code: str = "TARGET_DOWN") -> float | None:
        return await self.trouble.failed(self.run(case), target, code)

    async def probe(self, shift: str) -> Claimed | None:
        """Look, and try if one is due."""
        await self.openness.look()
        probe = self.openness.next_probe()
        return None if probe is None else await self.office.queue.probe(shift, probe)


async def staffed(office: Office, *processes: Process, accounts: int = 20) -> Crew:
    """An office with accounts enough, and one worker."""
    office.processes = list(processes)
    names = {t.name: [f"{t.name}-{n}" for n in range(accounts)] for p in processes for t in p.targets}
    office.queue = Queue(office.pool, office.keyring, office.settings, names)
    await office.queue.know_accounts({(target, name): b"mark" for target in names for name in names[target]})
    return Crew(office, "w1")


async def many(office: Office, number: int, to: Process) -> None:
    await office.intake.submit(to, "booking", [Draft(input=a_chore()) for _ in range(number)], office.clock())


async def opened(office: Office, *crews: Crew, failures: int = 5) -> list[Claimed]:
    """Fail until the circuit of ESA is open, each worker in its turn."""
    cases = [await office.claim(f"s{number}") for number in range(failures)]
    for number, case in enumerate(cases):
        await crews[number % len(crews)].fail(case)
        await office.end(case, released("TARGET_DOWN", 0))
    return cases


async def due(office: Office) -> None:
    await office.rows("update circuits set retry_at = now() - interval '1 second', probe_until = null")


class TestCircuit:
    async def test_opens_once_after_so_many_in_a_row_over_all_workers(self, office: Office) -> None:
        esa, sofie = a_process("esa-work", targets=[ESA]), a_process("sofie-work", targets=[SOFIE])
        first = await staffed(office, esa, sofie)
        second = Crew(office, "w2")
        await many(office, 9, esa)
        cases = [await office.claim(f"s{number}", esa) for number in range(9)]
        waits = [await (first, second)[number % 2].fail(case) for number, case in enumerate(cases[:4])]
        assert waits == [None] * 4
        assert "esa-work" in await second.open()
        together = await asyncio.gather(
            *(crew.fail(case) for crew, case in zip([first, second] * 2, cases[4:8], strict=True))
        )
        assert together == [0.0] * 4
        assert await first.open() == await second.open() == ["sofie-work"]
        log = await office.rows("select action, name from operations")
        assert [(line["action"], line["name"]) for line in log] == [("circuit_opened", "esa")]
        (told,) = await office.rows("select role, key, text from tasks")
        assert told["role"] == "robot-operations"
        assert told["key"].startswith("circuit:esa:")
        assert "TARGET_DOWN" in told["text"]

    async def test_a_success_begins_the_count_anew_and_writes_only_then(self, office: Office) -> None:
        esa = a_process("esa-work", targets=[ESA])
        crew = await staffed(office, esa)
        await many(office, 2, esa)
        case, other = await office.claim("a"), await office.claim("b")
        for _ in range(3):
            for _ in range(4):
                assert await crew.fail(case) is None
            assert crew.trouble.stands_against(["esa"])
            await crew.trouble.answered(crew.run(other), {"esa"})
            assert not crew.trouble.stands_against(["esa"])
        assert await crew.open() == ["esa-work"]
        # Another worker learns by looking that something stands against the target.
        await crew.fail(case)
        second = Crew(office, "w2")
        await second.open()
        assert second.trouble.stands_against(["esa"])

    async def test_a_late_success_of_another_run_does_not_close_it(self, office: Office) -> None:
        esa = a_process("esa-work", targets=[ESA])
        crew = await staffed(office, esa)
        await many(office, 7, esa)
        late = await office.claim("late")
        await opened(office, crew)
        await crew.trouble.answered(crew.run(late), {"esa"})
        assert await crew.open() == []

    async def test_the_try_is_exactly_one_among_many_shifts(self, office: Office) -> None:
        esa, sofie = a_process("esa-work", targets=[ESA]), a_process("sofie-work", targets=[SOFIE])
        crew = await staffed(office, esa, sofie)
        await many(office, 20, esa)
        await opened(office, crew)
        crews = [Crew(office, f"w{number}") for number in range(10)]
        assert [await one.probe("x") for one in crews] == [None] * 10  # not due yet
        await due(office)
        tried = await asyncio.gather(*(one.probe(f"p{number}") for number, one in enumerate(crews)))
        (case,) = [claimed for claimed in tried if claimed is not None]
        (running,) = await office.rows("select count(*) as n from cases where state = 'running'")
        assert running["n"] == 1
        # The time that covers the first moments passes; as long as its run lasts, nobody else tries.
        await office.rows("update circuits set probe_until = now() - interval '1 second'")
        assert await asyncio.gather(*(one.probe("y") for one in crews)) == [None] * 10

        winner = crews[tried.index(case)]
        await winner.trouble.answered(winner.run(case), {"esa"})
        assert await crew.open() == ["esa-work", "sofie-work"]
        (row,) = await office.rows("select * from circuits")
        assert (row["failures"], row["openings"], row["opened_at"], row["probe"]) == (0, 0, None, None)
        log = await office.rows("select action from operations order by id")
        assert [line["action"] for line in log] == ["circuit_opened", "circuit_closed"]

    async def test_a_failed_try_waits_twice_as_long_and_the_next_one_is_another_case(self, office: Office) -> None:
        esa = a_process("esa-work", targets=[ESA])
        crew = await staffed(office, esa)
        await many(office, 8, esa)
        await opened(office, crew)
        pauses: list[float] = []
        tried: list[UUID] = []
        for _ in range(6):
            await due(office)
            case = await crew.probe("p")
            assert case is not None
            wait = await crew.fail(case)
            assert wait is not None
            (row,) = await office.rows("select extract(epoch from retry_at - now())::float as pause from circuits")
            pauses.append(row["pause"])
            assert wait > row["pause"]
            assert await office.queue.finish("p", case, released("TARGET_DOWN", wait))
            tried.append(case.id)
        assert [round(pause, -1) for pause in pauses] == [120, 240, 480, 600, 600, 600]
        assert len(set(tried)) == 6
        rows = await office.rows("select failures, state from cases")
        assert {(row["failures"], row["state"]) for row in rows} == {(0, "queued")}
        assert len(await office.rows("select 1 from tasks")) == 1

    async def test_a_killed_prober_shuts_nothing_for_ever(self, office: Office) -> None:
        esa = a_process("esa-work", targets=[ESA])
        crew = await staffed(office, esa)
        await many(office, 6, esa)
        await opened(office, crew)
        await due(office)
        killed = await crew.probe("killed")
        assert killed is not None
        await office.rows("update circuits set probe_until = now() - interval '1 second'")
        assert await crew.probe("heir") is None
        await office.expire(killed.id)
        await office.queue.sweep()
        heir = await crew.probe("heir")
        assert heir is not None
        # The killed one was only frozen: what it says now changes nothing.
        assert await crew.fail(killed) == 0.0
        await crew.trouble.answered(crew.run(killed), {"esa"})
        assert await crew.open() == []
        await crew.trouble.answered(crew.run(heir), {"esa"})
        assert await crew.open() == ["esa-work"]

    async def test_a_try_without_a_case_leaves_the_door_to_the_next(self, office: Office) -> None:
        esa = a_process("esa-work", targets=[ESA])
        crew = await staffed(office, esa)
        await many(office, 5, esa)
        cases = await opened(office, crew)
        for case in cases:
            await office.decisions.cancel(case.id, "caller:x")
        await office.rows("update circuits set retry_at = now()")
        assert await crew.probe("p") is None
        await many(office, 1, esa)
        assert await crew.probe("q") is not None

    async def test_a_process_of_two_failing_targets_tries_both(self, office: Office) -> None:
        both = a_process("both", targets=[SOFIE, ESA])
        crew = await staffed(office, both)
        await many(office, 6, both)
        for case in [await office.claim(f"s{number}") for number in range(5)]:
            await crew.fail(case)
            await crew.fail(case, "sofie")
            await office.end(case, BACK)
        assert await crew.open() == []
        await office.rows("update circuits set retry_at = now() where target = 'esa'")
        assert await crew.probe("p") is None
        await due(office)
        case = await crew.probe("p")
        assert case is not None
        await crew.trouble.answered(crew.run(case), {"esa", "sofie"})
        assert await crew.open() == ["both"]

    async def test_a_person_closes_it(self, office: Office) -> None:
        esa = a_process("esa-work", targets=[ESA])
        crew = await staffed(office, esa)
        await many(office, 5, esa)
        await opened(office, crew)
        operations = Operations(office.pool)
        assert await operations.close_circuit("esa", actor="person:x")
        assert not await operations.close_circuit("esa", actor="person:x")
        assert await crew.open() == ["esa-work"]

    async def test_nothing_else_waits_while_a_target_fails(self, office: Office) -> None:
        esa, sofie = a_process("esa-work", targets=[ESA]), a_process("sofie-work", targets=[SOFIE])
        crew = await staffed(office, esa, sofie)
        await many(office, 12, esa)
        await opened(office, crew)
        await many(office, 12, sofie)
        await crew.open()
        ended: list[str] = []
        last: tuple[Claimed, Ending] | None = None
        while True:
            turn = await office.queue.turn("s", crew.openness.processes, last)
            assert turn.starved is None
            if turn.claimed is None:
                break
            ended.append(turn.claimed.process)
            last = turn.claimed, DONE
        assert ended == ["sofie-work"] * 12


class TestHoursAndPauses:
    async def test_cases_wait_outside_opening_hours_and_a_run_may_finish(self, office: Office) -> None:
        office.clock.now = datetime(2026, 3, 6, 20, 59, tzinfo=UTC)  # Friday 21:59 in Norway
        shop = Target(name="shop", opening=parse_opening("mo-fr 07:00-22:00"))
        mine, other = a_process("shop-work", targets=[shop]), a_process("plain")
        crew = await staffed(office, mine, other)
        await many(office, 2, mine)
        assert await crew.open() == ["shop-work", "plain"]
        case = await office.claim("s", mine)
        office.clock.forward(timedelta(minutes=2))
        assert await crew.open() == ["plain"]
        assert await office.end(case)
        assert (await office.queue.turn("s", crew.openness.processes)).claimed is None
        picture = await crew.openness.read()
        (obstacle,) = picture.obstacles(mine)
        assert (obstacle.why, obstacle.until) == (Why.CLOSED, datetime(2026, 3, 9, 6, tzinfo=UTC))
        office.clock.now = datetime(2026, 3, 9, 6, tzinfo=UTC)
        assert await crew.open() == ["shop-work", "plain"]

    async def test_paused_by_a_person_process_or_target(self, office: Office) -> None:
        esa, both = a_process("esa-work", targets=[ESA]), a_process("both", targets=[ESA, SOFIE])
        crew = await staffed(office, esa, both)
        operations = Operations(office.pool)
        assert await operations.pause("process", "esa-work", actor="person:x", reason="y")
        assert not await operations.pause("process", "esa-work", actor="person:z", reason="z")
        assert await crew.open() == ["both"]
        await operations.pause("target", "sofie", actor="person:x", reason="y")
        assert await crew.open() == []
        assert await operations.resume("process", "esa-work", actor="person:x")
        assert not await operations.resume("process", "esa-work", actor="person:x")
        assert await crew.open() == ["esa-work"]
        log = await operations.page(limit=10)
        assert [line.action for line in log] == ["resumed", "paused", "paused"]

    async def test_when_all_accounts_are_out_nothing_spins(self, office: Office) -> None:
        esa = a_process("esa-work", targets=[ESA])
        crew = await staffed(office, esa, accounts=2)
        await office.queue.account_out("esa", "esa-0")
        assert await crew.open() == ["esa-work"]
        await office.queue.account_out("esa", "esa-1", process="esa-work")
        assert await crew.open() == []
        log = await office.rows("select kind, name, action from operations order by id")
        assert [tuple(line.values()) for line in log] == [
            ("account", "esa/esa-0", "account_out"),
            ("account", "esa/esa-1", "account_out"),
        ]
        assert len(await office.rows("select 1 from tasks where role = 'robot-operations'")) == 2


class TestPasswords:
    async def test_an_old_password_puts_nobody_out_and_is_not_tried_again(self, office: Office) -> None:
        esa = a_process("esa-work", targets=[ESA])
        await staffed(office, esa, accounts=1)
        old = office.queue
        new = Queue(office.pool, office.keyring, office.settings, {"esa": ["esa-0"]})
        await new.know_accounts({("esa", "esa-0"): b"new mark"})
        await many(office, 1, esa)
        case = await office.claim("s")
        await old.account_out("esa", "esa-0")
        await office.end(case, BACK)
        (row,) = await office.rows("select out_since, refused_mark from accounts")
        assert (row["out_since"], bytes(row["refused_mark"])) == (None, b"mark")
        assert not await office.rows("select 1 from tasks")
        assert (await old.turn("old", office.processes)).starved == "esa-work"
        # Nor does it come in again when that worker starts anew.
        await old.know_accounts({("esa", "esa-0"): b"mark"})
        assert (await old.turn("old", office.processes)).claimed is None
        assert (await new.turn("new", office.processes)).claimed is not None


class TestPace:
    async def test_is_never_exceeded_by_many_shifts(self, office: Office) -> None:
        slow = Target(name="slow", pace=Pace(cases=1, per=PRESSED))
        work, plain = a_process("slow-work", targets=[slow]), a_process("plain")
        await staffed(office, work, plain)
        await many(office, 12, work)
        await many(office, 12, plain)

        async def shift(name: str) -> None:
            ended: tuple[Claimed, Ending] | None = None
            while True:
                turn = await office.queue.turn(name, office.processes, ended)
                ended = (turn.claimed, DONE) if turn.claimed else None
                if turn.claimed is None and turn.starved is None:
                    return
                assert turn.starved is None or 0 <= turn.wait <= PRESSED.total_seconds()
                if turn.starved is not None:
                    # What has no pace goes on meanwhile.
                    other = await office.queue.turn(name, [plain])
                    ended = (other.claimed, DONE) if other.claimed else None

        (began,) = await office.rows("select clock_timestamp() as now")
        async with asyncio.timeout(60):
            await asyncio.gather(*(shift(f"s{number}") for number in range(8)))
        (spread,) = await office.rows("select next_at - %s as it from paces", began["now"])
        assert spread["it"] >= 12 * PRESSED
        (left,) = await office.rows("select count(*) as n from cases where state <> 'done'")
        assert left["n"] == 0

    async def test_gives_the_claim_back_and_says_when(self, office: Office) -> None:
        slow = Target(name="slow", pace=Pace(cases=30, per=timedelta(minutes=1)))
        work = a_process("slow-work", targets=[slow])
        await staffed(office, work)
        await many(office, 2, work)
        await office.end(await office.claim("s"))
        turn = await office.turn("s")
        assert (turn.claimed, turn.starved) == (None, "slow-work")
        assert 0 < turn.wait <= 2
        assert not await office.rows("select 1 from cases where state = 'running'")
        await office.rows("update paces set next_at = now()")
        assert (await office.turn("s")).claimed is not None

    async def test_of_three_targets_with_few_accounts_does_not_lock_anybody_out(self, office: Office) -> None:
        paced = [Target(name=t.name, pace=Pace(cases=1000, per=timedelta(seconds=1))) for t in (ESA, SOFIE, PAYROLL)]
        esa, sofie, payroll = paced
        ways = [[esa, sofie], [sofie, payroll], [payroll, esa], [payroll, sofie, esa]]
        office.processes = [a_process(f"way-{number}", targets=way) for number, way in enumerate(ways)]
        await staffed(office, *office.processes, accounts=4)
        for process in office.processes:
            await many(office, 15, process)

        async def perform(case: Claimed) -> Ending:
            await asyncio.sleep(0)
            return DONE

        shifts = [f"s{number}" for number in range(4)]
        await office.work_off(shifts, perform)
        (left,) = await office.rows("select count(*) as n from cases where state <> 'done'")
        assert left["n"] == 0


class TestChangedScreen:
    async def test_stops_only_who_uses_it_until_a_person_resumes(self, office: Office) -> None:
        searching, filing = a_process("searching", targets=[ESA]), a_process("filing", targets=[ESA])
        counting, idle = a_process("counting", targets=[ESA]), a_process("idle", targets=[ESA])
        crew = await staffed(office, searching, filing, counting, idle)
        await crew.trouble.met("filing", ["esa.Search", "esa.File"])
        await crew.trouble.met("counting", ["esa.Count"])
        assert crew.trouble.unknown("filing", {"esa.Search", "esa.New"}) == ["esa.New"]
        await many(office, 1, searching)
        case = await office.claim("s")
        error = UiChanged('Search: no label "Nummer"', screens=("esa.Search",))
        await crew.trouble.screen_changed(crew.run(case), error, error.screens)
        assert await crew.open() == ["counting", "idle"]
        picture = await crew.openness.read()
        paused = picture.pauses["process", "filing"]
        assert (paused.code, paused.reason) == ("UI_CHANGED", 'Search: no label "Nummer"')
        (told,) = await office.rows("select * from tasks")
        assert "filing, searching" in told["text"]
        operations = Operations(office.pool)
        await operations.resume("process", "filing", actor="person:x")
        await operations.resume("process", "searching", actor="person:x")
        assert await crew.open() == ["searching", "filing", "counting", "idle"]

    async def test_one_odd_case_stops_it_once_and_goes_to_a_person(self, office: Office) -> None:
        work = a_process("searching", targets=[ESA])
        crew = await staffed(office, work)
        await many(office, 1, work)
        error = UiChanged("Search: no heading", screens=("esa.Search",))
        stopped: list[bool] = []
        for attempt in range(3):
            case = await office.claim("s")
            await crew.trouble.screen_changed(crew.run(case), error, error.screens)
            stopped.append(await crew.open() == [])
            await Operations(office.pool).resume("process", "searching", actor="person:x")
            state = State.QUEUED if attempt < 2 else State.MANUAL
            await office.end(case, Ending(state=state, code="UI_CHANGED", failed=True))
        assert stopped == [True, False, False]

    async def test_so_many_cases_as_a_deployment_says(self, office: Office) -> None:
        work = a_process("searching", targets=[ESA])
        await staffed(office, work)
        crew = Crew(office, "w", changed_screen=3)
        await many(office, 3, work)
        error = UiChanged("Search: no heading", screens=("esa.Search",))
        for number in range(3):
            assert await crew.open() == ["searching"]
            case = await office.claim(f"s{number}")
            await crew.trouble.screen_changed(crew.run(case), error, error.screens)
        assert await crew.open() == []

    async def test_of_the_sign_in_stops_every_process_of_the_target(self, office: Office) -> None:
        one, other = a_process("one", targets=[ESA]), a_process("other", targets=[ESA])
        crew = await staffed(office, one, other)
        trouble = Trouble(crew.openness, SOON, everywhere={"esa.SignIn": ["one", "other"]})
        await many(office, 1, one)
        case = await office.claim("s")
        error = UiChanged("SignIn: no label", screens=("esa.SignIn",))
        await trouble.screen_changed(crew.run(case), error, error.screens)
        assert await crew.open() == []
