"""What the payroll office has looked at and accepted: rules that do not count for an employee, accounts that are shared.

Kept under employee numbers alone, for registers hold no national ids and no account numbers (PAY-02).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import product


class Standing(StrEnum):
    """How it stands with an exception on a day."""

    NONE = "NONE"
    HOLDS = "HOLDS"
    EXPIRED = "EXPIRED"
    """There was one, and nobody has renewed it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A rule that does not count for an employee from one pay day to another, both included."""

    employee_no: str
    rule: str
    first_day: date
    until: date


@dataclass(frozen=True, slots=True)
class Exceptions:
    """All that has been accepted."""

    _of_rule: Mapping[tuple[str, str], tuple[Accepted, ...]] = field(
        default_factory=dict[tuple[str, str], tuple[Accepted, ...]]
    )
    _sharing: frozenset[frozenset[str]] = field(default=frozenset())

    @classmethod
    def of(cls, accepted: Iterable[Accepted] = (), sharing: Iterable[tuple[str, str]] = ()) -> Exceptions:
        """Those exceptions, and pairs of employees who are known to share an account."""
        found: dict[tuple[str, str], list[Accepted]] = defaultdict(list)
        for one in accepted:
            found[one.employee_no, one.rule].append(one)
        return cls({key: tuple(each) for key, each in found.items()}, frozenset(map(frozenset, sharing)))

    def standing(self, employee_no: str, rule: str, pay_date: date) -> Standing:
        """Whether a rule counts for an employee on a pay day."""
        known = [one for one in self._of_rule.get((employee_no, rule), ()) if one.first_day <= pay_date]
        if any(pay_date <= one.until for one in known):
            return Standing.HOLDS
        return Standing.EXPIRED if known else Standing.NONE

    def share(self, one: Iterable[str], other: Iterable[str]) -> bool:
        """Whether two persons, each with these employee numbers, are known to share an account."""
        return bool(self._sharing) and any(frozenset(pair) in self._sharing for pair in product(one, other))


NO_EXCEPTIONS = Exceptions()
