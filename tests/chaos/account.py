"""What is printed: the plan, the harm as it is done, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from common.cases.states import State
from tests.chaos.campaign import Findings
from tests.chaos.evidence import is_look
from tests.chaos.hand import NOTHING_THERE
from tests.chaos.plan import STAND_INS, Deed, Harm, Part

_SHOWN = 30
_TAKES_A_WORKER_AWAY = {Deed.KILL, Deed.KILL_ACTING, Deed.FREEZE, Deed.FREEZE_ACTING, Deed.SUSPEND, Deed.DRAIN}


def show_plan(console: Console, plan: Sequence[Harm], *, seed: int, seconds: float) -> None:
    """Say what is going to be done."""
    console.print(f"Seed {seed}: {len(plan)} harms in {seconds:.0f} seconds, the times are seconds after the beginning")
    for harm in plan:
        console.print(f"  {harm.at:6.1f}  {harm}", highlight=False)


def show_findings(console: Console, findings: Findings, broken: Sequence[str], *, seed: int) -> None:
    """Say what was done and what came of it."""
    console.print(_harms(findings))
    console.print(_cases(findings))
    console.print(_table("what people asked and were answered", findings.answers))
    recovered = list(recoveries(findings))
    console.print(
        f"[bold]{findings.drained_in:.1f} s[/] of peace until the last case had ended; "
        f"{len(recovered)} cases were taken back from a worker that was gone"
        + (f", the slowest was at work again [bold]{max(recovered):.1f} s[/] after the harm" if recovered else "")
    )
    for words, number in Counter([*findings.ended_alone, *findings.exits]).items():
        console.print(f"[yellow]! {words} ({number} times)[/]", highlight=False)
    for finding in broken[:_SHOWN]:
        console.print(f"[red]✗ {finding}[/]", highlight=False, soft_wrap=True)
    if len(broken) > _SHOWN:
        console.print(f"[red]… and {len(broken) - _SHOWN} more[/]")
    if broken:
        console.print(f"[red]Seed {seed}: {len(broken)} times something did not hold[/]")
    else:
        evidence = findings.evidence
        written = Counter(row["target"] for row in evidence.log if not is_look(row))
        effects = " and ".join(f"{written[name]} effects in {part}" for part, name in STAND_INS.items())
        console.print(
            f"[green]✓ {len(evidence.submissions)} rows in, {len(evidence.cases)} outcomes out, "
            f"{effects}, each once and each by the run that held its case[/]"
        )


def _harms(findings: Findings) -> Table:
    done = Counter(
        f"{harm.part} {harm.deed}" for one in findings.done if one.remark != NOTHING_THERE for harm in [one.harm]
    )
    done["(nothing there to be harmed)"] += sum(one.remark == NOTHING_THERE for one in findings.done)
    return _table("what was done", done)


def _cases(findings: Findings) -> Table:
    evidence = findings.evidence
    ends = Counter(
        " ".join(filter(None, [row["process"], row["state"], row["outcome"] or row["code"]])) for row in evidence.cases
    )
    back = Counter(
        f"came back: {event['code']}"
        for event in evidence.events
        if event["from_state"] == State.RUNNING and event["to_state"] == State.QUEUED
    )
    people = Counter(
        f"went to a person: {event['code']}" for event in evidence.events if event["to_state"] == State.MANUAL
    )
    return _table("what became of the cases", ends, back, people)


def _table(title: str, *counts: Counter[str]) -> Table:
    table = Table(title, "", title_justify="left")
    table.columns[1].justify = "right"
    for count in counts:
        for what, number in sorted(count.items()):
            if number:
                table.add_row(what, str(number))
    return table


def recoveries(findings: Findings) -> Iterator[float]:
    """For every case whose lease ran out: seconds from the harm to its worker until it was claimed again."""
    harms = [
        one
        for one in findings.done
        if one.harm.part in {Part.FIRST_WORKER, Part.SECOND_WORKER} and one.harm.deed in _TAKES_A_WORKER_AWAY
    ]
    for moves in findings.evidence.moves.values():
        claims = [move for move in moves if move["to_state"] == State.RUNNING]
        for move in (move for move in moves if move["code"] == "LEASE_EXPIRED"):
            lost = next(claim for claim in claims if claim["fence"] == move["fence"])
            again = next((claim for claim in claims if claim["fence"] == move["fence"] + 1), None)
            began = [
                one.began
                for one in harms
                if f"-{one.pid}-" in lost["actor"] and lost["at"].timestamp() <= one.began <= move["at"].timestamp()
            ]
            if again is not None and began:
                yield again["at"].timestamp() - began[-1]
