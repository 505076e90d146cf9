"""What the check of screens tells: a table for people, JSON for machines, and a number for whatever started it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from common.browser.drift import Finding, LookedAt, Verdict

_COLOURS = {Verdict.FOUND: "green", Verdict.MISSING: "bold red", Verdict.SEVERAL: "bold red"}


class Ending(IntEnum):
    """What the command ends with."""

    ALL_THERE = 0
    DRIFTED = 1
    NOT_ALL_LOOKED_AT = 2


@dataclass(frozen=True, kw_only=True)
class TargetReport:
    """What was seen at one target."""

    target: str
    account: str = ""
    """As whom; empty where nobody signed in."""
    pages: tuple[LookedAt, ...] = ()
    trouble: str = ""
    """Why not everything was looked at, if that is so."""

    @property
    def drifted(self) -> list[str]:
        """A line for everything that has changed: screen, field, and what was looked for."""
        return [f"{page.screen}: {finding}" for page in self.pages for finding in page.drifted]


@dataclass(frozen=True, kw_only=True)
class DriftReport:
    """What was seen at the targets of a service."""

    service: str
    at: datetime
    targets: Sequence[TargetReport]

    @property
    def ending(self) -> Ending:
        if any(each.drifted for each in self.targets):
            return Ending.DRIFTED
        return Ending.NOT_ALL_LOOKED_AT if any(each.trouble for each in self.targets) else Ending.ALL_THERE

    def as_json(self) -> dict[str, Any]:
        """Everything, for machines; `ending` is the command's exit code."""
        return {
            "service": self.service,
            "at": self.at.isoformat(),
            "ending": int(self.ending),
            "targets": [
                {
                    "target": each.target,
                    "account": each.account or None,
                    "trouble": each.trouble or None,
                    "screens": [_page(page) for page in each.pages],
                }
                for each in self.targets
            ],
        }

    def show(self, console: Console, errors: Console) -> None:
        """Print a table of all that was looked for, and a line of its own for what is not as it should be."""
        table = Table("screen", "for", "looked for", "", title=f"Screens of {self.service}")
        for cells in (cells for each in self.targets for page in each.pages for cells in _rows(page)):
            table.add_row(*cells)
        if table.row_count:
            console.print(table)
        for each in self.targets:
            for line in each.drifted:
                errors.print(Text(f"✗ {line}", "red"), soft_wrap=True)
            if each.trouble:
                errors.print(
                    Text(f"✗ {each.target} was not looked at, or not all of it: {each.trouble}"), soft_wrap=True
                )
        if self.ending is Ending.ALL_THERE:
            console.print(Text(f"✓ {self._counted()}"), soft_wrap=True)

    def _counted(self) -> str:
        pages = [page for each in self.targets for page in each.pages]
        number = sum(len(page.findings) for page in pages)
        return f"Everything is there: {number} locators on {len(pages)} screens."


def _rows(page: LookedAt) -> Iterator[tuple[Text, ...]]:
    name = Text(page.screen)
    if page.unreached:
        yield name, Text("–"), Text(page.unreached), Text("not reached", "yellow")
    for finding in page.findings:
        verdict = f"{finding.verdict} ({finding.count})" if finding.count > 1 else str(finding.verdict)
        yield name, Text(finding.field), Text(str(finding.at)), Text(verdict, _COLOURS[finding.verdict])
        name = Text()


def _page(page: LookedAt) -> dict[str, Any]:
    return {
        "screen": page.screen,
        "unreached": page.unreached or None,
        "locators": [_locator(finding) for finding in page.findings],
    }


def _locator(finding: Finding) -> dict[str, Any]:
    return {"field": finding.field, **finding.at.data(), "verdict": str(finding.verdict), "count": finding.count}
