"""The lines of a timesheet: hours on one date, from–to or as a number; exact, in minutes and hundredths of hours.

Hours are the difference of what the clock on the wall showed, as timesheets count them: 02:00–04:00 is two hours on
every night of the year, also when the clock is changed (three hours went by in October, one in March).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, cast

from pydantic import BaseModel
from pydantic_core import PydanticCustomError

MIDNIGHT = 24 * 60
"""The end of a day, in minutes; written 24:00."""
QUARTER = 15
WHOLE_DAY = 2400
"""The most hours of one date, in hundredths."""

_DAY = r"(?:(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)|(?P<day2>\d\d?)\.(?P<month2>\d\d?)\.(?P<year2>\d{4}))"
_CLOCK = r"(\d\d?)[:.](\d\d)"
_LINE = re.compile(
    rf"{_DAY}\s+(?:(?P<start>{_CLOCK})\s*[-\u2013\u2014]\s*(?P<end>{_CLOCK})|(?P<hours>\d{{1,2}}(?:[.,]\d{{1,2}})?))",
    re.ASCII,
)
_NAMES = {"date", "from", "to", "hours"}


class WorkedLine(BaseModel, frozen=True):
    """Hours on one date. Two lines are the same when all of this is."""

    day: date
    hundredths: int
    """Hours, in hundredths."""
    start: int | None = None
    """Minutes after midnight by the clock on the wall; None where only the number of hours is known."""
    end: int | None = None

    @property
    def text(self) -> str:
        """The one way to write it: `2026-11-04 16:00-19:00`, or `2026-11-05 3.50`."""
        if self.start is None or self.end is None:
            return f"{self.day} {hours(self.hundredths)}"
        return f"{self.day} {clock(self.start)}-{clock(self.end)}"

    @property
    def place(self) -> tuple[date, int]:
        """Where it stands in a list: by date and time, a number of hours before what has a time."""
        return self.day, -1 if self.start is None else self.start

    def overlaps(self, other: WorkedLine) -> bool:
        """Whether a moment is in both; lines without times never tell, and touching ends are no overlap."""
        if self.start is None or self.end is None or other.start is None or other.end is None:
            return False
        return self.day == other.day and self.start < other.end and other.start < self.end


def clock(minutes: int) -> str:
    """Minutes after midnight as a clock shows them; 24:00 is the end of the day."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def minutes_of(shown: str) -> int:
    """Minutes after midnight of `16:00` or `16.00`, up to 24:00; raises ValueError for what no clock shows."""
    found = re.fullmatch(_CLOCK, shown, re.ASCII)
    if found is None or int(found[2]) not in range(60) or (minutes := int(found[1]) * 60 + int(found[2])) > MIDNIGHT:
        raise ValueError("A time of day is written as 16:00, the end of a day as 24:00")
    return minutes


def hours(hundredths: int) -> str:
    """Hours with two decimals and a point: `3.50`."""
    return f"{hundredths // 100}.{hundredths % 100:02}"


def total(lines: Iterable[WorkedLine]) -> int:
    """The hours of several lines, in hundredths."""
    return sum(line.hundredths for line in lines)


def in_order(lines: Iterable[WorkedLine]) -> tuple[WorkedLine, ...]:
    """The same lines as every list holds them, so that equal lists are equal."""
    return tuple(sorted(lines, key=lambda line: (line.place, line.end or 0, line.hundredths)))


def line_of(text: str) -> WorkedLine:
    """A line as people write it, `04.11.2026 16:00-19:00` or `2026-11-05 3,5`; raises ValueError with a code."""
    found = _LINE.fullmatch(text.strip())
    if found is None:
        raise PydanticCustomError(
            "INVALID_VALUE", "A line is a date with its times or its hours: 2026-11-04 16:00-19:00 or 2026-11-05 3.5"
        )
    day = _day(found)
    if found["hours"]:
        return WorkedLine(day=day, hundredths=_counted(found["hours"]))
    try:
        start, end = minutes_of(found["start"]), minutes_of(found["end"])
    except ValueError:
        raise PydanticCustomError(
            "INVALID_VALUE", "A time of day is written as 16:00, the end of a day as 24:00"
        ) from None
    return WorkedLine(day=day, hundredths=_between(start, end), start=start, end=end)


def line_text(line: Any) -> Any:
    """The one way to write a line that came as text or as an object; what is neither is left to the validator.

    Raises ValueError with a code for a line that is none.
    """
    if isinstance(line, dict):
        return line_of(_written(cast("dict[str, Any]", line))).text
    return line_of(line).text if isinstance(line, str) else line


def require_apart(lines: Sequence[WorkedLine]) -> None:
    """No moment and no date may be paid twice by one list; raises ValueError with a code.

    Two lines of a date that are numbers of hours cannot be told from one line that was written twice.
    """
    ordered = in_order(lines)
    if any(earlier.overlaps(later) for earlier, later in pairwise(ordered)):
        raise PydanticCustomError("SUSPECTED_DUPLICATE", "Two lines of a date overlap: one of them is wrong")
    untimed = Counter(line.day for line in lines if line.start is None)
    if any(times > 1 for times in untimed.values()):
        raise PydanticCustomError(
            "SUSPECTED_DUPLICATE", "Two lines of a date are hours without times: add them up, or give the times"
        )
    if any(worked > WHOLE_DAY for worked in by_day(lines).values()):
        raise PydanticCustomError("INVALID_VALUE", "A date has no more than 24 hours")


def by_day(lines: Iterable[WorkedLine]) -> Mapping[date, int]:
    """The hours of each date, in hundredths."""
    found: Counter[date] = Counter()
    for line in lines:
        found[line.day] += line.hundredths
    return found


def _written(line: Mapping[str, Any]) -> str:
    """An object as text, so that one reader judges both."""
    if not line.keys() <= _NAMES:
        raise PydanticCustomError("UNKNOWN_FIELD", "A line has a date, and from and to, or else hours")
    said = {name: value for name, value in line.items() if value is not None}
    if said.keys() not in ({"date", "from", "to"}, {"date", "hours"}):
        raise PydanticCustomError("MISSING_FIELD", "A line has a date, and from and to, or else hours: one of the two")
    worked = said.pop("hours", None)
    if not all(isinstance(value, str) for value in said.values()):
        raise PydanticCustomError("INVALID_VALUE", "Date and times are text: 2026-11-04 and 16:00")
    if worked is None:
        return f"{said['date']} {said['from']}-{said['to']}"
    if isinstance(worked, bool) or not isinstance(worked, int | float | Decimal | str):
        raise PydanticCustomError("INVALID_VALUE", "Hours are a number, as 3.5")
    return f"{said['date']} {worked}"


def _day(found: re.Match[str]) -> date:
    try:
        return date(*(int(found[part] or found[f"{part}2"]) for part in ("year", "month", "day")))
    except ValueError:
        raise PydanticCustomError("INVALID_VALUE", "The calendar has no such date") from None


def _counted(text: str) -> int:
    whole, _, rest = text.replace(",", ".").partition(".")
    counted = int(whole) * 100 + int(rest.ljust(2, "0"))
    if not 0 < counted <= WHOLE_DAY or counted % 25:
        raise PydanticCustomError("INVALID_VALUE", "Hours are more than 0, at most 24, and whole quarters")
    return counted


def _between(start: int, end: int) -> int:
    if end <= start:
        raise PydanticCustomError(
            "INVALID_VALUE",
            "A line ends after it begins. Who works past midnight writes two lines: until 24:00, and from 00:00 of the "
            "next date",
        )
    if (end - start) % QUARTER:
        raise PydanticCustomError("INVALID_VALUE", "From start to end a line has whole quarters of an hour")
    return (end - start) * 100 // 60
