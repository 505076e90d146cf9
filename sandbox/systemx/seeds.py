"""The shapes in which patients, tariffs and HELFO's judgements reach SystemX from outside."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from sandbox.office.people import Individual


class Line(BaseModel, frozen=True, extra="forbid"):
    code: str
    count: int = Field(default=1, ge=1)


class SeededCard(BaseModel, frozen=True, extra="forbid"):
    """A card that somebody in the office made; it is not sent yet."""

    at: datetime
    practice: str = "1000099999"
    practitioner: str = "9999201"
    lines: tuple[Line, ...]
    note: str = ""


class SeededPatient(Individual, frozen=True, extra="forbid"):
    cards: tuple[SeededCard, ...] = ()


class Tariff(BaseModel, frozen=True, extra="forbid"):
    """A takst as the vendor delivers it; amounts in øre."""

    code: str
    text: str = ""
    refund: int = Field(ge=0)
    share: int = Field(default=0, ge=0)
    """What the patient pays unless exempt."""
    valid_from: date
    valid_to: date | None = None


class Judgement(BaseModel, frozen=True, extra="forbid"):
    """How HELFO will judge every card of a person."""

    national_id: str
    result: Literal["ACCEPTED", "REJECTED", "DUPLICATE"]
    code: str = ""
