"""What a directory knows of an account, in words that hold for every product."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel


class Network(StrEnum):
    """The municipality's two networks (code list D.6)."""

    TK = "TK"
    ELEV = "ELEV"

    @property
    def called(self) -> str:
        """As staff call it."""
        return {"TK": "TK-nett", "ELEV": "elevnett"}[self.value]


class AccountState(StrEnum):
    """What an account is good for (code list D.6; a deleted one is not there any more)."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"
    PENDING_DELETE = "PENDING_DELETE"


class Sighting(BaseModel, frozen=True):
    """An account as a list of accounts shows it."""

    user_name: str
    family_name: str
    given_name: str
    employee_no: str
    """Empty in accounts from before employee numbers were kept."""
    person_key: str
    """Whose account it is, without saying so (`useradmin_svc.person_key`); empty in old accounts."""
    units: tuple[str, ...]
    """Whom the account's owner works for; several for several employments."""
    expires: date | None
    """The last day on which it may be used."""
    state: AccountState

    def __repr__(self) -> str:
        return f"Sighting({self.user_name})"


class Entry(Sighting, frozen=True):
    """All that the account's own page shows."""

    place: str
    """The organisational unit of the tree that it lies in, as `Arrangement.place`."""
    groups: tuple[str, ...]
    """Sorted."""
    manager: str
    """The user name of the leader; empty when there is none."""
    mail: str
    """The address of its mailbox; empty without one."""
    hidden: bool
    """Whether the mailbox is left out of the address list."""
    remark: str
    """What the administrators have noted, such as why it is disabled."""

    def __repr__(self) -> str:
        return f"Entry({self.user_name})"


class Arrangement(BaseModel, frozen=True):
    """How an account is to be: everything about it that an order decides. What it says replaces what stands."""

    family_name: str
    given_name: str
    employee_no: str
    person_key: str
    units: tuple[str, ...]
    place: str
    """The organisational unit of the tree that it lies in, as the register of units names it (`Skole`)."""
    groups: tuple[str, ...]
    """Sorted; memberships that are not named here end."""
    manager: str
    mail: str
    hidden: bool
    expires: date | None
    remark: str

    def __repr__(self) -> str:
        return "Arrangement(…)"
