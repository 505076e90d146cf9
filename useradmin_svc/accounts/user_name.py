"""What a user name is made of: three letters of the given name and three of the family name (USR-02). Pure rules."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from common.errors import NeedsJudgement

MOST = 999
"""So many people may share a stem; no name is longer than nine characters, of the twenty that the networks take."""
_OF_EACH = 3
_LENGTH = 2 * _OF_EACH
_FILLER = "x"
_SPELT = str.maketrans(
    {
        "æ": "ae",
        "ø": "o",
        "œ": "oe",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "ŋ": "n",
        "ŧ": "t",
        "ħ": "h",
        "ǥ": "g",
        "ʒ": "z",
        "ı": "i",
        "ĸ": "k",
        "ə": "e",
    }
)
"""Letters without marks that could be taken off: Norwegian, Sámi and of neighbours. What å and š carry is a mark."""


def stem(given_name: str, family_name: str) -> str:
    """Six letters from a to z: `olanor` for Ola Nordhaug.

    What one of the names is short of, the other gives (`boberg` for Bo Berg); what both are short of is filled up
    (`bolixx` for Bo Li). Letters of other scripts do not count. Raises NeedsJudgement for a name without any that do.
    """
    given, family = _letters(given_name), _letters(family_name)
    if not given and not family:
        raise NeedsJudgement("No letter of the name can stand in a user name")
    first = given[: max(_OF_EACH, _LENGTH - len(family))]
    return (first + family[: _LENGTH - len(first)]).ljust(_LENGTH, _FILLER)


def candidates(given_name: str, family_name: str) -> Iterator[str]:
    """The user names that somebody may get, in order: the bare stem, then with 2, 3, … up to 999 behind it."""
    base = stem(given_name, family_name)
    yield base
    yield from (f"{base}{number}" for number in range(2, MOST + 1))


def _letters(name: str) -> str:
    """The letters from a to z that a name comes to."""
    bare = unicodedata.normalize("NFKD", name).casefold().translate(_SPELT)
    return "".join(letter for letter in bare if "a" <= letter <= "z")
