"""The people of a stretch of chaos: how HsPro and SystemX know them, and all that is handed in about them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx

from common.testing.people import Person, person
from health_svc.demo.billing_cards import MAPPING, TARIFFS, prices
from health_svc.demo.town import Town as DemoTown
from health_svc.demo.vaccinations import QUESTIONS, VACCINES, lots
from tests.recovery.plant import Plant, Row
from tests.sandbox.visitor import PLAIN

TESTS, BOOKINGS, VACCINATIONS, CARDS = "test-journals", "booking-journals", "vaccinations", "billing-cards"
PROCESSES = (TESTS, BOOKINGS, VACCINATIONS, CARDS)
REGISTERS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "vaccines": VACCINES,
    "vaccination-questions": QUESTIONS,
    "refund-tariffs": TARIFFS,
    "refund-mappings": MAPPING,
}


@dataclass(frozen=True, kw_only=True)
class Resident:
    """Somebody about whom something may be handed in, and how HsPro and SystemX knew them before."""

    who: Person
    known: bool
    """To both; else the population register behind them knows."""
    had_journal: bool
    other_name: bool
    """The systems have them under another name than the callers: a case worker must decide."""

    @property
    def number(self) -> str:
        return self.who.number

    @property
    def facts(self) -> Row:
        """As callers know them."""
        who = self.who
        return {"national_id": who.number, "family_name": who.family_name, "given_name": who.given_name}

    @property
    def entry(self) -> Row:
        """As the systems know them."""
        family_name = "Heltannet" if self.other_name else self.who.family_name
        return self.facts | {"family_name": family_name, "birth_date": self.who.birth_date.isoformat()}


@dataclass(kw_only=True)
class Submission:
    """One row that some caller hands in, and what the answers said."""

    process: str
    resident: Resident
    row: Row
    ids: set[UUID] = field(default_factory=set[UUID])
    may_be_taken_back: bool = False
    cancelled: bool = False
    """A cancellation was answered with yes."""

    @property
    def reference(self) -> str:
        reference: str = self.row.get("reference") or self.row["form_id"]
        return reference


@dataclass
class Town:
    """Everybody there is, everything that was handed in, and what was answered."""

    residents: Sequence[Resident]
    submissions: list[Submission] = field(default_factory=list[Submission])
    answers: Counter[str] = field(default_factory=Counter[str])
    """What callers and the case worker did, and how it was answered."""
    odd: list[str] = field(default_factory=list[str])
    """Answers that no caller may ever get."""

    @classmethod
    def settle(cls, plant: Plant, seed: int, size: int) -> Town:
        """Make people up, let the systems know them, and put the registers in force."""
        chance = random.Random(f"{seed} town")
        residents = [_resident(chance) for _ in range(size)]
        known, unknown = [one for one in residents if one.known], [one for one in residents if not one.known]
        _tell(plant, "systemx", "tariffs", prices())
        _tell(plant, "hspro", "people", [_in_hspro(one) for one in known])
        _tell(plant, "systemx", "people", [one.entry for one in known])
        _tell(plant, "hspro", "lots", lots(DemoTown(chance, datetime.now(UTC))))
        for target in ("hspro", "systemx"):
            _tell(plant, target, "register", [one.entry for one in unknown])
        for name, rows in REGISTERS.items():
            asked = {"valid_from": "2020-01-01", "signer": "Kommuneoverlegen"}
            plant.api.put(f"/v1/registers/{name}", params=asked, json=rows).raise_for_status()
        return cls(residents)

    def about(self, resident: Resident, process: str) -> list[Submission]:
        """What was handed in about somebody for one process."""
        return [one for one in self.submissions if one.resident is resident and one.process == process]


def _resident(chance: random.Random) -> Resident:
    known = chance.random() < 0.75
    return Resident(
        who=person(),
        known=known,
        had_journal=known and chance.random() < 0.3,
        other_name=known and chance.random() < 0.05,
    )


def _in_hspro(one: Resident) -> Row:
    journals = [{"type": "SMITTEVERN", "opened": "2026-02-02"}] if one.had_journal else []
    return one.entry | {"journals": journals}


def _tell(plant: Plant, target: str, what: str, rows: Sequence[Any]) -> None:
    address = f"{plant.stack.consoles[target]}/_kontroll/{what}"
    httpx.post(address, json=rows, timeout=30, verify=PLAIN).raise_for_status()
