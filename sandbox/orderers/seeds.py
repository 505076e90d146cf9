"""The shapes in which units, employees and authorisations reach Bestillerregisteret from outside."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

NationalId = Annotated[str, Field(pattern=r"^\d{11}$")]


class Seed(BaseModel, frozen=True, extra="forbid"):
    pass


class Leader(Seed, frozen=True):
    employee_no: str
    name: str


class SeededUnit(Seed, frozen=True):
    unit: Annotated[str, Field(pattern=r"^\d{9}$")]
    name: str
    type: str
    leader: Leader


class SeededEmployee(Seed, frozen=True):
    employee_no: str
    national_id: NationalId
    name: str
    user: str = ""
    """The Bestiller-ID that this employee would get; the next one where nothing is said."""


class SeededAuthorisation(Seed, frozen=True):
    """An orderer who is not there yet is made."""

    user: Annotated[str, Field(pattern=r"^\S{1,40}$")]
    employee_no: str
    national_id: NationalId
    name: str
    role: bool = True
    """Whether the order form lets the user in."""
    unit: str
    first: date = Field(alias="from")
    last: date | None = Field(default=None, alias="to")
    signed_by: str
    signed: date | None = None
    signature_ref: str
    state: Literal["ACTIVE", "REVOKED"] = "ACTIVE"


class Lock(Seed, frozen=True):
    """Who has an orderer open, or nobody."""

    record: Literal["orderer"]
    key: tuple[str]
    """Bestiller-ID."""
    locked_by: str = ""
