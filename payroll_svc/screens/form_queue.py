"""The payroll system's queue of pay forms: finding one, what is known of it, activating it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel

from common.browser.dates import day, day_or_none, moment, month_or_none
from common.browser.locator import button, heading, label, link, table, text
from common.browser.screen import Form, Row
from common.errors import BusinessException, RecordLocked, TargetRejected, UiChanged
from payroll_svc.screens.payroll_target import PayrollScreen, PayrollSystem

_YES = "Ja"


class FormStatus(StrEnum):
    """How far a form has come, in the words of the page."""

    SUBMITTED = "Innsendt"
    APPROVED = "Godkjent"
    ACTIVE = "Aktiv"
    WITHDRAWN = "Trukket"


class FormHit(BaseModel, frozen=True):
    """A line of what a search gave."""

    form_id: str
    version: int
    status: FormStatus


class ShownApproval(BaseModel, frozen=True):
    """An approval as the payroll system has it."""

    role: str
    person: str
    at: datetime
    budget: bool
    """Whether that person had authority over the unit's budget at that time."""

    def __repr__(self) -> str:
        return f"ShownApproval({self.role})"


class OtherForm(BaseModel, frozen=True):
    """Another form of the same employee; `type` is the page's word for it."""

    form_id: str
    type: str
    first_day: date
    last_day: date | None
    status: FormStatus


class Activation(BaseModel, frozen=True):
    """That a form was made effective: the payroll system's number of it, when, by whom."""

    number: str
    at: datetime
    by: str


class FormTerms(BaseModel, frozen=True):
    """What the form says, as both the form's page and the one to confirm show it; words and numbers are the page's."""

    form_id: str
    type: str
    employee_no: str
    name: str
    first_day: date
    last_day: date | None
    details: list[str]
    """Whatever the type of form holds: `Prosent: 75,00`, a piece for each field."""

    def __repr__(self) -> str:
        return f"FormTerms({self.form_id})"


class FormFacts(BaseModel, frozen=True):
    """All that the form's page shows."""

    terms: FormTerms
    version: int
    number: str
    """The national id of whom it is about."""
    status: FormStatus
    locked: bool
    oldest_open: date | None
    """The first day of the oldest period that is still open; None while no period is."""
    future_lines: int
    """Pay lines of the employee that lie ahead."""
    approvals: list[ShownApproval]
    others: list[OtherForm]
    activations: list[Activation]

    def __repr__(self) -> str:
        return f"FormFacts({self.terms.form_id})"


class FormToFind(Form):
    form_id: Annotated[str, label("Skjemanr.")]


@PayrollSystem.looked_at
class FormQueue(PayrollScreen):
    path = "/skjemaer"
    ready = (heading("Skjemakø"), label("Skjemanr."))
    untouched = (FormToFind, button("Finn skjema"))

    def find(self, form_id: str) -> FormHits:
        return self.submit(FormToFind(form_id=form_id), button("Finn skjema"), expect=FormHits)


class FormHits(PayrollScreen):
    """What the search gave: a table of forms, a line for each version, or "Fant ikke skjemaet"."""

    ready = heading("Skjematreff")
    none = text("Fant ikke skjemaet")
    forms_found = table("Skjemaer")

    def forms(self) -> list[FormHit]:
        if self.shows(self.none):
            return []
        return [_hit(row) for row in self.rows(self.forms_found) if _filled(row)]

    def open(self, hit: FormHit) -> FormPage:
        """Open one of the hits; raises UiChanged when it is not there any more."""
        for row in self.rows(self.forms_found):
            if _filled(row) and _hit(row) == hit:
                return row.press(link("Åpne"), expect=FormPage)
        raise UiChanged("The form that was found is not in its own list of hits")


class FormPage(PayrollScreen):
    ready = (heading("Skjema"), table("Godkjenninger"), table("Aktiveringer"))
    lock = text("Skjemaet er låst av")
    approval_list = table("Godkjenninger")
    other_list = table("Andre skjemaer")
    activation_list = table("Aktiveringer")

    def facts(self) -> FormFacts:
        shown = self.terms()
        return FormFacts(
            terms=_terms(shown),
            version=int(shown["Versjon"]),
            number=shown["Fødselsnr."].replace(" ", ""),
            status=_status(shown["Status"]),
            locked=self.shows(self.lock),
            oldest_open=month_or_none(shown["Eldste åpne periode"]),
            future_lines=int(shown["Framtidige lønnslinjer"]),
            approvals=[_approval(row) for row in self.rows(self.approval_list) if _filled(row)],
            others=[_other(row) for row in self.rows(self.other_list) if _filled(row)],
            activations=self.activations(),
        )

    def activations(self) -> list[Activation]:
        rows = self.rows(self.activation_list)
        return [Activation(number=row["Nr."], at=moment(row["Tid"]), by=row["Av"]) for row in rows if _filled(row)]

    def activate(self) -> ConfirmActivation:
        """Go on to the page to confirm; raises RecordLocked and TargetRejected."""
        came = self.press(button("Aktiver"), expect=(ConfirmActivation, LockedForm, RefusedForm))
        if isinstance(came, ConfirmActivation):
            return came
        raise _refusal(came)


class ConfirmActivation(PayrollScreen):
    ready = (heading("Bekreft aktivering"), button("Bekreft"))

    def shown(self) -> FormTerms:
        return _terms(self.terms())

    def confirm(self) -> ActivatedForm:
        """Make the form effective; raises RecordLocked and TargetRejected."""
        came = self.press(button("Bekreft"), expect=(ActivatedForm, LockedForm, RefusedForm))
        if isinstance(came, ActivatedForm):
            return came
        raise _refusal(came)


class ActivatedForm(PayrollScreen):
    ready = (heading("Skjemaet er aktivert"), link("Til skjemaet"))

    def form(self) -> FormPage:
        return self.press(link("Til skjemaet"), expect=FormPage)


class LockedForm(PayrollScreen):
    ready = text("Skjemaet er låst av")


class RefusedForm(PayrollScreen):
    ready = text("Skjemaet kan ikke aktiveres")


def _refusal(came: LockedForm | RefusedForm) -> BusinessException:
    return RecordLocked() if isinstance(came, LockedForm) else TargetRejected()


def _filled(row: Row) -> bool:
    """An empty list is shown as one cell that says so."""
    return len(row) > 1


def _hit(row: Row) -> FormHit:
    return FormHit(form_id=row["Skjemanr."], version=int(row["Versjon"]), status=_status(row["Status"]))


def _terms(shown: Mapping[str, str]) -> FormTerms:
    return FormTerms(
        form_id=shown["Skjemanr."],
        type=shown["Type"],
        employee_no=shown["Ansattnr."],
        name=shown["Navn"],
        first_day=day(shown["Gjelder fra"]),
        last_day=day_or_none(shown["Gjelder til"]),
        details=pieces(shown["Opplysninger"]),
    )


def pieces(details: str) -> list[str]:
    """What the page shows as one text, `Prosent: 75,00; Enhet: 311874322`, field by field."""
    found = (" ".join(piece.split()) for piece in details.split(";"))
    return [piece for piece in found if piece not in {"", "–"}]


def _approval(row: Row) -> ShownApproval:
    return ShownApproval(
        role=row["Rolle"], person=row["Person"], at=moment(row["Tid"]), budget=row["Budsjettmyndighet"] == _YES
    )


def _other(row: Row) -> OtherForm:
    return OtherForm(
        form_id=row["Skjemanr."],
        type=row["Type"],
        first_day=day(row["Gjelder fra"]),
        last_day=day_or_none(row["Gjelder til"]),
        status=_status(row["Status"]),
    )


def _status(shown: str) -> FormStatus:
    try:
        return FormStatus(shown)
    except ValueError:
        raise UiChanged("The status of a form is none that the robot knows") from None
