"""How the values of a report are written for people, in Norwegian."""

from __future__ import annotations

from datetime import date, datetime

from common.clock import OSLO
from common.norway.money import kroner
from common.report.document import Kind, Value

_NO_BREAK = "\u00a0"
_NOTHING = "–"
_HUNDRED = 100
_MONTHS = ("jan.", "feb.", "mars", "april", "mai", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "des.")

_WHOLE_MONTHS = (
    *("januar", "februar", "mars", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "desember"),
)


def written(kind: Kind, value: Value) -> str:
    """The value as people read it: `12 000`, `12 500,00 kr`, `80,00 %`, `22.11.2026`."""
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, int):
        return _number(kind, value)
    return _NOTHING if value is None else value


def _number(kind: Kind, value: int) -> str:
    if kind is Kind.ORE:
        return f"{kroner(value)}{_NO_BREAK}kr"
    if kind is Kind.PERCENT:
        return f"{kroner(value)}{_NO_BREAK}%"
    return f"{value:,}".replace(",", _NO_BREAK)


def month(day: date) -> str:
    """The month of a day, short; with its year in January."""
    name = _MONTHS[day.month - 1]
    return f"{name} {day.year}" if day.month == 1 else name


def month_and_year(day: date) -> str:
    """The month of a day as a heading has it: `desember 2026`."""
    return f"{_WHOLE_MONTHS[day.month - 1]} {day.year}"


def moment(at: datetime) -> str:
    """Day and time in Norway, as `22.11.2026 kl. 14.05`."""
    return f"{at.astimezone(OSLO):%d.%m.%Y kl.{_NO_BREAK}%H.%M}"
