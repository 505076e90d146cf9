"""The numbers by which a person is known: fødselsnummer, D-, H-, FH- and DUF numbers, and their synthetic forms.

Structure and check digits: Skatteetaten, documentation of the population register's API ("Nytt fødselsnummer fra 2032"
for the numbers issued from 2032, which the accepted ones already include). Series of individual digits: forskrift til
folkeregisterloven. H- and FH numbers: Norsk helsenett, "Felles hjelpenummer". Synthetic months: Skatteetaten's test data
(+80) and NAV's (+40, +65).

A valid number is no proof that it is the right person's: four of eleven arbitrary digits pass as the first check digit
of 2032. Always compare the name as well. Nothing here derives a person's sex, which the number no longer holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from common import log
from common.errors import IdInvalid
from common.norway.check_digits import K1_REMAINDERS_2032, remainders

_log = log.get(__name__)

TENOR_MONTH, NAV_MONTH, NAV_OTHER_MONTH, H_MONTH, D_DAY = 80, 40, 65, 40, 40

_DUF_LENGTH = 12
_LENGTH = 11
_LONGEST = 40  # with separators; what is longer is not worth a look
_SEPARATORS = re.compile(r"[\s:\-\u2010\u2011\u2013\u200b\u2060\ufeff]")
_DOTTED_DATE = re.compile(r"(\d\d)\.(\d\d)\.(\d\d)(?=\D?\d{5}$)", re.ASCII)
_MONTHS = 12


class IdKind(StrEnum):
    FNR = "FNR"
    DNR = "DNR"
    HNR = "HNR"
    FHN = "FHN"
    DUF = "DUF"


@dataclass(frozen=True, slots=True)
class NationalId:
    """One person's number. Its text form is masked: only `number` holds the digits."""

    number: str
    kind: IdKind
    synthetic: bool = False
    only_2032: bool = False
    """The number can only have been issued from 2032 on, under that year's rules."""
    padded: bool = False
    """A leading zero was missing and has been put back."""
    birth_date_hint: date | None = None
    """The date in a number of the old rules: good for a plausibility check, not for deciding anything."""

    @property
    def masked(self) -> str:
        """A stand-in for people's eyes; all digits hidden, as the first six are a birth date."""
        return "x" * _DUF_LENGTH if self.kind is IdKind.DUF else "xxxxxx xxxxx"

    @property
    def temporary(self) -> bool:
        """Whether this is a local or provisional number; automation needs a national id or a D-number."""
        return self.kind not in {IdKind.FNR, IdKind.DNR}

    def __repr__(self) -> str:
        return f"NationalId({self.kind.value}, {self.masked})"

    __str__ = __repr__


def parse(
    text: str, *, accept_synthetic: bool = True, accept_2032: bool = True, declared: IdKind | None = None
) -> NationalId:
    """Read a number as people and spreadsheets write it: with separators, or without its leading zero.

    `declared` is what the sender says it is. It decides month + 40, which H-numbers share with NAV's synthetic numbers
    (undeclared: synthetic where synthetic numbers are accepted, an H-number otherwise), and must not contradict the
    number; fødselsnummer and D-number count as one, since senders call both "fødselsnummer".
    Raises IdInvalid, saying which rule is broken and never the number.
    """
    digits = _digits(text)
    padded = len(digits) == _LENGTH - 1
    if padded:
        digits = "0" + digits
    if len(digits) == _DUF_LENGTH:
        found = NationalId(digits, IdKind.DUF)  # issued without check digits that others may rely on
    elif len(digits) != _LENGTH:
        raise IdInvalid("A national id has 11 digits (a DUF number has 12)")
    elif digits[0] in "89":
        _require_check_digits(digits, accept_2032=False)
        found = NationalId(digits, IdKind.FHN)
    else:
        found = _dated(digits, padded=padded, accept_2032=accept_2032, h_number=_is_h(accept_synthetic, declared))
    if found.synthetic and not accept_synthetic:
        raise IdInvalid("The national id is synthetic: only test cases may carry one")
    if declared and declared != found.kind and {declared, found.kind} != {IdKind.FNR, IdKind.DNR}:
        raise IdInvalid(f"The national id is not of the declared kind ({declared.value})")
    return found


def century(individual: int, year: int) -> int | None:
    """The century (1800, 1900, 2000) of a number issued before 2032; None if its series was never issued."""
    if individual < 500:  # noqa: PLR2004
        return 1900
    if individual < 750 and year >= 54:  # noqa: PLR2004
        return 1800
    if year < 40:  # noqa: PLR2004
        return 2000
    return 1900 if individual >= 900 else None  # noqa: PLR2004


def _digits(text: str) -> str:
    if len(text) > _LONGEST:
        raise IdInvalid("A national id has 11 digits (a DUF number has 12)")
    digits = _SEPARATORS.sub("", _DOTTED_DATE.sub(r"\1\2\3", text.strip()))
    if not (digits.isascii() and digits.isdigit()):
        raise IdInvalid("A national id holds digits only")
    return digits


def _is_h(accept_synthetic: bool, declared: IdKind | None) -> bool:  # noqa: FBT001
    return declared is IdKind.HNR if declared else not accept_synthetic


def _dated(digits: str, *, padded: bool, accept_2032: bool, h_number: bool) -> NationalId:
    """A number that begins with a date; day and month also tell its kind."""
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    kind = IdKind.FNR
    if day > D_DAY:
        kind, day = IdKind.DNR, day - D_DAY
    if kind is IdKind.FNR and h_number and H_MONTH < month <= H_MONTH + _MONTHS:
        kind, month = IdKind.HNR, month - H_MONTH
    offset = next(
        (offset for offset in (TENOR_MONTH, NAV_OTHER_MONTH, NAV_MONTH) if offset < month <= offset + _MONTHS), 0
    )
    month -= offset
    if not _possible(2000 + year, month, day):
        raise IdInvalid("The first six digits of the national id are not a date")
    only_2032 = _require_check_digits(digits, accept_2032=accept_2032 and kind is not IdKind.HNR)
    base = century(int(digits[6:9]), year)
    birth = _possible(base + year, month, day) if base is not None and not only_2032 else None
    if birth is None and kind is not IdKind.HNR:
        only_2032 = True
        if not accept_2032:
            raise IdInvalid("The individual digits of the national id do not belong to its date")
    return NationalId(
        number=digits,
        kind=kind,
        synthetic=offset != 0,
        only_2032=only_2032,
        padded=padded,
        birth_date_hint=birth,
    )


def _possible(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _require_check_digits(digits: str, *, accept_2032: bool) -> bool:
    """Whether the first check digit follows the rule of 2032 only; raises IdInvalid when either digit is wrong."""
    first, second = remainders(digits)
    if second != 0 or first not in (K1_REMAINDERS_2032 if accept_2032 else (0,)):
        raise IdInvalid("The check digits of the national id do not fit its other digits")
    return first != 0


def _normalised(text: str, info: ValidationInfo) -> str:
    """Synthetic persons pass in a test case, and wherever the context of validation says so (by default)."""
    context: dict[str, bool] = info.context or {}
    accepted = context.get("accepts_synthetic", True) or info.data.get("test") is True
    try:
        found = parse(text, accept_synthetic=accepted)
    except IdInvalid as error:
        raise PydanticCustomError("ID_INVALID", "{rule}", {"rule": error.message}) from None
    if found.padded:
        _log.info("national_id.zero_restored")
    return found.number


NationalIdText = Annotated[
    str,
    AfterValidator(_normalised),
    Field(
        description="National id (fødselsnummer or D-number): 11 digits; blanks and hyphens are ignored. H-, FH- and DUF "
        "numbers are taken too and go to a person.",
        examples=["17838410103"],
        json_schema_extra={"format": "national-id"},
    ),
]
"""A national id in a case's input: normalised to its digits, refused with the code ID_INVALID."""
