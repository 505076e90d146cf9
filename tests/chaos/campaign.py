"""One stretch of chaos: a whole Roger at work, harm by plan, then peace, and the evidence of what came of it all."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import httpx
import psutil

from common.cases.states import FINAL
from common.local.child import Child
from tests.chaos.clear_text import in_files, in_tables
from tests.chaos.desk import Desk
from tests.chaos.evidence import Details, Evidence
from tests.chaos.hand import Hand
from tests.chaos.keeper import Done, Keeper
from tests.chaos.plan import Harm, Part
from tests.chaos.town import Town
from tests.chaos.traffic import Caller, CaseWorker
from tests.recovery.plant import Plant, Row, wait_for
from tests.sandbox.visitor import PLAIN

CLOCKWORK = {
    "ROGER_WORKER_LEASE": "10",
    "ROGER_WORKER_HEARTBEAT": "0.5",
    "ROGER_WORKER_MARGIN": "2",
    "ROGER_WORKER_SWEEP": "0.5",
    "ROGER_WORKER_BACKOFF": "[0.5, 1, 1]",
    "ROGER_WORKER_GRACE": "3",
    "ROGER_BROWSER_BUDGET": "4",
}
STALLED = 180.0
"""So many seconds of peace without a single move, and what waits counts as stuck: longer than any circuit stays open."""
_RESIDENTS_PER_SECOND = 3
_CALLERS = ("A", "B")
_PAGE = 200


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What was done, and what came of it."""

    done: Sequence[Done]
    ended_alone: Sequence[str]
    answers: Counter[str]
    evidence: Evidence
    drained_in: float
    """Seconds of peace until the last case had ended."""
    exits: Sequence[str] = field(default=())
    """Workers that did not end in good order."""


Tell = Callable[[Harm, str], None]


def wage(plant: Plant, plan: Sequence[Harm], *, seed: int, seconds: float, tell: Tell) -> Findings:
    """Let cases flow and do the plan's harm to it for so many seconds, then wait until all is done and look."""
    town = Town.settle(plant, seed, 20 + round(seconds * _RESIDENTS_PER_SECOND))
    children = {Part.FIRST_WORKER: plant.worker, Part.SECOND_WORKER: plant.another_worker()}
    children |= {Part.API: plant.stack.parts["api"], Part.ERRANDS: plant.stack.parts["errands"]}
    hand = Hand(plant, children)
    keepers = {
        part: Keeper(part, [harm for harm in plan if harm.part is part], hand, children.get(part), tell)
        for part in Part
    }
    with ExitStack() as dismissals:
        _flow(plant, town, list(keepers.values()), seed=seed, seconds=seconds, dismissals=dismissals)
        drained_in = _drain(plant, town)
        evidence = _stand(plant, town)
    exits = _send_home(plant, [children[part] for part in (Part.FIRST_WORKER, Part.SECOND_WORKER)])
    return Findings(
        done=sorted((done for keeper in keepers.values() for done in keeper.done), key=lambda done: done.began),
        ended_alone=[words for keeper in keepers.values() for words in keeper.ended_alone],
        answers=town.answers,
        evidence=_left_behind(plant, town, evidence),
        drained_in=drained_in,
        exits=exits,
    )


def _flow(
    plant: Plant, town: Town, keepers: Sequence[Keeper], *, seed: int, seconds: float, dismissals: ExitStack
) -> None:
    over = threading.Event()
    desks = [Desk(town, name, seed, place=n, places=len(_CALLERS)) for n, name in enumerate(_CALLERS)]
    callers, case_worker = [Caller(plant.stack, desk, town) for desk in desks], CaseWorker(plant.stack, town)
    for visitor in (*callers, case_worker):
        dismissals.callback(visitor.close)
    people = [threading.Thread(target=busy, args=[over]) for busy in (*(one.call for one in callers), case_worker.work)]
    beginning = time.monotonic()
    for keeper in keepers:
        keeper.start(beginning)
        dismissals.callback(keeper.dismiss)
    for one in people:
        one.start()
    over.wait(seconds)
    over.set()
    for one in people:
        one.join()
    for keeper in keepers:
        keeper.await_through()


def _drain(plant: Plant, town: Town) -> float:
    """Peace: hand in what was never answered, decide what needs a person, until every case has ended."""
    began = moved = time.monotonic()
    # What the stand-ins have been told to do wrong is left to them: each fault strikes a few times at most, and should.
    last, tick = -1, threading.Event()
    with (
        closing(Caller(plant.stack, Desk(town, "peace", 0, place=len(_CALLERS), places=1), town)) as caller,
        closing(CaseWorker(plant.stack, town)) as case_worker,
    ):
        while _settle(plant, town, caller, case_worker):
            events = plant.rows("select count(*) as n from events")[0]["n"]
            if events != last:
                last, moved = events, time.monotonic()
            if time.monotonic() - moved > STALLED:
                break
            tick.wait(0.2)
    return time.monotonic() - began


def _settle(plant: Plant, town: Town, caller: Caller, case_worker: CaseWorker) -> bool:
    """Do what is left for callers and the case worker; gives whether anything is still open."""
    for one in [one for one in town.submissions if not one.ids]:
        caller.hand_in([one], "handed in at last")
    case_worker.look()
    case_worker.let_go_on()
    still_open = "select count(*) as n from cases where not state = any(%s) and not (state = 'manual' and id = any(%s))"
    found = plant.rows(still_open, sorted(FINAL), case_worker.given_up)
    return found[0]["n"] > 0 or not all(one.ids for one in town.submissions)


def _stand(plant: Plant, town: Town) -> Evidence:
    """Everything as it stands when the last case has ended; the workers are still there."""
    involved = {one.resident.number for one in town.submissions}
    before = {one.number: ["before"] for one in town.residents if one.had_journal and one.number not in involved}
    return Evidence(
        residents=town.residents,
        submissions=town.submissions,
        cases=plant.rows("select * from cases order by id"),
        events=plant.rows("select * from events order by id"),
        details=_details(plant),
        log=_noted(plant, {one.number for one in town.residents}),
        journals={number: _journals(plant, number) for number in involved} | before,
        doses={number: _asked(plant, "hspro", "doses", national_id=number) for number in involved},
        cards={number: _asked(plant, "systemx", "cards", national_id=number) for number in involved},
    )


def _noted(plant: Plant, numbers: set[str]) -> list[Row]:
    """What HsPro and SystemX noted of these people, each in its own order."""
    return [
        {"source": "", **row, "target": target}
        for target in plant.stack.targets
        for row in sorted(
            (row for kind in ("looks", "writes") for row in _asked(plant, target, kind)), key=lambda row: row["seq"]
        )
        if row["national_id"] in numbers
    ]


def _journals(plant: Plant, number: str) -> list[str]:
    found = _asked(plant, "hspro", "journals", national_id=number)
    return [journal["number"] for journal in found if journal["type"] == "SMITTEVERN"]


def _asked(plant: Plant, target: str, path: str, **wanted: str) -> list[Row]:
    answer = httpx.get(f"{plant.stack.consoles[target]}/_kontroll/{path}", params=wanted, timeout=30, verify=PLAIN)
    found: list[Row] = answer.raise_for_status().json()
    return found


def _details(plant: Plant) -> dict[UUID, Details]:
    found: dict[UUID, Details] = {}
    wanted: dict[str, str | int] = {"limit": _PAGE}
    while True:
        page = plant.api.get("/v1/cases", params=wanted).raise_for_status().json()
        found |= {UUID(case["id"]): case["detail"] for case in page["items"]}
        if page["next"] is None:
            return found
        wanted["cursor"] = page["next"]


def _send_home(plant: Plant, workers: Sequence[Child]) -> list[str]:
    """Ask the workers to end; gives those that did not do so in good order."""
    for worker in workers:
        worker.ask_to_stop()
    for worker in workers:
        worker.wait()
    codes = {worker.name: worker.process.returncode for worker in workers if worker.process is not None}
    return [f"{name} ended with {code}" for name, code in codes.items() if code]


def _left_behind(plant: Plant, town: Town, evidence: Evidence) -> Evidence:
    """What is still held, still runs or stands readable after the workers have gone."""
    held = "select *, holder is not null and lease_until > now() as held from accounts order by target, name"

    def nothing_held() -> bool:
        return not any(account["held"] for account in plant.rows(held))

    left: list[psutil.Process] = []

    def nothing_runs() -> bool:
        left[:] = plant.leavings()
        return not left

    for is_so, what in (
        (nothing_held, "the accounts of killed workers are free"),
        (nothing_runs, "browsers have gone"),
    ):
        try:
            wait_for(is_so, what, within=30)
        except AssertionError:
            continue
    numbers = {one.number for one in town.residents}
    return replace(
        evidence,
        accounts=plant.rows(held),
        left=[" ".join(process.cmdline())[:80] for process in left if process.is_running()],
        in_the_clear=[*in_tables(plant, numbers), *in_files(_written(plant.stack.folder), numbers)],
        odd=town.odd,
    )


def _written(folder: Path) -> list[Path]:
    """All that Roger and its servers have written, but for the data of PostgreSQL (read as tables) and of the stand-ins."""
    apart = {folder / "postgres" / "data", folder / "hspro", folder / "systemx"}
    return [path for path in folder.rglob("*") if path.is_file() and not apart & set(path.parents)]
