"""`payroll-form-activations` on the payroll system's real pages, in one browser; cases in memory, so that a run can die."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

import pytest
from payroll_office import PayrollOffice, a_payroll_office

from common.errors import (
    AmbiguousHit,
    BusinessException,
    ConflictInTarget,
    InvalidValue,
    LeaseLost,
    NeedsJudgement,
    NotAuthorised,
    PeriodClosed,
    ProtectedAddress,
    RecordLocked,
    SuspectedDuplicate,
    TargetDown,
)
from common.process import Outcome, OutcomeCode
from common.testing import MemoryCase, Person, person
from payroll_svc.pay_forms.approvals import DemandedApproval
from payroll_svc.pay_forms.fields import FormType
from payroll_svc.pay_forms.form import PayForm
from payroll_svc.processes.payroll_form_activations import activate_pay_form

pytestmark = pytest.mark.browser

FIRST = "2026-12-01"
LEADER = {"role": "LEDER", "person": "enhl09", "at": "2026-11-20T12:00"}
CALLER = {"role": "LONN", "person": "lonn02", "at": "2026-11-20T13:00", "budget": False}
DEMANDED = [
    *(DemandedApproval(form_type=each, role="LEDER") for each in FormType),
    DemandedApproval(form_type=FormType.ACCOUNT_CHANGE, role="LONN", budget=False, calls_back=True),
]
SEEN: dict[FormType, tuple[dict[str, Any], dict[str, str]]] = {
    FormType.CHANGE_PERCENT: ({"percent": 75.0, "position_no": "1"}, {"Prosent": "75,00", "Stillingsnr.": "1"}),
    FormType.NEW_POSITION: (
        {"percent": 50, "position_type": "TIME"},
        {"Stillingstype": "Timelønn", "Prosent": "50,00"},
    ),
    FormType.ADDITION: (
        {"kind": "Funksjonstillegg", "amount": 1_250_000},
        {"Art": "Funksjonstillegg", "Beløp": "12 500,00"},
    ),
    FormType.ACCOUNT_CHANGE: ({"account_no": "12345678903"}, {"Kontonummer": "1234.56.78903"}),
    FormType.TERMINATION: ({}, {}),
}

_serial = count(145)


@dataclass
class Town:
    """Somebody new, and the office where forms about them are activated; what others have there does not matter."""

    office: PayrollOffice
    mari: Person = field(default_factory=person)
    serial: int = field(default_factory=lambda: next(_serial))

    @property
    def form_id(self) -> str:
        return f"SKJ-{300_000 + self.serial}"

    @property
    def employee_no(self) -> str:
        return str(100_000 + self.serial)

    def employ(self, **changes: Any) -> None:
        row = {
            "employee_no": self.employee_no,
            "national_id": self.mari.number,
            "family_name": self.mari.family_name,
            "given_name": self.mari.given_name,
            "birth_date": self.mari.birth_date.isoformat(),
            "positions": [
                {"position_no": "1", "unit": "311874322", "type": "FAST", "percent": 8000, "from": "2020-01-01"}
            ],
        }
        self.office.payroll.post("employees", [row | changes])

    def queue(self, form_type: FormType = FormType.CHANGE_PERCENT, **changes: Any) -> None:
        """The payroll system has the form; nobody has activated it."""
        row = {
            "form_id": self.form_id,
            "form_type": form_type.value,
            "employee_no": self.employee_no,
            "effective_from": FIRST,
            "details": SEEN[form_type][1],
            "approvals": [LEADER, CALLER],
        }
        self.office.payroll.post("forms", [row | changes])

    def a_form(self, form_type: FormType = FormType.CHANGE_PERCENT, **changes: Any) -> PayForm:
        row = {
            "form_id": self.form_id,
            "form_type": form_type,
            "person_id": self.mari.number,
            "family_name": self.mari.family_name,
            "given_name": self.mari.given_name,
            "effective_from": FIRST,
            "fields": SEEN[form_type][0],
            "approvals": [{"role": "LEDER", "person": "enhl09", "time": "2026-11-20T12:00:00+01:00"}],
        }
        return PayForm.model_validate(row | changes)

    def perform(self, form: PayForm, case: MemoryCase | None = None, unproven: str | None = None) -> Outcome:
        return self.office.perform(activate_pay_form, form, case, unproven)

    def refused(self, code: type[BusinessException], form: PayForm | None = None) -> None:
        with pytest.raises(code):
            self.perform(form or self.a_form())
        assert self.activations() == []

    def activations(self) -> list[str]:
        """Of the form, in every version, by number."""
        return [str(made["number"]) for form in self.forms() for made in form["activations"]]

    def forms(self) -> list[dict[str, Any]]:
        every: list[dict[str, Any]] = self.office.payroll.get("forms")
        return [form for form in every if form["form_id"] == self.form_id]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[PayrollOffice]:
    with a_payroll_office(tmp_path_factory) as office:
        yield office


@pytest.fixture
def town(whole: PayrollOffice) -> Town:
    """An open period, and somebody who is not employed yet."""
    whole.payroll.post("periods", [{"period": "2026-11", "state": "OPEN"}])
    town = Town(PayrollOffice(whole.payroll, whole.browser))
    town.office.registers.store("form-approvals", DEMANDED, valid_from=date(2026, 1, 1))
    return town


class TestActivated:
    @pytest.mark.parametrize("form_type", SEEN)
    def test_as_it_was_approved_and_once(self, town: Town, form_type: FormType) -> None:
        town.employ()
        town.queue(form_type)
        made = town.perform(town.a_form(form_type))
        assert made == Outcome(OutcomeCode.UPDATED, {"activation": town.activations()[0], "approvals": 1})
        again = town.perform(town.a_form(form_type))
        assert again == Outcome(OutcomeCode.EXISTS, {"activation": town.activations()[0]})
        (form,) = town.forms()
        assert (form["status"], len(form["activations"])) == ("ACTIVE", 1)

    def test_with_another_of_its_type_that_ended_the_day_before(self, town: Town) -> None:
        town.employ()
        town.queue(form_id=f"{town.form_id}-0", status="ACTIVE", effective_from="2026-06-01", effective_to="2026-11-30")
        town.queue(effective_to="2027-11-30")
        assert town.perform(town.a_form(effective_to="2027-11-30")).code is OutcomeCode.UPDATED

    def test_of_whoever_is_known_under_another_number_now(self, town: Town) -> None:
        before = person(family_name=town.mari.family_name, given_name=town.mari.given_name)
        town.employ(previous_ids=[before.number])
        town.queue()
        assert town.perform(town.a_form(person_id=before.number)).code is OutcomeCode.UPDATED

    def test_of_the_employment_that_is_named(self, town: Town) -> None:
        town.employ(employee_no=f"9{town.employee_no}")
        town.employ()
        town.queue()
        town.refused(AmbiguousHit)
        assert town.perform(town.a_form(employee_no=town.employee_no)).code is OutcomeCode.UPDATED


class TestLeftAlone:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"status": "SUBMITTED"}, NeedsJudgement),
            ({"effective_to": "2027-01-01"}, ConflictInTarget),
            ({"details": {"Prosent": "80,00", "Stillingsnr.": "1"}}, ConflictInTarget),
            ({"approvals": []}, NotAuthorised),
            ({"approvals": [LEADER | {"budget": False}]}, NotAuthorised),
            ({"approvals": [LEADER | {"at": "2026-11-20T12:01"}]}, ConflictInTarget),
            ({"locked_by": "Lønn 3"}, RecordLocked),
            ({"form_id": "SKJ-1"}, InvalidValue),
            ({"version": 2}, InvalidValue),
        ],
    )
    def test_unless_the_queue_has_it_as_it_was_approved(
        self, town: Town, changes: dict[str, Any], code: type[BusinessException]
    ) -> None:
        town.employ()
        town.queue(**changes)
        town.refused(code)

    def test_withdrawn(self, town: Town) -> None:
        town.employ()
        town.queue(status="WITHDRAWN")
        assert town.perform(town.a_form()).code is OutcomeCode.NOOP

    def test_in_a_closed_period(self, town: Town) -> None:
        town.employ()
        town.queue(effective_from="2026-10-31")
        town.refused(PeriodClosed, town.a_form(effective_from="2026-10-31"))
        town.queue(effective_from="2026-11-01")
        assert town.perform(town.a_form(effective_from="2026-11-01")).code is OutcomeCode.UPDATED

    def test_while_no_period_is_open(self, town: Town) -> None:
        town.office.payroll.post("periods", [{"period": "2026-11", "state": "CLOSED"}])
        town.employ()
        town.queue()
        town.refused(PeriodClosed)

    def test_beside_another_of_its_type(self, town: Town) -> None:
        town.employ()
        town.queue(form_id=f"{town.form_id}-0", status="ACTIVE", effective_from="2026-06-01", effective_to=FIRST)
        town.queue()
        town.refused(SuspectedDuplicate)

    def test_while_a_newer_version_stands(self, town: Town) -> None:
        town.employ()
        town.queue()
        town.queue(version=2, status="SUBMITTED")
        town.refused(ConflictInTarget)

    def test_with_pay_lines_after_a_termination(self, town: Town) -> None:
        town.employ()
        town.queue(FormType.TERMINATION, future_lines=2)
        town.refused(ConflictInTarget, town.a_form(FormType.TERMINATION))

    def test_an_account_that_nobody_called_back_about(self, town: Town) -> None:
        town.employ()
        town.queue(FormType.ACCOUNT_CHANGE, approvals=[LEADER])
        town.refused(NeedsJudgement, town.a_form(FormType.ACCOUNT_CHANGE))

    def test_of_somebody_whose_address_is_protected(self, town: Town) -> None:
        town.employ(protection=7)
        town.queue()
        town.refused(ProtectedAddress)


class TestKilled:
    def test_between_save_and_proof_it_is_activated_once(self, town: Town) -> None:
        town.employ()
        town.queue()
        case = town.office.case()
        with pytest.raises(LeaseLost):
            town.perform(town.a_form(), case, unproven="activation")
        assert len(town.activations()) == 1
        assert town.perform(town.a_form(), case).code is OutcomeCode.UPDATED
        assert len(town.activations()) == 1

    def test_an_answer_that_got_lost(self, town: Town) -> None:
        town.employ()
        town.queue()
        town.office.payroll.fault("error_after_save", what="activation", times=1)
        assert town.perform(town.a_form()).code is OutcomeCode.UPDATED
        assert len(town.activations()) == 1

    def test_a_save_that_failed_is_done_by_the_next_attempt(self, town: Town) -> None:
        town.employ()
        town.queue()
        town.office.payroll.fault("error_before_save", what="activation", times=1)
        case = town.office.case()
        with pytest.raises(TargetDown):
            town.perform(town.a_form(), case)
        assert town.activations() == []
        assert town.perform(town.a_form(), case).code is OutcomeCode.UPDATED
        assert len(town.activations()) == 1
