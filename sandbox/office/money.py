"""Amounts: kept in øre, shown as kroner."""

import re

NO_BREAK = "\u00a0"
_KRONER = re.compile(r"(\d{1,7})(?:,(\d{2}))?")


def kroner(ore: int) -> str:
    """Write 123450 as `1 234,50`."""
    whole, rest = divmod(abs(ore), 100)
    sign = "-" if ore < 0 else ""
    return f"{sign}{whole:,}".replace(",", NO_BREAK) + f",{rest:02}"


def ore(typed: str) -> int | None:
    """Read `1 234,50` as 123450; None for what is no amount."""
    found = _KRONER.fullmatch(re.sub(r"\s", "", typed))
    return int(found[1]) * 100 + int(found[2] or 0) if found else None
