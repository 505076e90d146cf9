"""Take person numbers out of anything that may leave the process: logs, problems, exception texts."""

from __future__ import annotations

import re

# Eleven or twelve digits, also written "010190 12345", "01.01.90-12345" or with no-break spaces.
_PERSON_NUMBER = re.compile(r"(?<!\d)(?:\d[ \u00a0.:\-]?){10,11}\d(?!\d)")

MASK = "***********"


def mask(text: str) -> str:
    """The text with everything that looks like a national id replaced, in all its usual spellings."""
    return _PERSON_NUMBER.sub(MASK, text)
