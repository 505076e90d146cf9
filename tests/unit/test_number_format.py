"""Which number formats show a day or a time, and that the well-known library says the same of those that every workbook has."""

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
        "0.0%",
        "[Red]-0;[Blue]0",
        "[h]:mm",
        "[hh]:mm:ss",
        "[mm]:ss",
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


def test_the_formats_of_every_workbook() -> None:
    theirs = {number: look for number, code in BUILTIN_FORMATS.items() if (look := is_datetime(code))}
    ours = {number: look for number, code in BUILT_IN.items() if (look := shown(code))}
    del theirs[46]  # [h]:mm:ss is a duration
    assert ours == theirs
    assert {number: BUILTIN_FORMATS[number] for number in BUILT_IN} == BUILT_IN
