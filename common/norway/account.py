"""Bank account numbers: eleven digits (four for the bank, two, five), the last one a check digit."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_WRITTEN = re.compile(r"\d{11}", re.ASCII)
_POSTGIRO = "0000"


def account_number(text: str) -> str:
    """The eleven digits, also of "1234.56.78903". Raises ValueError with the code INVALID_VALUE.

    The seven-digit numbers of the former Postgiro are refused, also when written with four zeros in front: no salary
    can be paid to them.
    """
    digits = re.sub(r"[\s.\-]", "", text)
    if not _WRITTEN.fullmatch(digits) or digits.startswith(_POSTGIRO):
        raise PydanticCustomError(
            "INVALID_VALUE", "An account number has eleven digits, the first four of them a bank's"
        )
    if sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11:
        raise PydanticCustomError("INVALID_VALUE", "The check digit of the account number is wrong")
    return digits


AccountNumber = Annotated[
    str,
    AfterValidator(account_number),
    Field(description="Bank account number: eleven digits, the last one a check digit", examples=["12345678903"]),
]
