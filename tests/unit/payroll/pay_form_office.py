"""Where pay forms are activated: the payroll system in memory, the register of approvals, and forms of somebody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest
from forms_in_memory import FormsInMemory

from common.clock import OSLO
from common.errors import BusinessException
from common.process import Outcome
from common.testing import FixedClock, MemoryCase, MemoryRegisters, Person, person
from payroll_svc.pay_forms.approvals import DemandedApproval
from payroll_svc.pay_forms.fields import WORDS, FormType
from payroll_svc.pay_forms.form import PayForm
from payroll_svc.processes.payroll_form_activations import activate_pay_form
from payroll_svc.screens.form_queue import FormFacts, FormStatus, FormTerms, OtherForm, ShownApproval

NOW = datetime(2026, 11, 23, 10, tzinfo=OSLO)
TODAY = NOW.date()
FIRST = date(2026, 12, 1)
OLDEST_OPEN = date(2026, 11, 1)
EMPLOYEE_NO = "109934"
ACCOUNT = "12345678903"
APPROVED_AT = datetime(2026, 11, 20, 12, 0, tzinfo=OSLO)

LEADERS = [DemandedApproval(form_type=each, role="LEDER") for each in FormType]
CALLER = DemandedApproval(form_type=FormType.ACCOUNT_CHANGE, role="LONN", budget=False, calls_back=True)
FIELDS: dict[FormType, dict[str, Any]] = {
    FormType.NEW_POSITION: {"percent": 50, "position_type": "VIKAR", "position_no": "7", "unit": "311874322"},
    FormType.CHANGE_PERCENT: {"percent": 75.0},
    FormType.TEMPORARY_EXT: {"position_no": "1"},
    FormType.LEAVE: {"leave_percent": "50.00", "kind": "Foreldrepermisjon"},
    FormType.TERMINATION: {"reason": "Egen oppsigelse"},
    FormType.ADDITION: {"kind": "Funksjonstillegg", "amount": 1_250_000},
    FormType.ACCOUNT_CHANGE: {"account_no": ACCOUNT},
    FormType.HOURS: {"hours": "7.5"},
}


def approved(
    role: str = "LEDER", by: str = "enhl09", at: datetime = APPROVED_AT, *, budget: bool = True
) -> ShownApproval:
    return ShownApproval(role=role, person=by, at=at, budget=budget)


def a_form(of: Person, form_type: FormType = FormType.CHANGE_PERCENT, **changes: Any) -> PayForm:
    """An approved form about this person, as the portal hands it over."""
    row: dict[str, Any] = {
        "form_id": "SKJ-300145",
        "form_type": form_type.value,
        "person_id": of.number,
        "family_name": of.family_name,
        "given_name": of.given_name,
        "effective_from": FIRST,
        "effective_to": date(2027, 5, 31) if form_type is FormType.TEMPORARY_EXT else None,
        "fields": FIELDS[form_type],
        "approvals": [{"role": "LEDER", "person": "enhl09", "time": APPROVED_AT}],
    }
    return PayForm.model_validate(row | changes)


def shown(form: PayForm, **changes: Any) -> FormFacts:
    """The form as the payroll system shows it."""
    account = form.form_type is FormType.ACCOUNT_CHANGE
    terms = FormTerms(
        form_id=form.form_id,
        type=WORDS[form.form_type],
        employee_no=EMPLOYEE_NO,
        name=f"{form.family_name}, {form.given_name}",
        first_day=form.effective_from,
        last_day=form.effective_to,
        details=form.fields.shown(),
    )
    facts = FormFacts(
        terms=terms,
        version=form.form_version,
        number=form.person_id,
        status=FormStatus.APPROVED,
        locked=False,
        oldest_open=OLDEST_OPEN,
        future_lines=0,
        approvals=[approved(), *([approved("LONN", "lonn02", budget=False)] if account else [])],
        others=[],
        activations=[],
    )
    of_terms = {name: changes.pop(name) for name in list(changes) if name in FormTerms.model_fields}
    return facts.model_copy(update=changes | {"terms": terms.model_copy(update=of_terms)})


def other(form_type: FormType, first: date, last: date | None, status: FormStatus = FormStatus.ACTIVE) -> OtherForm:
    return OtherForm(form_id="SKJ-1", type=WORDS[form_type], first_day=first, last_day=last, status=status)


@dataclass
class Office:
    """The payroll system, and what its cases share."""

    payroll: FormsInMemory = field(default_factory=FormsInMemory)
    registers: MemoryRegisters = field(default_factory=MemoryRegisters)

    def __post_init__(self) -> None:
        self.registers.store("form-approvals", [*LEADERS, CALLER], valid_from=OLDEST_OPEN)
        self.new_case()

    def new_case(self) -> None:
        self.payroll.case = MemoryCase(registers=self.registers)

    def queued(self, form_type: FormType = FormType.CHANGE_PERCENT, **changes: Any) -> PayForm:
        """A form of somebody who is employed; the payroll system shows it with these changes."""
        somebody = person()
        self.payroll.employ(somebody, EMPLOYEE_NO)
        form = a_form(somebody, form_type)
        self.payroll.forms.append(shown(form, **changes))
        return form

    def perform(self, form: PayForm, *, now: datetime = NOW, dies_at: str | None = None) -> Outcome:
        """One attempt at the present case."""
        run = self.payroll.case.run(self.payroll.screens(), clock=FixedClock(now), dies_at=dies_at)
        return activate_pay_form(form, run)

    def again(self, form: PayForm) -> Outcome:
        """A case of its own about the same form."""
        self.new_case()
        return self.perform(form)

    def refused(self, form: PayForm, code: type[BusinessException], *, now: datetime = NOW) -> None:
        """A person takes over, and nothing has been activated."""
        before = list(self.payroll.forms)
        self.new_case()
        with pytest.raises(code) as told:
            self.perform(form, now=now)
        assert self.payroll.forms == before
        assert form.person_id not in told.value.message

    def state(self) -> tuple[FormStatus, int]:
        """Of the only form: its status, and how often it was made effective."""
        (form,) = self.payroll.forms
        return form.status, len(form.activations)
