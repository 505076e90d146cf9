"""The ledger as a process sees it: facts remembered across cases, after what the cases held has been deleted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic_core import to_jsonable_python

from common.errors import RobotFault
from common.privacy.crypto import canonical

_KIND = re.compile(r"[a-z][a-z0-9-]{0,63}")
_LARGEST = 4_096  # bytes


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What the ledger says under a key."""

    value: Any = field(repr=False)
    """As JSON gives it back."""
    until: date
    """The last day on which it is remembered."""
    ours: bool
    """This case made it known; otherwise another one did, and what to make of that is the caller's."""


def require_kind(kind: str) -> None:
    """Raises RobotFault for a kind that is more than a word for the sort of fact: it is stored as it is."""
    if not _KIND.fullmatch(kind):
        raise RobotFault("The kind of a fact is a word as card-of-test; what it is about belongs in the key")


def storable(value: Any) -> Any:
    """The value as JSON has it; raises RobotFault for what JSON cannot hold, or what is too much for a ledger."""
    try:
        plain = to_jsonable_python(value)
        size = len(canonical(plain))
    except ValueError:
        raise RobotFault("A fact holds something that JSON cannot") from None
    if size > _LARGEST:
        raise RobotFault(f"A fact may take at most {_LARGEST} bytes: remember a number, not a document")
    return plain
