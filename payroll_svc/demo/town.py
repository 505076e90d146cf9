"""The made-up municipality of the demo: who is employed where, and what the payroll system knows of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from common.local.town import MadeUpTown
from common.norway.check_digits import K2_WEIGHTS, check_digit
from common.norway.national_id import IdKind

UNITS = ("311874322", "312900114", "310456780")
"""A school, a nursing home, the town hall."""
LONG_AGO = "2019-08-01"
_CLOSED_MONTHS, _OPEN_MONTHS = range(-6, -1), range(-1, 3)
_MONTHS = 12
_NO_DIGIT = 10


@dataclass
class Town(MadeUpTown):
    """Makes employees up, and collects what the payroll system is to know of them."""

    employees: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """As the console of the payroll system takes them: percent in hundredths."""
    assignments: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """With the timesheets that stand already: hours in hundredths."""
    forms: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """The queue of pay forms, each version for itself."""
    pay_rows: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Of the trial run."""
    hired: int = 0
    """Last part of the newest employee number; begins where `born` does, so that no number turns up on another day."""
    opened: int = 0
    """How many bank accounts there are."""

    def person(self, kind: IdKind = IdKind.FNR) -> dict[str, Any]:
        """Somebody whom the payroll system does not know: a national id, a name, a day of birth."""
        return self.somebody(kind)

    def employed(self, person: dict[str, Any], *positions: dict[str, Any], **facts: Any) -> dict[str, Any]:
        """Put a person into the payroll system, in these positions or in one of 100 %; employed twice: two records."""
        self.hired += 1
        employee = {
            **person,
            "employee_no": str(100_000 + self.hired),
            "account": self.account(),
            "employment_start": LONG_AGO,
            "positions": list(positions or (self.position(),)),
            **facts,
        }
        self.employees.append(employee)
        return employee

    def position(self, number: str = "A1", **facts: Any) -> dict[str, Any]:
        """A permanent position of 100 % somewhere in the municipality, unless facts say otherwise."""
        position = {"position_no": number, "unit": self.chance.choice(UNITS), "type": "FAST", "percent": 10_000}
        return {**position, "from": LONG_AGO, **facts}

    def account(self) -> str:
        """A bank account that nobody else in town has."""
        while True:
            self.opened += 1
            stem = f"1234{self.opened:06}"
            check = check_digit(stem, K2_WEIGHTS)
            if check != _NO_DIGIT:
                return f"{stem}{check}"

    def first_day(self, ahead: int = 0) -> date:
        """The first day of this month, or of one so many months ahead."""
        months = self.today.year * _MONTHS + self.today.month - 1 + ahead
        return date(months // _MONTHS, months % _MONTHS + 1, 1)

    def last_day(self, ahead: int = 0) -> date:
        return self.first_day(ahead + 1) - timedelta(days=1)

    def month(self, ahead: int = 0) -> str:
        """A pay period as the payroll system writes it, `2026-12`."""
        return f"{self.first_day(ahead):%Y-%m}"

    @property
    def periods(self) -> list[dict[str, Any]]:
        """Last month is the oldest that is open; half a year before it is closed."""
        closed = [{"period": self.month(ahead), "state": "CLOSED"} for ahead in _CLOSED_MONTHS]
        return closed + [{"period": self.month(ahead), "state": "OPEN"} for ahead in _OPEN_MONTHS]
