"""The table at the end of a demo: what became of the day, what went to people and why, what it cost and saved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table

from common.local.day import REFUSED, RESUBMITTED, Flow
from common.outcome import OutcomeCode

_SHOWN_PROBLEMS = 20
_TO_A_PERSON, _REFUSED, _KNOWN = "people", "refused", "known"
_ENDINGS = [*OutcomeCode, _TO_A_PERSON, _REFUSED, _KNOWN]


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
    def became(self) -> Counter[str]:
        """How many of its rows came to what, in the words of the table; they add up to its rows."""
        found: Counter[str] = Counter()
        for case in self.found:
            words = {"done": case["outcome"], "manual": _TO_A_PERSON}
            found[words.get(case["state"], case["state"])] += 1
        for (state, _), number in self.at_submission.items():
            found[{REFUSED: _REFUSED, RESUBMITTED: _KNOWN}[state]] += number
        return found

    @property
    def hours(self) -> float:
        """Hours that nobody had to spend."""
        return self.handled * self.minutes / 60


def show(console: Console, accounts: list[Account], *, figures: Figures, problems: list[str]) -> None:
    """Print the whole account of a day."""
    console.print(_outcomes(accounts))
    found = [case for account in accounts for case in account.found]
    if any(case["state"] == "manual" for case in found):
        console.print(_people(found))
    console.print(
        f"\n[bold]{figures.run_seconds:.2f} s[/] a case with {figures.shifts} browser(s), "
        f"[bold]{len(found) / figures.seconds:.2f}[/] cases a second over {figures.seconds:.0f} s; "
        f"[bold green]{sum(account.hours for account in accounts):.1f} hours saved[/]"
    )
    for problem in problems[:_SHOWN_PROBLEMS]:
        console.print(f"[red]✗ {problem}[/]", highlight=False)
    rows = sum(account.flow.rows for account in accounts)
    if not problems:
        console.print(f"[green]✓ {rows} rows in, {rows} outcomes out, each as its situation must give[/]")
    elif len(problems) > _SHOWN_PROBLEMS:
        console.print(f"[red]… and {len(problems) - _SHOWN_PROBLEMS} more[/]")


def _outcomes(accounts: list[Account]) -> Table:
    """A line for each process, a column for each way to end, to people among them; the last line adds them up."""
    became = [account.became for account in accounts]
    endings = [ending for ending in _ENDINGS if any(each[ending] for each in became)]
    endings += sorted({ending for each in became for ending in each} - set(endings))
    table = Table(
        Column("", no_wrap=True),
        "rows",
        *(ending.lower() for ending in endings),
        "hours",
        box=SIMPLE_HEAD,
        padding=0,
        title="What became of the day",
        title_justify="left",
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for account, each in zip(accounts, became, strict=True):
        numbers = [str(each[ending] or "·") for ending in endings]
        table.add_row(account.flow.process, str(account.flow.rows), *numbers, f"{account.hours:.1f}")
    table.add_section()
    totals = [str(sum(each[ending] for each in became)) for ending in endings]
    rows, hours = sum(account.flow.rows for account in accounts), sum(account.hours for account in accounts)
    table.add_row("all", str(rows), *totals, f"{hours:.1f}", style="bold")
    return table


def _people(found: list[dict[str, Any]]) -> Table:
    table = Table("to people, because", "", "what the case worker reads", title="")
    table.columns[1].justify = "right"
    reasons = Counter(case["code"] for case in found if case["state"] == "manual")
    sentences = {case["code"]: case["situation"] for case in found if case["state"] == "manual"}
    for code, number in reasons.most_common():
        table.add_row(code, str(number), sentences[code])
    return table
