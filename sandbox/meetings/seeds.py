"""The shapes in which bodies, meetings and their items reach Møteportalen from outside."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

ItemNumber = Annotated[str, Field(pattern=r"^(PS|DS|RS|FO|OS) \d{1,4}/\d{2}$")]
CaseNumber = Annotated[str, Field(pattern=r"^\d{4}/\d{6}$")]


class Seed(BaseModel, frozen=True, extra="forbid"):
    pass


class SeededBody(Seed, frozen=True):
    name: str
    secretary: str


class SeededMember(Seed, frozen=True):
    """Somebody who was there and had a vote."""

    name: str
    party: str = ""


class Votes(Seed, frozen=True):
    for_it: Annotated[int, Field(ge=0, alias="for")] = 0
    against: Annotated[int, Field(ge=0)] = 0


class SeededItem(Seed, frozen=True):
    number: ItemNumber
    case_no: CaseNumber
    title: str
    closed: bool = False
    """Whether it was treated behind closed doors."""
    legal_basis: str = ""
    decision: str
    votes: Votes = Votes()
    disqualified: tuple[str, ...] = ()
    result: Literal["BE", "UT", "TB"] = "BE"
    archived: str = ""
    """The reference of the archived protocol, where it is noted already."""


class SeededMeeting(Seed, frozen=True):
    body: str
    date: date
    minutes: Literal["DRAFT", "APPROVED"] = "APPROVED"
    place: str = "Rådhuset"
    present: tuple[SeededMember, ...] = ()
    items: tuple[SeededItem, ...] = ()


class Lock(Seed, frozen=True):
    """Who has an item open, or nobody."""

    record: Literal["item"]
    key: tuple[str, date, str]
    """Body, day of the meeting, number of the item."""
    locked_by: str = ""
