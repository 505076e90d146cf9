"""The made-up town of the demo: its people, and what HsPro and the population register know of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from common.local.town import MadeUpTown
from common.norway.national_id import IdKind


@dataclass
class Town(MadeUpTown):
    """Makes people up, and collects what HsPro, SystemX and the population register are to know of them."""

    people: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    register: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    patients: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Whom SystemX knows, with the cards that clerks have made."""
    judgements: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Of whose cards HELFO will think otherwise than usual."""

    def person(self, kind: IdKind = IdKind.FNR, *, rule_2032: bool = False, **facts: Any) -> dict[str, Any]:
        """Somebody whom nobody has heard of yet."""
        return {**self.somebody(kind, rule_2032=rule_2032), "status": "RESIDENT", **facts}

    def known(self, person: dict[str, Any], *journals: tuple[str, str]) -> dict[str, Any]:
        """Put a person into HsPro, with journals of these types and states."""
        kept = [{"type": kind, "state": state, "opened": "2026-02-02"} for kind, state in journals]
        self.people.append(person | {"journals": kept})
        return person

    def patient(self, person: dict[str, Any], *cards: dict[str, Any]) -> dict[str, Any]:
        """Put a person into SystemX, with these cards."""
        self.patients.append(person | {"cards": list(cards)})
        return person

    def registered(self, person: dict[str, Any]) -> dict[str, Any]:
        """Put a person into the population register only."""
        self.register.append(person)
        return person
