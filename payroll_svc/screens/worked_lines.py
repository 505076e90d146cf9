"""Lines of a timesheet as the payroll system's tables show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from common.browser.dates import day
from common.errors import UiChanged
from common.norway.money import ore
from payroll_svc.assignments.lines import WorkedLine, minutes_of

W = TypeVar("W")

_NOTHING = {"", "–"}


def hundredths(shown: str) -> int:
    """Hours in hundredths, exactly: `3,50` is 350. Raises UiChanged for anything else."""
    try:
        return ore(shown)  # written as amounts are
    except ValueError:
        raise UiChanged("Hours are shown in another form than 3,50") from None


def line_in(row: Mapping[str, str]) -> WorkedLine:
    """A row with Dato, Fra, Til and Timer; Fra and Til are empty where only the hours are known."""
    return WorkedLine(
        day=day(row["Dato"]),
        hundredths=hundredths(row["Timer"]),
        start=_minutes(row["Fra"]),
        end=_minutes(row["Til"]),
    )


def span_in(row: Mapping[str, str]) -> WorkedLine | None:
    """A row with Dato, Fra and Til; None where it has no times, for then it tells nothing."""
    start, end = _minutes(row["Fra"]), _minutes(row["Til"])
    if start is None or end is None:
        return None
    return WorkedLine(day=day(row["Dato"]), hundredths=(end - start) * 100 // 60, start=start, end=end)


def known(words: Mapping[str, W], shown: str) -> W:
    """What a word of the page means; raises UiChanged for one that nobody has heard of."""
    if shown not in words:
        raise UiChanged(f"The payroll system shows another word than {', '.join(words)}")
    return words[shown]


def _minutes(shown: str) -> int | None:
    if shown.strip() in _NOTHING:
        return None
    try:
        return minutes_of(shown.strip())
    except ValueError:
        raise UiChanged("A time of day is shown in another form than 16:00") from None
