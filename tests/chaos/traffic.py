"""People who are tested, callers who hand their tests in and change their minds, and a case worker who decides."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from common.local.stack import Stack
from common.testing.people import Person, person
from tests.recovery.plant import Plant, Row

WAITING = 12
"""So many cases may wait before a caller holds back: then all of them can end within a minute of peace."""
PATH = "/v1/test-journals"
_PATIENCE = 4.0
_TRIES = 6
_NOT_ROGERS = ("NAME_MISMATCH",)
_CONFLICT, _OUTAGE = 409, {502, 503, 504}


@dataclass(frozen=True, kw_only=True)
class Resident:
    """Somebody who may be tested, and how HsPro knew them before."""

    who: Person
    known: bool
    had_journal: bool
    other_name: bool
    """HsPro has them under another name than the callers: a case worker must decide."""

    @property
    def number(self) -> str:
        return self.who.number


@dataclass(kw_only=True)
class Test:
    """One row that some caller hands in, and what the answers said."""

    __test__ = False

    resident: Resident
    row: Row
    ids: set[UUID] = field(default_factory=set[UUID])
    cancelled: bool = False
    """A cancellation was answered with yes."""

    @property
    def reference(self) -> str:
        return self.row["reference"]


@dataclass
class Town:
    """Everybody who may be tested, everything that was handed in, and what was answered."""

    residents: Sequence[Resident]
    tests: list[Test] = field(default_factory=list[Test])
    answers: Counter[str] = field(default_factory=Counter[str])
    """What callers and the case worker did, and how it was answered."""
    odd: list[str] = field(default_factory=list[str])
    """Answers that no caller may ever get."""

    @classmethod
    def settle(cls, plant: Plant, seed: int, size: int) -> Town:
        """Make people up and let HsPro and the population register know them."""
        chance = random.Random(f"{seed} town")
        residents = [_resident(chance) for _ in range(size)]
        plant.console.post("/people", json=[_in_hspro(one) for one in residents if one.known]).raise_for_status()
        unknown = [_in_register(one) for one in residents if not one.known]
        plant.console.post("/register", json=unknown).raise_for_status()
        return cls(residents)


def _resident(chance: random.Random) -> Resident:
    known = chance.random() < 0.75
    return Resident(
        who=person(),
        known=known,
        had_journal=known and chance.random() < 0.3,
        other_name=known and chance.random() < 0.05,
    )


def _in_register(one: Resident) -> Row:
    who = one.who
    return {
        "national_id": who.number,
        "family_name": "Heltannet" if one.other_name else who.family_name,
        "given_name": who.given_name,
        "birth_date": who.birth_date.isoformat(),
    }


def _in_hspro(one: Resident) -> Row:
    journals = [{"type": "SMITTEVERN", "opened": "2026-02-02"}] if one.had_journal else []
    return _in_register(one) | {"journals": journals}


class Visitor:
    """Somebody at Roger's API, with a patience of their own."""

    def __init__(self, stack: Stack, town: Town) -> None:
        self.town = town
        self.http = httpx.Client(
            base_url=stack.api, headers={"Authorization": f"Bearer {stack.api_key}"}, timeout=_PATIENCE
        )

    def close(self) -> None:
        """Leave."""
        self.http.close()

    def ask(self, what: str, method: str, path: str, **content: Any) -> httpx.Response | None:
        """The answer, or None while Roger is not there; what should never be answered is noted."""
        try:
            answer = self.http.request(method, path, **content)
        except httpx.TransportError:
            self.town.answers[f"{what}: no answer"] += 1
            return None
        if answer.status_code in _OUTAGE:
            self.town.answers[f"{what}: not now"] += 1
            return None
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            self.town.odd.append(f"{what}: answered {answer.status_code}")
            return None
        return answer

    def waiting(self) -> int:
        """How many cases wait, as far as this matters; none when nobody says, for outages are when to hand in."""
        answer = self.ask("look", "GET", "/v1/cases", params={"state": "queued", "limit": WAITING})
        return len(answer.json()["items"]) if answer is not None and answer.is_success else 0


class Caller(Visitor):
    """Hands tests in, one by one and many at once, again, and with other content; takes some back."""

    def __init__(self, stack: Stack, town: Town, name: str, seed: int) -> None:
        super().__init__(stack, town)
        self._name, self._chance, self._handed_in = name, random.Random(f"{seed} {name}"), 0

    def call(self, over: threading.Event) -> None:
        """Be busy until it is over."""
        while not over.wait(self._chance.uniform(0.1, 0.8)):
            deed = self._chance.random()
            if deed < 0.66:
                if self.waiting() < WAITING:
                    self.hand_in([self._test() for _ in range(self._chance.choice((1, 1, 1, 3)))])
            elif deed < 0.88:
                self._again()
            elif deed < 0.93:
                self._with_other_content()
            else:
                self._take_back()

    def hand_in(self, tests: Sequence[Test], what: str = "handed in") -> None:
        """One row as itself, several as an array; what gets no answer is handed in again some time."""
        rows = [test.row for test in tests]
        answer = self.ask(what, "POST", PATH, json=rows if len(rows) > 1 else rows[0])
        if answer is None:
            return
        if not answer.is_success:
            self.town.odd.append(f"{what}: answered {answer.status_code}")
            return
        found = [row.get("case") for row in answer.json()["rows"]] if len(rows) > 1 else [answer.json()]
        for test, case in zip(tests, found, strict=True):
            if case is None:
                self.town.odd.append(f"{what}: a row of an array was refused")
            else:
                test.ids.add(UUID(case["id"]))
                self.town.answers[f"{what}: taken in"] += 1

    def _test(self) -> Test:
        """A test of somebody, often of somebody who was tested a moment ago."""
        recent = self.town.tests[-6:]
        if recent and self._chance.random() < 0.4:
            resident = self._chance.choice(recent).resident
        else:
            resident = self._chance.choice(self.town.residents)
        self._handed_in += 1
        who = resident.who
        row: Row = {
            "reference": f"{self._name}-{self._handed_in:05}",
            "person_id": who.number,
            "family_name": who.family_name,
            "given_name": who.given_name,
            "test_time": (datetime.now(UTC) - timedelta(hours=2)).isoformat(),
            "test_site": "TRD-LEANGEN",
            "test_type": "PCR",
            "phone": "40000001",
        }
        test = Test(resident=resident, row=row)
        self.town.tests.append(test)
        return test

    def _again(self) -> None:
        tests = [test for test in self.town.tests if not test.ids] or self.town.tests[-20:]
        if tests:
            self.hand_in([self._chance.choice(tests)], "handed in again")

    def _with_other_content(self) -> None:
        known = [test for test in self.town.tests[-20:] if test.ids]
        if not known:
            return
        row = self._chance.choice(known).row | {"test_type": "ANTIGEN"}
        answer = self.ask("other content", "POST", PATH, json=row)
        if answer is not None:
            self.town.answers[f"other content: {answer.status_code}"] += 1
            if answer.status_code != _CONFLICT:
                self.town.odd.append(f"other content under a known reference: answered {answer.status_code}")

    def _take_back(self) -> None:
        known = [test for test in self.town.tests[-8:] if test.ids]
        if not known:
            return
        test = self._chance.choice(known)
        answer = self.ask("cancelled", "POST", f"/v1/cases/{next(iter(test.ids))}/cancel")
        if answer is not None:
            self.town.answers["cancelled: yes" if answer.is_success else "cancelled: too late"] += 1
            test.cancelled |= answer.is_success


class CaseWorker(Visitor):
    """Looks at what Roger could not do: tries again what failed, closes what is for people, and gives up some day."""

    def __init__(self, stack: Stack, town: Town) -> None:
        super().__init__(stack, town)
        self._tried = Counter[str]()

    @property
    def given_up(self) -> list[UUID]:
        """Cases that came back from every try: they stay as they are, and are found."""
        return [UUID(case) for case, tries in self._tried.items() if tries >= _TRIES]

    def work(self, over: threading.Event) -> None:
        """Look every second until it is over."""
        while not over.wait(1.0):
            self.look()

    def look(self) -> None:
        """Once through all that needs a person."""
        answer = self.ask("look", "GET", "/v1/cases", params={"state": "manual", "limit": 50})
        for case in answer.json()["items"] if answer is not None and answer.is_success else ():
            path = f"/v1/cases/{case['id']}"
            if case["code"] in _NOT_ROGERS:
                decided = self.ask("closed", "POST", f"{path}/close", json={"handled": "REJECTED"})
            elif self._tried[case["id"]] < _TRIES:
                decided = self.ask("retried", "POST", f"{path}/retry")
                self._tried[case["id"]] += decided is not None and decided.is_success
            else:
                continue
            if decided is not None and decided.is_success:
                self.town.answers[f"a person decided: {case['code']}"] += 1

    def let_go_on(self) -> None:
        """Resume what Roger has paused by itself: HsPro looks as it always did."""
        answer = self.ask("look", "GET", "/v1/processes")
        if answer is None or not answer.is_success:
            return
        for process in answer.json()["items"]:
            if process.get("paused"):
                self.ask("resumed", "POST", f"/v1/processes/{process['name']}/resume", json={"reason": "chaos is over"})
                self.town.answers[f"resumed: {process['name']}"] += 1
