"""The shapes in which people with their journals are seeded into HsPro."""

from datetime import date
from typing import Literal

from pydantic import BaseModel

from sandbox.office.people import Individual


class SeededJournal(BaseModel, frozen=True, extra="forbid"):
    type: Literal["SMITTEVERN", "HELSESTASJON", "SKOLEHELSE"]
    state: Literal["ACTIVE", "CLOSED", "ARCHIVED"] = "ACTIVE"
    opened: date


class SeededPerson(Individual, frozen=True, extra="forbid"):
    journals: tuple[SeededJournal, ...] = ()
