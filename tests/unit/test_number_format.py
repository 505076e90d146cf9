"""Which number formats show a day, a time or a percentage, and that the well-known library says the same of those that every workbook has."""

from __future__ import annotations

import pytest
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_datetime

from common.spreadsheet.number_format import BUILT_IN, shown


@pytest.mark.parametrize(
    ("code", "look"),
    [
        ("dd.mm.yyyy", "date"),
        ("yyyy-mm-dd;@", "date"),
        ("[$-414]d. mmmm yyyy;@", "date"),
        ("DD.MM.YYYY", "date"),
        ("mmm", "date"),
        ("hh:mm", "time"),
        ("mm:ss.0", "time"),
        ("[$-409]h:mm AM/PM;@", "time"),
        ("dd.mm.yyyy hh:mm:ss", "datetime"),
        ('"kl." hh:mm', "time"),
        ('d. mmm "kl." hh.mm', "datetime"),
        ('dd.mm.yyyy "hos oss"', "date"),
        (r"dd\.mm\.yyyy", "date"),
        (r"dd\;mm\;yyyy hh:mm", "datetime"),
        ('"frist; "dd.mm.yyyy', "date"),
    ],
)
def test_days_and_times(code: str, look: str) -> None:
    assert shown(code) == look


@pytest.mark.parametrize(
    "code",
    [
        "General",
        "0",
        "@",
        "# ##0,00",
        '# ##0 "dager"',
        r"# ##0\ \d\a\y\s",
        "[$kr-414] # ##0.00",
        "0.00E+00",
        '0.0"%"',
        r"0\%",
        "[Red]-0;[Blue]0",
        '0.0 "[h]"',
        '0 "dag; time"',
        "0;dd.mm.yyyy",
        "_d0",
        "*y0",
        '"d" 0',
        "d" * 256,
        "",
    ],
)
def test_all_other_numbers(code: str) -> None:
    assert shown(code) is None


@pytest.mark.parametrize(
    ("code", "look"),
    [
        ("0%", "percent"),
        ("0.0%;[Red]-0.0%", "percent"),
        ("[h]:mm", "duration"),
        ("[hh]:mm:ss", "duration"),
        ("[mm]:ss", "duration"),
        ("[>1][h]:mm;0", "duration"),
    ],
)
def test_what_is_stored_otherwise_than_it_is_shown(code: str, look: str) -> None:
    assert shown(code) == look


def test_the_formats_of_every_workbook() -> None:
    theirs = {number: look for number, code in BUILTIN_FORMATS.items() if (look := is_datetime(code))}
    ours = {number: look for number, code in BUILT_IN.items() if (look := shown(code))}
    assert ours == theirs | {9: "percent", 10: "percent", 46: "duration"}
    assert {number: BUILTIN_FORMATS[number] for number in BUILT_IN} == BUILT_IN
