"""`roger demo`: hand a synthetic day in over REST, watch it being worked off, and hold every outcome to account."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from common.errors import ConfigurationError
from common.local.day import REFUSED, RESUBMITTED, Day, Flow, Situation, plan
from common.local.report import Account, Figures, show
from common.local.stack import Ports, Stack

ARRAY = 50
_PAGE = 200
_POLL = 0.5
_STALLED = 300.0  # seconds without a single case ending
_LONG_AGO = "2020-01-01"


@dataclass
class Handed:
    """What became of the rows at submission."""

    situation_of: dict[str, Situation] = field(default_factory=dict[str, Situation])
    """Case → the situation it belongs to."""
    endings: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict[str, Counter[tuple[str, str]]])
    """Situation (by its number) → what its rows came to at submission already."""
    resubmitted: list[tuple[str, Situation]] = field(default_factory=list[tuple[str, Situation]])


def run_demo(service: str, *, cases: int, shifts: int, seed: int) -> int:
    """Play a day; gives the exit status: 0 when every row came to what its situation must give."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="roger-demo-") as folder:
        stack = Stack(service, Path(folder), ports=Ports.free(), shifts=shifts, progress=console.print)
        day = plan(stack.package, cases=cases, seed=seed)
        with stack:
            handed = Handed()
            with httpx.Client(base_url=stack.api, headers={"Authorization": f"Bearer {stack.api_key}"}) as http:
                _prepare(stack, http, day)
                began = time.monotonic()
                for flows in _phases(day):
                    for flow in flows:
                        console.print(f"{flow.rows} rows of {flow.process} are handed in, {ARRAY} at a time")
                        _hand_in(http, flow, handed)
                    _watch(stack, http, handed, console)
                seconds = time.monotonic() - began
                found = list(_cases(http))
            figures = Figures(seconds=seconds, run_seconds=_run_seconds(stack), shifts=shifts)
            problems = _hold_to_account(day, handed, found, stack)
    accounts = [
        Account(
            flow=flow,
            minutes=stack.service.processes[flow.process].manual_minutes,
            found=[case for case in found if case["process"] == flow.process],
            at_submission=Counter(_at_submission(flow, handed)),
        )
        for flow in day.flows
    ]
    show(console, accounts, figures=figures, problems=problems)
    return 1 if problems else 0


def _prepare(stack: Stack, http: httpx.Client, day: Day) -> None:
    """Tell the stand-ins how things stand, and hand in the registers that cases are decided by."""
    for target, path, content in day.seeds:
        httpx.post(f"{stack.targets[target]}{path}", json=content, timeout=60).raise_for_status()
    for name, rows in day.registers.items():
        asked = {"valid_from": _LONG_AGO, "signer": "Demokommunens ansvarlige"}
        answer = http.put(f"/v1/registers/{name}", params=asked, json=rows, timeout=60)
        if not answer.is_success:
            raise ConfigurationError(f"Register {name} was refused: {answer.text}")


def _phases(day: Day) -> Iterator[list[Flow]]:
    """What is handed in at once, and then what comes when all that has ended."""
    for later in (False, True):
        if flows := [flow for flow in day.flows if flow.after is later]:
            yield flows


def _hand_in(http: httpx.Client, flow: Flow, handed: Handed) -> None:
    rows = [(situation, row) for situation in flow.situations for row in situation.rows]
    for start in range(0, len(rows), ARRAY):
        part = rows[start : start + ARRAY]
        answer = http.post(f"/v1/{flow.process}", json=[row for _, row in part], timeout=60).json()
        if "rows" not in answer:
            raise ConfigurationError(f"The API refused an array: {answer.get('detail')}")
        for (situation, _), result in zip(part, answer["rows"], strict=True):
            _note(handed, situation, result)


def _note(handed: Handed, situation: Situation, result: dict[str, Any]) -> None:
    if result.get("problem"):
        ending = (REFUSED, result["problem"]["code"])
        handed.endings.setdefault(_key(situation), Counter())[ending] += 1
    elif result["case"]["existing"]:
        handed.resubmitted.append((result["case"]["id"], situation))
    else:
        handed.situation_of[result["case"]["id"]] = situation


def _key(situation: Situation) -> str:
    return str(id(situation))


def _watch(stack: Stack, http: httpx.Client, handed: Handed, console: Console) -> None:
    total = len(handed.situation_of)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("cases", total=total)
        moved, before = time.monotonic(), -1
        while True:
            stack.watch()
            states = _states(http)
            ended = total - states["queued"] - states["running"]
            wording = f"{states['running']} running, {states['manual']} to people"
            progress.update(task, completed=ended, description=wording)
            if ended >= total and _all_ended(http):
                return
            if ended != before:
                moved, before = time.monotonic(), ended
            elif time.monotonic() - moved > _STALLED:
                raise ConfigurationError(f"No case has ended for {_STALLED:.0f} s; the logs are in {stack.folder}/logs")
            time.sleep(_POLL)


def _states(http: httpx.Client) -> Counter[str]:
    answer = http.get("/v1/processes", timeout=60)
    answer.raise_for_status()
    found: Counter[str] = Counter()
    for process in answer.json()["items"]:
        found.update(process["states"])
    return found


def _all_ended(http: httpx.Client) -> bool:
    """Asked of the cases themselves: the counts above are some seconds old."""
    left = (http.get("/v1/cases", params={"state": state, "limit": "1"}, timeout=60) for state in ("queued", "running"))
    return not any(answer.raise_for_status().json()["items"] for answer in left)


def _cases(http: httpx.Client) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        parameters = {"limit": str(_PAGE)} | ({"cursor": cursor} if cursor else {})
        answer = http.get("/v1/cases", params=parameters, timeout=60)
        answer.raise_for_status()
        page = answer.json()
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return


def _run_seconds(stack: Stack) -> float:
    """Mean seconds a robot spent on a case, as Prometheus would see it."""
    text = httpx.get(f"http://127.0.0.1:{stack.ports.worker}/metrics", timeout=10).text
    samples: Counter[str] = Counter()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            samples[sample.name] += sample.value  # pyright: ignore[reportArgumentType]  a Counter adds floats as well
    return samples["roger_run_seconds_sum"] / max(1, samples["roger_run_seconds_count"])


def _at_submission(flow: Flow, handed: Handed) -> Iterator[tuple[str, str]]:
    for situation in flow.situations:
        yield from handed.endings.get(_key(situation), Counter()).elements()
        yield from ((RESUBMITTED, "") for _, again in handed.resubmitted if again is situation)


def _hold_to_account(day: Day, handed: Handed, found: list[dict[str, Any]], stack: Stack) -> list[str]:
    """Sentences for everything that is not as it must be."""
    came = {case["id"]: (case["state"], case["outcome"] or case["code"] or "") for case in found}
    situations = [situation for flow in day.flows for situation in flow.situations]
    endings = {_key(situation): Counter(handed.endings.get(_key(situation), Counter())) for situation in situations}
    problems = [f"case {case} was accepted and cannot be found" for case in handed.situation_of if case not in came]
    for case, situation in handed.situation_of.items():
        endings[_key(situation)][came.get(case, ("lost", ""))] += 1
    for case, situation in handed.resubmitted:
        endings[_key(situation)][RESUBMITTED, came.get(case, ("lost", ""))[1]] += 1
    rows_out = sum(ending.total() for ending in endings.values())
    if rows_out != day.rows:
        problems.append(f"{day.rows} rows in, {rows_out} outcomes out")
    problems += [
        f"{situation.name}: expected {_words(situation.expected)}, got {_words(endings[_key(situation)])}"
        for situation in situations
        if endings[_key(situation)] != situation.expected
    ]
    for target, check in day.checks:
        problem = check(httpx.get(f"{stack.targets[target]}/_kontroll/summary", timeout=30).json())
        problems += [f"{target}: {problem}"] if problem else []
    return problems


def _words(endings: Counter[tuple[str, str]]) -> str:
    return ", ".join(f"{number} × {state} {code}".strip() for (state, code), number in sorted(endings.items()))
