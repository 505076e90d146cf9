"""What the positions of one person come to: pure, and exact to the hundredth (PAY-04)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

from pydantic import BaseModel

from payroll_svc.percent import FULL
from payroll_svc.positions.days import Days
from payroll_svc.positions.holding import Position, PositionType
from payroll_svc.positions.rules import Rules
from payroll_svc.positions.sweep import Approval, Over, joined, over_limit, unapproved


class Verdict(StrEnum):
    """What is to be done about a person's positions."""

    WITHIN = "WITHIN"
    APPROVED = "APPROVED"
    """Above the limit, and approved on each of those days."""
    OVER = "OVER"
    SEVERAL_RECORDS = "SEVERAL_RECORDS"
    """The positions stand on two employee records: a person says what belongs together."""
    TOO_LARGE = "TOO_LARGE"
    """A single position is more than a full one."""
    UNFINISHED = "UNFINISHED"
    """A substitute's position has no end, although the same position goes on on another line."""


class OverInterval(BaseModel, frozen=True):
    """Days in a row on which the positions come to too much; both ends included."""

    first_day: date
    last_day: date
    maximum: int
    """The highest sum of any of these days, in hundredths."""
    units: tuple[str, ...]

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1


class Finding(BaseModel, frozen=True):
    """What was found about one person; percentages in hundredths, and no national id."""

    verdict: Verdict
    maximum: int = 0
    """The highest sum of any day that is looked at; of the days above the limit, where there are any."""
    employee_no: str = ""
    over: tuple[OverInterval, ...] = ()
    units: tuple[str, ...] = ()
    """All units that have a part in it."""
    approved_until: date | None = None
    positions: tuple[str, ...] = ()
    """Where a person decides: the positions that are the reason, as employee number and position number."""
    substitutes: tuple[str, ...] = ()
    """Position numbers of substitutes with a part in it and without an end: they may have finished long ago."""
    matter: str = ""
    """A hash of the positions that have a part in it: the same next month is the same matter."""
    versions: dict[str, int] = {}
    """Of the registers that decided it."""

    @property
    def days(self) -> int:
        """On how many days the positions come to too much."""
        return sum(each.days for each in self.over)


def judged(positions: Iterable[Position], days: Days, rules: Rules) -> Finding:
    """What the positions of one person come to on these days."""
    present = [position for position in positions if position.holds_in(days)]
    counted = [position for position in present if position.counts]
    employee_no = present[0].employee_no if present else ""
    if (doubtful := _for_a_person(present)) is not None:
        verdict, reasons = doubtful
        return Finding(verdict=verdict, employee_no=employee_no, positions=reasons)
    held = [position.held for position in counted]
    first, last = days.first.toordinal(), days.last.toordinal()
    highest, over = over_limit(held, first, last, limit=rules.limit, change_over=rules.change_over)
    if not over:
        return Finding(verdict=Verdict.WITHIN, employee_no=employee_no, maximum=highest, versions=dict(rules.versions))
    return _over(counted, over, rules)


def _for_a_person(present: Sequence[Position]) -> tuple[Verdict, tuple[str, ...]] | None:
    """Why nothing can be added up, and the positions that are the reason, as `101/A`."""
    if len({position.employee_no for position in present}) > 1:
        return Verdict.SEVERAL_RECORDS, _named(present)
    if large := [position for position in present if position.hundredths > FULL]:
        return Verdict.TOO_LARGE, _named(large)
    if unfinished := [position for position in present if _goes_on_elsewhere(position, present)]:
        return Verdict.UNFINISHED, _named(unfinished)
    return None


def _named(positions: Iterable[Position]) -> tuple[str, ...]:
    return tuple(f"{position.employee_no}/{position.position_no}" for position in positions)


def _over(counted: Sequence[Position], over: Sequence[Over], rules: Rules) -> Finding:
    """What is to be said of days above the limit."""
    approvals = [rules.approvals.get((position.employee_no, position.unit), ()) for position in counted]
    left = joined(unapproved(over, approvals))
    involved = [counted[place] for place in sorted({place for *_, present in left or over for place in present})]
    if not left:
        return Finding(
            verdict=Verdict.APPROVED,
            employee_no=involved[0].employee_no,
            maximum=max(total for _, _, total, _ in over),
            units=_units(involved),
            approved_until=_approved_until(over[-1], approvals),
            versions=dict(rules.versions),
        )
    return Finding(
        verdict=Verdict.OVER,
        employee_no=involved[0].employee_no,
        maximum=max(total for _, _, total, _ in left),
        over=tuple(
            OverInterval(
                first_day=date.fromordinal(first),
                last_day=date.fromordinal(last),
                maximum=total,
                units=_units(counted[place] for place in present),
            )
            for first, last, total, present in left
        ),
        units=_units(involved),
        substitutes=tuple(
            position.position_no
            for position in involved
            if position.type is PositionType.VIKAR and position.last_day is None
        ),
        matter=_matter(involved),
        versions=dict(rules.versions),
    )


def _approved_until(over: Over, approvals: Sequence[Sequence[Approval]]) -> date:
    """The last day of what approves the last of these days."""
    _, day, total, present = over
    spans = [span for place in present for span in approvals[place]]
    return date.fromordinal(max(until for since, until, most in spans if since <= day <= until and total <= most))


def _goes_on_elsewhere(position: Position, others: Sequence[Position]) -> bool:
    """Whether a substitute has no end although the same position begins anew later on another line."""
    if position.type is not PositionType.VIKAR or position.last_day is not None:
        return False
    return any(other.position_no == position.position_no and other.first_day > position.first_day for other in others)


def _units(positions: Iterable[Position]) -> tuple[str, ...]:
    return tuple(sorted({position.unit for position in positions}))


def _matter(involved: Iterable[Position]) -> str:
    """The same for the same positions, in whatever order they and their leaves are told."""
    told = sorted(
        [
            position.employee_no,
            position.position_no,
            position.unit,
            position.type.value,
            since,
            until,
            percent,
            sorted(leaves),
        ]
        for position in involved
        for since, until, percent, leaves in [position.held]
    )
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
