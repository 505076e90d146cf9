"""Telephone numbers and postal codes."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

_PHONE = re.compile(r"(?:\+47|0047)?(\d{8})", re.ASCII)
_POSTAL_CODE = re.compile(r"\d{4}", re.ASCII)


def phone_number(text: str) -> str:
    """The eight digits of a Norwegian number, without +47 or 0047. Raises ValueError with the code INVALID_VALUE."""
    found = _PHONE.fullmatch(re.sub(r"[\s.\-()]", "", text))
    if not found:
        raise PydanticCustomError("INVALID_VALUE", "A telephone number has eight digits, with or without +47 in front")
    return found[1]


def is_mobile(number: str) -> bool:
    """Whether a number can take text messages: the mobile series begin with 4 and 9 (Nkom's numbering plan)."""
    return number[:1] in {"4", "9"}


def mobile_number(text: str) -> str:
    """The eight digits of a number that takes text messages. Raises ValueError with the code INVALID_VALUE."""
    number = phone_number(text)
    if not is_mobile(number):
        raise PydanticCustomError("INVALID_VALUE", "A mobile number begins with 4 or 9")
    return number


def postal_code(text: str) -> str:
    """The four digits. Raises ValueError with the code INVALID_VALUE."""
    code = text.strip()
    if not _POSTAL_CODE.fullmatch(code):
        raise PydanticCustomError("INVALID_VALUE", "A postal code has four digits")
    return code


PhoneNumber = Annotated[
    str,
    AfterValidator(phone_number),
    Field(description="Norwegian telephone number: eight digits, +47 is ignored", examples=["90000001"]),
]
MobileNumber = Annotated[
    str,
    AfterValidator(mobile_number),
    Field(description="Norwegian mobile number: eight digits, +47 is ignored", examples=["90000001"]),
]
PostalCode = Annotated[
    str,
    AfterValidator(postal_code),
    Field(description="Postal code: four digits", examples=["7011"]),
]
