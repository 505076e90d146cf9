"""`payroll-form-activations`: an approved pay form is made effective for the next payroll run, once (PAY-03)."""

from __future__ import annotations

from datetime import timedelta

from common.errors import ConflictInTarget, NeedsJudgement
from common.person import Sought, require_lasting_id, require_right
from common.process import Outcome, OutcomeCode, Retention, Run, Task
from common.reasons import reason_of
from payroll_svc.pay_forms.approvals import form_approvals
from payroll_svc.pay_forms.employment import Employment, employment_of
from payroll_svc.pay_forms.form import PayForm
from payroll_svc.pay_forms.form_desk import FormDesk
from payroll_svc.pay_forms.rules import require_activable
from payroll_svc.screens.form_queue import Activation, FormFacts, FormStatus
from payroll_svc.screens.payroll_target import PayrollSystem
from payroll_svc.service import payroll

PAYROLL_OFFICER = "payroll-officer"


def tell_the_payroll_officer(code: str) -> Task:
    """An officer activates the form, or sends it back, before the next run."""
    return Task(
        name="form-not-activated",
        role=PAYROLL_OFFICER,
        title="Lønnsskjema er ikke aktivert",
        text=(
            f"Roger kunne ikke aktivere et lønnsskjema. {reason_of(code).situation} Saken står i arbeidslisten: aktiver "
            "skjemaet selv, eller send det tilbake, før neste lønnskjøring."
        ),
    )


@payroll.process(
    "payroll-form-activations",
    called="Aktivering av lønnsskjema",
    targets=[PayrollSystem],
    manual_minutes=3.0,
    due=timedelta(days=1),
    # The payroll system keeps the form, its approvals and when it was activated: that is what accounts rest on.
    retention=Retention.PERSONAL,
    fallout=tell_the_payroll_officer,
)
def activate_pay_form(form: PayForm, run: Run) -> Outcome:
    """See to it that an approved pay form is active in the payroll system, as it was approved, and activated once."""
    number = require_lasting_id(form.person_id, accepts_synthetic=run.case.accepts_synthetic)
    employment = run.step("employment", employment_of, run, number, form.employee_no)
    require_right(run, employment.employee, Sought(number, form.family_name, form.given_name))
    # Only now is nobody else at work on this person, under whatever number: what is asked from here on stays true.
    desk = FormDesk(run, form)
    before = run.step("form", desk.look)
    _require_of(employment, before)
    match before.status:
        case FormStatus.ACTIVE:
            return Outcome(OutcomeCode.EXISTS, {"activation": _latest(before)})
        case FormStatus.WITHDRAWN:
            return Outcome(OutcomeCode.NOOP, {"reason": "WITHDRAWN"})
        case FormStatus.SUBMITTED:
            raise NeedsJudgement("The form has not been approved in the payroll system")
        case FormStatus.APPROVED:
            return _made_effective(form, before, employment, run, desk)


def _made_effective(form: PayForm, before: FormFacts, employment: Employment, run: Run, desk: FormDesk) -> Outcome:
    demanded = form_approvals.on(run, run.today())

    def require(facts: FormFacts) -> None:
        _require_of(employment, facts)
        require_activable(form, facts, employment, demanded.rows)

    require(before)
    activation = run.ensure("activation", of=Activation, find=desk.activations, create=lambda: desk.activate(require))
    if desk.look().status is not FormStatus.ACTIVE:
        raise ConflictInTarget("The activation stands, but the payroll system does not show the form as active")
    code = OutcomeCode.UPDATED if activation.created else OutcomeCode.EXISTS
    return Outcome(code, {"activation": activation.value.number, "approvals": demanded.version})


def _require_of(employment: Employment, facts: FormFacts) -> None:
    """The form that was found is this employee's; raises ConflictInTarget."""
    if (facts.terms.employee_no, facts.number) != (employment.employee.employee_no, employment.employee.number):
        raise ConflictInTarget("The form in the payroll system is about another employee")


def _latest(facts: FormFacts) -> str | None:
    return facts.activations[-1].number if facts.activations else None
