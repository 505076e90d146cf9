"""The meeting module as a target, and what it knows of an item."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from pydantic import BaseModel

from archive_svc.screens.office import Office
from common.browser.screen import Screen
from common.browser.target import WebTarget
from common.target import SecondLogin

Meetings = WebTarget(
    name="meetings",
    settle=timedelta(seconds=2),
    second_login=SecondLogin.ALLOWED,
    session_timeout=timedelta(minutes=20),
).running(Office)


class MeetingsScreen(Screen):
    target = Meetings


class Result(StrEnum):
    """What became of an item in its meeting."""

    TREATED = "BE"
    POSTPONED = "UT"
    SENT_BACK = "TB"


class Member(BaseModel, frozen=True):
    """Somebody whom the minutes name: there with a vote, or disqualified in this item."""

    name: str
    disqualified: bool
    left: bool = False
    """Whether they are not among those present, for they had left the meeting."""

    def __repr__(self) -> str:
        return "Member(…)"

    __str__ = __repr__


class ItemHit(BaseModel, frozen=True):
    """A line of what a search gave."""

    body: str
    meeting_date: date
    number: str
    case_no: str


class ItemFacts(BaseModel, frozen=True):
    """All that an item's own page shows."""

    body: str
    meeting_date: date
    approved: bool
    """Whether the minutes of the meeting are."""
    number: str
    """`PS 12/26`."""
    type: str
    """In the module's words: `Politisk sak`."""
    case_no: str
    title: str
    closed: bool
    """Whether it was treated behind closed doors."""
    legal_basis: str
    """By which law; empty where the module names none."""
    result: Result
    votes_for: int
    votes_against: int
    decision: str
    """Letter for letter, as the page holds it, with line breaks as `\\n`."""
    members: tuple[Member, ...]
    reference: str
    """Where its protocol is archived, `2026/004411-3`; empty before it is."""

    def __repr__(self) -> str:
        return f"ItemFacts({self.number})"

    __str__ = __repr__
