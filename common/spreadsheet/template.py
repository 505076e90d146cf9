"""The empty table of a process or a register, for municipal staff to fill in, as CSV or as a workbook."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from typing import Literal

from pydantic import BaseModel

from common.spreadsheet.columns import columns_of

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
    # Few ask for it, and what writes workbooks is a fifth of what an api loads.
    from common.spreadsheet.template_workbook import workbook  # noqa: PLC0415

    return workbook(columns, filling.sheet, filling.advice)
