"""What becomes of a case after each kind of exception, and at whose cost."""

from __future__ import annotations

import inspect
from datetime import date

import pytest

from common import errors
from common.cases.endings import Ending, after, behind, done, released
from common.cases.states import State
from common.errors import (
    AccountOut,
    ApplicationException,
    BusinessException,
    ConflictInTarget,
    RogerError,
    TargetDown,
    UnknownStateAfterSave,
)
from common.outcome import Outcome, OutcomeCode
from common.privacy.crypto import Unreadable

BACKOFF = (60.0, 300.0)


def ending(error: RogerError, failures: int = 0, settle: float = 2.0) -> Ending:
    return after(error, failures=failures, attempts=3, backoff=BACKOFF, settle=settle)


def kinds(base: type[RogerError]) -> list[type[RogerError]]:
    found = [value for _, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, base)]
    return [kind for kind in found if kind is not base]


@pytest.mark.parametrize("kind", kinds(BusinessException))
def test_a_broken_rule_goes_to_a_person_at_once(kind: type[RogerError]) -> None:
    assert ending(kind()) == Ending(state=State.MANUAL, code=kind.code)


def test_what_a_person_is_to_know_is_stored_as_json_has_it() -> None:
    told = ConflictInTarget(detail={"differ": ("gross", "net"), "day": date(2026, 12, 7)})
    expected: dict[str, object] = {"differ": ["gross", "net"], "day": "2026-12-07"}
    assert ending(told) == Ending(state=State.MANUAL, code="CONFLICT_IN_TARGET", detail=expected)


@pytest.mark.parametrize("kind", set(kinds(ApplicationException)) - {AccountOut})
def test_a_failure_is_retried_unless_it_cannot_be_decided(kind: type[ApplicationException]) -> None:
    found = ending(kind())
    assert found.failed
    assert found.code == kind.code
    assert found.state is (State.QUEUED if kind.retry else State.MANUAL)


class TestBackOff:
    @pytest.mark.parametrize(("failures", "delay"), [(0, 60.0), (1, 300.0)])
    def test_grows(self, failures: int, delay: float) -> None:
        assert ending(TargetDown(), failures).delay == delay

    def test_ends_at_a_person(self) -> None:
        assert ending(TargetDown(), 2) == Ending(state=State.MANUAL, code="TARGET_DOWN", failed=True)

    def test_stays_at_its_last_step(self) -> None:
        found = after(TargetDown(), failures=7, attempts=99, backoff=BACKOFF, settle=0)
        assert found.delay == 300.0

    def test_is_never_shorter_than_the_settle_time(self) -> None:
        assert ending(TargetDown(), settle=90).delay == 90


def test_what_cannot_be_decided_is_never_repeated() -> None:
    assert ending(UnknownStateAfterSave()).state is State.MANUAL


def test_an_account_that_is_out_costs_the_case_nothing() -> None:
    for failures in (0, 2, 9):
        assert ending(AccountOut(), failures) == Ending(state=State.QUEUED, code="ACCOUNT_OUT", delay=2.0)


def test_a_case_that_does_not_open_is_a_failure() -> None:
    assert ending(Unreadable()).failed


def test_a_drain_costs_nothing_but_the_settle_time() -> None:
    assert released("DRAINED", 2.0) == Ending(state=State.QUEUED, code="DRAINED", delay=2.0)
    assert released("DRAINED", 0.0).delay is None


def test_waiting_behind_another_costs_nothing() -> None:
    found = behind(b"lock")
    assert (found.state, found.lock, found.failed, found.delay) == (State.QUEUED, b"lock", False, None)


def test_labels() -> None:
    assert done(Outcome(OutcomeCode.CREATED)).label == "CREATED"
    assert ending(TargetDown()).label == "TARGET_DOWN"
    assert Ending(state=State.QUEUED).label == "queued"


class TestErrors:
    @pytest.mark.parametrize("kind", [*kinds(BusinessException), *kinds(ApplicationException)])
    def test_each_says_what_happened_and_what_to_do_in_norwegian(self, kind: type[ApplicationException]) -> None:
        assert kind.code.isupper()
        assert kind.situation.endswith(".")
        assert kind.remedy.endswith(".")
        assert kind().message == (kind.__doc__ or "").strip()

    def test_codes_are_used_once(self) -> None:
        codes = [kind.code for kind in (*kinds(BusinessException), *kinds(ApplicationException))]
        assert len(codes) == len(set(codes))

    def test_stop_signals_cannot_be_caught_by_a_process(self) -> None:
        for signal in (errors.LeaseLost, errors.Interrupted, errors.SubjectBusy):
            assert not issubclass(signal, Exception)
