"""One message to one recipient about some tasks, in Norwegian bokmål."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Item:
    """A task as it is told."""

    title: str
    text: str
    due: date | None
    case: UUID | None


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is sent; its id is the same each time it is tried, so that a receiver knows a repetition."""

    id: UUID
    process: str
    role: str
    unit: str | None
    created_at: datetime
    items: Sequence[Item]

    @property
    def subject(self) -> str:
        """The heading."""
        if len(self.items) == 1:
            return f"Roger: {self.items[0].title}"
        return f"Roger: {len(self.items)} oppgaver fra {self.process}"

    @property
    def body(self) -> str:
        """The text."""
        lines = ["Hei,", "", "roboten Roger har noe du må vite om eller følge opp:", ""]
        for number, item in enumerate(self.items, 1):
            lines.append(f"{number}. {item.title}" if len(self.items) > 1 else item.title)
            lines += [f"   {line}" for line in item.text.splitlines()]
            if item.due:
                lines.append(f"   Frist: {item.due:%d.%m.%Y}")
            if item.case:
                lines.append(f"   Saksnummer hos Roger: {item.case}")
            lines.append("")
        return "\n".join([*lines, "Hilsen Roger", ""])

    def as_json(self) -> dict[str, Any]:
        """The message for another system."""
        return {
            "id": str(self.id),
            "process": self.process,
            "role": self.role,
            "unit": self.unit,
            "created_at": self.created_at.isoformat(),
            "subject": self.subject,
            "text": self.body,
            "tasks": [
                {
                    "title": item.title,
                    "text": item.text,
                    "due": item.due.isoformat() if item.due else None,
                    "case": str(item.case) if item.case else None,
                }
                for item in self.items
            ],
        }
