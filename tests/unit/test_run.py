"""`step` and `ensure`: whatever dies in between, an effect stands at most once, and what is said of it is true."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, SecretStr

from common.errors import (
    BusinessException,
    ConflictInTarget,
    LeaseLost,
    NotConfirmed,
    RobotFault,
    SubjectBusy,
    TargetRejected,
    TargetTimeout,
    UnknownStateAfterSave,
)
from common.outcome import Outcome, OutcomeCode
from common.run import Ensured, Mark, Run, Subject
from common.testing import FixedClock, MemoryCase


class Card(BaseModel, frozen=True):
    number: int


@dataclass
class Cabinet:
    """A target that holds cards, and a robot at it whose every move may be its last."""

    case: MemoryCase = field(default_factory=MemoryCase)
    cards: list[Card] = field(default_factory=list[Card])
    saves: int = 0
    looks: int = 0

    def find(self) -> list[Card]:
        self.looks += 1
        self._reach("look")
        found = list(self.cards)
        self._reach("looked")
        return found

    def create(self) -> None:
        self._reach("act")
        self.saves += 1
        self.cards.append(Card(number=len(self.cards) + 1))
        self._reach("acted")

    def attempt(self, dies_at: str | None = None) -> Ensured[Card]:
        return self.ensure(self.case.run(dies_at=dies_at))

    def ensure(self, run: Run, create: Callable[[], object] | None = None, **options: Any) -> Ensured[Card]:
        return run.ensure("card", of=Card, find=self.find, create=create or self.create, **options)

    def _reach(self, point: str) -> None:
        assert self.case.platform is not None
        self.case.platform.reach(point)


def points_of(cabinet: Cabinet) -> list[str]:
    """Every point that an undisturbed run comes to."""
    cabinet.attempt()
    assert cabinet.case.platform is not None
    return cabinet.case.platform.reached


WHOLE_RUN = points_of(Cabinet())


class TestDeath:
    def test_an_undisturbed_run_looks_commits_acts_looks_commits(self) -> None:
        expected = "look:1 looked:1 commit:1 committed:1 act:1 acted:1 look:2 looked:2 commit:2 committed:2"
        assert expected.split() == WHOLE_RUN

    @pytest.mark.parametrize("point", WHOLE_RUN)
    def test_leaves_one_card_and_a_true_answer(self, point: str) -> None:
        cabinet = Cabinet()
        with pytest.raises(LeaseLost):
            cabinet.attempt(dies_at=point)
        assert cabinet.attempt() == Ensured(Card(number=1), created=True)
        assert cabinet.saves == 1

    @pytest.mark.parametrize("first", WHOLE_RUN)
    @pytest.mark.parametrize("second", WHOLE_RUN)
    def test_twice_in_a_row(self, first: str, second: str) -> None:
        cabinet = Cabinet()
        for point in (first, second):
            with contextlib.suppress(LeaseLost):
                cabinet.attempt(dies_at=point)
        assert cabinet.attempt() == Ensured(Card(number=1), created=True)
        assert cabinet.saves == 1

    @pytest.mark.parametrize("point", WHOLE_RUN)
    def test_with_a_card_that_stood_before(self, point: str) -> None:
        cabinet = Cabinet(cards=[Card(number=7)])
        with contextlib.suppress(LeaseLost):
            cabinet.attempt(dies_at=point)
        assert cabinet.attempt() == Ensured(Card(number=7), created=False)
        assert cabinet.saves == 0

    @pytest.mark.parametrize("point", WHOLE_RUN)
    def test_followed_by_a_persons_retry_still_saves_once(self, point: str) -> None:
        cabinet = Cabinet()
        with pytest.raises(LeaseLost):
            cabinet.attempt(dies_at=point)
        cabinet.case.retried()
        assert cabinet.attempt().value == Card(number=1)
        assert cabinet.saves == 1

    def test_a_finished_effect_is_answered_without_a_look(self) -> None:
        cabinet = Cabinet()
        first = cabinet.attempt()
        looks = cabinet.looks
        assert cabinet.attempt() == first
        assert cabinet.looks == looks

    def test_a_run_whose_case_another_has_taken_records_nothing(self) -> None:
        cabinet = Cabinet()
        old = cabinet.case.run()
        cabinet.attempt()
        recorded = cabinet.case.recorded
        with pytest.raises(LeaseLost):
            old.step("late", functools.partial(text, "zombie"))
        assert cabinet.case.recorded == recorded


class TestFailingAct:
    def test_that_saved_all_the_same_counts_as_created(self) -> None:
        cabinet = Cabinet()
        run = cabinet.case.run()

        def create() -> None:
            cabinet.create()
            raise TargetTimeout

        assert cabinet.ensure(run, create) == Ensured(Card(number=1), created=True)
        assert cabinet.case.platform is not None
        assert [type(failed) for failed in cabinet.case.platform.failures] == [TargetTimeout]

    def test_that_did_not_save_is_tried_again_by_the_next_run(self) -> None:
        cabinet = Cabinet()
        with pytest.raises(TargetTimeout):
            cabinet.ensure(cabinet.case.run(), fails(TargetTimeout()))
        assert cabinet.attempt() == Ensured(Card(number=1), created=True)
        assert cabinet.saves == 1

    def test_the_browser_has_ended_before_the_second_look(self) -> None:
        cabinet = Cabinet()
        run = cabinet.case.run()
        with pytest.raises(TargetTimeout):
            cabinet.ensure(run, fails(TargetTimeout()))
        assert cabinet.case.platform is not None
        reached = cabinet.case.platform.reached
        assert reached.index("let_go:1") < reached.index("look:2")

    def test_an_act_without_a_trace_is_not_believed(self) -> None:
        cabinet = Cabinet()
        with pytest.raises(NotConfirmed):
            cabinet.ensure(cabinet.case.run(), lambda: None)
        assert cabinet.case.recorded["card"].mark is Mark.INTENT

    @pytest.mark.parametrize("problem", [TargetRejected(), ValueError("unforeseen")])
    def test_what_is_not_the_targets_failure_goes_through_and_the_intent_stays_open(self, problem: Exception) -> None:
        cabinet = Cabinet()
        with pytest.raises(type(problem)):
            cabinet.ensure(cabinet.case.run(), fails(problem))
        assert cabinet.attempt().created
        assert cabinet.saves == 1

    def test_an_intent_is_settled_by_what_is_there_also_when_the_saving_run_failed_to_look(self) -> None:
        cabinet = Cabinet()
        run = cabinet.case.run()

        def find() -> list[Card]:
            if cabinet.saves:
                raise TargetTimeout
            return cabinet.find()

        with pytest.raises(TargetTimeout):
            run.ensure("card", of=Card, find=find, create=cabinet.create)
        assert cabinet.attempt() == Ensured(Card(number=1), created=True)
        assert cabinet.saves == 1


class TestSeveral:
    TWO = (Card(number=1), Card(number=2))

    def test_before_acting_are_a_conflict(self) -> None:
        cabinet = Cabinet(cards=list(self.TWO))
        with pytest.raises(ConflictInTarget):
            cabinet.attempt()
        assert cabinet.saves == 0

    def test_after_acting_cannot_be_decided(self) -> None:
        cabinet = Cabinet()
        with pytest.raises(UnknownStateAfterSave):
            cabinet.ensure(cabinet.case.run(), lambda: cabinet.cards.extend(self.TWO))

    def test_after_a_crash_cannot_be_decided(self) -> None:
        cabinet = Cabinet()
        with pytest.raises(LeaseLost):
            cabinet.attempt(dies_at="acted:1")
        cabinet.cards.append(Card(number=2))
        with pytest.raises(UnknownStateAfterSave):
            cabinet.attempt()
        assert cabinet.saves == 1


class TestWithin:
    def test_the_lease_is_extended_before_the_intent(self) -> None:
        cabinet = Cabinet()
        cabinet.ensure(cabinet.case.run(), within=timedelta(minutes=2))
        assert cabinet.case.platform is not None
        assert cabinet.case.platform.extended == [timedelta(minutes=2)]
        reached = cabinet.case.platform.reached
        assert reached.index("extend:1") < reached.index("commit:1") < reached.index("act:1")

    def test_and_not_for_what_stands_already(self) -> None:
        cabinet = Cabinet(cards=[Card(number=1)])
        cabinet.ensure(cabinet.case.run(), within=timedelta(minutes=2))
        assert cabinet.case.platform is not None
        assert cabinet.case.platform.extended == []


class Colour(BaseModel):
    name: str
    since: date


def text(value: str) -> str:
    return value


def moment() -> datetime:
    return datetime(2026, 11, 22, 9, 40, tzinfo=UTC)


def money() -> Decimal:
    return Decimal("1234.50")


def colours() -> list[Colour]:
    return [Colour(name="blå", since=date(2026, 1, 1))]


def nothing() -> None:
    return None


def pair() -> tuple[UUID, timedelta]:
    return UUID(int=7), timedelta(seconds=90)


@dataclass
class Reader:
    seen: int = 0

    def read(self, what: str) -> str:
        self.seen += 1
        return f"{what} {self.seen}"

    def __call__(self) -> Colour:
        return Colour(name="rød", since=date(2026, 2, 2))


class TestStep:
    @pytest.mark.parametrize(
        "fn",
        [moment, money, colours, nothing, pair, functools.partial(text, "ja"), Reader(), functools.partial(Reader())],
    )
    def test_a_recorded_answer_comes_back_as_what_it_was(self, fn: Callable[[], object]) -> None:
        case = MemoryCase()
        first = case.run().step("read", fn)
        again = case.run().step("read", fn)
        assert again == first
        assert type(again) is type(first)

    def test_is_done_once_however_often_the_case_is_tried(self) -> None:
        case, reader = MemoryCase(), Reader()
        answers = {case.run().step("read", reader.read, what="page") for _ in range(3)}
        assert answers == {"page 1"}
        assert reader.seen == 1

    def test_is_done_again_after_a_persons_retry(self) -> None:
        case, reader = MemoryCase(), Reader()
        case.run().step("read", reader.read, "page")
        assert not case.run().case.retried
        case.retried()
        again = case.run()
        assert again.case.retried
        assert again.step("read", reader.read, "page") == "page 2"

    def test_is_done_again_when_the_run_died_before_it_was_recorded(self) -> None:
        case, reader = MemoryCase(), Reader()
        with pytest.raises(LeaseLost):
            case.run(dies_at="commit:1").step("read", reader.read, "page")
        assert case.run().step("read", reader.read, "page") == "page 2"

    def test_is_not_done_again_when_the_run_died_right_after(self) -> None:
        case, reader = MemoryCase(), Reader()
        with pytest.raises(LeaseLost):
            case.run(dies_at="committed:1").step("read", reader.read, "page")
        assert case.run().step("read", reader.read, "page") == "page 1"

    def test_what_fails_is_not_recorded(self) -> None:
        case = MemoryCase()
        with pytest.raises(BusinessException):
            case.run().step("read", raises)
        assert case.recorded == {}

    @pytest.mark.parametrize("fn", [lambda: (moment(), money()), functools.partial(max, 1, 2)])
    def test_without_a_declared_answer_is_refused_at_once(self, fn: Callable[[], object]) -> None:
        """A recorded answer would come back as bare JSON, which nobody would see before the first crash."""
        with pytest.raises(RobotFault, match="'read'"):
            MemoryCase().run().step("read", fn)

    def test_of_a_class_comes_back_as_that_class(self) -> None:
        case = MemoryCase()
        made = functools.partial(Colour, name="grønn", since=date(2026, 3, 3))
        assert [case.run().step("make", made) for _ in range(2)] == [made(), made()]


@dataclass
class Locksmith:
    """A target that sets whatever password it is given, and a robot at it whose every move may be its last."""

    case: MemoryCase = field(default_factory=MemoryCase)
    set: list[str] = field(default_factory=list[str])

    def give(self, secret: SecretStr) -> None:
        self._reach("act")
        self.set.append(secret.get_secret_value())
        self._reach("acted")

    def attempt(self, dies_at: str | None = None) -> None:
        self.entrust(self.case.run(dies_at=dies_at))

    def entrust(
        self,
        run: Run,
        give: Callable[[SecretStr], object] | None = None,
        to: str = "90000001",
        about: str = "TK-nett",
    ) -> None:
        run.entrust("secret", to=to, about=about, give=give or self.give)

    @property
    def sent(self) -> list[str]:
        """What the links that people get lead to."""
        return [left.secret.get_secret_value() for left in self.case.entrusted.values()]

    def _reach(self, point: str) -> None:
        assert self.case.platform is not None
        self.case.platform.reach(point)


def points_at_the_locksmith() -> list[str]:
    locksmith = Locksmith()
    locksmith.attempt()
    assert locksmith.case.platform is not None
    return locksmith.case.platform.reached


GIVING = points_at_the_locksmith()


class TestEntrust:
    def test_an_undisturbed_run_gives_and_then_leaves_it_for_one_person(self) -> None:
        assert GIVING == ["act:1", "acted:1", "entrust:1", "entrusted:1"]
        locksmith = Locksmith()
        locksmith.attempt()
        assert locksmith.sent == locksmith.set
        (left,) = locksmith.case.entrusted.values()
        assert (left.to, left.about) == ("90000001", "TK-nett")

    @pytest.mark.parametrize("point", GIVING)
    def test_whatever_dies_the_last_secret_given_is_the_one_that_is_sent(self, point: str) -> None:
        locksmith = Locksmith()
        with pytest.raises(LeaseLost):
            locksmith.attempt(dies_at=point)
        before = list(locksmith.set)
        locksmith.attempt()
        assert locksmith.sent == locksmith.set[-1:]
        assert len(locksmith.set) == len(set(locksmith.set))
        assert len(locksmith.set) - len(before) == (0 if point == "entrusted:1" else 1)

    @pytest.mark.parametrize("first", GIVING)
    @pytest.mark.parametrize("second", GIVING)
    def test_twice_in_a_row(self, first: str, second: str) -> None:
        locksmith = Locksmith()
        for point in (first, second):
            with contextlib.suppress(LeaseLost):
                locksmith.attempt(dies_at=point)
        locksmith.attempt()
        assert locksmith.sent == locksmith.set[-1:]

    def test_is_done_once_however_often_the_case_is_tried(self) -> None:
        locksmith = Locksmith()
        for _ in range(3):
            locksmith.attempt()
        assert len(locksmith.set) == 1

    def test_after_a_persons_retry_another_one_takes_its_place(self) -> None:
        locksmith = Locksmith()
        locksmith.attempt()
        locksmith.case.retried()
        locksmith.attempt()
        assert len(set(locksmith.set)) == 2
        assert locksmith.sent == locksmith.set[-1:]

    def test_the_secret_is_in_no_checkpoint(self) -> None:
        locksmith = Locksmith()
        locksmith.attempt()
        assert locksmith.case.recorded["secret"].value is None

    def test_a_giving_that_failed_leaves_nothing_and_nothing_of_it_goes_on(self) -> None:
        locksmith = Locksmith()
        run = locksmith.case.run()

        def give(secret: SecretStr) -> None:
            locksmith.give(secret)
            raise TargetTimeout

        with pytest.raises(TargetTimeout):
            locksmith.entrust(run, give)
        assert locksmith.case.platform is not None
        assert [type(failed) for failed in locksmith.case.platform.failures] == [TargetTimeout]
        assert (locksmith.case.recorded, locksmith.sent) == ({}, [])
        locksmith.attempt()
        assert locksmith.sent == locksmith.set[1:]

    @pytest.mark.parametrize("problem", [TargetRejected(), ValueError("unforeseen")])
    def test_what_is_not_the_targets_failure_goes_through(self, problem: Exception) -> None:
        locksmith = Locksmith()
        with pytest.raises(type(problem)):
            locksmith.entrust(locksmith.case.run(), lambda _secret: fails(problem)())
        assert (locksmith.case.recorded, locksmith.sent) == ({}, [])

    def test_no_evidence_is_kept_from_the_moment_there_is_one(self) -> None:
        locksmith = Locksmith()
        run = locksmith.case.run()
        platform = locksmith.case.platform
        assert platform is not None
        seen: list[bool] = [platform.unseen]
        locksmith.entrust(run, lambda _secret: seen.append(platform.unseen))
        assert [*seen, platform.unseen] == [False, True, True]

    @pytest.mark.parametrize(
        ("to", "about"),
        [
            ("22000001", "TK-nett"),  # not a mobile
            ("9000000", "TK-nett"),
            ("90000001", ""),
            ("90000001", "x" * 61),
            ("90000001", "TK\nnett"),
            ("90000001", "kontoen til 01857799993"),
        ],
    )
    def test_what_no_message_could_say_is_refused_before_anything_is_given(self, to: str, about: str) -> None:
        locksmith = Locksmith()
        with pytest.raises(RobotFault) as refused:
            locksmith.entrust(locksmith.case.run(), to=to, about=about)
        assert locksmith.set == []
        assert to not in str(refused.value)
        assert not about or about not in str(refused.value)

    def test_longest_words_about_it(self) -> None:
        locksmith = Locksmith()
        locksmith.entrust(locksmith.case.run(), about="x" * 60)
        assert len(locksmith.sent) == 1

    def test_nobody_sees_it_by_accident(self) -> None:
        locksmith = Locksmith()
        locksmith.attempt()
        (secret,), (left,) = locksmith.set, locksmith.case.entrusted.values()
        assert secret not in f"{left} {left!r}"
        assert "90000001" not in f"{left} {left!r}"


class TestNames:
    def test_used_twice_are_refused_before_anything_is_done(self) -> None:
        reader = Reader()
        run = MemoryCase().run()
        run.step("read", reader.read, "page")
        with pytest.raises(RobotFault, match="'read'"):
            run.step("read", reader.read, "page")
        assert reader.seen == 1

    def test_are_shared_by_step_and_ensure(self) -> None:
        cabinet = Cabinet()
        run = cabinet.case.run()
        run.step("card", functools.partial(text, "x"))
        with pytest.raises(RobotFault):
            cabinet.ensure(run)
        assert cabinet.saves == 0


class TestAbout:
    def test_somebody_else_who_is_busy_stops_the_run(self) -> None:
        someone = Subject("person", "under another number")
        case = MemoryCase(busy={someone})
        with pytest.raises(SubjectBusy):
            case.run().is_about(someone)
        case.busy.clear()
        case.run().is_about(someone)
        assert case.platform is not None
        assert case.platform.held == [someone]

    def test_a_run_that_lost_its_case_cannot_hold_anybody(self) -> None:
        case = MemoryCase()
        old = case.run()
        case.run()
        with pytest.raises(LeaseLost):
            old.is_about(Subject("person", "x"))

    def test_a_subject_keeps_its_key_to_itself(self) -> None:
        assert "secret" not in repr(Subject("person", "secret"))


class TestOutcome:
    @pytest.mark.parametrize(("created", "code"), [(True, OutcomeCode.CREATED), (False, OutcomeCode.EXISTS)])
    def test_of_an_effect(self, created: bool, code: OutcomeCode) -> None:  # noqa: FBT001
        outcome = Ensured(Card(number=1), created=created).outcome(number=7)
        assert (outcome.code, outcome.detail) == (code, {"number": 7})

    def test_carries_what_json_can_hold(self) -> None:
        detail = {"at": moment(), "amount": money(), "cards": [Card(number=1)]}
        stored = Outcome(OutcomeCode.NOOP, detail).detail
        assert stored == {"at": "2026-11-22T09:40:00Z", "amount": "1234.50", "cards": [{"number": 1}]}

    @pytest.mark.parametrize("detail", [{"what": object()}, {"half a letter": "\ud800"}])
    def test_with_anything_else_is_refused_where_the_process_makes_it(self, detail: dict[str, Any]) -> None:
        with pytest.raises(RobotFault):
            Outcome(OutcomeCode.NOOP, detail)


def test_the_time_is_what_the_clock_says() -> None:
    clock = FixedClock()
    run = MemoryCase().run(clock=clock)
    before = run.now()
    clock.forward(timedelta(hours=1))
    assert run.now() - before == timedelta(hours=1)


def raises() -> str:
    raise TargetRejected


def fails(problem: Exception) -> Callable[[], None]:
    def create() -> None:
        raise problem

    return create
