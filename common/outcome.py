"""How a case ends well: its outcome, what people must do now, and what it leaves to other processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic_core import to_jsonable_python

from common.errors import RobotFault
from common.privacy.crypto import canonical
from common.task import Task

if TYPE_CHECKING:
    from common.process import CaseInput


class OutcomeCode(StrEnum):
    """How a case ended well."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    EXISTS = "EXISTS"
    NOOP = "NOOP"
    REPORTED = "REPORTED"
    HELD = "HELD"


@dataclass(frozen=True, kw_only=True)
class Handover:
    """Inputs of another process of the service that a case hands in when it ends, as one batch."""

    process: str
    rows: Sequence[CaseInput] = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """How a case ended well, and what the caller gets to know about it (stored encrypted)."""

    code: OutcomeCode
    detail: dict[str, Any] = field(default_factory=dict[str, Any])
    """As JSON gives it back: dates and amounts as text."""
    tasks: tuple[Task, ...] = ()
    """What people must know or do now; stored with the end of the case, or not at all."""

    handovers: tuple[Handover, ...] = ()
    """What other processes are to do now; stored with the end of the case, or not at all."""

    def telling(self, *tasks: Task) -> Outcome:
        """The same outcome, and people told."""
        return replace(self, tasks=(*self.tasks, *tasks))

    def handing_over(self, *handovers: Handover) -> Outcome:
        """The same outcome, and rows that become one batch each once the case has ended, in its caller's name."""
        return replace(self, handovers=(*self.handovers, *(handover for handover in handovers if handover.rows)))

    def __post_init__(self) -> None:
        try:
            plain = to_jsonable_python(self.detail)
            canonical(plain)
        except ValueError:
            raise RobotFault("The detail of an outcome holds something that JSON cannot") from None
        object.__setattr__(self, "detail", plain)
