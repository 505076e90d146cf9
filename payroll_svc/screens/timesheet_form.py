"""The payroll system's form of a timesheet: what is typed into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from common.browser.form import Field, Form, written
from common.browser.locator import label
from payroll_svc.assignments.lines import WorkedLine, clock, hours


class TimesheetHead(Form):
    """What holds for a whole timesheet. Empty text empties a field, for a correction finds it filled in."""

    km: Annotated[int, label("Km")]
    expenses: Annotated[Decimal, label("Utlegg (kr)")]
    receipt: Annotated[str, label("Bilag")]
    approved_by: Annotated[str, label("Godkjent av")]
    approved_at: Annotated[datetime, label("Godkjent tid")]
    decision: Annotated[str, label("Vedtaksnr.")]
    reference: Annotated[str, label("Referanse")]


@dataclass(frozen=True, repr=False, kw_only=True)
class FilledTimesheet:
    """A timesheet as it is to be filled in."""

    lines: tuple[WorkedLine, ...]
    head: TimesheetHead

    def fields(self, rows: int) -> list[Field]:
        """What to type, with so many rows of the form at least; those beyond the lines are emptied."""
        texts = [_typed(line) for line in self.lines]
        texts += [("", "", "", "")] * (rows - len(texts))
        return [
            *(
                Field(f"{name}{number}", label(f"{name} {number}"), written(value))
                for number, row in enumerate(texts, start=1)
                for name, value in zip(("Dato", "Fra", "Til", "Timer"), row, strict=True)
            ),
            *self.head.fields(),
        ]


def _typed(line: WorkedLine) -> tuple[str, str, str, str]:
    """Date, from, to and hours, as one types them: the times, or else the hours."""
    day = f"{line.day:%d.%m.%Y}"
    if line.start is None or line.end is None:
        return day, "", "", hours(line.hundredths).replace(".", ",")
    return day, clock(line.start), clock(line.end), ""
