"""What ESA's pages show, in the archive's own terms: a code, a number or a name that the robot does not know stops it."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from archive_svc.esa.noark import AccessCode
from archive_svc.esa.record import Screening
from common.errors import UiChanged

C = TypeVar("C", bound=StrEnum)
_ANSWERS = {"Ja": True, "Nei": False}
_NOTHING = {"", "–", "-"}


def code(of: type[C], shown: str) -> C:
    """A letter of one of Noark's lists; raises UiChanged for one that is not in it."""
    try:
        return of(shown)
    except ValueError:
        raise UiChanged(f"ESA shows a code that is no {of.__name__}") from None


def code_or_none(of: type[C], shown: str) -> C | None:
    return None if shown in _NOTHING else code(of, shown)


def number(shown: str) -> int:
    """The number of a post or a document; raises UiChanged for anything else."""
    if not (shown.isascii() and shown.isdigit()):
        raise UiChanged("ESA shows something else where a number is expected")
    return int(shown)


def number_or_none(shown: str) -> int | None:
    return None if shown in _NOTHING else number(shown)


def answer(shown: str) -> bool:
    if shown not in _ANSWERS:
        raise UiChanged("ESA answers a question neither by yes nor by no")
    return _ANSWERS[shown]


def screening(access: str, legal_basis: str) -> Screening:
    return Screening(access=code(AccessCode, access), legal_basis=legal_basis)
