"""The cells of one sheet of a workbook, from its XML, as they go by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from common.spreadsheet.cell import Cell, Flaw, tidy
from common.spreadsheet.complaint import Limits, unusable
from common.spreadsheet.container import broken
from common.spreadsheet.markup import Ends, Starts

_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_LONGEST_ROW = 7  # digits of its number
_DAY = 86_400  # seconds
_EXACT = 15  # digits that a spreadsheet keeps
_BEGINNING, _BEGINNING_1904 = datetime(1899, 12, 30, tzinfo=UTC), datetime(1904, 1, 1, tzinfo=UTC)
_FICTION = 60  # 29 February 1900, which Lotus 1-2-3 believed in
_LAST_DAY = 2_958_466  # 1 January 10000
_MERGED_TOLD = 100
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ESCAPED = 7  # characters that stand for one
_MISLEADING = {"percent": Flaw.PERCENT, "duration": Flaw.DURATION}
"""What stands in the file is not the number that a person sees: 80 % is 0.8 there, and 36:00 is 1.5."""


class Text:
    """A text that comes in pieces; of one that is longer than a cell may be nothing is kept, however often it is used."""

    def __init__(self, limits: Limits) -> None:
        self._longest = limits.characters
        self._pieces: list[str] = []
        self._length = 0

    def __bool__(self) -> bool:
        return self._length > 0

    def add(self, piece: str) -> None:
        """Put a piece behind those before."""
        self._length += len(piece)
        if piece and self._length <= self._longest * _ESCAPED:
            self._pieces.append(piece)

    def forget(self) -> None:
        """The next piece begins another text."""
        if self._length:
            self._pieces, self._length = [], 0

    def taken(self) -> Cell:
        """All of it, as a cell holds it."""
        pieces, length = self._pieces, self._length
        self.forget()
        if length > self._longest * _ESCAPED:
            return Flaw.TOO_LONG
        text = tidy(_unescaped("".join(pieces)))
        return text if text is None or len(text) <= self._longest else Flaw.TOO_LONG


def _unescaped(text: str) -> str:
    """The text as it was typed: XML cannot hold some characters, so Excel writes `_x000D_`."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class SheetReader:
    """Takes the elements of a sheet one by one (`starts`, `ends`) and gives its rows."""

    def __init__(self, strings: Sequence[Cell], shows: dict[str, str], limits: Limits, *, epoch_1904: bool) -> None:
        self.merged: list[str] = []
        self.is_sheet = False
        self._strings, self._shows, self._limits = strings, shows, limits
        self._beginning = _BEGINNING_1904 if epoch_1904 else _BEGINNING
        self._epoch_1904 = epoch_1904
        self._readers: dict[str, Callable[[], Cell]] = {
            "n": self._number,
            "s": self._shared,
            "inlineStr": self._text,
            "str": self._text,
            "b": self._boolean,
            "d": self._iso,
        }
        self._rows: list[tuple[int, list[Cell]]] = []
        self._row, self._cells = 0, list[Cell]()
        self._column, self._type, self._style = -1, "n", ""
        self._value, self._formula, self._aside = "", False, False
        self._typed = Text(limits)
        self.starts: Starts = {
            "worksheet": self._begin_sheet,
            "row": self._begin_row,
            "c": self._begin_cell,
            "f": self._begin_formula,
            "rPh": self._begin_aside,
            "mergeCell": self._merge,
        }
        self.ends: Ends = {
            "v": self._end_value,
            "t": self._end_text,
            "rPh": self._end_aside,
            "c": self._end_cell,
            "row": self._end_row,
        }

    def taken(self) -> Iterator[tuple[int, list[Cell]]]:
        """The rows that are complete by now and not blank, each once."""
        rows, self._rows = self._rows, []
        yield from rows

    def _begin_sheet(self, _attributes: dict[str, str]) -> None:
        self.is_sheet = True

    def _merge(self, attributes: dict[str, str]) -> None:
        if len(self.merged) < _MERGED_TOLD:
            self.merged.append(attributes.get("ref", ""))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        row = _whole(attributes["r"]) if "r" in attributes else self._row + 1
        if not self._row < row <= _LAST_ROW:
            broken()
        self._row, self._cells, self._column = row, [], -1

    def _end_row(self, _text: str) -> None:
        if any(cell is not None for cell in self._cells):
            self._rows.append((self._row, self._cells))
            self._cells = []

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        column = self._column + 1 if place is None else _column(place)
        if not self._column < column < _LAST_COLUMN:
            broken()
        self._column = column
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._value, self._formula = "", False
        self._typed.forget()

    def _begin_formula(self, _attributes: dict[str, str]) -> None:
        self._formula = True

    def _begin_aside(self, _attributes: dict[str, str]) -> None:
        self._aside = True

    def _end_aside(self, _text: str) -> None:
        self._aside = False

    def _end_value(self, text: str) -> None:
        self._value = text

    def _end_text(self, text: str) -> None:
        if not self._aside:
            self._typed.add(text)

    def _end_cell(self, _text: str) -> None:
        found = Flaw.FORMULA if self._formula else self._cell()
        if found is None:
            return
        if self._column >= self._limits.columns:
            unusable("TOO_LARGE", f"The sheet has more than {self._limits.columns} columns", row=self._row)
        while len(self._cells) < self._column:
            self._cells.append(None)
        self._cells.append(found)

    def _cell(self) -> Cell:
        if self._typed:
            return self._typed.taken()
        if not self._value:
            return None
        read = self._readers.get(self._type)
        return read() if read else Flaw.ERROR  # type e: #N/A and the like

    def _shared(self) -> Cell:
        number = _whole(self._value)
        return self._strings[number] if number < len(self._strings) else broken()

    def _text(self) -> Cell:
        self._typed.add(self._value)
        return self._typed.taken()

    def _boolean(self) -> Cell:
        return self._value.strip() in {"1", "true"}

    def _iso(self) -> Cell:
        try:
            moment = datetime.fromisoformat(self._value.strip())
        except ValueError:
            return Flaw.NO_MOMENT
        return moment.date() if "T" not in self._value else moment.replace(tzinfo=None)

    def _number(self) -> Cell:
        value = self._value.strip()
        shown = self._shows.get(self._style)
        if shown:
            return _MISLEADING.get(shown) or self._moment(value, shown)
        if len(value) <= _EXACT and value.isascii() and value.isdigit():
            return int(value)
        try:
            number = float(value)
        except ValueError:
            broken()
        if not abs(number) < 10**_EXACT:
            return Flaw.ROUNDED
        # A spreadsheet stores 0.1 as 0.10000000000000001 and shows 15 digits.
        exact = Decimal(format(number, f".{_EXACT}g"))
        return int(exact) if exact == exact.to_integral_value() else exact

    def _moment(self, value: str, shown: str) -> Cell:
        """What a person sees: a day, a time of day or both, to the second."""
        try:
            serial = float(value)
        except ValueError:
            broken()
        if not 0 <= serial < _LAST_DAY - 1463:
            return Flaw.NO_MOMENT
        if not self._epoch_1904 and serial < _FICTION + 1 and shown != "time":
            return Flaw.NO_MOMENT  # no case is of 1900, and its calendar is in doubt
        moment = (self._beginning + timedelta(seconds=round(serial * _DAY))).replace(tzinfo=None)
        if shown == "time" and serial < 1:
            return moment.time()
        return moment.date() if shown == "date" and serial.is_integer() else moment


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < _EXACT):
        broken()
    return int(text)


_LETTERS = re.compile(r"[A-Z]{1,3}", re.ASCII)


def _column(place: str) -> int:
    """The place of a column from 0: of `B7` it is 1."""
    letters = place.rstrip("0123456789")
    if not 1 <= len(place) - len(letters) <= _LONGEST_ROW:
        broken()
    return _index(letters)


@lru_cache(maxsize=2 * _LAST_COLUMN)
def _index(letters: str) -> int:
    if not _LETTERS.fullmatch(letters):
        broken()
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
