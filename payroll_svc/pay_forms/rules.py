"""When a form that the payroll system shows may be made effective: pure rules, in the order in which they count (PAY-03)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from common.errors import ConflictInTarget, PeriodClosed, RecordLocked, SuspectedDuplicate
from payroll_svc.pay_forms.approvals import (
    DemandedApproval,
    require_approved,
    require_safe_account,
    require_same_approvals,
)
from payroll_svc.pay_forms.employment import Employment
from payroll_svc.pay_forms.fields import WORDS, FormType, same_fields
from payroll_svc.pay_forms.form import PayForm
from payroll_svc.screens.form_queue import FormFacts, FormStatus


def require_activable(
    form: PayForm, facts: FormFacts, employment: Employment, demanded: Sequence[DemandedApproval]
) -> None:
    """Raises NotAuthorised, NeedsJudgement, PeriodClosed, ConflictInTarget, SuspectedDuplicate and RecordLocked."""
    if facts.status is not FormStatus.APPROVED or facts.activations:
        raise ConflictInTarget("The form has been activated, withdrawn or sent back meanwhile")
    require_approved(form, facts, demanded)
    _require_open(form, facts)
    _require_fits(form, facts, employment)
    _require_alone(form, facts)
    require_safe_account(form, facts, demanded)
    _require_same(form, facts)
    require_same_approvals(form, facts)
    if facts.locked:
        raise RecordLocked


def _require_open(form: PayForm, facts: FormFacts) -> None:
    """What reaches back into a closed period is for an officer."""
    if facts.oldest_open is None or form.effective_from < facts.oldest_open:
        raise PeriodClosed(
            "The form reaches back to before the oldest open period", detail={"oldest_open": facts.oldest_open}
        )


def _require_fits(form: PayForm, facts: FormFacts, employment: Employment) -> None:
    """Whoever has left gets new positions only; nobody is terminated whose pay lines go on."""
    if employment.employee.has_left and form.form_type is not FormType.NEW_POSITION:
        raise ConflictInTarget("The employee has left")
    if form.form_type is FormType.TERMINATION and facts.future_lines:
        raise ConflictInTarget("The employee has pay lines after the termination")
    position = form.fields.position_no
    if position is not None and form.form_type is not FormType.NEW_POSITION and position not in employment.positions:
        raise ConflictInTarget("The employee has no such position")


def _require_alone(form: PayForm, facts: FormFacts) -> None:
    for other in facts.others:
        same = other.status is FormStatus.ACTIVE and other.type == WORDS[form.form_type]
        if same and overlap(form.effective_from, form.effective_to, other.first_day, other.last_day):
            raise SuspectedDuplicate(
                "Another form of this type is active on some of the same days", detail={"other_form": other.form_id}
            )


def overlap(first: date, last: date | None, other_first: date, other_last: date | None) -> bool:
    """Whether both hold on some day; first and last days included, without a last day for good."""
    return (last is None or other_first <= last) and (other_last is None or first <= other_last)


def _require_same(form: PayForm, facts: FormFacts) -> None:
    """The payroll system has the form as the portal sent it."""
    terms = facts.terms
    said = (form.form_id, form.form_version, WORDS[form.form_type], form.effective_from, form.effective_to)
    if said != (terms.form_id.upper(), facts.version, terms.type, terms.first_day, terms.last_day):
        raise ConflictInTarget("The payroll system shows another type of form, or other dates")
    if not same_fields(form.fields, terms.details):
        differ = sorted({*form.fields.shown()} ^ {*terms.details})
        raise ConflictInTarget("The payroll system shows other fields than the form", detail={"differ": differ})
