"""Program administration as a target, and what it knows of programs and of who may use them."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from pydantic import BaseModel

from common.browser.screen import Screen
from common.browser.target import WebTarget
from common.target import SecondLogin
from useradmin_svc.screens.office import Office

Programs = WebTarget(
    name="programs",
    settle=timedelta(seconds=2),
    second_login=SecondLogin.REPLACES,
    session_timeout=timedelta(minutes=20),
).running(Office)


class ProgramsScreen(Screen):
    target = Programs


class AccessState(StrEnum):
    """Whether an access can be used, in the words of the page; its days count as well."""

    ACTIVE = "Aktiv"
    DISABLED = "Sperret"


class ProgramFacts(BaseModel, frozen=True):
    """A program that is administered here."""

    code: str
    name: str
    roles: tuple[str, ...]
    """Those that it knows, sorted."""
    licences_used: int
    licences: int | None
    """None where there are as many as it takes."""

    @property
    def exhausted(self) -> bool:
        """Whether nobody more can be let in."""
        return self.licences is not None and self.licences_used >= self.licences


class Holder(BaseModel, frozen=True):
    """Whose access it is."""

    user_name: str
    """At TK-nett."""
    number: str
    """The national id."""
    name: str
    """`Yusuf, Ahmed`."""

    def __repr__(self) -> str:
        return "Holder(…)"


class Grant(BaseModel, frozen=True):
    """What an access allows: everything about it that an order decides."""

    roles: tuple[str, ...]
    """Codes, sorted."""
    units: tuple[str, ...]
    """Organisation numbers of whose data may be seen, sorted."""
    first_day: date
    last_day: date | None


class AccessHit(BaseModel, frozen=True):
    """A line of what a search gave."""

    program: str
    user_name: str
    name: str
    grant: Grant
    state: AccessState

    def __repr__(self) -> str:
        return f"AccessHit({self.program})"


class Access(BaseModel, frozen=True):
    """All that the access's own page shows."""

    program: str
    holder: Holder
    grant: Grant
    state: AccessState
    open_items: int
    """What waits for this user in the program, such as open case files."""
    known_roles: tuple[str, ...]
    """Those of the program, sorted."""
    locked: bool
    """Whether somebody else has it open."""

    def __repr__(self) -> str:
        return f"Access({self.program})"
