"""Any order of events at the queue: cases are never lost, fences only rise, and what an old run writes changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from itertools import pairwise
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from office import BACK, DONE, TO_A_PERSON, Office, in_a_while

from common.cases.decisions import Handled
from common.cases.endings import behind
from common.cases.queue import Claimed
from common.cases.states import ENDED, NEXT, State
from common.db.engine import pool
from common.errors import LeaseLost, SubjectBusy
from common.run import Checkpoint, Mark
from common.settings import DatabaseSettings
from common.testing import a_chore, a_keyring, a_process

T = TypeVar("T")
PEOPLE = st.sampled_from([None, "kari", "kari", "ola"])
SHIFTS = st.sampled_from(["a", "b"])
ENDINGS = st.sampled_from([DONE, TO_A_PERSON, BACK, in_a_while(0), in_a_while(900)])
EVENTS = (
    *("submit", "submit", "claim", "claim", "finish", "finish", "finish_and_claim", "finish_and_claim"),
    *("heartbeat", "checkpoint", "relock", "vanish", "taken_over", "taken_over", "sweep", "time_passes", "decide"),
)
ROUNDS = 200


class Clerks(RuleBasedStateMachine):
    """Callers, two shifts that may be frozen at any time, the sweep and a person, in any order."""

    def __init__(self, office: Office, runner: asyncio.Runner) -> None:
        super().__init__()
        self.office, self.runner = office, runner
        self.submitted: list[UUID] = []
        self.runs: list[Claimed] = []
        self.fences: dict[UUID, int] = {}
        self.do(office.rows("truncate cases, events, case_contents, checkpoints"))

    def do(self, asked: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(asked)

    def holds(self, run: Claimed) -> bool:
        row = self.do(self.office.case(run.id))
        return (row["state"], row["fence"]) == ("running", run.fence)

    def some_run(self, data: st.DataObject) -> Claimed:
        return data.draw(st.sampled_from(self.runs), label="run")

    def remember(self, claimed: Claimed | None) -> None:
        if claimed is not None:
            self.runs.append(claimed)

    # --- what happens ---------------------------------------------------------------------------------------------

    def submit(self, data: st.DataObject) -> None:
        chore = a_chore(data.draw(PEOPLE), priority=data.draw(st.integers(1, 3)))
        process = data.draw(st.sampled_from(self.office.processes))
        self.submitted.append(self.do(self.office.submit(chore, to=process)))

    def claim(self, data: st.DataObject) -> None:
        processes = data.draw(st.sampled_from([self.office.processes, *([one] for one in self.office.processes)]))
        self.remember(self.do(self.office.queue.turn(data.draw(SHIFTS), processes)).claimed)

    def finish(self, data: st.DataObject) -> None:
        run, ending = self.some_run(data), data.draw(ENDINGS)
        held, before = self.holds(run), self.do(self.office.case(run.id))
        assert self.do(self.office.queue.turn("x", [], (run, ending))).finished == held
        assert held or self.do(self.office.case(run.id)) == before

    def finish_and_claim(self, data: st.DataObject) -> None:
        run, ending = self.some_run(data), data.draw(ENDINGS)
        held = self.holds(run)
        turn = self.do(self.office.turn(data.draw(SHIFTS), (run, ending)))
        assert turn.finished == held
        self.remember(turn.claimed)

    def heartbeat(self, data: st.DataObject) -> None:
        run = self.some_run(data)
        held = self.holds(run)
        assert self.do(self.office.queue.heartbeat({run.id: run.fence}, ["a"])) == ({run.id} if held else set())

    def checkpoint(self, data: st.DataObject) -> None:
        run = self.some_run(data)
        held = self.holds(run)
        point = Checkpoint(name="n", mark=Mark.STEP, value=1, fence=run.fence)
        try:
            self.do(self.office.checkpoints.commit(run, point))
        except LeaseLost:
            assert not held
        else:
            assert held

    def relock(self, data: st.DataObject) -> None:
        run = self.some_run(data)
        held = self.holds(run)
        lock = self.office.keyring.blind("person", data.draw(st.sampled_from(["kari", "ola"])))
        try:
            assert self.do(self.office.queue.relock(run, lock)) == held
        except SubjectBusy:
            assert held
            assert self.do(self.office.queue.turn("x", [], (run, behind(lock)))).finished

    def vanish(self, data: st.DataObject) -> None:
        self.do(self.office.expire(self.some_run(data).id))

    def sweep(self, data: st.DataObject) -> None:
        del data
        self.do(self.office.queue.sweep())
        stuck = self.do(
            self.office.rows(
                "select id from cases p where parked and not_before is null and not exists "
                "(select from cases q where q.lock = p.lock and (q.state = 'running' or "
                "q.state = 'queued' and not q.parked and q.process = p.process))"
            )
        )
        assert stuck == [], "parked, and nobody is there whom it could wait for"

    def taken_over(self, data: st.DataObject) -> None:
        """A frozen worker's case goes to another shift, while the worker may yet thaw."""
        self.vanish(data)
        self.sweep(data)
        self.remember(self.do(self.office.turn(data.draw(SHIFTS))).claimed)

    def time_passes(self, data: st.DataObject) -> None:
        self.do(self.office.due_now())
        self.sweep(data)

    def decide(self, data: st.DataObject) -> None:
        case = data.draw(st.sampled_from(self.submitted))
        state = self.do(self.office.state(case))
        decisions = self.office.decisions
        match data.draw(st.sampled_from(["retry", "close", "cancel"])):
            case "retry":
                assert self.do(decisions.retry(case, "person:x")) == (state == "manual")
            case "close":
                assert self.do(decisions.close(case, "person:x", Handled.REJECTED)) == (state == "manual")
            case _:
                assert self.do(decisions.cancel(case, "person:x")) == (state == "queued")

    # One rule for all: hypothesis leaves whole rules out of most examples, and old runs only come of many together.
    @rule(data=st.data(), event=st.sampled_from(EVENTS))
    def something_happens(self, data: st.DataObject, event: str) -> None:
        if not self.submitted:
            event = "submit"
        elif not self.runs and event not in {"submit", "decide"}:
            event = "claim"
        note(event)
        getattr(self, event)(data)

    # --- what must hold -------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_lost_and_every_move_is_logged(self) -> None:
        rows = self.do(self.office.rows("select * from cases"))
        assert {row["id"] for row in rows} == set(self.submitted)
        events = self.do(self.office.rows("select * from events order by id"))
        for row in rows:
            self._check(row, [event for event in events if event["case_id"] == row["id"]])
        locks = [row["lock"] for row in rows if row["state"] == "running" and row["lock"]]
        assert len(locks) == len(set(locks)), "two runs for one person"

    def _check(self, row: dict[str, Any], events: list[dict[str, Any]]) -> None:
        states = [event["to_state"] for event in events]
        assert [event["from_state"] for event in events] == [None, *states[:-1]]
        assert states[-1] == row["state"]
        assert all(State(after) in NEXT[State(before)] for before, after in pairwise(states))
        assert row["fence"] == states.count("running")
        assert row["fence"] >= self.fences.get(row["id"], 0)
        self.fences[row["id"]] = row["fence"]
        assert row["epoch"] == 1 + list(pairwise(states)).count(("manual", "queued"))
        assert (row["worker"] is None) == (row["lease_until"] is None) == (row["state"] != "running")
        assert not row["parked"] or row["state"] == "queued"
        assert (row["ended_at"] is not None) == (row["state"] in ENDED)
        assert row["lost"] <= self.office.settings.attempts

    def teardown(self) -> None:
        """However it stands now, everything ends when the shifts go on."""
        rounds = 0
        while rows := self.do(self.office.rows("select id from cases where state in ('queued', 'running')")):
            rounds += 1
            assert rounds < ROUNDS, f"still not at an end: {rows}"
            self.do(self.office.expire(*(row["id"] for row in rows)))
            self.do(self.office.due_now())
            self.do(self.office.queue.sweep())
            claimed = self.do(self.office.turn("a")).claimed
            if claimed is not None:
                assert self.do(self.office.queue.finish("a", claimed, DONE))
        self.nothing_is_lost_and_every_move_is_logged()


def test_any_order_of_events(database: DatabaseSettings) -> None:
    with asyncio.Runner() as runner:
        connections = pool(database, name="roger-tests", size=3)
        runner.run(connections.open())

        async def make() -> Office:
            return Office(connections, keyring=a_keyring(), processes=[a_process("one"), a_process("two")])

        office = runner.run(make())

        class Here(Clerks):
            def __init__(self) -> None:
                super().__init__(office, runner)

        run_state_machine_as_test(  # pyright: ignore[reportUnknownMemberType]
            Here,
            settings=settings(
                max_examples=20,
                phases=[Phase.generate],  # shrinking takes minutes, and thirty steps can be read
                stateful_step_count=30,
                database=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            ),
        )
        runner.run(connections.close())
