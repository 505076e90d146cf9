"""The register's page of one orderer: the authorisations, how they come and go, and the role that opens the order form."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from common.browser.dates import day, day_or_none
from common.browser.locator import button, heading, label, link, table, text
from common.browser.screen import Form, Row
from common.errors import BusinessException, ConflictInTarget, PersonNotFound, RecordLocked, TargetRejected, UiChanged
from useradmin_svc.screens.office import filled
from useradmin_svc.screens.orderers.target import (
    Authorisation,
    AuthorisationState,
    OrdererFacts,
    OrderersScreen,
    Signing,
    known_state,
)

_ANSWERS = {"Ja": True, "Nei": False}
_LOCKED = text("Bestilleren er låst av")
_REFUSED = text("Fullmakten kan ikke")
_ROLE_REFUSED = text("Bestillerrollen kan ikke endres")


class SigningForm(Form):
    """A new authorisation; an empty text empties its field."""

    unit: Annotated[str, label("Enhet")]
    first_day: Annotated[date, label("Gyldig fra")]
    last_day: Annotated[date | str, label("Gyldig til")]
    signed_by: Annotated[str, label("Signert av")]
    signed: Annotated[date, label("Signert dato")]
    signature: Annotated[str, label("Signatur")]
    employee_no: Annotated[str | None, label("Ansattnr.")] = None
    """Of somebody who is no orderer yet."""

    @classmethod
    def of(cls, signing: Signing, employee_no: str | None = None) -> SigningForm:
        return cls(
            unit=signing.unit,
            first_day=signing.first_day,
            last_day=signing.last_day or "",
            signed_by=signing.signed_by,
            signed=signing.signed,
            signature=signing.signature,
            employee_no=employee_no,
        )


class OrdererPage(OrderersScreen):
    ready = (heading("Bestiller"), table("Fullmakter"), link("Ny fullmakt"))
    authorisation_list = table("Fullmakter")
    lock = _LOCKED

    def facts(self) -> OrdererFacts:
        shown = self.terms()
        role = _ANSWERS.get(shown["Bestillerrolle"])
        if role is None:
            raise UiChanged("Whether an orderer has the role is shown in another way")
        return OrdererFacts(
            orderer_id=shown["Bestiller-ID"],
            employee_no=shown["Ansattnr."],
            name=shown["Navn"],
            number=shown["Fødselsnr."],
            role=role,
            authorisations=tuple(_authorisation(row) for row in self.rows(self.authorisation_list) if filled(row)),
            locked=self.shows(self.lock),
        )

    def authorise(self) -> NewAuthorisation:
        """The form for one more authorisation; the role stays as it is."""
        return self.press(link("Ny fullmakt"), expect=NewAuthorisation)

    def end(self, number: str) -> EndAuthorisation:
        """The form that ends one of the authorisations; raises ConflictInTarget when it is not active."""
        for row in self.rows(self.authorisation_list):
            if filled(row) and row["Nr."] == number and known_state(row["Status"]) is AuthorisationState.ACTIVE:
                return row.press(link("Avslutt"), expect=EndAuthorisation)
        raise ConflictInTarget("The authorisation that is to end is not active")

    def give_role(self) -> RoleGiven:
        """Let an orderer without the role into the order form again; raises RecordLocked and TargetRejected."""
        match self.press(button("Gi bestillerrolle"), expect=(RoleGiven, LockedOrderer, RefusedRole)):
            case RoleGiven() as given:
                return given
            case refused:
                raise _refusal(refused)

    def remove_role(self) -> RoleRemoved:
        """Shut the orderer out of the order form; raises RecordLocked, and TargetRejected while one is active."""
        match self.press(button("Fjern bestillerrolle"), expect=(RoleRemoved, LockedOrderer, RefusedRole)):
            case RoleRemoved() as removed:
                return removed
            case refused:
                raise _refusal(refused)


class NewAuthorisation(OrderersScreen):
    ready = (heading("Ny fullmakt"), button("Lagre fullmakt"))

    def save(self, signing: Signing) -> SavedAuthorisation:
        """Enter an authorisation of a known orderer; raises RecordLocked and TargetRejected."""
        form = SigningForm.of(signing)
        match self.submit(form, button("Lagre fullmakt"), expect=(SavedAuthorisation, LockedOrderer, Refused)):
            case SavedAuthorisation() as saved:
                return saved
            case refused:
                raise _refusal(refused)


class NewOrderer(OrderersScreen):
    ready = (heading("Ny bestiller"), label("Ansattnr."), button("Lagre fullmakt"))

    def save(self, employee_no: str, signing: Signing) -> SavedAuthorisation:
        """Make an employee an orderer, with the role and a first authorisation.

        Raises PersonNotFound for an employee number that the municipality does not have, and TargetRejected.
        """
        form = SigningForm.of(signing, employee_no)
        match self.submit(form, button("Lagre fullmakt"), expect=(SavedAuthorisation, NoSuchEmployee, Refused)):
            case SavedAuthorisation() as saved:
                return saved
            case NoSuchEmployee():
                raise PersonNotFound("The register knows no employee with this number")
            case refused:
                raise _refusal(refused)


class DayToEnd(Form):
    last_day: Annotated[date, label("Til")]


class EndAuthorisation(OrderersScreen):
    ready = (heading("Avslutt fullmakt"), button("Avslutt fullmakt"))

    def end(self, last_day: date) -> EndedAuthorisation:
        """Withdraw the authorisation as of a day; raises RecordLocked and TargetRejected."""
        form = DayToEnd(last_day=last_day)
        match self.submit(form, button("Avslutt fullmakt"), expect=(EndedAuthorisation, LockedOrderer, Refused)):
            case EndedAuthorisation() as ended:
                return ended
            case refused:
                raise _refusal(refused)


class DoneToOrderer(OrderersScreen):
    """A page that says what was saved about an orderer."""

    def orderer(self) -> OrdererPage:
        return self.press(link("Til bestilleren"), expect=OrdererPage)


class SavedAuthorisation(DoneToOrderer):
    ready = (heading("Fullmakten er lagret"), link("Til bestilleren"))

    def number(self) -> str:
        return self.terms()["Nr."]

    def orderer_id(self) -> str:
        return self.terms()["Bestiller-ID"]


class EndedAuthorisation(DoneToOrderer):
    ready = (heading("Fullmakten er avsluttet"), link("Til bestilleren"))


class RoleGiven(DoneToOrderer):
    ready = (heading("Bestillerrollen er gitt"), link("Til bestilleren"))


class RoleRemoved(DoneToOrderer):
    ready = (heading("Bestillerrollen er fjernet"), link("Til bestilleren"))


class LockedOrderer(OrderersScreen):
    ready = _LOCKED


class NoSuchEmployee(OrderersScreen):
    ready = text("Fant ikke den ansatte")


class Refused(OrderersScreen):
    """The register does not take the authorisation, and says why."""

    ready = _REFUSED
    reason = _REFUSED


class RefusedRole(OrderersScreen):
    """The role stays as it is, and the register says why."""

    ready = _ROLE_REFUSED
    reason = _ROLE_REFUSED


def _refusal(came: OrderersScreen) -> BusinessException:
    match came:
        case Refused() | RefusedRole():
            return TargetRejected(detail={"reason": came.text(came.reason)})
        case _:
            return RecordLocked()


def _authorisation(row: Row) -> Authorisation:
    return Authorisation(
        number=row["Nr."],
        unit=row["Enhet"],
        unit_name=row["Enhetsnavn"],
        first_day=day(row["Fra"]),
        last_day=day_or_none(row["Til"]),
        state=known_state(row["Status"]),
        signed_by=row["Signert av"],
        signed=day_or_none(row["Signert"]),
        signature=row["Signatur"],
    )
