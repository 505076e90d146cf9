"""The shapes in which people reach HsPro from outside: seeded, or fetched from the population register."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field


class SeededJournal(BaseModel, frozen=True, extra="forbid"):
    type: Literal["SMITTEVERN", "HELSESTASJON", "SKOLEHELSE"]
    state: Literal["ACTIVE", "CLOSED", "ARCHIVED"] = "ACTIVE"
    opened: date


class Individual(BaseModel, frozen=True, extra="forbid"):
    """A person as the population register knows them."""

    national_id: str = Field(pattern=r"^\d{11}$")
    family_name: str
    given_name: str
    birth_date: date
    status: Literal["RESIDENT", "DECEASED", "EMIGRATED"] = "RESIDENT"
    protection: Literal[6, 7] | None = None
    previous_ids: tuple[str, ...] = ()


class SeededPerson(Individual, frozen=True, extra="forbid"):
    journals: tuple[SeededJournal, ...] = ()
