"""The shapes in which programs and accesses reach Programportalen from outside."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

Code = Annotated[str, Field(pattern=r"^[A-Z0-9_]{1,40}$")]
"""Of a program or a role."""
AccessState = Literal["ACTIVE", "DISABLED"]


class Seed(BaseModel, frozen=True, extra="forbid"):
    pass


class SeededProgram(Seed, frozen=True):
    code: Code
    name: str = ""
    licences: int | None = Field(default=None, ge=0)
    roles: tuple[Code, ...] = ()


class SeededAccess(Seed, frozen=True):
    program: Code
    user_name: str
    person: Annotated[str, Field(pattern=r"^\d{11}$")]
    """National id; not always a valid one: the portal takes what it is given."""
    name: str
    roles: tuple[Code, ...] = ()
    units: tuple[str, ...] = ()
    first: date = Field(alias="from")
    last: date | None = Field(default=None, alias="to")
    state: AccessState = "ACTIVE"
    open_items: int = Field(default=0, ge=0)
    locked_by: str = ""


class Lock(Seed, frozen=True):
    """Who has an access open, or nobody."""

    record: Literal["access"]
    key: tuple[Code, str]
    """Program and user name."""
    locked_by: str = ""
