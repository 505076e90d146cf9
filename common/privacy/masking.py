"""Take person numbers out of anything that may leave the process: logs, problems, exception texts."""

from __future__ import annotations

import re

# Whatever a national id may be written with (common.norway.national_id takes all of it), also twice in a row.
_BETWEEN = r"[\s:.\-\u2010\u2011\u2013\u200b\u2060\ufeff]{0,2}"
_PERSON_NUMBER = rf"(?<!\d)(?:\d{_BETWEEN}){{10,11}}\d(?!\d)"
# What may hold eleven digits and is nobody's number: a case's id, a moment, a long hash.
_UUID = r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
_MOMENT = (
    r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?"
)
_HASH = r"\b(?=\d*[a-f])[0-9a-f]{32,}\b"
_NUMBERS = re.compile(rf"(?P<kept>{_UUID}|{_MOMENT}|{_HASH})|{_PERSON_NUMBER}", re.IGNORECASE)

MASK = "***********"


def mask(text: str) -> str:
    """The text with everything that looks like a national id replaced, in all its usual spellings."""
    return _NUMBERS.sub(lambda found: found[0] if found["kept"] else MASK, text)
