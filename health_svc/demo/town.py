"""The made-up town of the demo: its people, and what HsPro and the population register know of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from common.local.day import Situation
from common.norway.national_id import IdKind
from common.norway.synthetic import national_id

CREATED, EXISTS = ("done", "CREATED"), ("done", "EXISTS")
FAMILY = ("Nordhaug", "Østgård", "Bakkehaug", "Åsen", "Myrvold", "Sæther", "Løvås", "Dahle", "Fjellvær", "Brattli")
GIVEN = ("Ola", "Kari Ånes", "Per", "Solveig", "Bjørn", "Ingrid", "Ane", "Erik", "Mari", "Ove", "Zoë", "Aud-Kirsten")

Made = tuple[list[dict[str, Any]], list[tuple[str, str]]]
"""The rows of a situation, and what they must come to."""
Makers = Mapping[Callable[["Town"], Made], int]
"""What turns up, and how often; every one of them turns up at least once in a day that has room for it."""


@dataclass
class Town:
    """Makes people up, and collects what HsPro, SystemX and the population register are to know of them."""

    chance: random.Random
    now: datetime
    people: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    register: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    patients: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Whom SystemX knows, with the cards that clerks have made."""
    judgements: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Of whose cards HELFO will think otherwise than usual."""
    born: int = 0
    handed_in: int = 0

    def number(self, kind: IdKind = IdKind.FNR, *, rule_2032: bool = False) -> tuple[str, date]:
        """A national id that nobody else in town has."""
        self.born += 1
        birth = date(1940, 1, 1) + timedelta(days=self.born * 11 % 22_000)
        return national_id(birth, self.born // 2_000, kind, rule_2032=rule_2032), birth

    def person(self, kind: IdKind = IdKind.FNR, *, rule_2032: bool = False, **facts: Any) -> dict[str, Any]:
        """Somebody whom nobody has heard of yet."""
        number, birth = self.number(kind, rule_2032=rule_2032)
        name = {"family_name": self.chance.choice(FAMILY), "given_name": self.chance.choice(GIVEN)}
        return {"national_id": number, "birth_date": birth.isoformat(), "status": "RESIDENT", **name, **facts}

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

    def reference(self, letter: str) -> str:
        """The next case's key at whoever hands it in."""
        self.handed_in += 1
        return f"{letter}-{self.handed_in:06}"


def situations(
    town: Town, makers: Makers, rows: int, *, first: set[Any], filling: Callable[[Town], Made]
) -> list[Situation]:
    """A mix of so many rows: first each situation once (`first` before the others), then by weight.

    What does not fit any more is filled up with `filling`, which makes one row.
    """
    made: list[Situation] = []
    left, turns = rows, iter(_turns(town.chance, makers, first))
    while left > 0:
        make = next(turns)
        inputs, endings = make(town)
        if len(inputs) > left:
            make = filling
            inputs, endings = make(town)
        made.append(Situation(name=make.__name__.strip("_"), rows=inputs, expected=Counter(endings)))
        left -= len(inputs)
    town.chance.shuffle(made)
    return made


def _turns(chance: random.Random, makers: Makers, first: set[Any]) -> Iterator[Callable[[Town], Made]]:
    yield from sorted(makers, key=lambda make: (make not in first, -makers[make]))
    while True:
        yield from chance.choices(list(makers), weights=list(makers.values()), k=1)
