"""The rules of the control that need the whole report: they compare rows of one person, or of one account (PAY-02).

Each takes the rows together and yields the places of those that are hit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations

from payroll_svc.control.exceptions import Exceptions
from payroll_svc.control.row import PayRow
from payroll_svc.control.thresholds import Thresholds
from payroll_svc.positions.sweep import Held, over_limit

Placed = tuple[int, PayRow]
"""A row with its place in the report."""


def over_100(person: Sequence[Placed], limits: Thresholds) -> Iterator[int]:
    """K08: the positions of a person come to more than 100.00 % on some day of the month, as PAY-04 counts it.

    The rows tell how long the employment holds, and nothing of leave.
    """
    if sum(row.percent for _, row in person) <= limits.full_percent:
        return
    month, ends = person[0][1].month.toordinal(), person[0][1].month_ends.toordinal()
    held = [_held(row) for _, row in person]
    _, over = over_limit(held, month, ends, limit=limits.full_percent, change_over=limits.changeover_days)
    present = {place for stretch in over for place in stretch[3]}
    yield from (person[place][0] for place in sorted(present) if person[place][1].percent > 0)


def _held(row: PayRow) -> Held:
    return row.employment_start.toordinal(), _last_day(row).toordinal(), row.percent, ()


def double_position(person: Sequence[Placed]) -> Iterator[int]:
    """K09: a person has one position twice at the same time, by its number or by unit and code."""
    found: set[int] = set()
    same: dict[Hashable, list[Placed]] = defaultdict(list)
    for place, row in person:
        same["number", row.position_no].append((place, row))
        if row.unit is not None and row.position_code is not None:
            same["code", row.unit, row.position_code].append((place, row))
    for rows in same.values():
        for (here, one), (there, other) in combinations(rows, 2):
            if _overlap(one, other):
                found |= {here, there}
    yield from sorted(found)


def _overlap(one: PayRow, other: PayRow) -> bool:
    return one.employment_start <= _last_day(other) and other.employment_start <= _last_day(one)


def _last_day(row: PayRow) -> date:
    return row.employment_end or date.max


def shared_account(account: Sequence[Placed], exceptions: Exceptions) -> Iterator[int]:
    """K13: an account is used by somebody else as well, who is not known to share it."""
    employees: dict[str, set[str]] = defaultdict(set)
    for _, row in account:
        employees[row.person].add(row.employee_no)
    if len(employees) == 1:
        return
    strangers = {
        person
        for pair in combinations(employees, 2)
        if not exceptions.share(employees[pair[0]], employees[pair[1]])
        for person in pair
    }
    yield from (place for place, row in account if row.person in strangers)


def by_person(rows: Sequence[PayRow]) -> Iterable[Sequence[Placed]]:
    """The rows of everybody who has several, and of everybody else."""
    persons: dict[str, list[Placed]] = defaultdict(list)
    for placed in enumerate(rows):
        persons[placed[1].person].append(placed)
    return persons.values()


def by_account(rows: Sequence[PayRow]) -> Iterable[Sequence[Placed]]:
    """The rows of each account that several rows name; what is no account number is nobody's (K03 says so)."""
    accounts: dict[str, list[Placed]] = defaultdict(list)
    for placed in enumerate(rows):
        if placed[1].account:
            accounts[placed[1].account].append(placed)
    return (found for found in accounts.values() if len(found) > 1 and found[0][1].has_account)
