"""What the check of many people came to: counts, how the maxima are spread, units, and when it was too much (PAY-04)."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from common.batch import EndedRow, Figures
from common.process import Task
from common.reasons import reason_of
from common.report.document import (
    Bars,
    Column,
    Figure,
    Histogram,
    Interval,
    Kind,
    Report,
    Series,
    Table,
    Timeline,
    TimelineRow,
    Tone,
)
from common.report.writing import month_and_year
from payroll_svc.percent import FULL, read_percent, shown
from payroll_svc.positions.days import AskedDays, Days

PAYROLL_OFFICER = "payroll-officer"
SPOKEN_FOR = "first"
"""In the finding of a row for which another row of the same person speaks: that one."""

_ENDS = (0, 49_99, 79_99, 99_99, 100_00, 110_00, 125_00, 150_00)
_RANGES = ("0", "under 50", "50–79,99", "80–99,99", "100", "100,01–110", "110,01–125", "125,01–150", "over 150")
_SERIOUS = 150_00
_MOST_BARS = 20
_UNCHECKED = {"cancelled", "closed"}


@dataclass(frozen=True, kw_only=True)
class _Over:
    """A person over the limit, as the outcome told it."""

    employee_no: str
    maximum: int
    detail: Mapping[str, Any]

    @property
    def since(self) -> str:
        """The month in which it was told first; empty for what is new."""
        return str(self.detail.get("since", ""))


@dataclass(kw_only=True)
class _Sum:
    """What the rows came to."""

    people: int = 0
    withdrawn: int = 0
    """Nobody has checked these."""
    manual: Counter[str] = field(default_factory=Counter[str])
    """Why they went to a person."""
    within: Counter[int] = field(default_factory=Counter[int])
    over: list[_Over] = field(default_factory=list[_Over])
    approved: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    days: Days | None = None

    def add(self, row: EndedRow[Any]) -> None:
        finding: Mapping[str, Any] = row.finding or {}
        if finding.get(SPOKEN_FOR):
            return
        detail: Mapping[str, Any] = (row.detail or {}) if row.state == "done" else {}
        asked: AskedDays = row.input
        before = self.days or asked.days
        self.days = Days(first=min(before.first, asked.days.first), last=max(before.last, asked.days.last))
        self.people += 1
        if row.state == "manual":
            self.manual[row.code or ""] += 1
        self.withdrawn += row.state in _UNCHECKED
        if "intervals" in detail:
            found = _Over(employee_no=detail["employee_no"], maximum=read_percent(detail["maximum"]), detail=detail)
            self.over.append(found)
        elif "maximum" in detail:
            self.within[bisect_left(_ENDS, read_percent(detail["maximum"]))] += 1
            self.approved += [detail] if "approved_until" in detail else []


def report(rows: Iterable[EndedRow[Any]], figures: Figures) -> Report:
    """The report of a batch: people are told apart by their employee numbers, nobody's name or national id is in it."""
    found = _sum_of(rows)
    days = found.days or Days(first=date.min, last=date.min)
    found.over.sort(key=lambda over: (-over.maximum, over.employee_no))
    charts = (_histogram(found), *_by_unit(found.over), *_timeline(found.over, days)) if found.people else ()
    return Report(
        title="Samlet stillingsprosent",
        subtitle=_subtitle(found.days),
        figures=_figures(found, figures),
        charts=charts,
        tables=tuple(table for table in (_over_table(found.over), _approved(found), _for_people(found)) if table.rows),
        notes=(
            "Bare faste stillinger og vikariater teller, og permisjon er trukket fra.",
            "Når en stilling avløser en annen, teller dagen de har felles, ikke dobbelt.",
            "Enhetene som har del i en stilling over grensen, har fått hver sin oppgave.",
        ),
    )


def _subtitle(days: Days | None) -> str:
    """A month, a day, or from when to when, where the rows asked for several."""
    if days is None:
        return ""
    if days.first == days.last:
        return f"{days.first:%d.%m.%Y}"
    if days == Days.of_month(days.month):
        return month_and_year(days.last)
    return f"{days.first:%d.%m.%Y} til {days.last:%d.%m.%Y}"


def tell_the_payroll_office(rows: Iterable[EndedRow[Any]]) -> Sequence[Task]:
    """The check is done: how many are over the limit, and how many a person must look at."""
    found = _sum_of(rows)
    return [
        Task(
            name="checked",
            role=PAYROLL_OFFICER,
            title="Kontroll av samlet stillingsprosent er ferdig",
            text=f"{found.people} personer er kontrollert. {len(found.over)} har stillinger som til sammen "
            f"er over grensen; enhetene er varslet. {len(found.approved)} er over med godkjenning. "
            f"{found.manual.total()} står i arbeidslisten. Rapporten ligger på gruppen i Roger.",
        )
    ]


def _sum_of(rows: Iterable[EndedRow[Any]]) -> _Sum:
    found = _Sum()
    for row in rows:
        found.add(row)
    return found


def _figures(found: _Sum, figures: Figures) -> tuple[Figure, ...]:
    reminders = sum(bool(over.detail.get("reminder")) for over in found.over)
    known = sum(over.detail.get("note") == "REPORTED_BEFORE" for over in found.over)
    left = found.manual.total()
    highest = max((over.maximum for over in found.over), default=0)
    return (
        Figure(label="Personer", value=found.people),
        Figure(label="Stillinger", value=figures.get("positions", 0)),
        Figure(label="Innenfor", value=found.within.total() - len(found.approved)),
        Figure(label="Over grensen", value=len(found.over), tone=Tone.WARNING if found.over else Tone.PLAIN),
        Figure(label="Av dem nye", value=len(found.over) - reminders - known),
        Figure(label="Av dem påminnelser", value=reminders),
        Figure(label="Høyeste sum", kind=Kind.PERCENT, value=highest or None),
        Figure(label="Over med godkjenning", value=len(found.approved)),
        Figure(label="Til en saksbehandler", value=left, tone=Tone.WARNING if left else Tone.PLAIN),
        *((Figure(label="Trukket tilbake", value=found.withdrawn),) if found.withdrawn else ()),
    )


def _histogram(found: _Sum) -> Histogram:
    over = Counter(bisect_left(_ENDS, each.maximum) for each in found.over)
    places = range(len(_RANGES))
    return Histogram(
        title="Høyeste samlede stillingsprosent",
        about="Hver person er med én gang, med den høyeste summen på noen dag.",
        axis="Prosent av full stilling",
        labels=_RANGES,
        series=(
            Series(name="Innenfor eller godkjent", values=tuple(found.within[place] for place in places)),
            Series(name="Over grensen", values=tuple(over[place] for place in places), tone=Tone.WARNING),
        ),
    )


def _by_unit(over: Sequence[_Over]) -> tuple[Bars, ...]:
    new, old = Counter[str](), Counter[str]()
    for each in over:
        (old if each.since else new).update(each.detail["units"])
    most = [unit for unit, _ in (new + old).most_common(_MOST_BARS)]
    if not most:
        return ()
    return (
        Bars(
            title="Personer over grensen, etter enhet",
            about=f"En person er med i alle enheter som har del i summen. De {_MOST_BARS} enhetene med flest.",
            axis="Enhet",
            labels=tuple(most),
            series=(
                Series(name="Nye", values=tuple(new[unit] for unit in most), tone=Tone.WARNING),
                Series(name="Meldt før", values=tuple(old[unit] for unit in most), tone=Tone.PLAIN),
            ),
        ),
    )


def _timeline(over: Sequence[_Over], days: Days) -> tuple[Timeline, ...]:
    if not over:
        return ()
    rows = tuple(
        TimelineRow(label=each.employee_no, intervals=tuple(map(_interval, each.detail["intervals"]))) for each in over
    )
    return (
        Timeline(
            title="Når summen er over grensen",
            about=f"Hver linje er en ansatt, med den høyeste summen i hver periode. Rødt er mer enn {shown(_SERIOUS)}.",
            axis="Ansatt",
            first=days.first,
            last=days.last,
            rows=rows,
        ),
    )


def _interval(told: Mapping[str, Any]) -> Interval:
    maximum = read_percent(told["maximum"])
    return Interval(
        first=date.fromisoformat(told["first_day"]),
        last=date.fromisoformat(told["last_day"]),
        label=shown(maximum),
        tone=Tone.SERIOUS if maximum > _SERIOUS else Tone.WARNING,
    )


def _over_table(over: Sequence[_Over]) -> Table:
    return Table(
        title="Over grensen",
        columns=(
            Column(label="Ansattnummer"),
            Column(label="Høyeste sum", kind=Kind.PERCENT),
            Column(label="Første dag", kind=Kind.DATE),
            Column(label="Siste dag", kind=Kind.DATE),
            Column(label="Dager", kind=Kind.WHOLE),
            Column(label="Enheter"),
            Column(label="Meldt første gang"),
        ),
        rows=tuple(
            (
                each.employee_no,
                each.maximum,
                each.detail["first_day"],
                each.detail["last_day"],
                each.detail["days"],
                ", ".join(each.detail["units"]),
                each.since,
            )
            for each in over
        ),
    )


def _approved(found: _Sum) -> Table:
    return Table(
        title=f"Over {shown(FULL)} med godkjenning",
        columns=(
            Column(label="Ansattnummer"),
            Column(label="Høyeste sum", kind=Kind.PERCENT),
            Column(label="Godkjent til", kind=Kind.DATE),
        ),
        rows=tuple(
            (detail["employee_no"], read_percent(detail["maximum"]), detail["approved_until"])
            for detail in found.approved
        ),
    )


def _for_people(found: _Sum) -> Table:
    return Table(
        title="Til en saksbehandler",
        about="Sakene står i arbeidslisten, med hvem de gjelder.",
        columns=(Column(label="Årsak"), Column(label="Personer", kind=Kind.WHOLE)),
        rows=tuple((reason_of(code).situation, number) for code, number in found.manual.most_common()),
    )
