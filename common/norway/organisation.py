"""Organisation numbers: nine digits, the last one a check digit (Brønnøysundregistrene)."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2, 1)
_WRITTEN = re.compile(r"(?:NO)?(\d{9})(?:MVA)?", re.ASCII | re.IGNORECASE)


def organisation_number(text: str) -> str:
    """The nine digits, also of "987 654 325" or "NO 987654325 MVA". Raises ValueError with the code INVALID_VALUE."""
    found = _WRITTEN.fullmatch(re.sub(r"[\s\-]", "", text))
    if not found:
        raise PydanticCustomError("INVALID_VALUE", "An organisation number has nine digits")
    digits = found[1]
    # A number whose check digit would be 10 is never issued, and no digit makes its sum come out.
    if sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11:
        raise PydanticCustomError("INVALID_VALUE", "The check digit of the organisation number is wrong")
    return digits


def is_test_organisation(number: str) -> bool:
    """Whether the number lies in the series of synthetic organisations (they begin with 2 or 3)."""
    return number[:1] in {"2", "3"}


OrganisationNumber = Annotated[
    str,
    AfterValidator(organisation_number),
    Field(description="Organisation number: nine digits, the last one a check digit", examples=["310456780"]),
]
