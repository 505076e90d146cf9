"""What a number format makes of a number: in a workbook a date is a number that is shown as one, and 80 % is 0.8."""

from __future__ import annotations

import re

BUILT_IN = {
    9: "0%",
    10: "0.00%",
    14: "mm-dd-yy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
}
"""The formats with days, times and percentages that every workbook has, and none writes down (ECMA-376, part 1, 18.8.30)."""

_LONGEST = 255
_DURATION = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
"""Text, a sign that stands for itself, a gap, a fill."""
_SAID = re.compile(r"\[[^\]]*\]")
"""What is said of colour, language and condition."""


def shown(code: str) -> str | None:
    """What a number of this format is shown as: `date`, `time`, `datetime`, `duration` or `percent`; None for itself."""
    if len(code) > _LONGEST:
        return None
    first = _LITERAL.sub("", code).partition(";")[0]
    if _DURATION.search(first):
        return "duration"
    signs = set(_SAID.sub("", first).casefold())
    day, clock = not signs.isdisjoint("dy"), not signs.isdisjoint("hs")
    if day or clock:
        return "datetime" if day and clock else "date" if day else "time"
    return "date" if "m" in signs else "percent" if "%" in signs else None
