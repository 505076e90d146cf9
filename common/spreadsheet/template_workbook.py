"""The workbook to fill in: headers, formats, drop-down lists, and a sheet that explains each column."""

from __future__ import annotations

from io import BytesIO
from typing import Any, cast

import openpyxl
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from common.spreadsheet.columns import Column, Kind
from common.spreadsheet.workbook import CHOICES, EXPLANATION

_LONGEST_LIST = 250  # characters; what Excel takes inside a cell's rule
_LAST_ROW = 1_048_576
_FORMATS = {
    Kind.TEXT: "@",  # or Excel would drop the leading zero of a national id
    Kind.CHOICE: "@",
    Kind.DATE: "dd.mm.yyyy",
    Kind.DATETIME: "dd.mm.yyyy hh:mm",
    Kind.WHOLE: "0",
}
_WORDS = {
    Kind.TEXT: "Tekst",
    Kind.WHOLE: "Heltall",
    Kind.NUMBER: "Tall, med desimalkomma",
    Kind.BOOLEAN: "ja eller nei",
    Kind.DATE: "Dato: 22.11.2026",
    Kind.DATETIME: "Dato og klokkeslett, norsk tid: 22.11.2026 09:40",
    Kind.CHOICE: "Ett av valgene",
}
_HEADINGS = ("Kolonne", "Må fylles ut", "Innhold", "Valg", "Eksempel", "Beskrivelse")
_WIDTHS = (24, 14, 34, 34, 28, 80)


def workbook(columns: tuple[Column, ...], title: str, advice: tuple[str, ...]) -> bytes:
    """An XLSX file with an empty table of these columns in its first sheet, and advice beside it."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    lists = book.create_sheet(EXPLANATION), book.create_sheet(CHOICES)
    _explain(lists[0], columns, advice)
    for index, column in enumerate(columns, 1):
        _prepare(sheet, lists[1], index, column)
    sheet.freeze_panes = "A2"
    if lists[1].max_row > 1 or lists[1]["A1"].value is not None:
        lists[1].sheet_state = "hidden"
    else:
        book.remove(lists[1])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _prepare(sheet: Worksheet, lists: Worksheet, index: int, column: Column) -> None:
    """The header of one column, and how its cells look and what they take."""
    letter = get_column_letter(index)
    head: Any = sheet.cell(1, index, column.name)
    head.font = Font(bold=column.required)
    look: Any = sheet.column_dimensions[letter]
    look.width = max(len(column.name) + 2, 14)
    look.number_format = "@" if column.several else _FORMATS.get(column.kind, "General")
    offered = ["ja", "nei"] if column.kind is Kind.BOOLEAN else [str(choice) for choice in column.choices]
    if not offered or column.several:
        return
    formula = '"' + ",".join(offered) + '"'
    if len(formula) > _LONGEST_LIST or any(sign in choice for choice in offered for sign in ',"'):
        place: Any = lists
        for row, choice in enumerate(offered, 1):
            cell = place.cell(row, index)
            cell.value, cell.data_type = choice, "s"
        formula = f"{quote_sheetname(CHOICES)}!${letter}$1:${letter}${len(offered)}"
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    rule.error = "Velg en verdi fra listen."
    rule.sqref = MultiCellRange(f"{letter}2:{letter}{_LAST_ROW}")
    sheet.add_data_validation(rule)


def _explain(sheet: Worksheet, columns: tuple[Column, ...], advice: tuple[str, ...]) -> None:
    rows: list[tuple[str, ...]] = [_HEADINGS]
    for column in columns:
        content = _WORDS[column.kind] + ("; flere skilles med semikolon" if column.several else "")
        choices = ", ".join(str(choice) for choice in column.choices)
        needed = "ja" if column.required else "nei"
        rows.append((column.name, needed, content, choices, _shown(column), column.description))
    for row, texts in enumerate([*rows, (), *((sentence,) for sentence in advice)], 1):
        for place, text in enumerate(texts, 1):
            cell: Any = sheet.cell(row, place)
            cell.value, cell.data_type, cell.number_format = text, "s", "@"  # never a formula
            wrapped = row <= len(rows)
            cell.alignment = Alignment(wrap_text=wrapped, vertical="top")
            cell.font = Font(bold=row == 1)
    for index, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width


def _shown(column: Column) -> str:
    """The example as one would type it."""
    if isinstance(column.example, bool):
        return "ja" if column.example else "nei"
    if isinstance(column.example, list):
        return "; ".join(map(str, cast("list[Any]", column.example)))
    return "" if column.example is None else str(column.example)
