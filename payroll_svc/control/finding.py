"""What the judgement over a whole report says to the case of each of its rows (PAY-02)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel

from payroll_svc.control.evaluation import Verdict
from payroll_svc.control.rules import Rule, Severity


class Finding(BaseModel, frozen=True):
    """The verdict on a row, and what else its person was found for."""

    day: date
    """On which the control was made."""
    hits: dict[Rule, Severity] = {}
    excused: tuple[Rule, ...] = ()
    expired: tuple[Rule, ...] = ()
    person: dict[Rule, Severity] = {}
    """All hits of the person, on whichever row: people are told of a person once."""
    report: tuple[tuple[str, str], ...] = ()
    """With the first row of a report: all of its rows by employee and position, so that one case sees what the run has
    besides."""

    @classmethod
    def of(cls, verdict: Verdict, person: Mapping[Rule, Severity], day: date) -> Finding:
        return cls(
            day=day,
            hits=dict(verdict.hits),
            excused=verdict.excused,
            expired=verdict.expired,
            person=dict(person) if verdict.hits else {},
        )

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.hits, self.excused, self.expired)
