"""The form of a timesheet: what is read from it, what is wrong with it, what it comes to."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sandbox.office.money import kroner, ore
from sandbox.office.people import norwegian_date, norwegian_time

LINES: Final = 40
LINE_FIELDS: Final = ("dato", "fra", "til", "timer")
DETAILS: Final[Mapping[str, str]] = {
    "km": "Km",
    "utlegg": "Utlegg (kr)",
    "bilag": "Bilag",
    "godkjent_av": "Godkjent av",
    "godkjent_tid": "Godkjent tid",
    "vedtaksnr": "Vedtaksnr.",
    "referanse": "Referanse",
}
LONGEST: Final = 60
_DAY_HOURS: Final = 2400
_NAMES: Final = (*DETAILS, *(f"{name}{n}" for n in range(1, LINES + 1) for name in LINE_FIELDS))
_CLOCK: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")

RateOn = Callable[[str], "int | None"]
"""Øre per hour on a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Hours on a day, in hundredths, and what they are paid, in øre."""

    date: str
    start: str
    end: str
    hours: int
    rate: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A timesheet that can be saved."""

    lines: tuple[Line, ...]
    km: int
    expenses: int
    receipt: str = ""
    approved_by: str
    approved_at: str = ""
    decision: str = ""
    reference: str

    @property
    def hours(self) -> int:
        return sum(line.hours for line in self.lines)

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)


def read(sent: Mapping[str, str]) -> dict[str, str]:
    """Take what the form may send."""
    return {name: sent.get(name, "").strip() for name in _NAMES}


def filled(sheet: Sheet) -> dict[str, str]:
    """How the form stands when a sheet is to be corrected."""
    values = {
        "km": str(sheet.km) if sheet.km else "",
        "utlegg": kroner(sheet.expenses) if sheet.expenses else "",
        "bilag": sheet.receipt,
        "godkjent_av": sheet.approved_by,
        "godkjent_tid": norwegian_time(sheet.approved_at) if sheet.approved_at else "",
        "vedtaksnr": sheet.decision,
        "referanse": sheet.reference,
    }
    for n, line in enumerate(sheet.lines, start=1):
        only_hours = "" if line.start else kroner(line.hours)
        told = (norwegian_date(line.date), line.start, line.end, only_hours)
        values |= {f"{name}{n}": value for name, value in zip(LINE_FIELDS, told, strict=True)}
    return read(values)


def hours_between(start: str, end: str) -> int:
    """Hundredths of hours, to the nearest."""
    from_hour, from_minute = (int(part) for part in start.split(":"))
    to_hour, to_minute = (int(part) for part in end.split(":"))
    minutes = (to_hour - from_hour) * 60 + to_minute - from_minute
    return (minutes * 100 + 30) // 60


def priced(date: str, start: str, end: str, hours: int, rate: int) -> Line:
    return Line(date=date, start=start, end=end, hours=hours, rate=rate, amount=(hours * rate + 50) // 100)


def problems(values: Mapping[str, str], *, period: str, km_agreed: bool, rate_on: RateOn) -> dict[str, str]:
    """What must be corrected, by field; a line's problem stands at its date."""
    found = {name: f"Kan ha høyst {LONGEST} tegn." for name in DETAILS if len(values[name]) > LONGEST}
    if not values["godkjent_av"]:
        found["godkjent_av"] = "Må fylles ut."
    if values["godkjent_tid"] and _iso(values["godkjent_tid"], "%d.%m.%Y %H:%M") is None:
        found["godkjent_tid"] = "Skriv tidspunktet som dd.mm.åååå tt:mm."
    if values["utlegg"] and ore(values["utlegg"]) is None:
        found["utlegg"] = "Skriv beløpet som 0,00."
    if not re.fullmatch(r"\d{0,5}", values["km"]):
        found["km"] = "Skriv hele kilometer."
    elif int(values["km"] or 0) and not km_agreed:
        found["km"] = "Kontrakten har ikke kilometer."
    lines = _typed(values)
    for n, line in lines:
        if problem := _problem(*line, period=period, rate_on=rate_on):
            found[f"dato{n}"] = problem
    return found if lines else found | {"dato1": "Listen må ha minst én linje."}


def sheet(values: Mapping[str, str], rate_on: RateOn) -> Sheet:
    """What a form without problems comes to."""
    return Sheet(
        lines=tuple(_line(*line, rate_on=rate_on) for _, line in _typed(values)),
        km=int(values["km"] or 0),
        expenses=ore(values["utlegg"]) or 0,
        receipt=values["bilag"],
        approved_by=values["godkjent_av"],
        approved_at=_iso(values["godkjent_tid"], "%d.%m.%Y %H:%M") or "",
        decision=values["vedtaksnr"],
        reference=values["referanse"],
    )


def _typed(values: Mapping[str, str]) -> list[tuple[int, tuple[str, str, str, str]]]:
    """The lines in which something stands: date, from, to, hours."""
    lines = [(n, tuple(values[f"{name}{n}"] for name in LINE_FIELDS)) for n in range(1, LINES + 1)]
    return [(n, (line[0], line[1], line[2], line[3])) for n, line in lines if any(line)]


def _problem(date: str, start: str, end: str, hours: str, *, period: str, rate_on: RateOn) -> str:
    day = _iso(date, "%d.%m.%Y")
    if day is None:
        return "Skriv datoen som dd.mm.åååå."
    if not day.startswith(period):
        return "Datoen er utenfor perioden."
    if hours and (start or end):
        return "Fyll ut enten fra og til, eller timer."
    if hours:
        return _problem_of_hours(hours) or _problem_of_rate(rate_on(day))
    if not (_CLOCK.fullmatch(start) and _CLOCK.fullmatch(end)):
        return "Skriv fra og til som tt:mm."
    return "Til må være etter fra." if end <= start else _problem_of_rate(rate_on(day))


def _problem_of_hours(typed: str) -> str:
    hours = ore(typed)
    return "" if hours is not None and 0 < hours <= _DAY_HOURS else "Skriv timene som 0,00; høyst 24,00."


def _problem_of_rate(rate: int | None) -> str:
    return "Ytelsen har ingen sats på datoen." if rate is None else ""


def _line(date: str, start: str, end: str, hours: str, *, rate_on: RateOn) -> Line:
    day = _iso(date, "%d.%m.%Y")
    rate = rate_on(day) if day else None
    if day is None or rate is None:
        raise ValueError("a form with problems has no price")
    return priced(day, start, end, (ore(hours) or 0) if hours else hours_between(start, end), rate)


def _iso(typed: str, form: str) -> str | None:
    """A day, or a minute, as it is stored."""
    try:
        moment = datetime.strptime(typed, form)  # noqa: DTZ007  a clock on the wall, as the office reads it
    except ValueError:
        return None
    return moment.isoformat(timespec="minutes") if "%H" in form else moment.date().isoformat()
