"""The books of a synthetic day: what was handed in, what became of it, and whether that is what it had to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from common.errors import ConfigurationError
from common.local.day import REFUSED, RESUBMITTED, Day, Flow, Seed, Situation
from common.local.stack import Stack

ARRAY = 50
"""Rows that are handed in together."""
_PAGE = 200
_LONG_AGO = "2020-01-01"


@dataclass
class _Handed:
    """What became of the rows at submission."""

    situation_of: dict[str, Situation] = field(default_factory=dict[str, Situation])
    """Case → the situation it belongs to."""
    endings: dict[int, Counter[tuple[str, str]]] = field(default_factory=dict[int, Counter[tuple[str, str]]])
    """Situation (by its `id`) → what its rows came to at submission already."""
    resubmitted: list[tuple[str, Situation]] = field(default_factory=list[tuple[str, Situation]])


class DayBook:
    """Hands a day in at a running stack, and holds every outcome to account."""

    def __init__(self, stack: Stack, day: Day) -> None:
        self.day = day
        self._stack, self._handed = stack, _Handed()
        self._http = httpx.Client(base_url=stack.api, headers={"Authorization": f"Bearer {stack.api_key}"}, timeout=60)
        self._consoles = httpx.Client(timeout=60)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
        self._consoles.close()

    def prepare(self) -> None:
        """Tell the stand-ins what all flows share, and hand in the registers that cases are decided by."""
        self._tell(self.day.common_seeds)
        for name, rows in self.day.registers.items():
            asked = {"valid_from": _LONG_AGO, "signer": "Demokommunens ansvarlige"}
            answer = self._http.put(f"/v1/registers/{name}", params=asked, json=rows)
            if not answer.is_success:
                raise ConfigurationError(f"Register {name} was refused: {answer.text}")

    def phases(self) -> Iterator[list[Flow]]:
        """What is handed in at once, and then, time after time, what comes when all that has ended.

        Before each, the stand-ins are told how things stand for it.
        """
        for place in sorted({flow.after for flow in self.day.flows}):
            flows = [flow for flow in self.day.flows if flow.after == place]
            self._tell([seed for flow in flows for seed in flow.seeds])
            yield flows

    def _tell(self, seeds: Sequence[Seed]) -> None:
        for target, path, content in seeds:
            answer = self._consoles.post(f"{self._stack.consoles[target]}{path}", json=content)
            if not answer.is_success:
                raise ConfigurationError(f"The stand-in of {target} does not take {path}: {answer.text[:300]}")

    def hand_in(self, flow: Flow) -> None:
        """Hand over a flow's files, and hand in its rows, an array after the other, or all together."""
        for content in flow.files:
            taken = self._http.post("/v1/files", content=content)
            if not taken.is_success:
                raise ConfigurationError(f"A file was refused: {taken.text[:300]}")
        rows = [(situation, row) for situation in flow.situations for row in situation.rows]
        size = len(rows) if flow.together else ARRAY
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            answer = self._http.post(f"/v1/{flow.process}", json=[row for _, row in part]).json()
            if "rows" not in answer:
                raise ConfigurationError(f"The API refused an array: {answer.get('detail')}")
            for (situation, _), result in zip(part, answer["rows"], strict=True):
                self._note(situation, result)

    def _note(self, situation: Situation, result: dict[str, Any]) -> None:
        handed = self._handed
        if result.get("problem"):
            handed.endings.setdefault(id(situation), Counter())[REFUSED, result["problem"]["code"]] += 1
        elif result["case"]["existing"]:
            handed.resubmitted.append((result["case"]["id"], situation))
        else:
            handed.situation_of[result["case"]["id"]] = situation

    @property
    def cases(self) -> int:
        """How many rows gave a case of their own."""
        return len(self._handed.situation_of)

    def at_submission(self, flow: Flow) -> Counter[tuple[str, str]]:
        """What became of a flow's rows that gave none."""
        found: Counter[tuple[str, str]] = Counter()
        for situation in flow.situations:
            found += self._handed.endings.get(id(situation), Counter())
            found[RESUBMITTED, ""] += sum(again is situation for _, again in self._handed.resubmitted)
        return +found

    def states(self) -> Counter[str]:
        """How many cases are in each state, as the API counts them; some seconds old."""
        answer = self._http.get("/v1/processes")
        answer.raise_for_status()
        found: Counter[str] = Counter()
        for process in answer.json()["items"]:
            found.update(process["states"])
        return found

    def all_ended(self) -> bool:
        """Asked of the cases themselves; twice, as one may go back to the queue between two questions.

        What comes as one batch waits for its judgement first. What is for a day to come does not keep this one open;
        what a case leaves to another process does, also while that has not been taken in yet.
        """
        if any(self._any(state) for state in 2 * ("awaiting_release", "queued", "running")):
            return False
        left = (left for case in self.found(state="done") for left in case["handed_over"])
        return not any(each["batch"] is None and each["code"] is None for each in left)

    def _any(self, state: str) -> bool:
        now = datetime.now(UTC)
        earliest = (case["not_before"] for case in self.found(state=state))
        return any(moment is None or datetime.fromisoformat(moment) <= now for moment in earliest)

    def found(self, **wanted: str) -> Iterator[dict[str, Any]]:
        """Every case, or those that are wanted, as the API lists them."""
        cursor: str | None = None
        while True:
            parameters = {"limit": str(_PAGE)} | wanted | ({"cursor": cursor} if cursor else {})
            page = self._http.get("/v1/cases", params=parameters).raise_for_status().json()
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def problems(self, found: list[dict[str, Any]]) -> list[str]:
        """Sentences for everything that is not as it must be."""
        handed, day = self._handed, self.day
        came = {case["id"]: (case["state"], case["outcome"] or case["code"] or "") for case in found}
        situations = [situation for flow in day.flows for situation in flow.situations]
        endings = {id(situation): Counter(handed.endings.get(id(situation), Counter())) for situation in situations}
        problems = [f"case {case} was accepted and cannot be found" for case in handed.situation_of if case not in came]
        for case, situation in handed.situation_of.items():
            endings[id(situation)][came.get(case, ("lost", ""))] += 1
        for case, situation in handed.resubmitted:
            endings[id(situation)][RESUBMITTED, came.get(case, ("lost", ""))[1]] += 1
        rows_out = sum(ending.total() for ending in endings.values())
        if rows_out != day.rows:
            problems.append(f"{day.rows} rows in, {rows_out} outcomes out")
        problems += [
            f"{situation.name}: expected {_words(situation.expected)}, got {_words(endings[id(situation)])}"
            for situation in situations
            if endings[id(situation)] != situation.expected
        ]
        for target, check in day.checks:
            problem = check(self._consoles.get(f"{self._stack.consoles[target]}/_kontroll/summary").json())
            problems += [f"{target}: {problem}"] if problem else []
        return problems


def _words(endings: Counter[tuple[str, str]]) -> str:
    return ", ".join(f"{number} × {state} {code}".strip() for (state, code), number in sorted(endings.items()))
