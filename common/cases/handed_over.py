"""What a case leaves to another process when it ends: how it is stored, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.outcome import Handover


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """What became of rows that a case left to another process."""

    process: str
    batch: UUID | None
    """None while they wait, or when none of them could be taken."""
    code: str | None
    """Why they could not be handed in, or not all of them."""

    @classmethod
    def of(cls, row: dict[str, Any]) -> HandedOver:
        """As a statement's JSON gives it."""
        batch = row["batch"]
        return cls(process=row["process"], batch=UUID(batch) if batch else None, code=row["code"])


def handover_label(number: int) -> str:
    """What binds sealed rows to their place."""
    return f"handover:{number}"


def sealable(handover: Handover) -> list[Any]:
    """The rows as JSON has them."""
    return [row.model_dump(mode="json", exclude_unset=True) for row in handover.rows]
