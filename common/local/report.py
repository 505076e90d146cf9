"""The table at the end of a demo: what became of the day, what went to people and why, what it cost and saved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from common.local.day import REFUSED, RESUBMITTED, Flow

_SHOWN_PROBLEMS = 20


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a day took."""

    seconds: float
    """From the first row handed in to the last case ended."""
    run_seconds: float
    """Mean seconds a robot spent on one case."""
    shifts: int


@dataclass(frozen=True, kw_only=True)
class Account:
    """What became of one flow."""

    flow: Flow
    minutes: float
    """Minutes a clerk spends on one such case."""
    found: list[dict[str, Any]]
    """Its cases, as the API lists them."""
    at_submission: Counter[tuple[str, str]]
    """What became of rows that gave no case of their own."""

    @property
    def handled(self) -> int:
        """Done by a robot; what was answered at intake saved nobody's time."""
        return sum(case["state"] == "done" and case["attempts"] > 0 for case in self.found)

    @property
    def hours(self) -> float:
        """Hours that nobody had to spend."""
        return self.handled * self.minutes / 60


def show(console: Console, accounts: list[Account], *, figures: Figures, problems: list[str]) -> None:
    """Print the whole account of a day."""
    for account in accounts:
        console.print(_outcomes(account))
    found = [case for account in accounts for case in account.found]
    console.print(_people(found))
    console.print(
        f"\n[bold]{figures.run_seconds:.2f} s[/] a case with {figures.shifts} browser(s), "
        f"[bold]{len(found) / figures.seconds:.2f}[/] cases a second over {figures.seconds:.0f} s; "
        f"[bold green]{sum(account.hours for account in accounts):.1f} hours saved[/] "
        f"({', '.join(f'{account.handled} × {account.minutes} min' for account in accounts)})"
    )
    for problem in problems[:_SHOWN_PROBLEMS]:
        console.print(f"[red]✗ {problem}[/]", highlight=False)
    rows = sum(account.flow.rows for account in accounts)
    if not problems:
        console.print(f"[green]✓ {rows} rows in, {rows} outcomes out, each as its situation must give[/]")
    elif len(problems) > _SHOWN_PROBLEMS:
        console.print(f"[red]… and {len(problems) - _SHOWN_PROBLEMS} more[/]")


def _outcomes(account: Account) -> Table:
    flow, found = account.flow, account.found
    table = Table("what became of them", "", title=f"{flow.rows} rows of {flow.process}", title_justify="left")
    table.columns[1].justify = "right"
    by_outcome = Counter(case["outcome"] for case in found if case["state"] == "done")
    for outcome, number in by_outcome.most_common():
        table.add_row(f"done: {outcome}", str(number))
    table.add_row("to a person", str(sum(case["state"] == "manual" for case in found)))
    for (state, code), number in sorted(account.at_submission.items()):
        words = {REFUSED: f"refused at once: {code}", RESUBMITTED: "recognised as handed in before"}
        table.add_row(words[state], str(number))
    other = Counter(case["state"] for case in found if case["state"] not in {"done", "manual"})
    for state, number in other.items():
        table.add_row(f"[red]{state}[/]", str(number))
    return table


def _people(found: list[dict[str, Any]]) -> Table:
    table = Table("to people, because", "", "what the case worker reads", title="")
    table.columns[1].justify = "right"
    reasons = Counter(case["code"] for case in found if case["state"] == "manual")
    sentences = {case["code"]: case["situation"] for case in found if case["state"] == "manual"}
    for code, number in reasons.most_common():
        table.add_row(code, str(number), sentences[code])
    return table
