"""Who must have approved a pay form: a register, and whether those have whom the payroll system shows (PAY-03).

Judged is what the payroll system shows, for it knows who has authority over a budget; what the portal says besides must
stand there too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import Field

from common.clock import OSLO
from common.errors import ConflictInTarget, NeedsJudgement, NotAuthorised
from common.norway.account import account_number
from common.norway.names import same_person
from common.process import RegisterRow
from common.refusals import FieldProblem
from payroll_svc.pay_forms.fields import FormType
from payroll_svc.pay_forms.form import Approval, PayForm, Role
from payroll_svc.screens.form_queue import FormFacts, ShownApproval
from payroll_svc.service import payroll


class DemandedApproval(RegisterRow):
    """One role that must have approved forms of a type."""

    form_type: FormType = Field(description="Skjematype")
    role: Role = Field(description="Rollen som må ha godkjent", examples=["LEDER"])
    budget: bool = Field(default=True, description="Den som godkjenner, må ha budsjettmyndighet")
    calls_back: bool = Field(
        default=False,
        description="Rollen som kontrollerer en kontoendring (tilbakeringing), i tillegg til en annen som godkjenner",
    )

    def met_by(self, approval: ShownApproval) -> bool:
        return approval.role.upper() == self.role and (approval.budget or not self.budget)


def _once(rows: Sequence[DemandedApproval]) -> Iterable[FieldProblem]:
    """A role stands once for a type, and only a change of account is called back."""
    seen: set[tuple[FormType, str]] = set()
    for place, row in enumerate(rows):
        if (row.form_type, row.role) in seen:
            yield FieldProblem("role", "INVALID_VALUE", "The role stands twice for this type of form", row=place)
        if row.calls_back and row.form_type is not FormType.ACCOUNT_CHANGE:
            yield FieldProblem("calls_back", "INVALID_VALUE", "Only a change of account is called back", row=place)
        seen.add((row.form_type, row.role))


form_approvals = payroll.register(
    "form-approvals", row=DemandedApproval, title="Godkjenninger av lønnsskjema", entry="godkjenning", check=_once
)


def require_approved(form: PayForm, facts: FormFacts, demanded: Sequence[DemandedApproval]) -> None:
    """Raises NeedsJudgement for a type that the register does not name, else NotAuthorised.

    Nobody approves a form about themselves, whoever else has approved it as well.
    """
    rows = [row for row in demanded if row.form_type is form.form_type]
    if not rows:
        raise NeedsJudgement("The register form-approvals does not name this type of form")
    if any(_is_subject(approval.person, form, facts) for approval in facts.approvals):
        raise NotAuthorised("The form was approved by the one it is about")
    for row in rows:
        if not row.calls_back and not any(map(row.met_by, facts.approvals)):
            raise NotAuthorised(
                "Nobody with a role that must approve, and the authority for it, has approved",
                detail={"role": row.role},
            )


def require_safe_account(form: PayForm, facts: FormFacts, demanded: Sequence[DemandedApproval]) -> None:
    """Against fraud: a new account is real, and was confirmed by a second person who calls back; else NeedsJudgement."""
    if form.form_type is not FormType.ACCOUNT_CHANGE:
        return
    try:
        account_number(form.fields.account_no or "")
    except ValueError:
        raise NeedsJudgement("The new account number cannot be one") from None
    rows = [row for row in demanded if row.form_type is form.form_type]
    approved = {_known_as(one.person) for one in facts.approvals if any(row.met_by(one) for row in rows)}
    called = {
        _known_as(one.person) for one in facts.approvals if any(row.calls_back and row.met_by(one) for row in rows)
    }
    if not called or len(approved) < 2:  # noqa: PLR2004  who approves, and somebody else who calls back
        raise NeedsJudgement("Nobody has called back about the new account besides who approved it")


def require_same_approvals(form: PayForm, facts: FormFacts) -> None:
    """What the portal has stands in the payroll system, to the minute; raises ConflictInTarget."""
    shown = {_mark(approval.role, approval.person, approval) for approval in facts.approvals}
    if not {_mark(approval.role, approval.person, approval) for approval in form.approvals} <= shown:
        raise ConflictInTarget("The payroll system does not show every approval that the portal has")


def _mark(role: str, person: str, approval: Approval | ShownApproval) -> tuple[str, str, str]:
    at = approval.time if isinstance(approval, Approval) else approval.at
    return role.upper(), _known_as(person), f"{at.astimezone(OSLO):%Y-%m-%d %H:%M}"


def _known_as(person: str) -> str:
    return " ".join(person.split()).casefold()


def _is_subject(person: str, form: PayForm, facts: FormFacts) -> bool:
    """Whether the approver is the employee, known by user name, employee number, national id or name."""
    known = {form.user_name or "", facts.terms.employee_no, form.person_id, facts.number}
    if _known_as(person) in {_known_as(each) for each in known if each}:
        return True
    family, comma, given = person.partition(",")
    names = [(family, given)] if comma else _ways_to_read(person.split())
    return any(same_person(form.family_name, form.given_name, *name) for name in names)


def _ways_to_read(words: Sequence[str]) -> list[tuple[str, str]]:
    """Family and given name out of `Ola Berg Hansen`, wherever the one begins."""
    return [(" ".join(words[at:]), " ".join(words[:at])) for at in range(1, len(words))]
