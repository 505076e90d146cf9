"""The decision table of the backlog control (ARC-02): facts in, one decision out, the first row that fits.

Pure: it neither looks nor acts. How a post may be written off is said here, and nowhere else: as answered, by letter,
e-mail or note. That something was noted, settled by phone or closed with its case file is for people to judge.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum

from pydantic import BaseModel

from archive_svc.backlog.age import VERY_OLD
from archive_svc.esa.noark import WriteOffCode
from archive_svc.esa.record import WriteOff


class Decision(StrEnum):
    """What is to be done about a post, in the order in which the rows of the table are tried."""

    WRITTEN_OFF = "WRITTEN_OFF"
    """Somebody has done it since the list was read."""
    NOT_WAITING = "NOT_WAITING"
    """It is cancelled, is no post that waits, or is not where it was: no backlog any more."""
    WRITE_OFF = "WRITE_OFF"
    """A finished answer is linked to it."""
    FINISH_ANSWER = "FINISH_ANSWER"
    """An answer is linked to it and lies there unfinished; such a one writes nothing off."""
    PROPOSE = "PROPOSE"
    """One letter went to the same party later and is linked to nothing: a person says whether it is the answer."""
    REASSIGN = "REASSIGN"
    """Nobody handles it any more."""
    CASE_CLOSED = "CASE_CLOSED"
    """It waits in a case file that is closed, which may not be."""
    REMIND = "REMIND"
    YOUNG = "YOUNG"


class AnsweredBy(StrEnum):
    """How an answer was given."""

    LETTER = "LETTER"
    EMAIL = "EMAIL"
    NOTE = "NOTE"


_CODES = {
    AnsweredBy.LETTER: WriteOffCode.LETTER,
    AnsweredBy.EMAIL: WriteOffCode.EMAIL,
    AnsweredBy.NOTE: WriteOffCode.NOTE,
}


class Answer(BaseModel, frozen=True):
    """A finished post of the same case file that is linked as the answer."""

    number: int
    by: AnsweredBy
    on: date

    @property
    def write_off(self) -> WriteOff:
        """How the answered post is written off."""
        return WriteOff(code=_CODES[self.by], on=self.on, answered_by=self.number)


class Facts(BaseModel, frozen=True):
    """All that the table asks about a post."""

    waiting: bool
    """It is there, is of a type that waits for an answer, and is not cancelled."""
    written_off: bool
    age: int
    """In calendar days, on the day of the control."""
    answer: Answer | None = None
    unfinished_answer: int | None = None
    """The number of a linked answer that is not finished."""
    possible_answers: int = 0
    """How many later letters to the same party are finished and linked to nothing."""
    officer_active: bool = True
    case_open: bool = True


_TABLE: tuple[tuple[Decision, Callable[[Facts, int], bool]], ...] = (
    (Decision.WRITTEN_OFF, lambda facts, _: facts.written_off),
    (Decision.NOT_WAITING, lambda facts, _: not facts.waiting),
    (Decision.WRITE_OFF, lambda facts, _: facts.answer is not None),
    (Decision.FINISH_ANSWER, lambda facts, _: facts.unfinished_answer is not None),
    (Decision.PROPOSE, lambda facts, _: facts.possible_answers == 1),
    (Decision.REASSIGN, lambda facts, _: not facts.officer_active),
    (Decision.CASE_CLOSED, lambda facts, _: not facts.case_open),
    (Decision.REMIND, lambda facts, cutoff: facts.age >= cutoff),
    (Decision.YOUNG, lambda _facts, _cutoff: True),
)


def decide(facts: Facts, *, cutoff: int) -> Decision:
    """The first row of the table that fits; `cutoff` is the age in days from which an officer is reminded."""
    return next(decision for decision, fits in _TABLE if fits(facts, cutoff))


def leader_hears(age: int) -> bool:
    """Whether the unit's leader gets a copy of what is told about a post."""
    return age > VERY_OLD
