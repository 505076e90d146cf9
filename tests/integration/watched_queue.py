"""A queue with a model beside it: whatever is done to both, they must agree, and nothing may be stuck in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from database_clock import set_to
from hypothesis import event, note
from hypothesis.stateful import RuleBasedStateMachine, invariant
from office import DONE, Office
from queue_model import Model, Sheet

from common.cases.endings import Ending
from common.cases.queue import Claimed
from common.cases.states import ENDED, NEXT, State
from common.db.pool import Pool
from common.process import Process

T = TypeVar("T")
A_LONG_TIME = timedelta(days=400).total_seconds()


@dataclass(frozen=True)
class Run:
    """A case on lease to a shift, or not any more."""

    claimed: Claimed
    shift: str

    def __repr__(self) -> str:
        return f"<run {self.claimed.fence} of {str(self.claimed.id)[-4:]}>"


@dataclass(frozen=True)
class Seen:
    """What stands in the database."""

    cases: list[dict[str, Any]]
    events: list[dict[str, Any]]
    checkpoints: list[dict[str, Any]]


async def look_at(connections: Pool, heard: int) -> Seen:
    """All of it, of the events those after the last one heard; in one trip."""
    async with connections.connection() as connection, connection.pipeline():
        cases = await connection.execute("select * from cases")
        events = await connection.execute("select * from events where id > %s order by id", [heard])
        points = await connection.execute("select case_id, epoch, name, mark, fence from checkpoints")
    return Seen(await cases.fetchall(), await events.fetchall(), await points.fetchall())


class WatchedQueue(RuleBasedStateMachine):
    """What happens to it is a rule of a subclass; what must hold is looked at after each."""

    def __init__(self, office: Office, runner: asyncio.Runner, now: datetime) -> None:
        super().__init__()
        self.office, self.runner = office, runner
        self.model = Model(now, lease=office.settings.lease, attempts=office.settings.attempts)
        self.parked: set[UUID] = set()
        self.heard = 0
        """The last event seen."""
        self.let_go: bytes | None = None
        """Whose run has just ended."""
        self.do(office.rows("truncate cases, events, case_contents, checkpoints restart identity cascade"))
        self.do(set_to(office.pool, now))

    def do(self, asked: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(asked)

    # --- what is done to both -------------------------------------------------------------------------------------

    def turn(self, shift: str, open_: list[Process], ended: tuple[Run, Ending] | None = None) -> Run | None:
        """A visit to the queue, and what must follow from it."""
        ending = ended and (ended[0].claimed, ended[1])
        turn = self.do(self.office.queue.turn(shift, open_, ending))
        held = self.model.finish(ending[0], shift, ending[1]) if ending else True
        assert turn.finished == held
        event("an end, in time" if held else "an end, too late")
        self._is_most_urgent(turn.claimed, open_)
        if turn.claimed:
            case = self.model.claim(turn.claimed.id, shift)
            told = turn.claimed
            assert (told.fence, told.epoch, told.failures) == (case.fence, case.epoch, case.failures)
            assert (told.ready_at, told.claimed_at) == (case.ready_at, self.model.now)
        if ending and held and not ending[1].lock:
            self.let_go = self.model.cases[ending[0].id].lock
        return Run(turn.claimed, shift) if turn.claimed else None

    def _is_most_urgent(self, claimed: Claimed | None, open_: list[Process]) -> None:
        """Of what may be claimed nothing more urgent was passed over."""
        chosen = claimed and self.model.cases[claimed.id]
        names = {process.name for process in open_}
        assert chosen is None or (self.model.is_claimable(chosen) and chosen.process in names)
        here = [c for c in self.model.in_state(State.QUEUED) if c.process in names and not c.not_before]
        unparked = [case for case in here if case.id not in self.parked]
        for case in unparked:
            if self.model.is_claimable(case) and case is not chosen and not (chosen and chosen.urgency < case.urgency):
                assert chosen is not None, "an idle shift, while a case may be claimed"
                assert chosen.urgency < case.urgency, "not the most urgent one"

    def _next_in_line_is_called(self) -> None:
        """Whoever waited for a person need not wait for the sweep when the run of that person ends."""
        lock, self.let_go = self.let_go, None
        line = [
            case for case in self.model.in_state(State.QUEUED) if lock and case.lock == lock and not case.not_before
        ]
        if line and not self.model.busy(lock) and not self.model.unsettled(lock):
            assert min(line, key=lambda case: case.urgency).id not in self.parked

    def pass_time(self, seconds: float) -> None:
        self.model.now += timedelta(seconds=seconds)
        self.do(set_to(self.office.pool, self.model.now))

    def sweep_now(self) -> None:
        """Sweep; then nothing is parked for ever."""
        taken = self.do(self.office.queue.sweep()).taken
        assert sorted(taken) == sorted(self.model.sweep())
        self.look()
        ahead: set[tuple[str, bytes]] = set()
        for case in sorted(self.model.in_state(State.QUEUED), key=lambda case: case.urgency):
            if self.model.is_claimable(case) and (case.lock is None or (case.process, case.lock) not in ahead):
                assert case.id not in self.parked, "parked, and nobody is there whom it could wait for"
                ahead |= {(case.process, case.lock)} if case.lock else set()

    # --- what must hold -------------------------------------------------------------------------------------------

    @invariant()
    def look(self) -> None:
        """The database says what the model says."""
        seen = self.do(look_at(self.office.pool, self.heard))
        rows = {row["id"]: row for row in seen.cases}
        assert rows.keys() == self.model.cases.keys()
        for id_, case in self.model.cases.items():
            columns = case.columns()
            assert {name: rows[id_][name] for name in columns} == columns
            self._parking(case, parked=rows[id_]["parked"])
        self.parked = {id_ for id_, row in rows.items() if row["parked"]}
        self._events(seen.events)
        self._checkpoints(seen.checkpoints)
        self._next_in_line_is_called()

    def _parking(self, case: Sheet, *, parked: bool) -> None:
        assert case.state in {State.QUEUED, State.AWAITING_RELEASE} or not parked
        assert parked or case.state is not State.QUEUED or case.not_before is None, "before its time"
        assert case.state is not State.QUEUED or not parked or case.not_before or case.lock, "waits for nothing"

    def _events(self, new: list[dict[str, Any]]) -> None:
        """The log has the moves that the model made since the last look, in the order of each case, and no other."""
        assert {row["case_id"] for row in new} <= self.model.cases.keys()
        self.heard = max([self.heard, *(row["id"] for row in new)])
        for case in self.model.cases.values():
            mine = [row for row in new if row["case_id"] == case.id]
            logged = [
                (row["actor"], row["from_state"], row["to_state"], row["code"], row["fence"], row["at"]) for row in mine
            ]
            assert logged == case.moves[case.logged :]
            case.logged = len(case.moves)
            assert all(State(after_) in NEXT[State(before) if before else None] for _, before, after_, *_ in logged)

    def _checkpoints(self, rows: list[dict[str, Any]]) -> None:
        assert {(r["case_id"], r["epoch"], r["name"]): (r["mark"], r["fence"]) for r in rows} == {
            (case.id, *key): noted[:2] for case in self.model.cases.values() for key, noted in case.checkpoints.items()
        }

    def teardown(self) -> None:
        """However it stands now, everything ends when time passes and the shifts go on."""
        self.pass_time(A_LONG_TIME)
        for case in list(self.model.in_state(State.AWAITING_RELEASE)):
            assert self.do(self.office.decisions.release(case.id, "person:last"))
            assert self.model.release(case.id, "person:last")
        while list(self.model.in_state(State.QUEUED, State.RUNNING)):
            self.look()
            run = self.turn("left-1", self.office.processes)
            if run is None:
                self.sweep_now()
                run = self.turn("left-1", self.office.processes)
                assert run or not list(self.model.in_state(State.QUEUED)), "nobody gets to it"
            if run:
                self.look()
                self.turn(run.shift, [], (run, DONE))
        self.look()
        assert all(case.state in ENDED for case in self.model.cases.values())
        note(f"{len(self.model.cases)} cases, {self.heard} events")
