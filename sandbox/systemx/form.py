"""The form of a billing card: what is read from it, what is wrong with it, what it comes to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sandbox.office.money import ore
from sandbox.systemx import codes
from sandbox.systemx.seeds import Tariff

LINES: Final = 6
TIME: Final = "%d.%m.%Y %H:%M"
EMPTY: Final[Mapping[str, str]] = {"kodeverk": "ICPC-2", "debitor": "1"}
_NEEDED: Final = ("tidspunkt", "praksis", "praksistype", "behandler", "diagnose", "kodeverk", "debitor")
_NAMES: Final = (*_NEEDED, "delegert", "fritak", "egenandel", "notat")
_PATTERNS: Final[Mapping[str, tuple[str, str]]] = {
    "praksis": (r"\d{10}", "Praksis-ID har 10 siffer."),
    "behandler": (r"\d{7,9}", "HPR-nummer har 7–9 siffer."),
    "delegert": (r"\d{7,9}", "HPR-nummer har 7–9 siffer."),
    "diagnose": (r"[A-Z0-9.]{2,7}", "Ugyldig diagnosekode."),
    "notat": (r"(?s).{0,120}", "Notatet kan ha høyst 120 tegn."),
}
_LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    "praksis": codes.PRACTICES,
    "praksistype": codes.PRACTICE_KINDS,
    "kodeverk": codes.CODE_SYSTEMS,
    "fritak": codes.EXEMPTIONS,
    "debitor": codes.DEBTORS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """One tariff line of a card; the refund of all its repetitions, in øre."""

    code: str
    count: int
    refund: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """What a form comes to, in øre."""

    at: datetime
    lines: tuple[PricedLine, ...]
    share: int

    @property
    def refund(self) -> int:
        return sum(line.refund for line in self.lines)


def read(sent: Mapping[str, str]) -> dict[str, str]:
    """Take what the form may send."""
    rows = [f"{name}{number}" for number in range(1, LINES + 1) for name in ("takst", "antall")]
    return {name: sent.get(name, "").replace("\r\n", "\n").strip() for name in (*_NAMES, *rows)}


def typed_lines(values: Mapping[str, str]) -> list[tuple[int, str, str]]:
    """The lines in which something stands: number, code, count."""
    lines = [(n, values.get(f"takst{n}", ""), values.get(f"antall{n}", "")) for n in range(1, LINES + 1)]
    return [line for line in lines if line[1] or line[2]]


def problems(values: Mapping[str, str], tariffs: Mapping[str, list[Tariff]]) -> dict[str, str]:
    """What must be corrected, by field."""
    found = {name: "Må fylles ut." for name in _NEEDED if not values[name]}
    for name, (pattern, message) in _PATTERNS.items():
        if values[name] and not re.fullmatch(pattern, values[name]):
            found[name] = message
    for name, choices in _LISTS.items():
        if values[name] and name not in found and values[name] not in choices:
            found[name] = "Ukjent kode."
    at = moment(values["tidspunkt"])
    if values["tidspunkt"] and at is None:
        found["tidspunkt"] = "Skriv tidspunktet som dd.mm.åååå tt:mm."
    if values["egenandel"] and ore(values["egenandel"]) is None:
        found["egenandel"] = "Skriv beløpet som 0,00."
    return found | _problems_of_lines(values, tariffs, at)


def _problems_of_lines(
    values: Mapping[str, str], tariffs: Mapping[str, list[Tariff]], at: datetime | None
) -> dict[str, str]:
    lines = typed_lines(values)
    if not lines:
        return {"takst1": "Kortet må ha minst én takst."}
    found: dict[str, str] = {}
    for number, code, count in lines:
        if not re.fullmatch(r"[1-9]\d?", count):
            found[f"antall{number}"] = "Antall er 1–99."
        if code not in tariffs:
            found[f"takst{number}"] = "Ukjent takst."
        elif at is not None and in_force(tariffs[code], at) is None:
            found[f"takst{number}"] = "Taksten gjelder ikke på datoen."
    return found


def moment(typed: str) -> datetime | None:
    try:
        return datetime.strptime(typed, TIME)  # noqa: DTZ007  a clock on the wall, as the office reads it
    except ValueError:
        return None


def in_force(versions: list[Tariff], at: datetime) -> Tariff | None:
    day = at.date()
    fitting = (one for one in versions if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to))
    return next(fitting, None)


def priced(values: Mapping[str, str], tariffs: Mapping[str, list[Tariff]]) -> Priced:
    """Price a form without problems. The patient's share is the tariffs' own, unless it is typed or there is exemption."""
    at = moment(values["tidspunkt"])
    if at is None:
        raise ValueError("a form with problems has no price")
    rates = [(in_force(tariffs[code], at), code, int(count)) for _, code, count in typed_lines(values)]
    lines = tuple(PricedLine(code=code, count=n, refund=rate.refund * n) for rate, code, n in rates if rate)
    share = sum(rate.share * n for rate, _, n in rates if rate)
    typed = ore(values["egenandel"]) if values["egenandel"] else None
    return Priced(at=at, lines=lines, share=typed if typed is not None else 0 if values["fritak"] else share)
