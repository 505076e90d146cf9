"""The register of authorised orderers as a target, and what it knows of orderers and units."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from pydantic import BaseModel

from common.browser.screen import Screen
from common.browser.target import WebTarget
from common.errors import UiChanged
from common.target import SecondLogin
from useradmin_svc.screens.office import Office

Orderers = WebTarget(
    name="orderers",
    settle=timedelta(seconds=2),
    second_login=SecondLogin.REPLACES,
    session_timeout=timedelta(minutes=20),
).running(Office)


class OrderersScreen(Screen):
    target = Orderers


class AuthorisationState(StrEnum):
    """What an authorisation is worth today (code list D.6), in the words of the page."""

    ACTIVE = "Aktiv"
    EXPIRED = "Utløpt"
    REVOKED = "Trukket"


class Validity(BaseModel, frozen=True):
    """From when until when an authorisation holds; one that was withdrawn ends on the day of withdrawal."""

    first_day: date
    last_day: date | None
    state: AuthorisationState

    def held(self, on: date) -> bool:
        """Whether it held that day, whatever it is worth today."""
        return self.first_day <= on and (self.last_day is None or on <= self.last_day)


class Authorisation(Validity, frozen=True):
    """That somebody may order for a unit."""

    number: str
    unit: str
    """Organisation number."""
    unit_name: str
    signed_by: str
    """The leader's employee number."""
    signed: date | None
    signature: str
    """The reference of the signed paper."""

    def says(self, signing: Signing) -> bool:
        """Whether it is what was entered."""
        return {name: getattr(self, name) for name in Signing.model_fields} == signing.model_dump()


class Signing(BaseModel, frozen=True):
    """A new authorisation, as it is to be entered."""

    unit: str
    first_day: date
    last_day: date | None
    signed_by: str
    signed: date
    signature: str


class OrdererHit(BaseModel, frozen=True):
    """A line of what a search gave."""

    orderer_id: str
    """The user of the order form."""
    employee_no: str
    name: str

    def __repr__(self) -> str:
        return f"OrdererHit({self.orderer_id})"


class OrdererFacts(BaseModel, frozen=True):
    """All that an orderer's own page shows."""

    orderer_id: str
    employee_no: str
    name: str
    number: str
    """The national id."""
    role: bool
    """Whether the order form lets this user in."""
    authorisations: tuple[Authorisation, ...]
    locked: bool
    """Whether somebody else has the orderer open."""

    def __repr__(self) -> str:
        return f"OrdererFacts({self.orderer_id})"


class UnitOrderer(Validity, frozen=True):
    """An authorisation for a unit, as the unit's page lists it."""

    orderer_id: str
    employee_no: str
    name: str

    def __repr__(self) -> str:
        return f"UnitOrderer({self.orderer_id})"


class UnitFacts(BaseModel, frozen=True):
    """What the register knows of a unit."""

    unit: str
    name: str
    unit_type: str
    leader_name: str
    leader_employee_no: str
    active_orderers: int
    """How many people may order for it today."""
    orderers: tuple[UnitOrderer, ...]

    def __repr__(self) -> str:
        return f"UnitFacts({self.unit})"


def known_state(shown: str) -> AuthorisationState:
    """Raises UiChanged for a word that the robot does not know."""
    try:
        return AuthorisationState(shown)
    except ValueError:
        raise UiChanged("The status of an authorisation is none that the robot knows") from None
