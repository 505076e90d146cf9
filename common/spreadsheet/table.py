"""Read a file into rows that a validator takes: first all of it is looked through, then its rows are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import Any, BinaryIO, NamedTuple, Protocol

from common.refusals import FieldProblem
from common.spreadsheet.cell import Cell, Flaw, Unfit, reader_of
from common.spreadsheet.columns import Column, header
from common.spreadsheet.comma_separated import CommaSeparated
from common.spreadsheet.complaint import Complaint, Limits, letters, unusable
from common.spreadsheet.container import FileKind, kind_of
from common.spreadsheet.kept import Kept, Record
from common.spreadsheet.workbook import Workbook


@dataclass(frozen=True, slots=True)
class Row:
    """One row as a case's input."""

    number: int
    """As a person sees it in the sheet: the header is usually row 1."""
    values: dict[str, Any] = field(repr=False)
    """What a validator takes as if it were JSON; an empty cell is a field that is not given."""
    problems: tuple[FieldProblem, ...] = ()
    """Cells that cannot be read as what their columns hold; such a row is to be refused with these."""


class _Source(Protocol):
    def records(self) -> Iterator[tuple[int, list[Cell]]]: ...


@dataclass(frozen=True, slots=True)
class Table:
    """A file that has been looked through and is a table; its rows are read anew where they were too many to be kept."""

    columns: tuple[Column | None, ...]
    """In the order of the file; None where the file has an empty column."""
    row_count: int
    _source: _Source = field(repr=False)
    _kept: Kept = field(repr=False)

    def __iter__(self) -> Iterator[Row]:
        places = [
            _Place(at, column, reader_of(column), column.path[:-1], column.path[-1])
            for at, column in enumerate(self.columns)
            if column is not None
        ]
        for number, cells in self._kept if self._kept.is_whole else islice(self._source.records(), 1, None):
            yield _row(number, cells, places)

    def column_of(self, name: str) -> str | None:
        """The letter of the column that holds a field (`address.street`), for saying where a value stands.

        Takes the location of a validator's error: what lies deeper than a column (`codes.2`) is that column's.
        """
        for index, column in enumerate(self.columns):
            if column and f"{name}.".startswith(f"{column.name}."):
                return letters(index)
        return None


class _Place(NamedTuple):
    """Where a column stands in the file, how its cells are read, and where their values go."""

    at: int
    column: Column
    read: Callable[[Cell], Any]
    outer: tuple[str, ...]
    key: str


def _row(number: int, cells: list[Cell], places: Sequence[_Place]) -> Row:
    values: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for at, column, read_cell, outer, key in places:
        if at >= len(cells):
            break
        cell = cells[at]
        if cell is None:
            continue
        try:
            value = read_cell(cell)
        except Unfit as unfit:
            message = f"{column.name} {unfit.rule}"
            problems.append(FieldProblem(column.name, unfit.code, message, row=number, column=letters(at)))
            continue
        inner = values
        for name in outer:
            inner = inner.setdefault(name, {})
        inner[key] = value
    return Row(number, values, tuple(problems))


def read(file: BinaryIO, *, columns: Sequence[Column], limits: Limits | None = None) -> Table:
    """Look through a CSV or XLSX file (by its content, whatever it is called) and give its table.

    The file must be seekable and stay open while rows are read; memory is bounded by `limits`, not by the file.
    Raises FileUnusable with every cause found, by row and column and never quoting a cell; afterwards walking through
    the table raises nothing. Takes seconds for a large file: run it in a thread.
    """
    limits = limits or Limits()
    known = {name: column for column in columns for name in column.headers}
    source: CommaSeparated | Workbook
    if kind_of(file, limits) is FileKind.XLSX:
        source = Workbook(file, limits)
    else:
        source = CommaSeparated(file, limits, lambda name: header(name) in known)
    records = source.records()
    first = next(records, None)
    if first is None:
        unusable("EMPTY_FILE", "The file is empty")
    placed = _placed(first[0], first[1], known, columns, limits)
    kept = Kept(limits.kept)
    count = _look_through(_keeping(records, kept), placed, limits, source)
    return Table(placed, count, source, kept)


def _keeping(records: Iterator[Record], kept: Kept) -> Iterator[Record]:
    for record in records:
        kept.add(record)
        yield record
    kept.close()


def _placed(
    number: int, cells: list[Cell], known: dict[str, Column], columns: Sequence[Column], limits: Limits
) -> tuple[Column | None, ...]:
    """Which column stands where, from the header row."""
    if len(cells) > limits.columns:
        unusable("TOO_LARGE", f"The file has more than {limits.columns} columns", row=number)
    complaint = Complaint()
    placed: list[Column | None] = []
    for index, cell in enumerate(cells):
        column = known.get(header(cell)) if isinstance(cell, str) else None
        letter = letters(index)
        if cell is not None and column is None:
            # What stands there is not shown: where the header row is missing, it is about a person.
            message = f"The header of column {letter} is none of this process: use those of the template, or delete it"
            complaint.add("WRONG_COLUMNS", message, row=number, column=letter)
        elif column is not None and column in placed:
            before = letters(placed.index(column))
            message = f"{column.name} stands both in column {before} and in column {letter}: delete one of them"
            complaint.add("WRONG_COLUMNS", message, row=number, column=letter, name=column.name)
        placed.append(column)
    for column in columns:
        if column.required and column not in placed:
            complaint.add("WRONG_COLUMNS", f"The column {column.name} is missing: add it", row=number, name=column.name)
    complaint.raise_if_any()
    while placed and placed[-1] is None:
        placed.pop()
    return tuple(placed)


def _look_through(
    records: Iterator[tuple[int, list[Cell]]],
    columns: tuple[Column | None, ...],
    limits: Limits,
    source: CommaSeparated | Workbook,
) -> int:
    """How many rows there are; raises FileUnusable with all that is wrong with them."""
    complaint = Complaint()
    seen: dict[bytes, int] = {}
    for number, cells in records:
        if len(seen) >= limits.rows:
            complaint.add("TOO_LARGE", f"The file has more than {limits.rows} rows: split it", row=number)
            break
        _check_cells(number, cells, columns, limits, complaint)
        if isinstance(source, CommaSeparated) and len(cells) < len(columns):
            message = f"Row {number} has {len(cells)} cells, the header has {len(columns)}: is the file cut off?"
            complaint.add("UNEQUAL_ROWS", message, row=number)
        content = blake2b(repr(cells[: len(columns)]).encode(errors="replace"), digest_size=16).digest()
        before = seen.setdefault(content, number)
        if before != number:
            seen[content + number.to_bytes(4, "big")] = number  # counted as a row
            complaint.add("DUPLICATE_ROWS", f"Row {number} says the same as row {before}: delete one", row=number)
    for place in source.merged if isinstance(source, Workbook) else ():
        _complain_of_merged(place, complaint)
    complaint.raise_if_any()
    if not seen:
        unusable("NO_ROWS", "The file has a header and no rows")
    return len(seen)


def _check_cells(
    number: int, cells: list[Cell], columns: tuple[Column | None, ...], limits: Limits, complaint: Complaint
) -> None:
    for index, cell in enumerate(cells):
        column = columns[index] if index < len(columns) else None
        if cell is None or (column and cell is not Flaw.FORMULA and not _is_long(cell, limits)):
            continue
        letter = letters(index)
        name = column.name if column else ""
        if cell is Flaw.FORMULA:
            message = f"Cell {letter}{number} is a formula: paste its value instead"
            complaint.add("FORMULA", message, row=number, column=letter, name=name)
        elif column is None:
            message = f"Cell {letter}{number} stands under no header: empty it, or name its column"
            complaint.add("UNEQUAL_ROWS", message, row=number, column=letter)
        else:
            message = f"Cell {letter}{number} holds more than {limits.characters} characters"
            complaint.add("TOO_LARGE", message, row=number, column=letter, name=name)


def _is_long(cell: Cell, limits: Limits) -> bool:
    return cell is Flaw.TOO_LONG or (isinstance(cell, str) and len(cell) > limits.characters)


def _complain_of_merged(place: str, complaint: Complaint) -> None:
    start = place.partition(":")[0][:10]
    letter = "".join(sign for sign in start if sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    digits = "".join(sign for sign in start if sign in "0123456789")
    message = f"Cells are merged from {letter}{digits} on: unmerge them and fill in each"
    complaint.add("MERGED_CELLS", message, row=int(digits or 0), column=letter)
