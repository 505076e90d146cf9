"""Who waits for their person while everything happens at once: nobody waits for ever, nobody runs beside themselves."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import pytest
from office import BACK, DONE, TO_A_PERSON, Office, in_a_while

from common.cases.draft import Draft
from common.cases.endings import Ending, behind
from common.cases.queue import Claimed
from common.errors import SubjectBusy
from common.testing import a_chore, a_process

pytestmark = pytest.mark.anyio

PEOPLE = ["kari", "ola", "per"]
SHIFTS = 8
CASES = 90
OFTEN_ENOUGH = 6


class Crowd:
    """Shifts, sweeps and people who withdraw cases, all at once; ends when no case is left."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.dice = office, random.Random(seed)
        self.running: Counter[bytes] = Counter()
        self.ends: Counter[object] = Counter()
        self.cancelled = 0
        self.over = asyncio.Event()

    async def work(self, cases: list[Any]) -> None:
        async with asyncio.timeout(120), asyncio.TaskGroup() as together:
            for number in range(SHIFTS):
                together.create_task(self._shift(f"s{number}"))
            together.create_task(self._sweep())
            together.create_task(self._withdraw(cases))

    async def _shift(self, name: str) -> None:
        ended: tuple[Claimed, Ending] | None = None
        while not self.over.is_set():
            open_ = self.dice.choice([self.office.processes, self.office.processes, self.office.processes[:1]])
            turn = await self.office.queue.turn(name, open_, ended)
            if ended:
                assert turn.finished, "an end was lost"
                self.ends[ended[0].id] += ended[1].state != "queued"
            ended = (turn.claimed, await self._perform(turn.claimed)) if turn.claimed else None
            await asyncio.sleep(0)
        if ended:
            assert await self.office.queue.finish(name, *ended)
            self.ends[ended[0].id] += ended[1].state != "queued"

    async def _perform(self, case: Claimed) -> Ending:
        (row,) = await self.office.rows("select lock from cases where id = %s", case.id)
        lock = row["lock"]
        self.running[lock] += 1
        assert self.running[lock] == 1, "two runs for one person"
        for _ in range(self.dice.randrange(3)):
            await asyncio.sleep(0)
        self.running[lock] -= 1
        if case.fence >= OFTEN_ENOUGH:
            return DONE
        if self.dice.random() < 0.15:
            return await self._is_about_somebody_else(case)
        return self.dice.choice([DONE, DONE, TO_A_PERSON, BACK, in_a_while(0)])

    async def _is_about_somebody_else(self, case: Claimed) -> Ending:
        other = self.office.keyring.blind("person", self.dice.choice(PEOPLE))
        try:
            assert await self.office.queue.relock(case, other)
        except SubjectBusy as busy:
            return behind(busy.lock)
        return self.dice.choice([DONE, BACK])

    async def _sweep(self) -> None:
        while await self.office.rows("select 1 from cases where state in ('queued', 'running') limit 1"):
            await self.office.queue.sweep()
            await asyncio.sleep(0.01)
        self.over.set()

    async def _withdraw(self, cases: list[Any]) -> None:
        for case in self.dice.sample(cases, len(cases) // 6):
            self.cancelled += await self.office.decisions.cancel(case, "person:x")
            await asyncio.sleep(0)


class TestAllAtOnce:
    @pytest.mark.parametrize("round_", range(3))
    async def test_every_case_ends_once_and_nobody_runs_beside_themselves(self, office: Office, round_: int) -> None:
        office.processes = [a_process("one"), a_process("two")]
        crowd = Crowd(office, seed=round_)
        cases: list[Any] = []
        for number in range(CASES):
            chore = a_chore(PEOPLE[number % len(PEOPLE)], priority=crowd.dice.randint(1, 3))
            cases.append(await office.submit(chore, to=office.processes[number % 2]))
        await crowd.work(cases)
        left = await office.rows("select state, parked from cases where state not in ('done', 'manual', 'cancelled')")
        assert left == []
        assert await office.rows("select 1 from cases where parked") == []
        assert {number for number in crowd.ends.values() if number} == {1}, "no case ended twice"
        assert sum(crowd.ends.values()) + crowd.cancelled == CASES
        logged = await office.rows(
            "select case_id from events where to_state in ('done', 'manual', 'cancelled') group by 1 having count(*) > 1"
        )
        assert logged == [], "nor in the log"
        assert await office.rows("select 1 from cases where lost > 0") == []

    async def test_two_that_turn_out_to_be_about_each_others_person_both_go_back(self, office: Office) -> None:
        """Both want what the other one holds: in whichever way PostgreSQL ends that, it is told as a person who is busy."""
        locks = [office.keyring.blind("person", name) for name in ("kari", "ola")]
        runs: list[Claimed] = []
        for name in ("kari", "ola"):
            await office.submit(a_chore(name))
            turn = await office.turn(name)
            assert turn.claimed
            runs.append(turn.claimed)
        for _ in range(40):
            asked = (office.queue.relock(*each) for each in zip(runs, reversed(locks), strict=True))
            answers = await asyncio.gather(*asked, return_exceptions=True)
            assert [type(answer) for answer in answers] == [SubjectBusy, SubjectBusy], answers
        held = await office.rows("select lock from cases where state = 'running' order by id")
        assert [row["lock"] for row in held] == locks

    async def test_shifts_alone_leave_nobody_parked_when_all_wait_for_one(self, office: Office) -> None:
        """Without a sweep, and without a second process: each end calls the next."""
        drafts = [Draft(input=a_chore("kari")) for _ in range(30)]
        await office.intake.submit(office.processes[0], "booking", drafts, office.clock())

        async def shift(name: str) -> None:
            turn = await office.turn(name)
            while turn.claimed:
                await asyncio.sleep(0)
                turn = await office.turn(name, (turn.claimed, DONE))

        async with asyncio.timeout(60):
            while await office.rows("select 1 from cases where state = 'queued' and not parked limit 1"):
                await asyncio.gather(*(shift(f"s{n}") for n in range(4)))
        # An end may look for the next in the instant in which somebody parks it: that one the sweep finds.
        sweeps = 0
        while await office.rows("select 1 from cases where state = 'queued' limit 1"):
            sweeps += 1
            assert (await office.queue.sweep()).woken == 1
            await shift("last")
        assert sweeps < len(drafts) / 2, "ends call nobody"
        states = await office.rows("select state, count(*)::int as n from cases group by 1")
        assert states == [{"state": "done", "n": len(drafts)}]
