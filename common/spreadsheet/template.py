"""The empty table of a process, for municipal staff to fill in: headers, formats, drop-down lists, explanations."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any, Literal, cast

import openpyxl
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import BaseModel

from common.spreadsheet.columns import Column, Kind, columns_of
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
_HEADERS_STAY = "Overskriftene må stå som de er; kolonner som ikke må fylles ut, kan slettes."
_NO_FORMULAS = "Ikke bruk formler eller flettede celler. Dette arket leses ikke."


@dataclass(frozen=True, kw_only=True)
class Filling:
    """What the file is for, as it says to whoever fills it in: the name of its sheet, and advice in Norwegian."""

    sheet: str
    advice: tuple[str, ...]


CASES = Filling(
    sheet="Saker",
    advice=(f"Fyll ut det første arket, én rad per sak, og last opp filen. {_HEADERS_STAY}", _NO_FORMULAS),
)


def whole_register(title: str, entry: str) -> Filling:
    """For the table of a register, one row for each of its entries."""
    return Filling(
        sheet="Register",
        advice=(
            f"Fyll ut det første arket, én rad per {entry}, og last opp filen. {_HEADERS_STAY}",
            f"Filen er hele registeret «{title}»: fra dagen den gjelder, er det som ikke står i den, borte.",
            _NO_FORMULAS,
        ),
    )


def template(model: type[BaseModel], kind: Literal["xlsx", "csv"] = "xlsx", *, filling: Filling = CASES) -> bytes:
    """The file to fill in; raises ConfigurationError for a model that no table can hold."""
    columns = columns_of(model)
    if kind == "csv":
        text = StringIO(newline="")
        csv.writer(text, delimiter=";").writerow([column.name for column in columns])
        return text.getvalue().encode("utf-8-sig")  # by its mark Excel knows UTF-8
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = filling.sheet
    lists = book.create_sheet(EXPLANATION), book.create_sheet(CHOICES)
    _explain(lists[0], columns, filling.advice)
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
