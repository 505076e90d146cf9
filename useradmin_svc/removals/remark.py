"""What an account's remark says of its removal: by which order, since when, and whether it must be kept (USR-03).

`Sperret 30.11.2026, bestilling BRK-9003, bevares`. The directory itself so knows why an account is disabled and since
when: its administrators read it, a deletion months later goes by it, and may note themselves that an account is to be kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from pydantic import BaseModel

from common.settings import load
from useradmin_svc.directory.settings import DirectorySettings
from useradmin_svc.removals.order import REMOVALS, Removal

_SECURITY = load(DirectorySettings).security_words
_NOTE = re.compile(r"Sperret (?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4}), bestilling (?P<order>[^\s,;]+)", re.ASCII)
_ORDER = re.compile(r"bestilling [^\s,;]+")


class Note(BaseModel, frozen=True):
    """What Roger has noted in front of everything else."""

    day: date
    """When the account was disabled."""
    order_id: str


def note_of(remark: str) -> Note | None:
    """None where the remark does not begin as Roger's do."""
    found = _NOTE.match(remark)
    if found is None:
        return None
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
    return Note(day=day, order_id=found["order"])


def is_held(remark: str) -> bool:
    """Whether somebody has noted that the account must be kept."""
    return _says(remark, REMOVALS.hold_words)


def is_for_security(remark: str) -> bool:
    """Whether somebody has noted that the account was disabled for the sake of security."""
    return _says(remark, _SECURITY)


def removal_remark(order: Removal, day: date, *, before: str, held: bool) -> str:
    """What is noted at an account that is disabled on a day; that it was disabled for security stays noted."""
    words = [f"Sperret {day:%d.%m.%Y}", f"bestilling {order.order_id}"]
    if order.security or is_for_security(before):
        words.append(_SECURITY[0])
    if held:
        words.append(REMOVALS.hold_words[0])
    return ", ".join(words)


def _says(remark: str, words: Iterable[str]) -> bool:
    """An order may have such a word for its number: that is not said of the account."""
    said = _ORDER.sub("", remark).casefold()
    return any(word.casefold() in said for word in words)
