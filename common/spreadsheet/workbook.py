"""Rows of an XLSX file: its first sheet, streamed, and whatever makes the sheet other than a plain table refused."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from common.spreadsheet.cell import Cell
from common.spreadsheet.complaint import Complaint, Limits, unusable
from common.spreadsheet.container import Container, broken
from common.spreadsheet.markup import walk, walk_all
from common.spreadsheet.number_format import BUILT_IN, shown
from common.spreadsheet.sheet import SheetReader, Text

EXPLANATION, CHOICES = "Forklaring", "Valg"
"""Sheets of our templates that hold no rows."""

_FOLDER = "xl"
_SMALL = 16_000_000  # bytes; of what describes the sheets
_TEXTS = 3_000_000


@dataclass(frozen=True)
class _Sheet:
    name: str
    part: str
    hidden: bool


class Workbook:
    """An Excel workbook with one table in its first sheet; raises FileUnusable when it is anything else."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._container = Container(file, limits)
        self._limits = limits
        self._epoch_1904 = False
        sheets = self._sheets()
        self._strings = self._shared_strings()
        self._shows = self._looks_by_style()
        self._first = sheets[0]
        complaint = Complaint()
        if self._first.hidden:
            complaint.add("HIDDEN_SHEET", "The first sheet is hidden: show it, or move the table to the first sheet")
        looked_at = {self._first.part}
        for place, sheet in enumerate(sheets[1:], 2):
            if sheet.part in looked_at or sheet.name in {EXPLANATION, CHOICES}:
                continue
            looked_at.add(sheet.part)
            if self._holds_something(sheet):
                message = f"Sheet {place} is not empty: send one table, in the first sheet, and delete the others"
                complaint.add("SEVERAL_SHEETS", message)
        complaint.raise_if_any()
        self.merged: list[str] = []
        """The merged ranges, known when all rows have been read."""

    def records(self) -> Iterator[tuple[int, list[Cell]]]:
        """Every row that is not blank, with the number that stands beside it."""
        reader = self._reader()
        for _ in walk(self._container.chunks(self._first.part), reader.starts, reader.ends):
            yield from reader.taken()
        if not reader.is_sheet:
            unusable("NOT_A_TABLE", "The first sheet is a chart: move the table to the first sheet")
        self.merged = reader.merged

    def _reader(self) -> SheetReader:
        return SheetReader(self._strings, self._shows, self._limits, epoch_1904=self._epoch_1904)

    def _holds_something(self, sheet: _Sheet) -> bool:
        reader = self._reader()
        return any(
            next(reader.taken(), None) is not None
            for _ in walk(self._container.chunks(sheet.part), reader.starts, reader.ends)
        )

    def _sheets(self) -> list[_Sheet]:
        targets: dict[str, str] = {}
        found: list[_Sheet] = []

        def on_relation(attributes: dict[str, str]) -> None:
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

        def on_properties(attributes: dict[str, str]) -> None:
            # Excel adds another element of this name (`x15:workbookPr`), which says nothing of days.
            self._epoch_1904 |= attributes.get("date1904", "0") in {"1", "true"}

        def on_sheet(attributes: dict[str, str]) -> None:
            relation = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            target = targets.get(relation) or broken()
            part = posixpath.normpath(posixpath.join(_FOLDER, target)) if target[0] != "/" else target[1:]
            found.append(_Sheet(attributes.get("name", ""), part, attributes.get("state", "visible") != "visible"))

        relations = self._container.chunks("xl/_rels/workbook.xml.rels", at_most=_SMALL)
        walk_all(relations, {"Relationship": on_relation})
        book = self._container.chunks("xl/workbook.xml", at_most=_SMALL)
        walk_all(book, {"workbookPr": on_properties, "sheet": on_sheet})
        return found or broken()

    def _shared_strings(self) -> list[Cell]:
        """The texts that cells refer to by number, without reading aids (`rPh`)."""
        found: list[Cell] = []
        text = Text(self._limits)
        aside, together = False, 0

        def begin_aside(_attributes: dict[str, str]) -> None:
            nonlocal aside
            aside = True

        def end_aside(_text: str) -> None:
            nonlocal aside
            aside = False

        def end_piece(piece: str) -> None:
            if not aside:
                text.add(piece)

        def end_text(_text: str) -> None:
            nonlocal together
            cell = text.taken()
            found.append(cell)
            together += len(cell) if isinstance(cell, str) else 0
            if len(found) > _TEXTS:
                unusable("TOO_LARGE", f"The workbook holds more than {_TEXTS} different texts: split the table")
            if together > self._limits.shared:
                message = f"The texts of the workbook have more than {self._limits.shared} characters: split the table"
                unusable("TOO_LARGE", message)

        if "xl/sharedStrings.xml" in self._container:
            texts = self._container.chunks("xl/sharedStrings.xml")
            walk_all(texts, {"rPh": begin_aside}, {"t": end_piece, "rPh": end_aside, "si": end_text})
        return found

    def _looks_by_style(self) -> dict[str, str]:
        """The styles under which a number is not what stands there: style → what `shown` says of its format."""
        formats = {str(number): code for number, code in BUILT_IN.items()}
        used: list[str] = []
        inside = False

        def on_format(attributes: dict[str, str]) -> None:
            # Behind the styles stand those of conditional formats (`dxf`), whose numbers mean nothing to other cells.
            if not used:
                formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")

        def begin_styles(_attributes: dict[str, str]) -> None:
            nonlocal inside
            inside = True

        def end_styles(_text: str) -> None:
            nonlocal inside
            inside = False

        def on_style(attributes: dict[str, str]) -> None:
            if inside:
                used.append(attributes.get("numFmtId", "0"))

        if "xl/styles.xml" in self._container:
            styles = self._container.chunks("xl/styles.xml", at_most=_SMALL)
            starts = {"numFmt": on_format, "cellXfs": begin_styles, "xf": on_style}
            walk_all(styles, starts, {"cellXfs": end_styles})
        looks = {number: shown(code) for number, code in formats.items()}
        return {str(style): look for style, number in enumerate(used) if (look := looks.get(number))}
