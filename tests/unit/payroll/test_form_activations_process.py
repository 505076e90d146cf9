"""`payroll-form-activations`: every rule of PAY-03, at a payroll system in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pay_form_office import (
    EMPLOYEE_NO,
    FIRST,
    LEADERS,
    NOW,
    OLDEST_OPEN,
    Office,
    a_form,
    approved,
    other,
    shown,
)

from common.errors import (
    AmbiguousHit,
    BusinessException,
    ConflictInTarget,
    InvalidValue,
    LeaseLost,
    NameMismatch,
    NeedsJudgement,
    NotAuthorised,
    PeriodClosed,
    PersonNotFound,
    ProtectedAddress,
    RecordLocked,
    RegisterMissing,
    SubjectBusy,
    SuspectedDuplicate,
    TargetRejected,
    TemporaryId,
    codes,
)
from common.process import Outcome, OutcomeCode, Retention, Subject
from common.testing import FixedClock, MemoryRegisters, Person, person
from payroll_svc.pay_forms.approvals import DemandedApproval
from payroll_svc.pay_forms.fields import FormType
from payroll_svc.pay_forms.form import PayForm
from payroll_svc.processes.payroll_form_activations import tell_the_payroll_officer
from payroll_svc.screens.form_queue import Activation, FormStatus
from payroll_svc.service import payroll

APPROVED, ACTIVE = FormStatus.APPROVED, FormStatus.ACTIVE


@pytest.fixture
def office() -> Office:
    return Office()


class TestAnApprovedForm:
    @pytest.mark.parametrize("form_type", FormType)
    def test_is_made_effective(self, office: Office, form_type: FormType) -> None:
        form = office.queued(form_type)
        assert office.perform(form) == Outcome(OutcomeCode.UPDATED, {"activation": "900001", "approvals": 1})
        assert office.state() == (ACTIVE, 1)
        assert office.payroll.case.used == {"form-approvals": 1}

    def test_is_found_active_the_next_time(self, office: Office) -> None:
        form = office.queued()
        office.perform(form)
        assert office.again(form) == Outcome(OutcomeCode.EXISTS, {"activation": "900001"})
        assert office.state() == (ACTIVE, 1)

    def test_that_somebody_activates_before_the_robots_look_is_not_its_own(self, office: Office) -> None:
        form = office.queued()
        (before,) = office.payroll.forms
        # The run dies after it has judged the form; a clerk activates it; the next run goes on from there.
        with pytest.raises(LeaseLost):
            office.perform(form, dies_at="used:1")
        office.payroll.activate(before, by="kari")
        assert office.perform(form) == Outcome(OutcomeCode.EXISTS, {"activation": "900001", "approvals": 1})
        assert office.state() == (ACTIVE, 1)


class TestTheStatus:
    def test_active_is_left_alone_whatever_the_rules_say(self, office: Office) -> None:
        made = [Activation(number="5", at=NOW, by="kari")]
        form = office.queued(status=ACTIVE, activations=made, oldest_open=FIRST + timedelta(days=1), locked=True)
        assert office.perform(form) == Outcome(OutcomeCode.EXISTS, {"activation": "5"})

    def test_active_without_an_activation_is_left_alone_too(self, office: Office) -> None:
        assert office.perform(office.queued(status=ACTIVE)) == Outcome(OutcomeCode.EXISTS, {"activation": None})

    def test_withdrawn_is_nothing_to_do(self, office: Office) -> None:
        form = office.queued(status=FormStatus.WITHDRAWN)
        assert office.perform(form) == Outcome(OutcomeCode.NOOP, {"reason": "WITHDRAWN"})
        assert office.state() == (FormStatus.WITHDRAWN, 0)

    def test_not_approved_is_for_a_person(self, office: Office) -> None:
        office.refused(office.queued(status=FormStatus.SUBMITTED), NeedsJudgement)

    def test_that_is_not_active_afterwards_is_for_a_person(self, office: Office) -> None:
        form = office.queued()

        def sent_back() -> None:
            (active,) = office.payroll.forms
            office.payroll.change(active, status=FormStatus.SUBMITTED)

        office.payroll.after_save = sent_back
        with pytest.raises(ConflictInTarget):
            office.perform(form)


class TestTheQueue:
    def test_without_the_form(self, office: Office) -> None:
        form = office.queued()
        office.payroll.forms.clear()
        office.refused(form, InvalidValue)

    def test_with_another_number_that_only_begins_so(self, office: Office) -> None:
        office.refused(office.queued(form_id="SKJ-3001456"), InvalidValue)

    def test_without_that_version(self, office: Office) -> None:
        form = office.queued()
        office.refused(form.model_copy(update={"form_version": 2}), InvalidValue)

    def test_with_the_form_twice(self, office: Office) -> None:
        form = office.queued()
        office.payroll.forms *= 2
        office.refused(form, AmbiguousHit)

    @pytest.mark.parametrize("status", [FormStatus.SUBMITTED, APPROVED, ACTIVE])
    def test_with_a_newer_version(self, office: Office, status: FormStatus) -> None:
        form = office.queued()
        office.payroll.forms.append(shown(form, version=2, status=status))
        office.refused(form, ConflictInTarget)

    def test_with_a_newer_version_that_was_withdrawn(self, office: Office) -> None:
        form = office.queued()
        office.payroll.forms.append(shown(form, version=2, status=FormStatus.WITHDRAWN))
        assert office.perform(form).code is OutcomeCode.UPDATED

    @pytest.mark.parametrize(
        ("status", "code"), [(ACTIVE, OutcomeCode.EXISTS), (FormStatus.WITHDRAWN, OutcomeCode.NOOP)]
    )
    def test_what_is_over_is_over_whatever_came_later(
        self, office: Office, status: FormStatus, code: OutcomeCode
    ) -> None:
        form = office.queued(status=status)
        office.payroll.forms.append(shown(form, version=2))
        assert office.perform(form).code is code

    def test_an_older_version_does_not_matter(self, office: Office) -> None:
        form = office.queued()
        second = form.model_copy(update={"form_version": 2})
        office.payroll.forms.append(shown(second))
        assert office.perform(second).code is OutcomeCode.UPDATED
        assert [each.status for each in office.payroll.forms] == [APPROVED, ACTIVE]


class TestWhoItIs:
    def test_somebody_who_is_not_employed(self, office: Office) -> None:
        form = office.queued()
        office.payroll.employees.clear()
        office.refused(form, PersonNotFound)

    def test_another_name(self, office: Office) -> None:
        office.refused(office.queued().model_copy(update={"family_name": "Heltannet"}), NameMismatch)

    def test_another_employees_number(self, office: Office) -> None:
        office.refused(office.queued().model_copy(update={"employee_no": "109935"}), ConflictInTarget)

    def test_the_form_of_another_employee(self, office: Office) -> None:
        office.refused(office.queued(employee_no="109935"), ConflictInTarget)
        office.payroll.forms.clear()
        office.payroll.employees.clear()
        office.refused(office.queued(number=person().number), ConflictInTarget)

    def test_also_when_that_form_is_active(self, office: Office) -> None:
        office.refused(office.queued(number=person().number, status=ACTIVE), ConflictInTarget)

    def test_protected(self, office: Office) -> None:
        kari = person()
        office.payroll.employ(kari, EMPLOYEE_NO, remark="Adressesperre: kode 6")
        form = a_form(kari)
        office.payroll.forms.append(shown(form))
        office.refused(form, ProtectedAddress)

    def test_employed_twice_is_told_apart_by_the_employee_number(self, office: Office) -> None:
        kari = person()
        for employee_no in ("200001", EMPLOYEE_NO):
            office.payroll.employ(kari, employee_no)
        form = a_form(kari)
        office.payroll.forms.append(shown(form))
        office.refused(form, AmbiguousHit)
        office.new_case()
        assert office.perform(a_form(kari, employee_no=EMPLOYEE_NO)).code is OutcomeCode.UPDATED

    def test_an_employee_number_that_stands_twice(self, office: Office) -> None:
        form = office.queued()
        office.payroll.employees *= 2
        office.refused(form.model_copy(update={"employee_no": EMPLOYEE_NO}), AmbiguousHit)

    def test_two_persons_with_that_number(self, office: Office) -> None:
        form = office.queued()
        office.payroll.employ(person(), "200001", remark=f"Tidligere nummer: {form.person_id}")
        office.refused(form, AmbiguousHit)

    @pytest.mark.parametrize("number", ["201012345611"])
    def test_without_a_lasting_number(self, office: Office, number: str) -> None:
        office.refused(office.queued().model_copy(update={"person_id": number}), TemporaryId)

    def test_a_former_number_is_the_same_person(self, office: Office) -> None:
        kari, now = person(), person()
        office.payroll.employ(kari, EMPLOYEE_NO, number=now.number, remark=f"Tidligere nummer: {kari.number}")
        form = a_form(kari)
        office.payroll.forms.append(shown(form, number=now.number))
        assert office.perform(form).code is OutcomeCode.UPDATED
        assert office.payroll.case.platform
        assert office.payroll.case.platform.held == [Subject("person", now.number)]

    def test_whoever_is_at_work_on_the_person_is_waited_for(self, office: Office) -> None:
        kari, now = person(), person()
        office.payroll.employ(kari, EMPLOYEE_NO, number=now.number, remark=f"Tidligere nummer: {kari.number}")
        form = a_form(kari)
        office.payroll.forms.append(shown(form, number=now.number))
        waiting = office.payroll.case
        waiting.busy.add(Subject("person", now.number))
        with pytest.raises(SubjectBusy):
            office.perform(form)
        assert office.again(form).code is OutcomeCode.UPDATED
        waiting.busy.clear()
        office.payroll.case = waiting
        assert office.perform(form) == Outcome(OutcomeCode.EXISTS, {"activation": "900001"})
        assert office.state() == (ACTIVE, 1)


class TestTheRules:
    @pytest.mark.parametrize(
        ("shows", "code"),
        [
            ({"approvals": []}, NotAuthorised),
            ({"approvals": [approved(budget=False)]}, NotAuthorised),
            ({"oldest_open": FIRST + timedelta(days=1)}, PeriodClosed),
            ({"others": [other(FormType.CHANGE_PERCENT, FIRST, None)]}, SuspectedDuplicate),
            ({"details": ["Prosent: 80,00"]}, ConflictInTarget),
            ({"last_day": FIRST}, ConflictInTarget),
            ({"locked": True}, RecordLocked),
        ],
    )
    def test_leave_the_form_alone_that_breaks_them(
        self, office: Office, shows: dict[str, Any], code: type[BusinessException]
    ) -> None:
        office.refused(office.queued(**shows), code)

    def test_pay_lines_after_a_termination(self, office: Office) -> None:
        office.refused(office.queued(FormType.TERMINATION, future_lines=1), ConflictInTarget)

    def test_an_account_that_nobody_called_back_about(self, office: Office) -> None:
        office.refused(office.queued(FormType.ACCOUNT_CHANGE, approvals=[approved()]), NeedsJudgement)

    def test_without_a_register_nobody_is_authorised(self, office: Office) -> None:
        office.registers = MemoryRegisters()
        office.refused(office.queued(), RegisterMissing)

    def test_are_those_of_the_day(self, office: Office) -> None:
        stricter = [*LEADERS, DemandedApproval(form_type=FormType.CHANGE_PERCENT, role="HR")]
        office.registers.store("form-approvals", stricter, valid_from=NOW.date() + timedelta(days=1))
        office.refused(office.queued(), NotAuthorised, now=NOW + timedelta(days=1))
        office.new_case()
        assert office.perform(a_form_again(office)).detail["approvals"] == 1


def a_form_again(office: Office) -> PayForm:
    """The form of the only employee, once more."""
    (employee,) = office.payroll.employees
    who = Person(
        number=employee.number,
        family_name=employee.family_name,
        given_name=employee.given_name,
        birth_date=date(1980, 1, 1),
    )
    return a_form(who)


class TestThePageToConfirm:
    @pytest.mark.parametrize(
        "changes",
        [
            {"form_id": "SKJ-300146"},
            {"type": "Permisjon"},
            {"employee_no": "109935"},
            {"name": "Heltannet, Ola"},
            {"first_day": FIRST + timedelta(days=1)},
            {"last_day": FIRST},
            {"details": ["Prosent: 100,00"]},
        ],
    )
    def test_must_show_the_form_field_by_field(self, office: Office, changes: dict[str, Any]) -> None:
        form = office.queued()
        office.payroll.understands = lambda terms: terms.model_copy(update=changes)
        office.refused(form, ConflictInTarget)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [({"locked": True}, RecordLocked), ({"status": FormStatus.WITHDRAWN}, TargetRejected)],
    )
    def test_refused_there(self, office: Office, changes: dict[str, Any], code: type[BusinessException]) -> None:
        form = office.queued()

        def meanwhile() -> None:
            (before,) = office.payroll.forms
            office.payroll.change(before, **changes)

        office.payroll.before_press = meanwhile
        with pytest.raises(code):
            office.perform(form)
        assert office.state()[1] == 0


EXAMPLE: dict[str, Any] = {
    "form_id": "SKJ-300145",
    "form_type": "CHANGE_PERCENT",
    "person_id": "11868810051",
    "family_name": "Fjellvær",
    "given_name": "Mari",
    "employee_no": "109934",
    "effective_from": "2026-08-01",
    "fields": {"percent": 75.0},
    "approvals": [{"role": "LEDER", "person": "enhl09", "time": "2026-11-20T12:00:00+01:00"}],
}
CLOCK = FixedClock(datetime.fromisoformat("2026-11-22T09:00:00+01:00"))
MARI = Person(number="11868810051", family_name="Fjellvær", given_name="Mari", birth_date=date(1988, 6, 11))


class TestTheDomainsExample:
    def test_reaches_back_into_a_closed_period(self, office: Office) -> None:
        form = PayForm.model_validate(EXAMPLE)
        assert list(form.breaches(CLOCK())) == []
        office.payroll.employ(MARI, "109934")
        office.payroll.forms.append(shown(form))
        office.refused(form, PeriodClosed, now=CLOCK())

    def test_would_be_active_had_the_period_been_open(self, office: Office) -> None:
        form = PayForm.model_validate(EXAMPLE | {"effective_from": OLDEST_OPEN.isoformat()})
        office.payroll.employ(MARI, "109934")
        office.payroll.forms.append(shown(form))
        assert office.perform(form, now=CLOCK()).code is OutcomeCode.UPDATED


class TestTheDeclaration:
    def test_is_the_domains(self) -> None:
        process = payroll.processes["payroll-form-activations"]
        assert (process.manual_minutes, process.retention) == (3.0, Retention.PERSONAL)
        assert [target.name for target in process.targets] == ["payroll"]

    @pytest.mark.parametrize("code", sorted(codes(BusinessException)))
    def test_tells_the_payroll_officer_whatever_is_the_matter(self, code: str) -> None:
        task = tell_the_payroll_officer(code)
        assert (task.role, task.unit) == ("payroll-officer", None)
        assert "aktiver skjemaet selv" in task.text
        assert replace(task, text="") == replace(tell_the_payroll_officer("PERIOD_CLOSED"), text="")
