"""Numbers with two decimals as callers send them: as a number or as text, 12.5 or 12.50."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import AfterValidator


def two_decimals(digits: int) -> dict[str, Any]:
    """How the API's description says a decimal number with two places and so many digits before them, told either way."""
    most = 10**digits - 0.01
    return {
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": most, "multipleOf": 0.01},
            {"type": "string", "pattern": rf"^[0-9]{{1,{digits}}}(\.[0-9]{{1,2}})?$"},
        ]
    }


def _as_spelled(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.01"))


SAME_SPELLING = AfterValidator(_as_spelled)
"""A row whose number comes as 12.5, and again as 12.50, is the same row."""
