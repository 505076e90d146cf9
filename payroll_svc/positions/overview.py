"""The payroll system's overview of all positions, read whole, and sorted by whose they are (PAY-04)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from common.errors import NotConfirmed
from common.process import Run
from payroll_svc.positions.check import PersonsPositions
from payroll_svc.positions.days import AskedDays
from payroll_svc.positions.holding import Position
from payroll_svc.screens.workforce import ListedPosition, Workforce

_READINGS = 5


@dataclass(frozen=True, kw_only=True)
class Checks:
    """A check for each person of the overview."""

    people: list[PersonsPositions] = field(default_factory=list[PersonsPositions], repr=False)
    left_out: list[str] = field(default_factory=list[str])
    """Employee numbers of those whose national id no check can be made with."""


def read_overview(run: Run, month: str) -> list[ListedPosition]:
    """Every position of a month, as two readings in a row have them.

    The overview may change while its pages are read. Where a position goes and another comes, their number stays the same,
    and one that moved across the edge of a page has been missed: its holder would be taken for somebody with less. No
    reading by itself tells that.

    Raises NotConfirmed when it changes each time.
    """
    before: list[ListedPosition] | None = None
    for _ in range(_READINGS):
        listed = _reading(run, month)
        if listed is not None and listed == before:
            return listed
        before = listed
    raise NotConfirmed("The overview of positions changed each time while it was read")


def _reading(run: Run, month: str) -> list[ListedPosition] | None:
    """All pages, one after the other; None where they are not as many positions as the overview says."""
    page = run.open(Workforce).show(month)
    total = page.total()
    listed: list[ListedPosition] = []
    for each in page.pages():
        page = each
        listed += each.positions()
    return listed if len(listed) == total == page.total() else None


def checks_of(listed: Iterable[ListedPosition], asked: AskedDays, *, accepts_synthetic: bool) -> Checks:
    """One check for each person with a position on the days asked for; of a unit's request, for its own people only."""
    checks = Checks()
    for number, positions in _by_person(listed).items():
        if not _is_meant(positions, asked):
            continue
        common = asked.model_dump(include={"period", "as_of", "unit", "test", "priority"}, exclude_unset=True)
        try:
            given = common | {"person_id": number, "positions": tuple(positions)}
            context = {"accepts_synthetic": accepts_synthetic}
            checks.people.append(PersonsPositions.model_validate(given, context=context))
        except ValidationError:
            checks.left_out.append(positions[0].employee_no)
    return checks


def _by_person(listed: Iterable[ListedPosition]) -> Mapping[str, list[Position]]:
    people: defaultdict[str, list[Position]] = defaultdict(list)
    for each in listed:
        people[each.number].append(each.position)
    return people


def _is_meant(positions: Sequence[Position], asked: AskedDays) -> bool:
    present = [position for position in positions if position.holds_in(asked.days)]
    return bool(present) if asked.unit is None else any(position.unit == asked.unit for position in present)
