"""The shapes in which people with their journals and doses, and vaccine batches, are seeded into HsPro."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sandbox.office.people import Individual

Vaccine = Literal["BNT03", "MOD03", "ASZ03", "JAN03", "INF01"]
Transfer = Literal["SENT", "ACCEPTED", "REJECTED"]


class SeededJournal(BaseModel, frozen=True, extra="forbid"):
    type: Literal["SMITTEVERN", "HELSESTASJON", "SKOLEHELSE"]
    state: Literal["ACTIVE", "CLOSED", "ARCHIVED"] = "ACTIVE"
    opened: date


class SeededDose(BaseModel, frozen=True, extra="forbid"):
    vaccine: Vaccine
    given: date
    dose_no: Annotated[int, Field(ge=1, le=5)]
    batch: str
    transfer: Transfer = "ACCEPTED"
    message: str = ""
    source: str = ""


class SeededPerson(Individual, frozen=True, extra="forbid"):
    journals: tuple[SeededJournal, ...] = ()
    doses: tuple[SeededDose, ...] = ()


class Lot(BaseModel, frozen=True, extra="forbid"):
    """A batch of a vaccine, and what SYSVAK says to doses of it."""

    vaccine: Vaccine
    batch: str
    expiry: date
    transfer: Transfer = "ACCEPTED"
    message: str = ""
