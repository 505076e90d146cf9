"""A report as a workbook for the office: a summary, and a sheet for each table and for the numbers of each chart.

What stands in a cell is a number, a date or a text, never a formula, whatever a text begins with. openpyxl collects the
sheets in files of its own below the directory for temporary files, which is memory where Roger is deployed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from common.report.document import Kind, Report, Table, Value
from common.report.page import Origin
from common.report.writing import moment, written

_FORMATS = {
    Kind.WHOLE: "#,##0",
    Kind.ORE: '#,##0.00\\ "kr"',
    Kind.PERCENT: "0.00\\ %",
    Kind.DATE: "dd.mm.yyyy",
}
_ORE_IN_A_KRONE, _HUNDREDTHS_IN_A_WHOLE = Decimal(100), Decimal(10_000)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SUMMARY = "Sammendrag"
_NAMELESS = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
_NARROWEST, _WIDEST, _MEASURED = 10, 60, 200  # characters; rows that are looked at for a width
_BOLD, _LARGE = Font(bold=True), Font(bold=True, size=14)


def workbook(report: Report, origin: Origin) -> bytes:
    """The file."""
    book = Workbook(write_only=True)
    book.properties.creator, book.properties.title = "Roger", report.title
    tables = [*report.tables, *(chart.table for chart in report.charts)]
    names = _names(table.title for table in tables)
    _summarise(book, report, origin, dict(zip(names, tables, strict=True)))
    for name, table in zip(names, tables, strict=True):
        _write(book, name, table)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _summarise(book: Workbook, report: Report, origin: Origin, sheets: dict[str, Table]) -> None:
    sheet: Any = book.create_sheet(_SUMMARY)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 44, 44
    came = f"{written(Kind.WHOLE, origin.rows)} rader, avsluttet {moment(origin.ended_at)}"
    sheet.append([_cell(sheet, report.title, font=_LARGE)])
    for text in (report.subtitle, f"{origin.called}: {came}", f"Gruppe {origin.batch}"):
        if text:
            sheet.append([_cell(sheet, text)])
    sheet.append([])
    for figure in report.figures:
        sheet.append([_cell(sheet, figure.label), _cell(sheet, figure.value, figure.kind, font=_BOLD, left=True)])
    for heading, lines in (
        ("Ark", [(name, table.title) for name, table in sheets.items()]),
        ("Merknader", [(note,) for note in report.notes]),
    ):
        if lines:
            sheet.append([])
            sheet.append([_cell(sheet, heading, font=_BOLD)])
        for line in lines:
            sheet.append([_cell(sheet, text) for text in line])


def _write(book: Workbook, name: str, table: Table) -> None:
    sheet: Any = book.create_sheet(name)
    kinds = [column.kind for column in table.columns]
    for place, column in enumerate(table.columns):
        shown = [written(column.kind, row[place]) for row in table.rows[:_MEASURED]]
        width = max(map(len, [f"{column.label}  ", *shown])) + 2
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(max(width, _NARROWEST), _WIDEST)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", 9, 0
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(kinds))}{len(table.rows) + 1}"
    sheet.append([_cell(sheet, column.label, font=_BOLD) for column in table.columns])
    for row in table.rows:
        sheet.append([_cell(sheet, value, kind) for value, kind in zip(row, kinds, strict=True)])


def _cell(sheet: Any, value: Value, kind: Kind = Kind.TEXT, *, font: Font | None = None, left: bool = False) -> Any:
    stored: Any = _stored(value, kind)
    cell: Any = WriteOnlyCell(sheet, stored)
    if kind is not Kind.TEXT:
        cell.number_format = _FORMATS[kind]
    if isinstance(value, str):
        cell.data_type = "s"
        if value.startswith(_FORMULA):
            cell.quotePrefix = True  # it stays text also after somebody has gone into the cell
    if font is not None:
        cell.font = font
    if left:
        cell.alignment = Alignment(horizontal="left", wrap_text=isinstance(value, str), vertical="top")
    return cell


def _stored(value: Value, kind: Kind) -> str | date | Decimal | int | None:
    """The value as a spreadsheet counts: money in kroner, shares of one."""
    if isinstance(value, int) and kind is Kind.ORE:
        return value / _ORE_IN_A_KRONE
    if isinstance(value, int) and kind is Kind.PERCENT:
        return value / _HUNDREDTHS_IN_A_WHOLE
    return value


def _names(titles: Iterable[str]) -> list[str]:
    """Names that sheets may have, each its own."""
    taken = {_SUMMARY.casefold(), "history"}  # Excel keeps the second for itself
    found: list[str] = []
    for title in titles:
        plain = " ".join(_NAMELESS.sub(" ", title).split()).strip("' ") or "Ark"
        name, number = plain[:_LONGEST_NAME].rstrip("' "), 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain[: _LONGEST_NAME - len(f' {number}')].rstrip()} {number}"
        taken.add(name.casefold())
        found.append(name)
    return found
