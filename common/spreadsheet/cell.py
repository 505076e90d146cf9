"""From what stands in a cell to the value that a validator takes, as JSON would have it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias

from common.clock import OSLO
from common.spreadsheet.columns import Column, Kind


class Flaw(Enum):
    """What stands in a cell instead of a value."""

    FORMULA = "formula"
    ERROR = "error"
    """`#N/A` and the like."""
    ROUNDED = "rounded"
    """A number of more digits than a spreadsheet keeps."""
    NO_MOMENT = "no moment"
    """Marked as a date, but outside the calendar."""
    PERCENT = "percent"
    """A number that is shown a hundred times larger."""
    DURATION = "duration"
    """A number of days that is shown as hours, minutes or seconds."""
    TOO_LONG = "too long"
    """A text of more characters than a cell may have."""


Cell: TypeAlias = "str | int | Decimal | bool | datetime | date | time | Flaw | None"
"""What a file holds: trimmed text in NFC, a number, or a local moment; None where nothing stands."""


class Unfit(Exception):
    """What is wrong with a cell; never its content."""

    def __init__(self, code: str, rule: str) -> None:
        super().__init__(code)
        self.code = code
        self.rule = rule


_BLANK = re.compile(r"[\s\u200b\ufeff]+")
_NUMBER = re.compile(r"([+-]?)(\d+|\d{1,3}(?: \d{3})+)(?:[.,](\d+))?", re.ASCII)
_ORE_DIGITS, _THOUSAND_DIGITS = 2, 3
_MOST_DIGITS = 18
_ROUNDED = re.compile(r"\d[.,]\d+E\+?\d+", re.ASCII | re.IGNORECASE)
_DATE = r"(?:(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)|(?P<day2>\d\d?)\.(?P<month2>\d\d?)\.(?P<year2>\d{4}))"
_TIME = r"(?P<hour>\d\d?)[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]0+)?)?"
_OFFSET = r"(?P<offset>Z|[+-]\d\d:?\d\d)?"
_ONLY_DATE = re.compile(rf"{_DATE}(?:[T ]0?0[:.]00(?:[:.]00(?:\.0+)?)?)?", re.ASCII)
_MOMENT = re.compile(rf"{_DATE}(?:T| (?:kl\.? ?)?){_TIME} ?{_OFFSET}", re.ASCII | re.IGNORECASE)
_TRUE, _FALSE = {"ja", "true", "sann", "1"}, {"nei", "false", "usann", "0"}  # sann and usann: a Norwegian Excel

_NO_DATE = "must be a date, as 22.11.2026 or 2026-11-22"
_NO_MOMENT = "must be a day and a time, as 22.11.2026 09:40 or 2026-11-22T09:40:00+01:00"


def tidy(text: str) -> str | None:
    """The text without blanks around it, in NFC; None when nothing is left."""
    if text.isascii():
        return text.strip() or None
    return unicodedata.normalize("NFC", text.strip(" \t\r\n\u00a0\u202f\u200b\ufeff").strip()) or None


def reader_of(column: Column) -> Callable[[Cell], Any]:
    """What gives the value of a column's cell for the validator; it raises Unfit for what cannot be such a value."""
    convert = _CONVERT[column.kind]

    def read(cell: Cell) -> Any:
        if isinstance(cell, Flaw):
            raise Unfit(*_FLAWS[cell])
        return _values(cell, column, convert) if column.several else convert(cell, column)

    return read


def _values(cell: Cell, column: Column, convert: Callable[[Cell, Column], Any]) -> list[Any]:
    if not isinstance(cell, str):
        return [convert(cell, column)]
    if column.own_commas:
        return [convert(part, column) for part in map(tidy, re.split(r"[;\r\n]", cell)) if part is not None]
    # A comma may be a decimal mark, or part of a text whose list has semicolons.
    separator = ";" if ";" in cell or column.kind is Kind.NUMBER else ","
    return [convert(part, column) for part in map(tidy, cell.split(separator)) if part is not None]


def _text(cell: Cell, _column: Column) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime | date):
        raise Unfit("INVALID_VALUE", "is a date in the sheet but must be text: format the column as text")
    if isinstance(cell, time):
        return cell.isoformat()
    text = str(cell)
    if _ROUNDED.fullmatch(text):
        raise Unfit(*_FLAWS[Flaw.ROUNDED])
    return text


def _number(cell: Cell, _column: Column) -> int | str:
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, str) and cell.isascii() and cell.isdigit():
        return cell
    found = _NUMBER.fullmatch(_plain(cell).replace("\u2212", "-"))
    if not found:
        raise Unfit("INVALID_VALUE", "must be a number, as 12500 or 12,5")
    sign, whole, rest = found.groups()
    return f"{sign.replace('+', '')}{whole.replace(' ', '')}" + (f".{rest}" if rest else "")


def _whole(cell: Cell, column: Column) -> int | str:
    number = _number(cell, column)
    if isinstance(number, int):
        return number
    whole, _, rest = number.partition(".")
    # 1.5 is for the validator to refuse, in its own words; and so is what nobody counts to. Whoever writes 398,00 means
    # kroner, and whole numbers that are money are øre; whoever writes 125.000 means thousands.
    meant = len(rest) in {_ORE_DIGITS, _THOUSAND_DIGITS} and isinstance(cell, str)
    return number if meant or rest.strip("0") or len(whole) > _MOST_DIGITS else int(whole)


def _boolean(cell: Cell, _column: Column) -> bool:
    said = _plain(cell).casefold()
    if said not in _TRUE | _FALSE:
        raise Unfit("INVALID_VALUE", "must be ja or nei (or true or false, 1 or 0)")
    return said in _TRUE


def _date(cell: Cell, _column: Column) -> str:
    if isinstance(cell, datetime):
        if cell.time() != time(0):
            raise Unfit("INVALID_VALUE", f"{_NO_DATE}, without a time")
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    found = _ONLY_DATE.fullmatch(_plain(cell)) if isinstance(cell, str) else None
    if not found:
        raise Unfit("INVALID_VALUE", _NO_DATE)
    return _day(found, _NO_DATE).isoformat()


def _moment(cell: Cell, column: Column) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat() if column.local else _in_oslo(cell).isoformat()
    found = _MOMENT.fullmatch(_plain(cell)) if isinstance(cell, str) else None
    if not found:
        raise Unfit("INVALID_VALUE", _NO_MOMENT)
    try:
        clock = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        raise Unfit("INVALID_VALUE", _NO_MOMENT) from None
    moment = datetime.combine(_day(found, _NO_MOMENT), clock)
    if found["offset"]:
        return moment.isoformat() + found["offset"].upper()
    return moment.isoformat() if column.local else _in_oslo(moment).isoformat()


def _day(found: re.Match[str], rule: str) -> date:
    try:
        return date(*(int(found[part] or found[f"{part}2"]) for part in ("year", "month", "day")))
    except ValueError:
        raise Unfit("INVALID_VALUE", rule) from None


def _in_oslo(local: datetime) -> datetime:
    """The moment a Norwegian clock shows; raises Unfit on the hours that a change of the clock doubles or skips."""
    first, second = (local.replace(tzinfo=OSLO, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        why = "the clock showed that hour twice or never that night: write the moment with its offset, as +01:00"
        raise Unfit("AMBIGUOUS_TIME", f"is not one moment; {why}")
    return first


def _choice(cell: Cell, column: Column) -> Any:
    """One of the choices, however its letters are written; anything else as it stands, for the validator to refuse."""
    text = _text(cell, column)
    exact = [choice for choice in column.choices if str(choice) == text]
    alike = exact or [choice for choice in column.choices if str(choice).casefold() == text.casefold()]
    return alike[0] if len(alike) == 1 else text


def _plain(cell: Cell) -> str:
    return _BLANK.sub(" ", str(cell)).strip()


_CONVERT: dict[Kind, Callable[[Cell, Column], Any]] = {
    Kind.TEXT: _text,
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DATETIME: _moment,
    Kind.CHOICE: _choice,
}
_FLAWS = {
    Flaw.FORMULA: ("FORMULA", "is a formula: paste its value instead"),
    Flaw.ERROR: ("INVALID_VALUE", "holds an error of the spreadsheet: correct or empty the cell"),
    Flaw.ROUNDED: (
        "DIGITS_LOST",
        "is a number that the spreadsheet has rounded: format the column as text and type it again",
    ),
    Flaw.NO_MOMENT: ("INVALID_VALUE", "is formatted as a date, but is none"),
    Flaw.PERCENT: (
        "INVALID_VALUE",
        "is formatted as a percentage: format the column as a number, and write 80 for 80 %",
    ),
    Flaw.DURATION: (
        "INVALID_VALUE",
        "is formatted as a duration: format the column as a number, and write 7,5 for 7:30",
    ),
    Flaw.TOO_LONG: ("TOO_LARGE", "holds more characters than a cell may"),
}
