"""A synthetic day at the test stations: who is tested, how HsPro and the register stand, what must come out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from common.local.day import REFUSED, RESUBMITTED, Day, Situation
from common.norway.national_id import IdKind
from common.norway.synthetic import national_id

CREATED, EXISTS = ("done", "CREATED"), ("done", "EXISTS")
FAMILY = ("Nordhaug", "Østgård", "Bakkehaug", "Åsen", "Myrvold", "Sæther", "Løvås", "Dahle", "Fjellvær", "Brattli")
GIVEN = ("Ola", "Kari Ånes", "Per", "Solveig", "Bjørn", "Ingrid", "Ane", "Erik", "Mari", "Ove", "Zoë", "Aud-Kirsten")
DUF = "201012345611"
SITES = ("TRD-LEANGEN", "TRD-SPEKTRUM", "TRD-HEIMDAL")


@dataclass
class _Town:
    """Makes people up, and collects what HsPro and the population register are to know of them."""

    chance: random.Random
    now: datetime
    people: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    register: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    born: int = 0
    tests: int = 0

    def number(self, kind: IdKind = IdKind.FNR, *, rule_2032: bool = False) -> tuple[str, date]:
        """A national id that nobody else in town has."""
        self.born += 1
        birth = date(1940, 1, 1) + timedelta(days=self.born * 11 % 22_000)
        return national_id(birth, self.born // 2_000, kind, rule_2032=rule_2032), birth

    def person(self, kind: IdKind = IdKind.FNR, *, rule_2032: bool = False, **facts: Any) -> dict[str, Any]:
        number, birth = self.number(kind, rule_2032=rule_2032)
        name = {"family_name": self.chance.choice(FAMILY), "given_name": self.chance.choice(GIVEN)}
        return {"national_id": number, "birth_date": birth.isoformat(), "status": "RESIDENT", **name, **facts}

    def known(self, person: dict[str, Any], *journals: tuple[str, str]) -> dict[str, Any]:
        """Put a person into HsPro, with journals of these types and states."""
        kept = [{"type": kind, "state": state, "opened": "2026-02-02"} for kind, state in journals]
        self.people.append(person | {"journals": kept})
        return person

    def registered(self, person: dict[str, Any]) -> dict[str, Any]:
        self.register.append(person)
        return person

    def test(self, person: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """One test of this person, as the booking system hands it over."""
        self.tests += 1
        taken = self.now - timedelta(minutes=self.chance.randrange(5, 60 * 24 * 20))
        row = {
            "reference": f"T-{self.tests:06}",
            "person_id": person["national_id"],
            "family_name": person["family_name"],
            "given_name": person["given_name"],
            "test_time": taken.replace(second=0, microsecond=0).isoformat(),
            "test_site": self.chance.choice(SITES),
            "test_type": self.chance.choice(("PCR", "ANTIGEN")),
        }
        if self.chance.random() < 0.7:  # noqa: PLR2004  most people leave a number
            row["phone"] = f"4{self.chance.randrange(10**7):07}"
        if self.chance.random() < 0.4:  # noqa: PLR2004
            row |= {"address": f"Østre Gate {self.chance.randrange(1, 99)}", "postnr": "7011"}
        return row | changes


Made = tuple[list[dict[str, Any]], list[tuple[str, str]]]
"""The rows of a situation, and what they must come to."""


def _one(town: _Town, person: dict[str, Any], ending: tuple[str, str], **changes: Any) -> Made:
    return [town.test(person, **changes)], [ending]


def _journal_missing(town: _Town) -> Made:
    return _one(town, town.known(town.person()), CREATED)


def _journal_there(town: _Town) -> Made:
    return _one(town, town.known(town.person(), ("SMITTEVERN", "ACTIVE")), EXISTS)


def _other_journals_only(town: _Town) -> Made:
    person = town.known(town.person(), ("HELSESTASJON", "ACTIVE"), ("SKOLEHELSE", "CLOSED"))
    return _one(town, person, CREATED)


def _only_in_register(town: _Town) -> Made:
    return _one(town, town.registered(town.person()), CREATED)


def _unknown_to_both(town: _Town) -> Made:
    return _one(town, town.person(), ("manual", "PERSON_NOT_FOUND"))


def _several_hits(town: _Town) -> Made:
    person = town.known(town.person())
    town.known(person | {"given_name": "Dublett"})
    return _one(town, person, ("manual", "AMBIGUOUS_HIT"))


def _other_name(town: _Town) -> Made:
    return _one(town, town.known(town.person()), ("manual", "NAME_MISMATCH"), family_name="Heltannet")


def _protected(town: _Town) -> Made:
    person = town.known(town.person(protection=town.chance.choice((6, 7))))
    return _one(town, person, ("manual", "PROTECTED_ADDRESS"))


def _deceased(town: _Town) -> Made:
    return _one(town, town.known(town.person(status="DECEASED")), ("manual", "DECEASED_OR_EMIGRATED"))


def _closed_journal(town: _Town) -> Made:
    state = town.chance.choice(("CLOSED", "ARCHIVED"))
    return _one(town, town.known(town.person(), ("SMITTEVERN", state)), ("manual", "CONFLICT_IN_TARGET"))


def _two_journals(town: _Town) -> Made:
    person = town.known(town.person(), ("SMITTEVERN", "ACTIVE"), ("SMITTEVERN", "ACTIVE"))
    return _one(town, person, ("manual", "CONFLICT_IN_TARGET"))


def _d_number(town: _Town) -> Made:
    return _one(town, town.known(town.person(IdKind.DNR)), CREATED)


def _replaced_d_number(town: _Town) -> Made:
    former, _ = town.number(IdKind.DNR)
    person = town.known(town.person(previous_ids=[former]))
    # The same person twice, under the former and the present number: still one journal.
    return [town.test(person, person_id=former), town.test(person)], [CREATED, EXISTS]


def _rule_2032(town: _Town) -> Made:
    return _one(town, town.known(town.person(rule_2032=True)), CREATED)


def _lost_zero(town: _Town) -> Made:
    person = town.person()
    while not person["national_id"].startswith("0"):
        person = town.person()
    return _one(town, town.known(person), CREATED, person_id=person["national_id"][1:])


def _invalid_id(town: _Town) -> Made:
    person = town.person()
    wrong = person["national_id"][:-1] + str((int(person["national_id"][-1]) + 1) % 10)
    return _one(town, person, (REFUSED, "INVALID_INPUT"), person_id=wrong)


def _no_lasting_id(town: _Town) -> Made:
    temporary = town.chance.choice((None, DUF))
    return _one(town, town.person(), ("manual", "TEMPORARY_ID"), person_id=temporary)


def _repeated(town: _Town) -> Made:
    person = town.known(town.person())
    return [town.test(person) for _ in range(3)], [CREATED, EXISTS, EXISTS]


def _submitted_twice(town: _Town) -> Made:
    row = town.test(town.known(town.person()))
    return [row, dict(row)], [CREATED, (RESUBMITTED, "CREATED")]


# How often each turns up; every one of them turns up at least once in a day of 60.
SITUATIONS: dict[Callable[[_Town], Made], int] = {
    _journal_missing: 34,
    _journal_there: 20,
    _repeated: 6,
    _only_in_register: 4,
    _submitted_twice: 3,
    _other_journals_only: 3,
    _d_number: 2,
    _replaced_d_number: 2,
    _rule_2032: 2,
    _lost_zero: 2,
    _unknown_to_both: 1,
    _several_hits: 1,
    _other_name: 1,
    _protected: 1,
    _deceased: 1,
    _closed_journal: 1,
    _two_journals: 1,
    _invalid_id: 1,
    _no_lasting_id: 1,
}


def day(*, cases: int, seed: int) -> Day:
    """A day of this many rows. The same seed gives the same people; times count back from now."""
    town = _Town(random.Random(seed), datetime.now(UTC))  # noqa: S311  made-up people
    situations: list[Situation] = []
    left, turns = cases, iter(_turns(town.chance))
    while left > 0:
        make = next(turns)
        rows, endings = make(town)
        if len(rows) > left:
            make = _journal_there
            rows, endings = make(town)
        situations.append(Situation(name=make.__name__.strip("_"), rows=rows, expected=Counter(endings)))
        left -= len(rows)
    town.chance.shuffle(situations)
    return Day(
        process="test-journals",
        situations=situations,
        seeds=[("hspro", "/_kontroll/people", town.people), ("hspro", "/_kontroll/register", town.register)],
        checks={"hspro": lambda summary: _one_journal_each(summary, situations)},
    )


def _turns(chance: random.Random) -> Iterator[Callable[[_Town], Made]]:
    """First each situation once, in the order of their weight, then by weight for ever."""
    yield from sorted(SITUATIONS, key=lambda make: (make not in _SCARCE, -SITUATIONS[make]))
    while True:
        yield from chance.choices(list(SITUATIONS), weights=list(SITUATIONS.values()), k=1)


_SCARCE = {_repeated, _submitted_twice, _replaced_d_number}


def _one_journal_each(summary: Any, situations: list[Situation]) -> str | None:
    seeded = sum(situation.name == "two_journals" for situation in situations)
    found = summary["duplicates"]
    return None if found == seeded else f"{found} persons have two journals; {seeded} had them before the day began"
