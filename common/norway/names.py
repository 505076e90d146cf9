"""Whether two records name the same person, although people and systems spell differently."""

from __future__ import annotations

import re
import unicodedata

_JOINS = re.compile(r"[\s\-\u2010\u2011\u2012\u2013/]+")
_SILENT = re.compile(r"[.,'`\u00b4\u02bc\u2018\u2019\u200b\u2060\ufeff\u00ad]")
_RING_ABOVE = "\u030a"


def same_person(family_a: str, given_a: str, family_b: str, given_b: str) -> bool:
    """Whether the family names are equal and the first given names equal or one the beginning of the other.

    The rule of the process descriptions: when it does not hold, a person looks. Meant as a second check beside a valid
    national id, never alone. What it disregards: case, accents (é, ü, ö, š count as e, u, o, s), hyphens and runs of
    blanks (Berg-Hansen is Berg Hansen, Anne-Marie begins with Anne), apostrophes and full stops (an initial is a beginning). What it keeps apart:
    æ, ø, å from ae, o, a; letters with a stroke (đ, ł) from those without; parts of a family name (Hansen is not Berg
    Hansen); family and given name the wrong way round. Given names after the first do not count, and neither do
    missing ones: an empty name matches nobody.
    """
    first_a, first_b = _plain(given_a).partition(" ")[0], _plain(given_b).partition(" ")[0]
    family = _plain(family_a)
    if not (family and first_a and first_b) or family != _plain(family_b):
        return False
    return first_a.startswith(first_b) or first_b.startswith(first_a)


def _plain(name: str) -> str:
    composed = unicodedata.normalize("NFC", name).casefold()
    return _JOINS.sub(" ", _SILENT.sub("", "".join(map(_without_accent, composed)))).strip()


def _without_accent(letter: str) -> str:
    """The bare letter; of å the ring is part of the letter."""
    parts = unicodedata.normalize("NFD", letter)
    if parts[0] == "a" and _RING_ABOVE in parts:
        return "å"
    return "".join(part for part in parts if not unicodedata.combining(part))
