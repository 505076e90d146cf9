"""The shapes in which accounts reach Katalog from outside; dates are ISO."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from sandbox.directory.codes import ASIDE, State

Name = Annotated[str, Field(min_length=1, max_length=80)]


class Seed(BaseModel, frozen=True, extra="forbid"):
    pass


class SeededAccount(Seed, frozen=True):
    user_name: Name
    family_name: str
    given_name: str
    employee_no: str = ""
    person_key: str = ""
    units: tuple[str, ...] = ()
    place: str = ""
    """Of one that waits to be deleted: nothing, it lies in `Slettes`."""
    groups: tuple[str, ...] = ()
    manager: str = ""
    mail: str = ""
    hidden: bool = False
    expires: date | None = None
    remark: str = ""
    state: State = "ACTIVE"
    secret: str | None = None
    """Without one nobody can sign in, as after a password that nobody was told."""

    @property
    def lies_in(self) -> str:
        return ASIDE if self.state == "PENDING_DELETE" else self.place


class Attempt(Seed, frozen=True):
    """Somebody at a workstation of the network."""

    user_name: str
    secret: str


class Lock(Seed, frozen=True):
    """Who has an account open, or nobody."""

    user_name: str
    locked_by: str = ""
