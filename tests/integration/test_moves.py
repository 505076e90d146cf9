"""Every move of a case: who may make it, what it writes, and what an old run can no longer do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from importlib import resources
from uuid import UUID, uuid4

import pytest
from office import BACK, DONE, TO_A_PERSON, Office, in_a_while

from common.cases.decisions import Handled
from common.cases.endings import Ending, behind, done
from common.cases.queue import Claimed
from common.cases.states import ENDED, FINAL, NEXT, State
from common.errors import LeaseLost, SubjectBusy
from common.outcome import Outcome, OutcomeCode
from common.run import Checkpoint, Mark
from common.testing import a_chore

pytestmark = pytest.mark.anyio


def statements() -> dict[str, str]:
    files = ("queue.sql", "amendments.sql")
    text = "".join(resources.files("common.cases").joinpath(file).read_text(encoding="utf-8") for file in files)
    return {part.split("\n", 1)[0].strip(): part for part in text.split("-- name: ")[1:]}


def moves_of(statement: str) -> set[tuple[State | None, State]]:
    (header,) = re.findall(r"^-- moves: (.*)$", statement, re.MULTILINE) or [""]
    pairs = [move.split(" -> ") for move in header.split(", ") if move]
    return {(None if before == "-" else State(before), State(after)) for before, after in pairs}


class TestTheTable:
    def test_every_statement_makes_only_moves_of_the_table(self) -> None:
        for name, statement in statements().items():
            for before, after in moves_of(statement):
                assert after in NEXT[before], f"{name} moves {before} to {after}, which states.py does not allow"

    def test_every_move_of_the_table_is_made_by_a_statement(self) -> None:
        made = {move for statement in statements().values() for move in moves_of(statement)}
        wanted = {(before, after) for before, afters in NEXT.items() for after in afters}
        assert {move for move in wanted - made if State.AWAITING_RELEASE not in move} == set()

    def test_what_writes_a_state_says_so(self) -> None:
        for name, statement in statements().items():
            sql = re.sub(r"--.*", "", statement)
            assigned = [
                part for part in re.split(r"\bset\b", sql)[1:] if re.match(r"[^;]*?\bstate\s*=", part.split("where")[0])
            ]
            writes = bool(assigned) or "insert into cases" in sql
            assert writes == bool(moves_of(statement)), f"{name}: a statement that moves a case names its moves"
            assert writes == ("insert into events" in sql), f"{name}: every move is in the event log"

    def test_ends(self) -> None:
        assert set(FINAL) == {State.DONE, State.CLOSED, State.CANCELLED}
        assert set(ENDED) == {*FINAL, State.MANUAL}


class TestEvents:
    async def test_of_a_whole_life(self, office: Office) -> None:
        case = await office.submit()
        first = await office.claim("w-1")
        await office.queue.turn("w-1", [], (first, TO_A_PERSON))
        assert await office.decisions.retry(case, "person:kari")
        second = await office.claim("w-2")
        await office.queue.turn("w-2", [], (second, DONE))
        assert await office.moves(case) == [
            ("caller:booking", None, "queued", None, 0),
            ("worker:w-1", "queued", "running", None, 1),
            ("worker:w-1", "running", "manual", "NAME_MISMATCH", 1),
            ("person:kari", "manual", "queued", None, 1),
            ("worker:w-2", "queued", "running", None, 2),
            ("worker:w-2", "running", "done", "NOOP", 2),
        ]

    async def test_of_a_cancelled_and_a_closed_one(self, office: Office) -> None:
        cancelled, closed = await office.submit(), await office.submit()
        await office.decisions.cancel(cancelled, "person:ola")
        case = await office.claim()
        await office.end(case, TO_A_PERSON)
        await office.decisions.close(closed, "person:ola", Handled.DONE_MANUALLY)
        assert (await office.moves(cancelled))[-1] == ("person:ola", "queued", "cancelled", None, 0)
        assert (await office.moves(closed))[-1] == ("person:ola", "manual", "closed", "DONE_MANUALLY", 1)

    async def test_of_a_run_that_vanished(self, office: Office) -> None:
        case = await office.submit()
        await office.claim()
        await office.expire(case)
        await office.queue.sweep()
        assert (await office.moves(case))[-1] == ("sweep", "running", "queued", "LEASE_EXPIRED", 1)


class TestFinish:
    async def test_keeps_the_result_sealed(self, office: Office) -> None:
        await office.submit()
        case = await office.claim()
        assert await office.end(case, done(Outcome(OutcomeCode.CREATED, {"journal": "J-1"})))
        (content,) = await office.rows("select result from case_contents")
        assert b"J-1" not in content["result"]
        assert case.key.open_json("result", content["result"]) == {"journal": "J-1"}

    async def test_of_an_old_run_changes_nothing(self, office: Office) -> None:
        id_ = await office.submit()
        old = await office.claim("frozen")
        await office.expire(id_)
        await office.queue.sweep()
        swept = await office.case(id_), await office.moves(id_)
        assert not await office.end(old), "the sweep has taken it back"
        assert (await office.case(id_), await office.moves(id_)) == swept
        new = await office.claim("other")
        claimed = await office.case(id_), await office.moves(id_)
        for ending in (DONE, BACK, TO_A_PERSON):
            assert not await office.end(old, ending)
        assert not await office.queue.extend(old, 60)
        assert not await office.queue.relock(old, b"somebody")
        assert await office.queue.heartbeat({id_: old.fence}, ["frozen"]) == set()
        with pytest.raises(LeaseLost):
            await office.checkpoints.commit(old, Checkpoint(name="x", mark=Mark.STEP, value=1, fence=old.fence))
        assert (await office.case(id_), await office.moves(id_)) == claimed
        assert await office.end(new)

    async def test_that_took_effect_although_its_answer_was_lost_is_not_a_lost_lease(self, office: Office) -> None:
        id_ = await office.submit()
        case = await office.claim()
        await office.turn("s", (case, DONE))
        assert await office.end(case), "repeated by a shift that heard nothing"
        assert len(await office.moves(id_)) == 3

    async def test_that_took_effect_is_known_also_after_somebody_else_took_the_case(self, office: Office) -> None:
        await office.submit()
        case = await office.claim()
        await office.end(case, BACK)
        other = await office.claim("other")
        assert await office.end(case, BACK)
        assert await office.end(other), "the second run has not noticed"

    async def test_and_claim_are_one_transaction(self, office: Office) -> None:
        first, second = await office.submit(), await office.submit()
        case = await office.claim()
        turn = await office.turn("s", (case, DONE))
        assert turn.finished
        assert turn.claimed is not None
        assert (await office.state(first), await office.state(second)) == ("done", "running")

    async def test_too_late_still_claims_the_next(self, office: Office) -> None:
        first = await office.submit()
        case = await office.claim()
        await office.expire(first)
        await office.queue.sweep()
        turn = await office.turn("s", (case, DONE))
        assert not turn.finished
        assert turn.claimed is not None
        assert (turn.claimed.id, turn.claimed.fence) == (first, 2)

    async def test_back_off_holds_the_case(self, office: Office) -> None:
        id_ = await office.submit()
        await office.end(await office.claim(), in_a_while(3600))
        row = await office.case(id_)
        assert (row["state"], row["parked"], row["failures"], row["worker"]) == ("queued", True, 1, None)
        assert row["ready_at"] > datetime.now(UTC) + timedelta(minutes=50)
        await office.queue.sweep()
        assert await office.idle()
        await office.due_now()
        assert (await office.queue.sweep()).woken == 1
        assert (await office.claim()).failures == 1


class TestHeartbeat:
    async def test_tells_which_runs_are_still_held(self, office: Office) -> None:
        for _ in range(3):
            await office.submit()
        held, swept, ended = [await office.claim(f"s{n}") for n in range(3)]
        await office.expire(swept.id)
        await office.queue.sweep()
        await office.end(ended)
        runs = {case.id: case.fence for case in (held, swept, ended)} | {uuid4(): 1}
        assert await office.queue.heartbeat(runs, ["s0", "s1", "s2"]) == {held.id}

    async def test_never_shortens_a_lease(self, office: Office) -> None:
        id_ = await office.submit()
        case = await office.claim()
        await office.queue.extend(case, 3600)
        long = (await office.case(id_))["lease_until"]
        await office.queue.heartbeat({id_: case.fence}, ["s"])
        await office.queue.extend(case, 1)
        assert (await office.case(id_))["lease_until"] == long

    async def test_of_nobody(self, office: Office) -> None:
        assert await office.queue.heartbeat({}, []) == set()


class TestSweep:
    async def test_leaves_the_living_alone(self, office: Office) -> None:
        await office.submit()
        case = await office.claim()
        assert not (await office.queue.sweep()).anything
        assert await office.end(case)

    async def test_the_third_loss_goes_to_a_person_and_a_retry_starts_afresh(self, office: Office) -> None:
        id_ = await office.submit()
        for lost in (1, 2, 3):
            assert not (await office.claim()).retried
            await office.expire(id_)
            assert (await office.queue.sweep()).taken == [id_]
            assert (await office.case(id_))["lost"] == lost
        row = await office.case(id_)
        assert (row["state"], row["code"], row["fence"], row["failures"]) == ("manual", "ROBOT_LOST", 3, 0)
        assert row["ended_at"] is not None
        assert await office.decisions.retry(id_, "person:kari")
        row = await office.case(id_)
        assert (row["state"], row["code"], row["lost"], row["epoch"], row["fence"]) == ("queued", None, 0, 2, 3)
        assert row["ended_at"] is None
        assert (await office.claim()).retried

    async def test_losses_and_failures_are_counted_apart(self, office: Office) -> None:
        id_ = await office.submit()
        await office.end(await office.claim(), in_a_while(0))
        await office.due_now()
        await office.queue.sweep()
        await office.claim()
        await office.expire(id_)
        await office.queue.sweep()
        row = await office.case(id_)
        assert (row["failures"], row["lost"]) == (1, 1)

    async def test_wakes_whoever_waited_for_a_run_that_vanished_for_good(self, office: Office) -> None:
        first, second = [await office.submit(a_chore("kari")) for _ in range(2)]
        await office.claim()
        assert await office.idle(), "one person, one run"
        await office.rows("update cases set lost = 2 where id = %s", first)
        await office.expire(first)
        await office.queue.sweep()
        assert (await office.claim()).id == second


class TestDecisions:
    async def case_in(self, office: Office, state: State) -> UUID:
        id_ = await office.submit()
        if state is State.CANCELLED:
            await office.decisions.cancel(id_, "person:kari")
        elif state is not State.QUEUED:
            case = await office.claim()
            if state is not State.RUNNING:
                await office.end(case, DONE if state is State.DONE else TO_A_PERSON)
            if state is State.CLOSED:
                await office.decisions.close(id_, "person:kari", Handled.REJECTED)
        assert await office.state(id_) == state
        return id_

    @pytest.mark.parametrize("state", set(State) - {State.AWAITING_RELEASE})
    async def test_each_only_from_where_the_table_allows_it(self, office: Office, state: State) -> None:
        for to in (State.QUEUED, State.CLOSED, State.CANCELLED):
            id_ = await self.case_in(office, state)
            before = await office.case(id_), await office.moves(id_)
            allowed = to in NEXT[state] and (to is not State.QUEUED or state is State.MANUAL)
            assert await self.decide(office, id_, to) == allowed
            if allowed:
                assert await office.state(id_) == to
            else:
                assert (await office.case(id_), await office.moves(id_)) == before
            await office.rows("truncate cases, events cascade")

    async def decide(self, office: Office, case: UUID, to: State) -> bool:
        if to is State.QUEUED:
            return await office.decisions.retry(case, "person:x")
        if to is State.CLOSED:
            return await office.decisions.close(case, "person:x", Handled.REJECTED)
        return await office.decisions.cancel(case, "person:x")

    async def test_on_no_case_at_all(self, office: Office) -> None:
        assert not await office.decisions.cancel(uuid4(), "person:x")

    async def test_a_case_that_waits_for_its_time_can_be_cancelled_and_stays_so(self, office: Office) -> None:
        id_ = await office.submit()
        await office.end(await office.claim(), in_a_while(3600))
        assert await office.decisions.cancel(id_, "person:x")
        await office.due_now()
        await office.queue.sweep()
        assert await office.idle()
        assert await office.state(id_) == "cancelled"


class TestRelock:
    """A case that turned out to be about somebody known under another number."""

    def lock(self, office: Office, about: str) -> bytes:
        return office.keyring.blind("person", about)

    async def run_of(self, office: Office, about: str, shift: str = "s") -> Claimed:
        await office.submit(a_chore(about))
        return await office.claim(shift)

    async def test_keeps_others_of_that_person_waiting(self, office: Office) -> None:
        run = await self.run_of(office, "former")
        assert await office.queue.relock(run, self.lock(office, "current"))
        second = await office.submit(a_chore("current"))
        assert await office.idle()
        turn = await office.turn("s", (run, DONE))
        assert turn.claimed is not None
        assert turn.claimed.id == second

    async def test_is_refused_while_another_of_that_person_runs(self, office: Office) -> None:
        busy = await self.run_of(office, "current", "a")
        run = await self.run_of(office, "former", "b")
        with pytest.raises(SubjectBusy) as stopped:
            await office.queue.relock(run, self.lock(office, "current"))
        assert await office.end(run, behind(stopped.value.lock))
        assert await office.idle(), "it waits behind the one that runs"
        row = await office.case(run.id)
        assert (row["failures"], row["lost"], row["parked"], row["not_before"]) == (0, 0, True, None)
        turn = await office.turn("a", (busy, DONE))
        assert turn.claimed is not None
        assert turn.claimed.id == run.id

    async def test_still_finds_the_case_under_the_number_it_came_with(self, office: Office) -> None:
        run = await self.run_of(office, "former")
        await office.queue.relock(run, self.lock(office, "current"))
        row = await office.case(run.id)
        assert (row["subject"], row["lock"]) == (self.lock(office, "former"), self.lock(office, "current"))

    async def test_whoever_waited_under_the_former_number_goes_on(self, office: Office) -> None:
        run = await self.run_of(office, "former")
        waiting = await office.submit(a_chore("former"))
        assert await office.idle()
        await office.queue.relock(run, self.lock(office, "current"))
        await office.queue.sweep()
        assert (await office.claim("other")).id == waiting
        assert await office.end(run)

    async def test_to_the_lock_it_holds_already(self, office: Office) -> None:
        run = await self.run_of(office, "same")
        assert await office.queue.relock(run, self.lock(office, "same"))

    async def test_back_to_the_queue_keeps_what_was_found(self, office: Office) -> None:
        run = await self.run_of(office, "former")
        await office.queue.relock(run, self.lock(office, "current"))
        await office.end(run, Ending(state=State.QUEUED, code="DRAINED"))
        assert (await office.case(run.id))["lock"] == self.lock(office, "current")
