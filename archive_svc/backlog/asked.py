"""Whose backlog is to be controlled, as a request or the clock asks (ARC-02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from archive_svc.backlog.row import BACKLOG, Cutoff, Initials, RunId, later_than
from archive_svc.backlog.settings import BacklogSettings
from common.norway.calendar import oslo_date
from common.privacy.masking import mask
from common.process import CaseInput, Firing, Subject
from common.refusals import FieldProblem

_QUARTER = 3  # months
_Part = Annotated[str, StringConstraints(min_length=1, max_length=64)]
_Unit = Annotated[str, StringConstraints(min_length=1, max_length=32)]


class BacklogRun(CaseInput):
    """The lists of some units, or of all; with an `officer`, whatever they handle: for when somebody leaves."""

    run_id: RunId | None = Field(default=None, examples=["2026-Q4-BYARK"])
    parts: Annotated[tuple[_Part, ...], Field(max_length=50)] = Field(
        default=(), description="Parts of the archive (arkivdeler); left out: those of the deployment"
    )
    units: Annotated[tuple[_Unit, ...], Field(max_length=500)] = Field(
        default=(), description="Units by number or code; left out: the case's `unit`, or all", examples=[["311874322"]]
    )
    officer: Initials | None = Field(
        default=None, min_length=1, description="Initials of an officer who leaves", examples=["skol07"]
    )
    as_of: date | None = Field(default=None, description="The day on which ages are counted; left out: today")
    cutoff_age_days: Cutoff = Field(
        default=BACKLOG.cutoff_days, description="From which age on, in days, an officer is reminded"
    )

    @field_validator("parts", "units")
    @classmethod
    def are_nobody(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if any(mask(name) != name or not name.isprintable() for name in names):
            raise PydanticCustomError("INVALID_VALUE", "Parts and units are names or codes, never a person's number")
        return tuple(sorted(set(names)))

    @property
    def subject(self) -> Subject:
        return Subject("backlog", "+".join(self.of_parts))

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        return later_than(now, self.as_of)

    @property
    def of_parts(self) -> tuple[str, ...]:
        return self.parts or tuple(sorted(set(BACKLOG.parts)))

    @property
    def of_units(self) -> tuple[str, ...]:
        """None means all."""
        return self.units or ((self.unit,) if self.unit else ())

    def is_about_officer(self, initials: str) -> bool:
        """Whether posts of this officer are meant."""
        return self.officer is None or self.officer.casefold() == initials.casefold()


def of_quarter(firing: Firing, settings: BacklogSettings) -> list[BacklogRun]:
    """All units, in March, June, September and December."""
    day = oslo_date(firing.due_at)
    run_id = f"{day.year}-Q{day.month // _QUARTER}"
    run = BacklogRun(reference=f"{firing.schedule}:{day}", run_id=run_id, as_of=day)
    return [run] if settings.quarterly else []


def of_month(firing: Firing, settings: BacklogSettings) -> list[BacklogRun]:
    """Each of the units that are controlled every month; in a month in which all are, they need no run of their own."""
    day = oslo_date(firing.due_at)
    if settings.quarterly and day.month % _QUARTER == 0:
        return []
    return [
        BacklogRun(reference=f"{firing.schedule}:{day}:{unit}", run_id=f"{day:%Y-%m}", as_of=day, unit=unit)
        for unit in settings.monthly_units
    ]
