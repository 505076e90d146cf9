"""Take person numbers out of anything that may leave the process: logs, problems, exception texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from common.norway.check_digits import K1_REMAINDERS_2032, remainders

# A digit, also as an address may write it.
_DIGIT = r"(?:\d|%3\d)"
# Whatever a national id may be written with (common.norway.national_id takes all of it), also twice in a row.
_BETWEEN = r"(?:[\s:.\-+\u2010\u2011\u2013\u200b\u2060\ufeff]|%20|%2[de]|%3a|%c2%a0){0,2}"
_PERSON_NUMBER = rf"(?<!\d)(?:{_DIGIT}{_BETWEEN}){{10,11}}{_DIGIT}(?!\d)"
# A sheet has taken it for a number, and its leading zero away.
_ZERO_LOST = rf"(?<!\d){_DIGIT}{{5}}{_BETWEEN}{_DIGIT}{{5}}(?!\d)"
# What may hold eleven digits and is nobody's number: a case's id, a moment, a long hash.
_UUID = r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
_MOMENT = (
    r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?"
)
_HASH = r"\b(?=\d*[a-f])[0-9a-f]{32,}\b"
_NUMBERS = re.compile(rf"(?P<kept>{_UUID}|{_MOMENT}|{_HASH})|{_PERSON_NUMBER}|(?P<short>{_ZERO_LOST})", re.IGNORECASE)
_MONTHS = {*range(1, 13), *range(41, 53), *range(66, 78), *range(81, 93)}
_NO_DIGITS = re.compile(r"\D")

MASK = "***********"


def mask(text: str) -> str:
    """The text with everything that looks like a national id replaced, in all its usual spellings.

    Ten digits are one only when they are a number whose leading zero was lost, by its check digits.
    """
    return _NUMBERS.sub(lambda found: MASK if _is_number(found) else found[0], text)


def numbers(text: str) -> Iterator[str]:
    """The digits of everything that `mask` would replace."""
    return (_digits(found[0]) for found in _NUMBERS.finditer(text) if _is_number(found))


def _is_number(found: re.Match[str]) -> bool:
    return not found["kept"] and (not found["short"] or _lost_its_zero(_digits(found["short"])))


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(digit)) for digit in _NO_DIGITS.sub("", unquote(text)))


def _lost_its_zero(digits: str) -> bool:
    whole = "0" + digits
    first, second = remainders(whole)
    return digits[0] != "0" and int(whole[2:4]) in _MONTHS and second == 0 and first in K1_REMAINDERS_2032
