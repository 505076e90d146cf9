"""What a report of a batch says: figures, charts and tables, the same whichever way it is shown.

It is made once, when its batch has ended, and read as JSON, as a workbook and as a page. All of its texts are Norwegian
bokmål, as its author writes them. It never holds anybody's name or national id: people are told apart by numbers that
only the target knows, and what looks like a national id is masked.
"""

from __future__ import annotations

import contextlib
import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, StrictInt, StrictStr, ValidationInfo
from pydantic import field_validator as checked
from pydantic import model_validator as checked_together

from common.privacy.masking import mask

# What XML, and with it a workbook, cannot hold. Line breaks and blanks that do not break stay.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def _clean(text: str) -> str:
    return mask(_UNWRITABLE.sub(" ", text))


Text = Annotated[str, AfterValidator(_clean)]
Value = Annotated[StrictInt | StrictStr | Annotated[date, Strict()] | None, Field(union_mode="left_to_right")]


class Kind(StrEnum):
    """What a value is, and so how it is written."""

    WHOLE = "whole"
    """A count."""
    ORE = "ore"
    """Money in whole øre: 1250000 is written 12 500,00 kr."""
    PERCENT = "percent"
    """Hundredths of one per cent: 8000 is written 80,00 %."""
    TEXT = "text"
    DATE = "date"


def _of_kind(kind: Kind, value: Value) -> Value:
    """The value if it is one of that kind; raises ValueError otherwise."""
    if value is None:
        return None
    if kind is Kind.TEXT and isinstance(value, str):
        return _clean(value)
    if kind is Kind.DATE and isinstance(value, str):
        with contextlib.suppress(ValueError):  # whose text would quote the value
            return date.fromisoformat(value)
    if kind is Kind.DATE and isinstance(value, date) and not isinstance(value, datetime):
        return value
    if kind not in (Kind.TEXT, Kind.DATE) and isinstance(value, int):
        return value
    raise ValueError(f"The value is no {kind}")


class Tone(StrEnum):
    """How much something weighs; charts show it by colour, and always in words as well."""

    PLAIN = "plain"
    NOTICE = "notice"
    """Less than a warning, where there are four steps."""
    WARNING = "warning"
    SERIOUS = "serious"


class Part(BaseModel):
    """A part of a report."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Figure(Part):
    """One number that matters, or a short text."""

    label: Text = Field(examples=["Holdt tilbake"])
    kind: Kind = Kind.WHOLE
    value: Value = Field(examples=[12])
    tone: Tone = Tone.PLAIN

    @checked("value")
    @classmethod
    def is_of_its_kind(cls, value: Value, info: ValidationInfo) -> Value:
        return _of_kind(info.data["kind"], value) if "kind" in info.data else value


class Column(Part):
    """A column of a table."""

    label: Text
    kind: Kind = Kind.TEXT


class Table(Part):
    """Rows of values, each of its column's kind; the page shows the first of many, the workbook all."""

    title: Text
    about: Text = ""
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    rows: tuple[tuple[Value, ...], ...]

    @checked("rows")
    @classmethod
    def fit_the_columns(
        cls, rows: tuple[tuple[Value, ...], ...], info: ValidationInfo
    ) -> tuple[tuple[Value, ...], ...]:
        kinds = [column.kind for column in info.data.get("columns", ())]
        if any(len(row) != len(kinds) for row in rows):
            raise ValueError("Each row has one value for each column")
        return tuple(tuple(map(_of_kind, kinds, row)) for row in rows)


class Series(Part):
    """Numbers of one sort, one for each label of its chart."""

    name: Text = Field(examples=["Varsel"])
    values: tuple[StrictInt, ...]
    tone: Tone | None = None
    """Left out, the series gets a colour of its own."""


class _Counted(Part):
    """A chart of numbers by label; several series are stacked."""

    title: Text
    about: Text = ""
    """A sentence on how to read it."""
    axis: Text = Field(default="", examples=["Enhet"])
    """What the labels are, or are ranges of."""
    labels: tuple[Text, ...]
    series: Annotated[tuple[Series, ...], Field(min_length=1)]
    kind: Literal[Kind.WHOLE, Kind.ORE, Kind.PERCENT] = Kind.WHOLE
    """What its numbers are; of those that are stacked none is negative."""

    @checked_together(mode="after")
    def fits(self) -> Self:
        if any(len(series.values) != len(self.labels) for series in self.series):
            raise ValueError("Each series has one number for each label")
        if any(value < 0 for series in self.series for value in series.values):
            raise ValueError("Lengths of bars are never negative")
        return self

    @property
    def table(self) -> Table:
        """The same numbers as a table."""
        several = len(self.series) > 1
        heads = [series.name for series in self.series] + ["Sum"] * several
        numbers = [series.values for series in self.series]
        return Table(
            title=self.title,
            columns=(Column(label=self.axis or "Gruppe"), *(Column(label=head, kind=self.kind) for head in heads)),
            rows=tuple((label, *row, *[sum(row)] * several) for label, *row in zip(self.labels, *numbers, strict=True)),
        )


class Bars(_Counted):
    """One bar for each label, side by side to compare: rules by unit. They are shown in the order given."""

    chart: Literal["bars"] = "bars"


class Histogram(_Counted):
    """How something is distributed: the labels are ranges that follow each other."""

    chart: Literal["histogram"] = "histogram"


class Interval(Part):
    """Days in a row, both ends included."""

    first: date
    last: date
    label: Text = Field(default="", examples=["120,00 %"])
    tone: Tone = Tone.PLAIN

    @checked_together(mode="after")
    def goes_forward(self) -> Self:
        if self.last < self.first:
            raise ValueError("An interval ends no earlier than it begins")
        return self


class TimelineRow(Part):
    """The intervals of one person or thing, which `label` names by a number."""

    label: Text = Field(examples=["Ansatt 104211"])
    intervals: tuple[Interval, ...]


class Timeline(Part):
    """Intervals on an axis of days; what lies outside `first` to `last` is cut off at the edge."""

    chart: Literal["timeline"] = "timeline"
    title: Text
    about: Text = ""
    axis: Text = Field(default="", examples=["Ansatt"])
    """What its rows are."""
    first: date
    last: date
    rows: tuple[TimelineRow, ...]

    @checked_together(mode="after")
    def goes_forward(self) -> Self:
        if self.last < self.first:
            raise ValueError("A timeline ends no earlier than it begins")
        return self

    @property
    def table(self) -> Table:
        """The same intervals as a table, each whole."""
        return Table(
            title=self.title,
            columns=(
                Column(label=self.axis or "Rad"),
                Column(label="Fra", kind=Kind.DATE),
                Column(label="Til", kind=Kind.DATE),
                Column(label="Opplysning"),
            ),
            rows=tuple(
                (row.label, interval.first, interval.last, interval.label)
                for row in self.rows
                for interval in row.intervals
            ),
        )


Chart = Annotated[Bars | Histogram | Timeline, Field(discriminator="chart")]


class Report(Part):
    """A report of a batch."""

    title: Text = Field(examples=["Lønnskontroll"])
    subtitle: Text = Field(default="", examples=["Hovedkjøring 2026-12"])
    figures: tuple[Figure, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[Text, ...] = ()
