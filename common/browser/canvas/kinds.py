"""What may stand in a field of a screen: by which letters it is read, and by which rule a reading is no reading."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from pydantic_core import PydanticCustomError

from common.clock import OSLO
from common.errors import IdInvalid
from common.norway.national_id import IdKind, parse
from common.norway.organisation import organisation_number

CERTAIN = 0.98
"""What is read less certainly than this and may not be wrong goes to a person."""
LIKELY = 0.85
"""What is read for people, or compared with what is known, need not be more certain than this."""
DIGITS = string.digits
CAPITALS = string.ascii_uppercase
LETTERS = string.ascii_letters + "æøåÆØÅäöüéèáčđŋšŧžÄÖÜÉÁČĐŠŽ"
_AS_LETTER = {"0": "O", "1": "I", "2": "Z", "5": "S", "6": "G", "8": "B"}
_AS_DIGIT = {letter: digit for digit, letter in _AS_LETTER.items()} | {"l": "1", "|": "1", "o": "0", "D": "0", "Q": "0"}
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_LONG = 11


@dataclass(frozen=True, slots=True, repr=False)
class Sighting:
    """What was read in a field, and how certain that is (0 to 1). An empty field is certainly empty."""

    text: str
    confidence: float

    def __repr__(self) -> str:
        return f"Sighting(…, {self.confidence:.3f})"


def _anything(_: str) -> bool:
    return True


@dataclass(frozen=True)
class Kind:
    """One kind of value. Two kinds of the same name are the same."""

    name: str
    letters: str = ""
    """Those that it can hold; empty means any text."""
    fits: Callable[[str], bool] = field(default=_anything, compare=False)
    """Whether a reading can be the value at all: its check digits, its date."""
    exact: bool = True
    """Whether a wrong letter does harm."""
    words: tuple[str, ...] = ()
    """All that it can be, where those are few."""
    masks: tuple[str, ...] = ()
    """How it is built: `9` for a digit, `A` for a capital, anything else for itself."""
    mended: Callable[[str], str] = field(default=str.strip, compare=False)
    """What a text must mean, where a sign stands that such a text cannot hold."""
    told_apart: Callable[[str], str] = field(default=str, compare=False)
    """What of a text counts: two readings that come to the same are no different ones."""
    least: float | None = None
    """How certain a reading must be, if not as usual."""

    @property
    def floor(self) -> float:
        """How certain a reading must be."""
        usual = CERTAIN if self.exact else LIKELY
        return usual if self.least is None else self.least

    @cached_property
    def alphabet(self) -> frozenset[str]:
        return frozenset(self.letters)

    def settled(self, text: str) -> str:
        """A reading as it is to be understood: without blanks where it holds none, letters and digits told by their place.

        `5-2O26-1044I7` can only be `S-2026-104417` where the mask is `S-9999-999999`, and so can `S2026-104417`.
        """
        plain = text.strip() if " " in self.alphabet or not self.letters else "".join(text.split())
        placed = (_placed(plain, mask) for mask in self.masks)
        found = next((found for found in placed if found is not None), None)
        return found or self._parted(plain) or plain

    def is_swapped(self, text: str) -> bool:
        """Whether a reading is understood only by taking a letter for a digit that looks like it, or the reverse."""
        return _bare(self.settled(text)) != _bare("".join(text.split()))

    def _parted(self, text: str) -> str | None:
        """A reading in which hyphens or full stops were overlooked, which say nothing; None unless one mask alone takes it."""
        bare = ((mask, _placed(_bare(text), _bare(mask))) for mask in self.masks)
        found = {_in_mask(signs, mask) for mask, signs in bare if signs is not None}
        return found.pop() if len(found) == 1 else None

    def weakest(self, text: str, certain: Sequence[float]) -> float:
        """How certain the least certain letter is, of those that the mask leaves open."""
        open_ = [mask for mask in self.masks if _placed(text, mask) is not None] if len(certain) == len(text) else []
        places = open_[0] if open_ else "9" * len(certain)
        return min((chance for place, chance in zip(places, certain, strict=True) if place in "9A"), default=0.0)


def _placed(text: str, mask: str) -> str | None:
    """A text put into a mask by what its letters may be taken for; None when it does not go in."""
    if len(text) != len(mask):
        return None
    signs = [_in_place(sign, place) for sign, place in zip(text, mask, strict=True)]
    return None if None in signs else "".join(sign for sign in signs if sign is not None)


def _bare(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


def _in_mask(signs: str, mask: str) -> str:
    """Signs with what the mask has between them."""
    left = iter(signs)
    return "".join(next(left) if place.isalnum() else place for place in mask)


def _in_place(sign: str, place: str) -> str | None:
    if place == "9":
        sign = _AS_DIGIT.get(sign, sign)
        return sign if sign in DIGITS else None
    if place == "A":
        sign = _AS_LETTER.get(sign, sign.upper())
        return sign if sign in CAPITALS else None
    return place if place in {sign, sign.upper(), _AS_LETTER.get(sign)} else None


def _as_name(text: str) -> str:
    """`Nordhaug, Pål`: a comma is easily taken for a full stop, and an l for other strokes."""
    commas = re.sub(r"\s*[.,;:]\s+(?=\S)", ", ", text.strip())
    return re.sub(r"(?<=[a-zæøå])[I|!1]", "l", commas)


def _without_accents(name: str) -> str:
    """`Zoë` and `Zoé` are one name, as they are wherever names are compared; rings and strokes of Norwegian letters count."""
    return "".join(letter if letter in "æøåÆØÅ" else unicodedata.normalize("NFKD", letter)[0] for letter in name)


def _is_national_id(text: str) -> bool:
    if len(text) != _LONG:
        return False
    try:
        return parse(text).kind is not IdKind.DUF
    except IdInvalid:
        return False


def _is_organisation(text: str) -> bool:
    try:
        return organisation_number(text) == text
    except PydanticCustomError:
        return False


def _is_date(text: str) -> bool:
    return _date(text) is not None


def _date(text: str) -> date | None:
    try:
        found = datetime.strptime(text, "%d.%m.%Y").replace(tzinfo=OSLO).date()
    except ValueError:
        return None
    return found if f"{found:%d.%m.%Y}" == text and _FIRST_YEAR <= found.year <= _LAST_YEAR else None


NATIONAL_ID = Kind("national id", DIGITS, _is_national_id)
ORGANISATION = Kind("organisation number", DIGITS, _is_organisation)
PARTY = Kind("national id or organisation number", DIGITS, lambda text: _is_national_id(text) or _is_organisation(text))
DATE = Kind("date", DIGITS + ".", _is_date, masks=("99.99.9999",))
COUNT = Kind("count", DIGITS, str.isdecimal)
TEXT = Kind("text", exact=False)
NAME = Kind("name", exact=False, mended=_as_name, told_apart=_without_accents)


def coded(name: str, *masks: str) -> Kind:
    """A number built as one of the masks say: `coded("document number", "S-9999-999999")`."""
    signs = {sign for mask in masks for sign in mask if sign not in "9A"}
    letters = "".join(sorted(signs | set(DIGITS) | (set(CAPITALS) if any("A" in mask for mask in masks) else set())))

    def fits(text: str) -> bool:
        return any(_placed(text, mask) == text for mask in masks)

    return Kind(f"{name} {' '.join(masks)}", letters, fits, masks=masks)


def signs(name: str, *, least: float | None = None) -> Kind:
    """Letters and digits in any order, such as a user name: nothing but the eye tells O from 0 there."""
    return Kind(name, string.ascii_letters + DIGITS + "-./_", bool, least=least)


def one_of(name: str, *words: str) -> Kind:
    """One of few words."""
    return Kind(f"{name} {' '.join(words)}", words=words, fits=words.__contains__)
