"""A caller who has been recognised: what it is called, and what it may."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from common.cases.sight import Sight
from common.identity.scopes import (
    DECIDE,
    OPERATE,
    READ_ALL,
    RELEASE,
    WEBHOOKS,
    satisfies,
)
from common.privacy.masking import mask

_BETWEEN = re.compile(r"[\W_]")
_ELEVEN_DIGITS = re.compile(r"\d{11}")


class Kind(StrEnum):
    """What calls. The event log tells them apart."""

    SYSTEM = "system"
    PERSON = "person"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A system or a person, and what it may do at one service."""

    name: str
    """The same at every call, and nobody's national id; cases remember it."""
    service: str
    scopes: frozenset[str]
    kind: Kind = Kind.SYSTEM
    units: frozenset[str] | None = None
    """Bound to the cases of these units; None: not bound. A case without a unit is for who is not bound."""
    purpose: str | None = None
    """What this request is for, in the caller's words; the access log repeats it."""

    @property
    def reads_all(self) -> bool:
        return READ_ALL in self.scopes

    @property
    def decides(self) -> bool:
        return DECIDE in self.scopes

    @property
    def releases(self) -> bool:
        return RELEASE in self.scopes

    @property
    def operates(self) -> bool:
        return OPERATE in self.scopes

    @property
    def keeps_webhooks(self) -> bool:
        """What is delivered outlives a token: nobody who is bound to units has it."""
        return WEBHOOKS in self.scopes and self.units is None

    @property
    def only_own(self) -> str | None:
        """Whose cases this caller is confined to; None for everybody's."""
        return None if self.reads_all else self.name

    @property
    def actor(self) -> str:
        """How the event log names this caller."""
        return f"{'person' if self.kind is Kind.PERSON else 'caller'}:{self.name}"

    def may(self, verb: str, process: str) -> bool:
        """Whether it may `submit` or `read` cases of a process."""
        return self.holds(f"{self.service}:{process}:{verb}")

    def holds(self, needed: str) -> bool:
        """Whether one of its scopes is the one that is needed."""
        return any(satisfies(held, needed) for held in self.scopes)

    def sight(self, processes: Collection[str] | None = None) -> Sight:
        """What it may see of these processes' cases, or of all."""
        return Sight(caller=self.only_own, processes=processes, units=self.units)

    def readable(self, processes: Collection[str]) -> frozenset[str]:
        """Those of the processes whose cases it may read."""
        return frozenset(name for name in processes if self.reads_all or self.may("read", name))


def is_nobodys_number(name: str) -> bool:
    """Whether a name is nobody's national id, in whatever way one may be written."""
    return mask(name) == name and not _ELEVEN_DIGITS.fullmatch(_BETWEEN.sub("", name))
