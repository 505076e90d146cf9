"""Amounts as Norwegian systems write them (`1 234,50`), and as Roger counts them: whole øre."""

from __future__ import annotations

import re

_NO_BREAK = "\u00a0"
_SIGNS = {"\u2212": "-", "\u2013": "-"}  # what typesetters put for a minus
_AMOUNT = re.compile(r"(?P<sign>-?)(?P<kroner>\d{1,12})(?:,(?P<ore>\d{2}))?", re.ASCII)


def ore(text: str) -> int:
    """The øre of an amount in kroner, exactly: thousands may be set apart by blanks. Raises ValueError for anything else."""
    plain = re.sub(r"\s", "", text).removeprefix("kr")
    for sign, minus in _SIGNS.items():
        plain = plain.replace(sign, minus)
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        raise ValueError("An amount is written as 1 234,50")
    amount = int(found["kroner"]) * 100 + int(found["ore"] or 0)
    return -amount if found["sign"] else amount


def kroner(amount: int) -> str:
    """So many øre as people read them: `1 234,50`, with blanks that do not break."""
    whole, rest = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{whole:,}".replace(",", _NO_BREAK) + f",{rest:02}"
