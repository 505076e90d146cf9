"""What a later message about the same thing does to the case that waits for it: said by a process, done at intake.

A booking is made, moved, cancelled: three messages, each a case of its own, about one thing. Only the first needs a robot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar
from uuid import UUID

from common.outcome import Outcome

if TYPE_CHECKING:
    from common.process import CaseInput

M = TypeVar("M", bound="CaseInput")


class Standing(StrEnum):
    """How far Roger has come with an earlier message."""

    WAITING = "waiting"  # no robot has begun with it
    BEGUN = "begun"  # a robot has it, or had; or a person has taken over
    ENDED = "ended"  # done, closed or cancelled
    ANSWERED = "answered"  # it ended at intake, and no robot ever had it


@dataclass(frozen=True, kw_only=True)
class Earlier(Generic[M]):
    """A message about the same thing, from the same caller, that came in before."""

    case: UUID
    said: M | None = field(repr=False)
    """None when it has been deleted after its retention."""
    standing: Standing


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """What becomes of a new message and of those before it."""

    ends: Outcome | None = None
    """How the new case ends at once, without a robot; None when it is to be performed."""
    reschedules: Sequence[UUID] = ()
    """Earlier cases that get the new one's deadline, urgency and retention, unless they have ended."""
    ends_earlier: Mapping[UUID, Outcome] = field(default_factory=dict[UUID, Outcome])
    """How earlier cases end at once; one that has begun is left alone."""


AmendmentRule: TypeAlias = Callable[[Any, Sequence[Earlier[Any]]], Amendment]
"""Given the new message and the earlier ones, the oldest first. It only reads, and may be called again."""
