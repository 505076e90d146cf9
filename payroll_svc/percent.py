"""Percentages of a full position as people and pages write them, and as Roger counts them: whole hundredths."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import Field, WithJsonSchema

from payroll_svc.two_decimals import SAME_SPELLING, two_decimals

FULL = 100_00
_WRITTEN = re.compile(r"(\d{1,3})(?:[,.](\d{1,2}))?(?:[ \u00a0]?%)?", re.ASCII)


Percent = Annotated[
    Decimal, Field(ge=0, max_digits=5, decimal_places=2), SAME_SPELLING, WithJsonSchema(two_decimals(3))
]
"""As the API takes it: 80.0, at most two decimals."""


def hundredths(percent: Decimal) -> int:
    """80.5 is 8050; raises ValueError for more than two decimals."""
    scaled = percent * 100
    whole = int(scaled)
    if whole != scaled:
        raise ValueError("A percentage has at most two decimals")
    return whole


def read_percent(text: str) -> int:
    """The hundredths of `80,00`, `80` or `80.5 %`; raises ValueError for anything else."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError("A percentage is written as 80,00")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def plain(percent: int) -> str:
    """As JSON has it: 8050 is `80.50`."""
    return f"{percent // 100}.{percent % 100:02}"


def shown(percent: int) -> str:
    """As Norwegians read it: 8050 is `80,50 %`, with a blank that does not break."""
    return f"{percent // 100},{percent % 100:02}\u00a0%"
