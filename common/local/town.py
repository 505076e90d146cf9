"""What the made-up towns of all demos have in common: people whom nobody knows, and what happens to them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from common.clock import OSLO
from common.local.day import Situation
from common.norway.national_id import IdKind
from common.norway.synthetic import national_id

CREATED, EXISTS = ("done", "CREATED"), ("done", "EXISTS")
_FAMILY = ("Nordhaug", "Østgård", "Bakkehaug", "Åsen", "Myrvold", "Sæther", "Løvås", "Dahle", "Fjellvær", "Brattli")
_GIVEN = ("Ola", "Kari Ånes", "Per", "Solveig", "Bjørn", "Ingrid", "Ane", "Erik", "Mari", "Ove", "Zoë", "Aud-Kirsten")

Made = tuple[list[dict[str, Any]], list[tuple[str, str]]]
"""The rows of a situation, and what they must come to."""


@dataclass
class MadeUpTown:
    """Makes people up; a service's own town also collects what its targets are to know of them."""

    chance: random.Random
    now: datetime
    born: int = 0
    """How many have been born; nobody of one day turns up on another that begins with a higher number."""
    handed_in: int = 0

    @property
    def today(self) -> date:
        return self.now.astimezone(OSLO).date()

    def number(self, kind: IdKind = IdKind.FNR, *, rule_2032: bool = False) -> tuple[str, date]:
        """A national id that nobody else in town has."""
        self.born += 1
        birth = date(1940, 1, 1) + timedelta(days=self.born * 11 % 22_000)
        return national_id(birth, self.born // 2_000, kind, rule_2032=rule_2032), birth

    def somebody(self, kind: IdKind = IdKind.FNR, *, rule_2032: bool = False) -> dict[str, Any]:
        """Somebody whom nobody has heard of yet."""
        number, birth = self.number(kind, rule_2032=rule_2032)
        name = {"family_name": self.chance.choice(_FAMILY), "given_name": self.chance.choice(_GIVEN)}
        return {"national_id": number, "birth_date": birth.isoformat(), **name}

    def reference(self, letter: str) -> str:
        """The next case's key at whoever hands it in."""
        self.handed_in += 1
        return f"{letter}-{self.handed_in:06}"


T = TypeVar("T", bound=MadeUpTown)
M = TypeVar("M")


def situations(
    town: T, makers: Mapping[Callable[[T], Made], int], rows: int, *, first: set[Any], filling: Callable[[T], Made]
) -> list[Situation]:
    """A mix of so many rows: first each situation once (`first` before the others), then as often as its number says.

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


def _turns(chance: random.Random, makers: Mapping[M, int], first: set[Any]) -> Iterator[M]:
    yield from sorted(makers, key=lambda make: (make not in first, -makers[make]))
    while True:
        yield from chance.choices(list(makers), weights=list(makers.values()), k=1)
