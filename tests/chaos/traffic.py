"""Callers who hand in, again and otherwise, and change their minds, and a case worker who decides."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx

from common.local.stack import Stack
from tests.chaos.desk import OTHER_CONTENT, Desk
from tests.chaos.town import Submission, Town

WAITING = 12
"""So many cases may wait before a caller holds back: then all of them can end within a minute of peace."""
_PATIENCE = 4.0
_TRIES = 6
_NOT_ROGERS = ("NAME_MISMATCH",)
_CONFLICT, _OUTAGE = 409, {502, 503, 504}


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
    """Hands in what lies on a desk, one by one and many at once, again, and with other content; takes some back."""

    def __init__(self, stack: Stack, desk: Desk, town: Town) -> None:
        super().__init__(stack, town)
        self._desk, self._chance = desk, desk.chance

    def call(self, over: threading.Event) -> None:
        """Be busy until it is over."""
        for made in self._desk.first():
            self.hand_in(made)
        while not over.wait(self._chance.uniform(0.1, 0.8)):
            deed = self._chance.random()
            if deed < 0.66:
                if self.waiting() < WAITING:
                    self.hand_in(self._desk.several())
            elif deed < 0.88:
                self._again()
            elif deed < 0.93:
                self._with_other_content()
            else:
                self._take_back()

    def hand_in(self, submissions: Sequence[Submission], what: str = "handed in") -> None:
        """What gets no answer is handed in again some time."""
        for process in dict.fromkeys(one.process for one in submissions):
            self._hand_in(process, [one for one in submissions if one.process == process], what)

    def _hand_in(self, process: str, submissions: Sequence[Submission], what: str) -> None:
        """One row as itself, several as an array."""
        rows = [one.row for one in submissions]
        answer = self.ask(what, "POST", f"/v1/{process}", json=rows if len(rows) > 1 else rows[0])
        if answer is None:
            return
        if not answer.is_success:
            self.town.odd.append(f"{process} {what}: answered {answer.status_code}")
            return
        found = [row.get("case") for row in answer.json()["rows"]] if len(rows) > 1 else [answer.json()]
        for submission, case in zip(submissions, found, strict=True):
            if case is None:
                self.town.odd.append(f"{process} {what}: a row of an array was refused")
            else:
                submission.ids.add(UUID(case["id"]))
                self.town.answers[f"{process} {what}: taken in"] += 1

    def _again(self) -> None:
        known = [one for one in self.town.submissions if not one.ids] or self.town.submissions[-20:]
        if known:
            self.hand_in([self._chance.choice(known)], "handed in again")

    def _with_other_content(self) -> None:
        known = [one for one in self.town.submissions[-20:] if one.ids]
        if not known:
            return
        chosen = self._chance.choice(known)
        row = chosen.row | OTHER_CONTENT[chosen.process]
        answer = self.ask("other content", "POST", f"/v1/{chosen.process}", json=row)
        if answer is not None:
            self.town.answers[f"other content: {answer.status_code}"] += 1
            if answer.status_code != _CONFLICT:
                self.town.odd.append(f"other content under a known reference: answered {answer.status_code}")

    def _take_back(self) -> None:
        known = [one for one in self.town.submissions[-8:] if one.ids and one.may_be_taken_back]
        if not known:
            return
        chosen = self._chance.choice(known)
        answer = self.ask("cancelled", "POST", f"/v1/cases/{next(iter(chosen.ids))}/cancel")
        if answer is not None:
            self.town.answers["cancelled: yes" if answer.is_success else "cancelled: too late"] += 1
            chosen.cancelled |= answer.is_success


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
