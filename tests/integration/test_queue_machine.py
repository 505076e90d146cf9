"""Any order of events at the queue, beside a model of it: nothing is lost, nothing waits for ever, no old run is heard.

`make test TESTS=tests/integration/test_queue_machine.py ARGS="--hypothesis-profile=long --timeout=0"` goes on for an
hour or so, and makes what it finds as short as it can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from database_clock import hang_up
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    consumes,
    initialize,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from office import BACK, DONE, TO_A_PERSON, Office
from watched_queue import Run, WatchedQueue

from common.cases.decisions import Handled
from common.cases.draft import Draft, Receipt
from common.cases.endings import Ending, after, behind, released
from common.cases.states import State
from common.db.pool import pool
from common.errors import ApplicationException, LeaseLost, SubjectBusy, TargetDown, UnknownStateAfterSave
from common.process import Process
from common.refusals import InvalidInput, ReferenceTaken, Refusal
from common.run import Checkpoint, Mark
from common.settings import DatabaseSettings
from common.testing import Chore, a_chore, a_keyring, a_process

MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
A_MONTH_AGO = MORNING - timedelta(days=29)
SETTLED = 8.0


def is_urgent(chore: Chore) -> bool:
    """What a second person must look at."""
    return chore.priority < 3


PROCESSES = [
    a_process("one", due=timedelta(hours=4)),
    replace(a_process("two", due=timedelta(hours=1)), release=is_urgent),
]

CALLERS = ["booking", "school"]
SHIFTS = st.sampled_from(["left-1", "left-2", "right-1", "right-2"])
PEOPLE = st.sampled_from(["kari", "ola", "kari", None])
WAITS = st.sampled_from([None, None, -3600, 600, 100_000])
OPEN = st.sampled_from([PROCESSES, PROCESSES, PROCESSES[:1], PROCESSES[1:]])
ENDINGS = st.sampled_from([DONE, TO_A_PERSON, BACK, released("DRAINED", SETTLED), replace(BACK, delay=0.0)])
ERRORS = st.sampled_from([TargetDown(), TargetDown(), UnknownStateAfterSave()])


@dataclass(frozen=True)
class Form:
    """What somebody fills in."""

    process: Process
    caller: str
    about: str | None
    priority: int
    wait: int | None
    known_by: str | None
    name: str
    dated: bool


FORMS = st.builds(
    Form,
    process=st.sampled_from(PROCESSES),
    caller=st.sampled_from(CALLERS),
    about=PEOPLE,
    priority=st.integers(1, 3),
    wait=WAITS,
    known_by=st.sampled_from(["reference", "key", None]),
    name=st.sampled_from(["form 1", "form 2", "form 3"]),
    dated=st.booleans(),
)


@dataclass(frozen=True)
class Letter:
    """What a caller has sent, and the case that came of it."""

    process: Process
    caller: str
    draft: Draft
    case: UUID

    def __repr__(self) -> str:
        return f"<letter of {str(self.case)[-4:]}>"


def some(made: Letter | Run | None) -> Any:
    """What a rule adds to its bundle: nothing when nothing was made."""
    nothing = cast("Any", multiple())
    return made or nothing


class Clerks(WatchedQueue):
    """Callers, four shifts of two workers, any of which may freeze or vanish, the sweep, and people."""

    letters = Bundle("letters")
    runs = Bundle("runs")

    def __init__(self, office: Office, runner: asyncio.Runner) -> None:
        super().__init__(office, runner, MORNING)
        self.known: dict[tuple[object, ...], tuple[UUID, object]] = {}
        """What came under each caller's own key, and as which case."""

    # --- callers --------------------------------------------------------------------------------------------------

    @initialize(
        target=letters, people=st.lists(PEOPLE, min_size=2, max_size=6), processes=st.lists(st.sampled_from(PROCESSES))
    )
    def mail_of_the_morning(self, people: list[str | None], processes: list[Process]) -> Any:
        for_whom = [(processes[n] if n < len(processes) else PROCESSES[0], about) for n, about in enumerate(people)]
        letters = [self.posted(process, "booking", a_chore(about)) for process, about in for_whom]
        return multiple(*filter(None, letters))

    @rule(target=letters, form=FORMS)
    def submit(self, form: Form) -> Any:
        chore = a_chore(
            form.about,
            priority=form.priority,
            not_before=form.wait and self.model.now + timedelta(seconds=form.wait),
            reference=form.name if form.known_by == "reference" else None,
            heard_of=A_MONTH_AGO if form.dated else None,
        )
        letter = self.posted(form.process, form.caller, chore, form.name if form.known_by == "key" else None)
        return some(letter)

    @rule(letter=letters)
    def submit_again(self, letter: Letter) -> None:
        if letter.draft.recognised_by:
            self.post(letter.process, letter.caller, [letter.draft, letter.draft])

    @rule(letter=letters)
    def submit_other_content(self, letter: Letter) -> None:
        if letter.draft.recognised_by:
            changed = letter.draft.input.model_copy(update={"what": "something else"})
            self.post(letter.process, letter.caller, [replace(letter.draft, input=changed)])

    @rule(target=letters, letter=letters, process=st.sampled_from(PROCESSES), caller=st.sampled_from(CALLERS))
    def submit_elsewhere(self, letter: Letter, process: Process, caller: str) -> Any:
        """The same reference of another caller, or at another process, is another case."""
        return some(self.posted(process, caller, letter.draft.input, letter.draft.idempotency_key))

    @rule(target=letters, old=letters, abouts=st.lists(PEOPLE, min_size=1, max_size=3))
    def submit_array(self, old: Letter, abouts: list[str | None]) -> Any:
        """New ones, one of them twice, one of them with a namesake, and perhaps one that is known."""
        new = [Draft(input=a_chore(about, reference=f"row {len(self.known)}.{n}")) for n, about in enumerate(abouts)]
        namesake = Draft(input=a_chore("ola", reference=new[0].input.reference))
        known = [old.draft] if old.draft.recognised_by else []
        answers = self.post(old.process, old.caller, [*new, *known, new[-1], namesake])
        pairs = zip(new, answers, strict=False)
        return multiple(*(Letter(old.process, old.caller, d, a.case) for d, a in pairs if isinstance(a, Receipt)))

    def posted(self, process: Process, caller: str, chore: Any, key: str | None = None) -> Letter | None:
        draft = Draft(input=chore, idempotency_key=key)
        (answer,) = self.post(process, caller, [draft])
        return Letter(process, caller, draft, answer.case) if isinstance(answer, Receipt) else None

    def post(self, process: Process, caller: str, drafts: Sequence[Draft]) -> list[Receipt | Refusal]:
        answers = self.do(self.office.intake.submit(process, caller, drafts, self.model.now))
        for draft, answer in zip(drafts, answers, strict=True):
            self.expect(process, caller, draft, answer)
        return answers

    def expect(self, process: Process, caller: str, draft: Draft, answer: Receipt | Refusal) -> None:
        given = draft.input
        content = given.model_dump(mode="json", exclude_unset=True)
        # What is recognised by nothing is known by nothing: a key of its own.
        known_by = (process.name, caller, draft.recognised_by or object())
        if known_by in self.known:
            case, before = self.known[known_by]
            assert answer == Receipt(case, existing=True) if before == content else isinstance(answer, ReferenceTaken)
        elif list(given.breaches(self.model.now)):
            assert isinstance(answer, InvalidInput)
        else:
            assert isinstance(answer, Receipt)
            lock = given.subject and self.lock_of(given.subject.key)
            case = self.model.submit(answer.case, process, caller, given, lock)
            waits = case.state is State.AWAITING_RELEASE
            assert answer == Receipt(
                case.id,
                existing=False,
                submitted_at=self.model.now,
                due=case.due,
                four_eyes=waits,
                priority=given.priority,
            )
            self.known[known_by] = (case.id, content)

    def lock_of(self, person: str) -> bytes:
        return self.office.keyring.blind("person", person)

    # --- shifts ---------------------------------------------------------------------------------------------------

    @rule(target=runs, shift=SHIFTS, open_=OPEN)
    def claim(self, shift: str, open_: list[Process]) -> Any:
        return some(self.turn(shift, open_))

    @rule(target=runs, shift=SHIFTS)
    def claim_again(self, shift: str) -> Any:
        """Twice as often as the rest: much else can only happen to runs."""
        return some(self.turn(shift, PROCESSES))

    @rule(target=runs, run=runs, open_=OPEN, ending=ENDINGS)
    def finish_and_claim(self, run: Run, open_: list[Process], ending: Ending) -> Any:
        return some(self.turn(run.shift, open_, (run, ending)))

    @rule(run=runs, ending=ENDINGS)
    def finish(self, run: Run, ending: Ending) -> None:
        self.turn(run.shift, [], (run, ending))

    @rule(run=runs, ending=ENDINGS)
    def finish_for_sure(self, run: Run, ending: Ending) -> None:
        """As a shift does whose last answer was lost: what it has ended before counts as ended."""
        mine = (f"worker:{run.shift}", State.RUNNING, run.claimed.fence)
        moves = self.model.cases[run.claimed.id].moves
        stands = mine in [(actor, before, fence) for actor, before, _, _, fence, _ in moves]
        ended = self.do(self.office.queue.finish(run.shift, run.claimed, ending))
        assert ended == (self.model.finish(run.claimed, run.shift, ending) or stands)

    @rule(run=runs, error=ERRORS)
    def fail(self, run: Run, error: ApplicationException) -> None:
        desk = self.office.settings
        ending = after(
            error, failures=run.claimed.failures, attempts=desk.attempts, backoff=desk.backoff, settle=SETTLED
        )
        self.turn(run.shift, [], (run, ending))

    @rule(run=consumes(runs))
    def vanish(self, run: Run) -> None:
        """Nobody hears of this run again."""

    @rule(target=runs, run=runs, shift=SHIFTS)
    def freeze(self, run: Run, shift: str) -> Any:
        """The case goes to another shift, while the first one may yet thaw."""
        self.pass_time(self.office.settings.lease + 1)
        self.sweep_now()
        open_ = [process for process in PROCESSES if process.name == run.claimed.process]
        return some(self.turn(shift, open_))

    @rule(some=st.lists(runs, min_size=1, max_size=4, unique_by=lambda run: run.claimed.id))
    def heartbeat(self, some: list[Run]) -> None:
        beating = {run.claimed.id: run.claimed.fence for run in some}
        held = self.do(self.office.queue.heartbeat(beating, [run.shift for run in some]))
        assert held == self.model.heartbeat([run.claimed for run in some])

    @rule(run=runs, seconds=st.sampled_from([1.0, 90.0]))
    def extend(self, run: Run, seconds: float) -> None:
        extended = self.do(self.office.queue.extend(run.claimed, seconds))
        assert extended == bool(self.model.heartbeat([run.claimed], seconds))

    @rule(run=runs, person=st.sampled_from(["kari", "ola", "per"]))
    def is_about(self, run: Run, person: str) -> None:
        """The target knows this person under another number; who is busy under it goes first."""
        lock = self.lock_of(person)
        held = self.model.holds(run.claimed)
        own = self.model.cases[run.claimed.id]
        taken = self.model.busy(lock) and own.lock != lock
        busy = held and (taken or (not own.unsettled and self.model.unsettled(lock, but=own.id)))
        try:
            assert self.do(self.office.queue.relock(run.claimed, lock)) == held
        except SubjectBusy:
            assert busy
            self.turn(run.shift, [], (run, behind(lock)))
        else:
            assert not busy
            self.model.relock(run.claimed, lock)

    @rule(run=runs, name=st.sampled_from(["journal", "card"]), mark=st.sampled_from(Mark), value=st.integers(0, 9))
    def checkpoint(self, run: Run, name: str, mark: Mark, value: int) -> None:
        point = Checkpoint(name=name, mark=mark, value=value, fence=run.claimed.fence)
        committed = True
        try:
            self.do(self.office.checkpoints.commit(run.claimed, point))
        except LeaseLost:
            committed = False
        assert committed == self.model.commit(run.claimed, point)

    @rule(run=runs)
    def recall(self, run: Run) -> None:
        recorded = self.do(self.office.checkpoints.recall(run.claimed))
        assert {(run.claimed.epoch, name): (p.mark, p.fence, p.value) for name, p in recorded.items()} == {
            key: noted
            for key, noted in self.model.cases[run.claimed.id].checkpoints.items()
            if key[0] == run.claimed.epoch
        }

    # --- the sweep, and time --------------------------------------------------------------------------------------

    @rule()
    def sweep(self) -> None:
        self.sweep_now()

    @rule(seconds=st.sampled_from([1, 15, 21, 70, 400, 100_000]))
    def time_passes(self, seconds: int) -> None:
        self.pass_time(seconds)

    # --- people ---------------------------------------------------------------------------------------------------

    @rule(letter=letters)
    def cancel(self, letter: Letter) -> None:
        decided = self.do(self.office.decisions.cancel(letter.case, "person:x"))
        assert decided == self.model.cancel(letter.case, "person:x")

    @rule(letter=letters, person=st.sampled_from(["person:x", "caller:booking", "caller:school"]))
    def release(self, letter: Letter, person: str) -> None:
        decided = self.do(self.office.decisions.release(letter.case, person))
        assert decided == self.model.release(letter.case, person)

    @rule(letter=letters)
    def retry(self, letter: Letter) -> None:
        decided = self.do(self.office.decisions.retry(letter.case, "person:x"))
        assert decided == self.model.retry(letter.case, "person:x")

    @precondition(lambda self: any(self.model.in_state(State.MANUAL)))
    @rule(which=st.integers(0, 9), handled=st.sampled_from([None, *Handled]))
    def work_list(self, which: int, handled: Handled | None) -> None:
        """A person takes a case that waits for people, and lets Roger try again or not."""
        manual = list(self.model.in_state(State.MANUAL))
        case = manual[which % len(manual)].id
        decisions = self.office.decisions
        if handled is None:
            assert self.do(decisions.retry(case, "person:y")) == self.model.retry(case, "person:y")
        else:
            assert self.do(decisions.close(case, "person:y", handled)) == self.model.close(case, "person:y", handled)

    @precondition(lambda self: any(self.model.in_state(State.AWAITING_RELEASE)))
    @rule(which=st.integers(0, 9))
    def second_person(self, which: int) -> None:
        waiting = list(self.model.in_state(State.AWAITING_RELEASE))
        case = waiting[which % len(waiting)].id
        assert self.do(self.office.decisions.release(case, "person:y"))
        assert self.model.release(case, "person:y")

    @rule(letter=letters, handled=st.sampled_from(Handled))
    def close(self, letter: Letter, handled: Handled) -> None:
        decided = self.do(self.office.decisions.close(letter.case, "person:x", handled))
        assert decided == self.model.close(letter.case, "person:x", handled)


def test_any_order_of_events(database: DatabaseSettings) -> None:
    hang_up(database)
    with asyncio.Runner() as runner:
        connections = pool(database, name="roger-tests", size=3)
        runner.run(connections.open())

        async def make() -> Office:
            return Office(connections, keyring=a_keyring(), processes=PROCESSES)

        office = runner.run(make())

        class Here(Clerks):
            def __init__(self) -> None:
                super().__init__(office, runner)

        try:
            run_state_machine_as_test(Here, settings=how_long())  # pyright: ignore[reportUnknownMemberType]
        finally:
            runner.run(connections.close())


def how_long() -> settings:
    """A short look, without making what is found shorter, as that takes minutes; or what the profile says."""
    patient = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    if settings.get_current_profile_name() == "long":
        return settings(suppress_health_check=patient)
    return settings(
        max_examples=30, stateful_step_count=40, phases=[Phase.generate], database=None, suppress_health_check=patient
    )
