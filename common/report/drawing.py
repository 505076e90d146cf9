"""Where the pieces of a chart lie.

Across they are placed in per cent of the width and downwards in pixels, so that a chart fills any screen or sheet of
paper while its letters keep their size, without a script.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from common.report.document import Bars, Histogram, Kind, Timeline, TimelineRow
from common.report.writing import month, written

_MOST_BARS, _MOST_STRANDS, _MOST_LINES = 24, 7, 40
_NARROW, _WIDE, _LETTER = 290, 860, 7.6  # pixels: a chart on a telephone and on a desk, and a letter of its labels
_WHOLE = 100.0  # per cent
_ROOM_FOR_A_NUMBER = 14.0  # per cent of the width
_LEAST = 0.4  # per cent; what is not nothing is seen
_TALL = 150.0  # pixels
_DAY = timedelta(days=1)
_WEEKS, _MONTHS = 70, 1_200  # days that are marked by Mondays, and by months; beyond, by years
_BOLD = 8.8  # pixels: a letter of a note
_SMALL, _BESIDE, _EDGE = (
    6.7,
    4,
    12,
)  # pixels: a letter of a mark, where it begins beside its line, the paper behind a chart
_FEWEST, _LONGEST_NOTE = 10, 22  # letters


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A coloured piece of a bar."""

    at: float
    """From the left; of an upright bar, from the top."""
    size: float
    look: str
    told: str
    """What it stands for, in words."""
    number: str = ""
    """Written into it, where there is room."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Letters below or above a chart."""

    at: float
    text: str
    anchor: str = "middle"
    shown: str = "always"
    """`wide` on a wide screen only."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A bar, or the row of a timeline."""

    label: str
    brief: str
    """The label as far as there is room for it on a narrow screen, beside the note."""
    note: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, kw_only=True)
class Upright:
    """An upright bar."""

    at: float
    width: float
    total: Mark
    top: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A chart, ready to be drawn."""

    told: str
    """All of it in a sentence or two, for who does not see it."""
    lines: tuple[Line, ...] = ()
    uprights: tuple[Upright, ...] = ()
    marks: tuple[Mark, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    """Look and name, where there is more than one."""
    left_out: str = ""
    """What is not drawn, in words."""


@dataclass(frozen=True, kw_only=True)
class _Strand:
    name: str
    look: str
    values: tuple[int, ...]


def bars(chart: Bars) -> Drawing:
    """Bars that lie below each other; of very many the smallest are put together."""
    strands = _strands(chart)
    totals = [sum(values) for values in zip(*(strand.values for strand in strands), strict=True)]
    most = max(totals, default=0) or 1
    drawn = sorted(sorted(range(len(totals)), key=lambda row: -totals[row])[:_MOST_BARS])
    lines = [
        _line(chart.labels[row], written(chart.kind, totals[row]), _along(chart, strands, row, most)) for row in drawn
    ]
    left_out = len(totals) - len(drawn)
    return Drawing(
        told=_summary(chart, totals),
        lines=tuple(lines),
        legend=_legend(strands),
        left_out=f"De {len(drawn)} største av {len(totals)} er tegnet; alle står i tabellen." if left_out else "",
    )


def histogram(chart: Histogram) -> Drawing:
    """Upright bars beside each other, with the ranges below them."""
    strands = _strands(chart)
    totals = [sum(values) for values in zip(*(strand.values for strand in strands), strict=True)]
    most, step = max(totals, default=0) or 1, _WHOLE / max(len(totals), 1)
    numbers = [written(chart.kind, total) for total in totals]
    widest = max(map(len, numbers), default=0) * _BOLD
    uprights: list[Upright] = []
    for row, total in enumerate(totals):
        top = _TALL * (1 - total / most)
        fits = "always" if widest < step * _NARROW / _WHOLE else "wide" if widest < step * _WIDE / _WHOLE else "never"
        # Above the highest bar there is nothing that a number could run into.
        middle = Mark(at=step * (row + 0.5), text=numbers[row], shown="always" if total == most else fits)
        pieces = tuple(_upwards(chart, strands, row, most))
        uprights.append(Upright(at=step * row + step * 0.03, width=step * 0.94, total=middle, top=top, pieces=pieces))
    return Drawing(
        told=_summary(chart, totals),
        uprights=tuple(uprights),
        marks=tuple(_ranges(chart.labels, step)),
        legend=_legend(strands),
    )


def timeline(chart: Timeline) -> Drawing:
    """A row for each person or thing, and marks for days, months or years."""
    days = (chart.last - chart.first).days + 1
    left_out = len(chart.rows) - _MOST_LINES
    intervals = sum(len(row.intervals) for row in chart.rows)
    return Drawing(
        told=f"{len(chart.rows)} rader med {intervals} perioder fra {chart.first:%d.%m.%Y} til {chart.last:%d.%m.%Y}.",
        lines=tuple(_row(chart, row, days) for row in chart.rows[:_MOST_LINES]),
        marks=tuple(_calendar(chart.first, chart.last)),
        left_out=f"De {_MOST_LINES} første av {len(chart.rows)} er tegnet; alle står i tabellen."
        if left_out > 0
        else "",
    )


def _strands(chart: Bars | Histogram) -> list[_Strand]:
    """The series with their colours; of very many the smallest are put together, for nobody tells twelve colours apart."""
    ranked = sorted(range(len(chart.series)), key=lambda place: -sum(chart.series[place].values))
    kept = sorted(ranked[: _MOST_STRANDS if len(ranked) > _MOST_STRANDS + 1 else len(ranked)])
    found = [
        _Strand(name=series.name, look=series.tone.value if series.tone else f"s{number}", values=series.values)
        for number, series in enumerate((chart.series[place] for place in kept), 1)
    ]
    rest = [series.values for place, series in enumerate(chart.series) if place not in kept]
    if rest:
        together = tuple(sum(values) for values in zip(*rest, strict=True))
        found.append(_Strand(name=f"Andre ({len(rest)})", look="rest", values=together))
    return found


def _along(chart: Bars, strands: Sequence[_Strand], row: int, most: int) -> Iterator[Piece]:
    at = 0.0
    for strand in strands:
        if value := strand.values[row]:
            size = max(_LEAST, value / most * _WHOLE)
            room = len(strands) > 1 and size >= _ROOM_FOR_A_NUMBER and chart.kind is Kind.WHOLE
            number = written(chart.kind, value) if room else ""
            yield Piece(at=at, size=size, look=strand.look, told=_told(chart, strand, row), number=number)
            at += size


def _upwards(chart: Histogram, strands: Sequence[_Strand], row: int, most: int) -> Iterator[Piece]:
    bottom = _TALL
    for strand in strands:
        if value := strand.values[row]:
            size = value / most * _TALL
            bottom -= size
            yield Piece(at=bottom, size=size, look=strand.look, told=_told(chart, strand, row))


def _told(chart: Bars | Histogram, strand: _Strand, row: int) -> str:
    return f"{chart.labels[row]}, {strand.name}: {written(chart.kind, strand.values[row])}"


def _legend(strands: Sequence[_Strand]) -> tuple[tuple[str, str], ...]:
    return tuple((strand.look, strand.name) for strand in strands) if len(strands) > 1 else ()


def _summary(chart: Bars | Histogram, totals: Sequence[int]) -> str:
    if not any(totals):
        return "Alle er null."
    largest = max(range(len(totals)), key=lambda row: totals[row])
    told = f"Størst er {chart.labels[largest]} med {written(chart.kind, totals[largest])}"
    if chart.kind is Kind.PERCENT:
        return f"{told}."
    return f"{told}, av til sammen {written(chart.kind, sum(totals))}."


def _ranges(labels: Sequence[str], step: float) -> Iterator[Mark]:
    steps = _steps(labels)
    for row, label in enumerate(labels):
        # Wider than its bar, the first or last label would stick out.
        fits = len(label) * _LETTER < step * _NARROW / _WHOLE
        anchor = "middle" if fits else "start" if row == 0 else "end" if row == len(labels) - 1 else "middle"
        at = {"start": step * row, "end": step * (row + 1)}.get(anchor, step * (row + 0.5))
        yield Mark(at=at, text=label, anchor=anchor, shown=_shown(row, steps))


def _steps(texts: Sequence[str]) -> tuple[int, int]:
    """Every which of these texts there is room for, on a narrow and on a wide screen."""
    longest = (max(map(len, texts), default=0) + 1) * _LETTER
    narrow, wide = (max(1, math.ceil(longest * len(texts) / width)) for width in (_NARROW, _WIDE))
    return math.ceil(narrow / wide) * wide, wide


def _shown(place: int, steps: tuple[int, int]) -> str:
    narrow, wide = steps
    return "always" if place % narrow == 0 else "wide" if place % wide == 0 else "never"


def _row(chart: Timeline, row: TimelineRow, days: int) -> Line:
    pieces: list[Piece] = []
    for interval in row.intervals:
        first, last = max(interval.first, chart.first), min(interval.last, chart.last)
        if first <= last:
            size = max(_LEAST, ((last - first).days + 1) / days * _WHOLE)
            told = f"{row.label}: {interval.first:%d.%m.%Y}–{interval.last:%d.%m.%Y} {interval.label}".rstrip()
            at = min((first - chart.first).days / days * _WHOLE, _WHOLE - size)
            pieces.append(Piece(at=at, size=size, look=interval.tone.value, told=told))
    notes = dict.fromkeys(interval.label for interval in row.intervals if interval.label)
    return _line(row.label, _cut("; ".join(notes), _LONGEST_NOTE), pieces)


def _line(label: str, note: str, pieces: Iterable[Piece]) -> Line:
    room = len(note) * _BOLD
    brief, whole = (_cut(label, max(_FEWEST, int((width - room) / _LETTER) - 2)) for width in (_NARROW, _WIDE))
    return Line(label=whole, brief=brief, note=note, pieces=tuple(pieces))


def _calendar(first: date, last: date) -> Iterator[Mark]:
    """Mondays of a month or two, months of some years, or years."""
    days = (last - first).days + 1
    if days <= _WEEKS:
        found = [(day, f"{day:%d.%m.}") for day in _days(first, last) if day.weekday() == 0]
    elif days <= _MONTHS:
        found = [(day, month(day)) for day in _days(first, last) if day.day == 1]
    else:
        found = [(date(year, 1, 1), str(year)) for year in range(first.year + 1, last.year + 1)]
    steps = _steps([text for _, text in found])
    for place, (day, text) in enumerate(found):
        at, shown = (day - first).days / days * _WHOLE, _shown(place, steps)
        if shown == "always" and not _ends_inside(at, text, _NARROW):
            shown = "wide"
        yield Mark(at=at, text=text, anchor="start", shown=shown if _ends_inside(at, text, _WIDE) else "never")


def _ends_inside(at: float, text: str, width: int) -> bool:
    """Whether a mark that begins there ends before the paper does: the month may end on a Monday."""
    return _BESIDE + len(text) * _SMALL <= (_WHOLE - at) / _WHOLE * width + _EDGE


def _days(first: date, last: date) -> Iterator[date]:
    return (first + _DAY * number for number in range((last - first).days + 1))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
