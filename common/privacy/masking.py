"""Take person numbers out of anything that may leave the process: logs, problems, exception texts."""

from __future__ import annotations

import re

# Eleven digits (or twelve: DUF) in a row, "010190 12345", "010190-12345", "01.01.90 12345", "0101 90 123 45". Two
# things that look alike must stay readable in logs: times (digits joined by colons) and the groups of a UUID.
_GAP = "[ \u00a0\u2009\u202f.\\-/]"
_PERSON_NUMBER = re.compile(
    rf"(?<!\d)\d{{11,12}}(?!\d)"
    rf"|(?<![\w-])\d{{2}}{_GAP}?\d{{2}}{_GAP}?\d{{2}}{_GAP}{{0,2}}\d{{3}}{_GAP}?\d{{2}}(?![\w-])"
)

MASK = "***********"


def mask(text: str) -> str:
    """The text with everything that looks like a national id replaced, in all its usual spellings."""
    return _PERSON_NUMBER.sub(MASK, text)
