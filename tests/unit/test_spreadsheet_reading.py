"""Tables of CSV and XLSX files become what was written, or are refused with the cause, the row and the column."""

from __future__ import annotations

import csv
import random
import string
import tracemalloc
import zipfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Annotated, Any, Literal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, Field

from common.clock import OSLO
from common.errors import ConfigurationError
from common.norway.national_id import NationalIdText
from common.process import CaseInput
from common.refusals import FileUnusable
from common.spreadsheet import Limits, OwnCommas, Row, Table, columns_of, read, template
from common.spreadsheet.complaint import letters
from health_svc.processes import test_journals

ID = "17838410103"


class Street(BaseModel):
    street: str
    number: int | None = None


class Order(CaseInput):
    name: str = Field(examples=["Kari"])
    person_id: NationalIdText | None = None
    amount: Decimal | None = None
    count: int | None = None
    urgent: bool | None = None
    born: date | None = None
    at: AwareDatetime | None = None
    size: Literal["small", "LARGE"] | None = None
    tags: list[str] | None = None
    sums: Annotated[tuple[str, ...] | None, OwnCommas()] = None
    home: Street | None = None


COLUMNS = columns_of(Order)


def table(content: bytes, **limits: int) -> Table:
    return read(BytesIO(content), columns=COLUMNS, limits=Limits(**limits))


def commas(rows: Sequence[Sequence[str]], encoding: str = "utf-8", delimiter: str = ";") -> bytes:
    text = StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def book(rows: Sequence[Sequence[Any]], change: Callable[[openpyxl.Workbook], None] = lambda _: None) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.worksheets[0].append(list(row))
    change(made)
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def only(content: bytes) -> Row:
    (row,) = table(content)
    return row


def value(field: str, cell: Any, *, xlsx: bool = False) -> Any:
    rows = [["name", field], ["Kari", cell]]
    row = only(book(rows) if xlsx else commas(rows))
    assert not row.problems, row.problems
    return row.values.get(field)


def codes(content: bytes, **limits: int) -> set[str]:
    with pytest.raises(FileUnusable) as refused:
        table(content, **limits)
    return {problem.code for problem in refused.value.problems}


class TestValues:
    @pytest.mark.parametrize(
        ("field", "cell", "expected"),
        [
            ("amount", "12,5", "12.5"),
            ("amount", "12 500,50", "12500.50"),
            ("amount", "12\u00a0500", "12500"),
            ("amount", "-3.25", "-3.25"),
            ("count", "1,0", 1),
            ("count", "398,00", "398.00"),
            ("count", "125.000", "125.000"),
            ("count", "125,000", "125.000"),
            ("count", "12 500", 12_500),
            ("count", "1,5", "1.5"),
            ("count", "9" * 19, "9" * 19),
            ("urgent", "Ja", True),
            ("urgent", "0", False),
            ("born", "22.11.2026", "2026-11-22"),
            ("born", "2026-11-22", "2026-11-22"),
            ("at", "22.11.2026 09:40", "2026-11-22T09:40:00+01:00"),
            ("at", "2026-07-01 09.40", "2026-07-01T09:40:00+02:00"),
            ("at", "2026-10-25T02:30:00+01:00", "2026-10-25T02:30:00+01:00"),
            ("size", "large", "LARGE"),
            ("tags", "a; b,c ;", ["a", "b,c"]),
            ("tags", "a, b", ["a", "b"]),
            ("sums", "2 timer, 3,5", ["2 timer, 3,5"]),
            ("sums", "a 3,5; b\nc 4,0;", ["a 3,5", "b", "c 4,0"]),
            ("person_id", "01234567890", "01234567890"),
            ("person_id", "+47 900 00 001", "+47 900 00 001"),
            ("home", "", None),
        ],
    )
    def test_of_text(self, field: str, cell: str, expected: Any) -> None:
        header = "home.street" if field == "home" else field
        assert value(header, cell) == expected

    @pytest.mark.parametrize(
        ("field", "cell", "expected"),
        [
            ("person_id", int(ID), ID),
            ("person_id", "01234567890", "01234567890"),
            ("amount", 0.1, "0.1"),
            ("count", 1.0, 1),
            ("urgent", True, True),
            ("born", date(2026, 11, 22), "2026-11-22"),
            ("at", datetime(2026, 11, 22, 9, 40), "2026-11-22T09:40:00+01:00"),  # noqa: DTZ001  as a sheet holds it
            ("tags", 7, ["7"]),
        ],
    )
    def test_of_a_workbook(self, field: str, cell: Any, expected: Any) -> None:
        assert value(field, cell, xlsx=True) == expected

    @pytest.mark.parametrize(
        ("field", "cell", "code"),
        [
            ("at", "25.10.2026 02:30", "AMBIGUOUS_TIME"),
            ("at", "29.03.2026 02:30", "AMBIGUOUS_TIME"),
            ("at", "22.11.2026", "INVALID_VALUE"),
            ("born", "44887", "INVALID_VALUE"),
            ("born", "31.02.2026", "INVALID_VALUE"),
            ("amount", "1.234,56", "INVALID_VALUE"),
            ("urgent", "kanskje", "INVALID_VALUE"),
            ("person_id", "1,78384E+10", "DIGITS_LOST"),
        ],
    )
    def test_that_cannot_be_read_are_problems_of_their_row(self, field: str, cell: str, code: str) -> None:
        (problem,) = only(commas([["name", field], ["Kari", cell]])).problems
        assert (problem.code, problem.row, problem.column, problem.field) == (code, 2, "B", field)
        assert "kanskje" not in problem.message
        assert problem.message.startswith(f"{field} ")

    def test_a_long_number_that_excel_rounded(self) -> None:
        (problem,) = only(book([["name", "person_id"], ["Kari", 12345678901234567]])).problems
        assert problem.code == "DIGITS_LOST"

    def test_nested(self) -> None:
        row = only(commas([["Name", "home.street", "HOME.number"], ["Kari", "Storgata", "7"]]))
        assert Order.model_validate(row.values).home == Street(street="Storgata", number=7)

    @pytest.mark.parametrize("head", ["source_id", " Source ID ", "SOURCE-ID", "\ufeffreference"])
    def test_headers_as_people_write_them(self, head: str) -> None:
        row = only(commas([[head, "name"], ["T-1", "Kari"]]))
        assert row.values == {"reference": "T-1", "name": "Kari"}


class TestTextFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    @pytest.mark.parametrize("delimiter", [";", ",", "\t"])
    def test_encodings_and_delimiters(self, encoding: str, delimiter: str) -> None:
        row = only(commas([["name", "born"], ["Åse Bjørk", "22.11.2026"]], encoding, delimiter))
        assert row.values == {"name": "Åse Bjørk", "born": "2026-11-22"}

    def test_rows_are_numbered_as_a_spreadsheet_does(self) -> None:
        content = b'sep=;\nname;tags\n"Kari\nAnne";a\n\n;\nOla;b\n'
        assert [row.number for row in table(content)] == [2, 5]

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "EMPTY_FILE"),
            (b" \r\n;;\r\n", "EMPTY_FILE"),
            (b"name;tags\n", "NO_ROWS"),
            (b"name;tags\nKari\n", "UNEQUAL_ROWS"),
            (b"name;tags\nKari;a;b\n", "UNEQUAL_ROWS"),
            (b'name;tags\n"Kari;a\nOla;b\n', "NOT_A_TABLE"),
            (b'name;tags\n"Kari"x;a\n', "NOT_A_TABLE"),
            (b"name\nKa\0ri\n", "NOT_A_TABLE"),
            (bytes(1_000_000), "NOT_A_TABLE"),
            (b"name\n\x01\x02\x03", "NOT_A_TABLE"),
            ("name\nÅse\n".encode("utf-16"), "WRONG_ENCODING"),
            ("name\nÅse\n".encode("utf-16-le"), "WRONG_ENCODING"),
            ("name\nÅse\n".encode() + "Øyvind\n".encode("cp1252"), "WRONG_ENCODING"),
            (b"name\n\x81\n", "WRONG_ENCODING"),
            (b"%PDF-1.7 x", "WRONG_KIND"),
            (b"\x89PNG\r\n", "WRONG_KIND"),
            (b"<html><table>", "WRONG_KIND"),
            (b'[1]\n{"name": 1}', "WRONG_COLUMNS"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "WRONG_KIND"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "ENCRYPTED"),
            (b"PK\x03\x04 not really", "BROKEN_FILE"),
            (b"name;nobody\nKari;1\n", "WRONG_COLUMNS"),
            (b"tags\na\n", "WRONG_COLUMNS"),
            (b"name;Name\nKari;Ola\n", "WRONG_COLUMNS"),
            (b"name\nKari\nOla\nKari\n", "DUPLICATE_ROWS"),
            (b"name\n=1+1\n", "FORMULA"),
            (b'name\n"@SUM(A1)"\n', "FORMULA"),
            (b"name\n+cmd|x\n", "FORMULA"),
        ],
    )
    def test_bad_ones(self, content: bytes, code: str) -> None:
        assert codes(content) == {code}

    def test_too_large(self) -> None:
        three = b"name\nKari\nOla\nEva\n"
        assert codes(three, rows=2) == {"TOO_LARGE"}
        assert codes(three, bytes=10) == {"TOO_LARGE"}
        assert codes(three, characters=3) == {"TOO_LARGE"}
        assert codes(b"name;tags\nKari;a\n", columns=1) == {"TOO_LARGE"}
        assert codes(b"name\n" + b"x" * 1_000_001) == {"TOO_LARGE"}
        assert table(three, rows=3).row_count == 3

    def test_every_cause_is_told_with_its_place_and_nothing_of_the_cells(self) -> None:
        with pytest.raises(FileUnusable) as refused:
            table(b"name;tags\nHemmelig;=Hemmelig\nKari;a\nKari;a\n")
        formula, double = refused.value.problems
        assert (formula.code, formula.row, formula.column, formula.field) == ("FORMULA", 2, "B", "tags")
        assert (double.code, double.row) == ("DUPLICATE_ROWS", 4)
        assert "row 3" in double.message
        assert "Hemmelig" not in str(refused.value.problems)

    def test_an_unknown_header_is_not_shown(self) -> None:
        with pytest.raises(FileUnusable) as refused:
            table(f"{ID};Nordhaug\n{ID};Nordhaug\n".encode())
        assert ID not in str(refused.value.problems)
        assert "Nordhaug" not in str(refused.value.problems)

    def test_many_problems_stay_a_short_answer(self) -> None:
        with pytest.raises(FileUnusable) as refused:
            table(b"name\n" + b"Kari\n" * 1000)
        assert len(refused.value.problems) == 21

    def test_the_file_stays_open_and_can_be_walked_twice(self) -> None:
        file = BytesIO(b"name\nKari\nOla\n")
        found = read(file, columns=COLUMNS)
        assert list(found) == list(found)
        assert not file.closed

    @pytest.mark.parametrize("make", [commas, book])
    def test_rows_are_the_same_whether_they_were_kept_or_are_read_anew(
        self, make: Callable[[Sequence[Sequence[str]]], bytes]
    ) -> None:
        content = make([["name", "count"], *([f"Kari {number}", str(number)] for number in range(1_234))])
        kept, anew, grown_too_large = (table(content, kept=most) for most in (16_000_000, 0, 4_000))
        assert list(kept) == list(kept) == list(anew) == list(grown_too_large)
        assert [row.number for row in kept] == list(range(2, 1_236))


HEADED = [["name", "tags"], ["Kari", "a"]]


def _merged(made: openpyxl.Workbook) -> None:
    made.worksheets[0].merge_cells("A3:B4")


def _second_sheet(made: openpyxl.Workbook) -> None:
    made.create_sheet("Mer").append(["x"])


def _hidden(made: openpyxl.Workbook) -> None:
    made.create_sheet("Tom")
    made.worksheets[0].sheet_state = "hidden"
    made.active = 1


def rezipped(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*old.namelist(), *({part} - set(old.namelist()))]:
            content_of_part = old.read(name) if name in old.namelist() else b""
            new.writestr(name, change(content_of_part) if name == part else content_of_part)
    return file.getvalue()


def packed_as(method: int) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(book(HEADED))) as old, zipfile.ZipFile(file, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return file.getvalue()


def in_encoding(name: bytes) -> bytes:
    return rezipped(book(HEADED), SHEET, lambda old: b'<?xml version="1.0" encoding="%b"?>' % name + old)


KARI = b't="inlineStr"><is><t>Kari</t></is>'
SHARED = b't="s"><v>%s</v>'
TEXTS_APART = (
    b"""<sst><si><t>Ola</t></si><si><r><t>Ka</t></r><r><t>ri_x000D_</t></r><rPh sb="0"><t>x</t></rPh></si></sst>"""
)
SHEET = "xl/worksheets/sheet1.xml"
ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'


TYPED = (
    b'<row r="2"><c r="A2" t="inlineStr"><is><t>Kari</t></is></c><c r="B2" t="inlineStr"><is><t>a</t></is></c></row>'
)
NOISE = "".join(random.Random(1).choices(string.ascii_letters, k=40_000))  # or a part would be swollen


def typed(texts: Sequence[bytes]) -> bytes:
    return b'<row r="2"><c r="A2" t="inlineStr"><is>%b</is></c></row>' % b"".join(b"<t>%b</t>" % text for text in texts)


def in_first_sheet(rows: bytes) -> bytes:
    return rezipped(book(HEADED), SHEET, lambda old: old.replace(TYPED, rows) + b"<!--%b-->" % NOISE.encode())


@contextmanager
def memory() -> Generator[Callable[[], int]]:
    """The most bytes that have been held at once so far."""
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def in_pieces() -> bytes:
    return in_first_sheet(typed([b"x" * 1_000] * 4_000))


def told_often() -> bytes:
    rows = b"".join(b'<row r="%d"><c t="s"><v>0</v></c><c><v>%d</v></c></row>' % (row, row) for row in range(2, 6))
    text = "x" * 1_900_000
    return rezipped(
        in_first_sheet(rows), "xl/sharedStrings.xml", lambda _: f"<sst><si><t>{text}</t></si></sst>".encode()
    )


def of_long_rows() -> bytes:
    cells = [b'<c t="inlineStr"><is><t>%b</t></is></c>' % (b"%d" * 2 + b"x" * 7_900) for _ in range(2)]
    rows = b"".join(b"<row>" + b"".join(cells) % ((row,) * 4) + b"</row>" for row in range(450))
    return in_first_sheet(rows)


def date_style(content: bytes, styles: bytes) -> bytes:
    """Whose column B shows 46348 under the second style."""
    dated = b'<row r="2"><c r="A2" t="inlineStr"><is><t>Kari</t></is></c><c r="B2" s="1"><v>46348</v></c></row>'
    content = rezipped(content, SHEET, lambda old: old.replace(TYPED, dated).replace(b"tags", b"born"))
    return rezipped(content, "xl/styles.xml", lambda _: b"<styleSheet>%b</styleSheet>" % styles)


class TestWorkbooks:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (book(HEADED, _merged), "MERGED_CELLS"),
            (book(HEADED, _second_sheet), "SEVERAL_SHEETS"),
            (book(HEADED, _hidden), "HIDDEN_SHEET"),
            (book([["name", "tags"], ["Kari", "=1+1"]]), "FORMULA"),
            (book([["name", "tags"], ["Kari", "a", "b"]]), "UNEQUAL_ROWS"),
            (book([["name", "nobody"], ["Kari", "a"]]), "WRONG_COLUMNS"),
            (book([*HEADED, *HEADED[1:]]), "DUPLICATE_ROWS"),
            (book([["name"]]), "NO_ROWS"),
            (book([]), "EMPTY_FILE"),
            (book(HEADED)[:-200], "BROKEN_FILE"),
            (rezipped(book(HEADED), SHEET, lambda old: old[:-30]), "BROKEN_FILE"),
            (rezipped(book(HEADED), SHEET, lambda old: ENTITY + old), "BROKEN_FILE"),
            (in_encoding(b"nobodys"), "BROKEN_FILE"),
            (in_encoding(b"zlib"), "BROKEN_FILE"),
            (packed_as(zipfile.ZIP_BZIP2), "BROKEN_FILE"),
            (packed_as(zipfile.ZIP_LZMA), "BROKEN_FILE"),
            (rezipped(book(HEADED), SHEET, lambda old: old.replace(b'r="A2"', b'r="ZZZ2"')), "BROKEN_FILE"),
            *(
                (
                    rezipped(book(HEADED), SHEET, lambda old, at=at: old.replace(b'r="A2"', b'r="%s"' % at)),
                    "BROKEN_FILE",
                )
                for at in (b"a2", b"2", b"A", b"AAAA2", b"A12345678", b"A-2", b"", b"A\xd9\xa2")
            ),
            (rezipped(book(HEADED), SHEET, lambda old: old.replace(b'<row r="2"', b'<row r="2000000"')), "BROKEN_FILE"),
            (rezipped(book(HEADED), SHEET, lambda old: old.replace(KARI, SHARED % b"99")), "BROKEN_FILE"),
            (rezipped(book(HEADED), "xl/theme/theme1.xml", lambda _: bytes(30_000_000)), "TOO_LARGE"),
            (rezipped(book(HEADED), SHEET, lambda old: old + b" " * 5_000_000), "TOO_LARGE"),
        ],
    )
    def test_bad_ones(self, content: bytes, code: str) -> None:
        assert codes(content) == {code}

    def test_ways_of_packing_that_excel_knows(self) -> None:
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            assert only(packed_as(method)).values == {"name": "Kari", "tags": ["a"]}

    def test_texts_that_stand_apart_as_excel_writes_them(self) -> None:
        content = rezipped(book(HEADED), SHEET, lambda old: old.replace(KARI, SHARED % b"1"))
        content = rezipped(content, "xl/sharedStrings.xml", lambda _: TEXTS_APART)
        assert only(content).values == {"name": "Kari", "tags": ["a"]}

    def test_other_packed_files(self) -> None:
        file = BytesIO()
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr("letter.txt", "hello")
        assert codes(file.getvalue()) == {"WRONG_KIND"}

    def test_locked_parts(self) -> None:
        content = bytearray(book(HEADED))
        content[content.index(b"PK\x01\x02") + 8] |= 1
        assert codes(bytes(content)) == {"ENCRYPTED"}

    def test_too_large(self) -> None:
        assert codes(book(HEADED), unpacked=1000) == {"TOO_LARGE"}
        assert codes(book(HEADED), parts=3) == {"TOO_LARGE"}
        assert codes(book(HEADED), columns=1) == {"TOO_LARGE"}

    @pytest.mark.parametrize("make", [in_pieces, told_often])
    def test_of_a_text_that_is_too_long_nothing_is_kept(self, make: Callable[[], bytes]) -> None:
        content = make()
        with memory() as most:
            assert codes(content, ratio=10_000) == {"TOO_LARGE"}
            assert most() < 6_000_000

    def test_all_shared_texts_together_are_bounded(self) -> None:
        rows = b"".join(b'<row r="%d"><c t="s"><v>%d</v></c></row>' % (row, row - 2) for row in range(2, 4))
        texts = b"<sst><si><t>Kari</t></si><si><t>Ola</t></si></sst>"
        content = rezipped(in_first_sheet(rows), "xl/sharedStrings.xml", lambda _: texts)
        assert table(content, shared=7).row_count == 2
        assert codes(content, shared=6) == {"TOO_LARGE"}

    def test_long_rows_are_packed_before_they_are_many(self) -> None:
        content = of_long_rows()
        with memory() as most:
            assert table(content, ratio=10_000).row_count == 450
            assert most() < 6_000_000

    def test_a_long_text_in_pieces(self) -> None:
        whole = in_first_sheet(typed([b"Kari"] * 1_999 + [b" _x000D_ "]))
        assert only(whole).values == {"name": "Kari" * 1_999}
        assert only(in_first_sheet(typed([b" " * 9_000, b"Kari"]))).values == {"name": "Kari"}
        assert codes(in_first_sheet(typed([b"Kari"] * 2_001))) == {"TOO_LARGE"}

    def test_a_percentage_and_a_duration_are_not_the_numbers_that_stand_for_them(self) -> None:
        def shown_as(look: str) -> bytes:
            def change(made: openpyxl.Workbook) -> None:
                made.worksheets[0]["B2"].number_format = look

            return book([["name", "amount"], ["Kari", 0.5]], change)

        for look in ("0%", "0.00%", "[h]:mm", '0.0%" stilling"'):
            (problem,) = only(shown_as(look)).problems
            assert (problem.code, problem.row, problem.column) == ("INVALID_VALUE", 2, "B")
        assert only(shown_as('0.0" %"')).values["amount"] == "0.5"
        (as_text,) = only(commas([["name", "amount"], ["Kari", "50%"]])).problems
        assert as_text.code == "INVALID_VALUE"

    @pytest.mark.parametrize(
        ("properties", "born"),
        [
            (b'<workbookPr date1904="1"/>', "2030-11-23"),
            (b'<workbookPr date1904="true"/><extLst><ext><x15:workbookPr x="1"/></ext></extLst>', "2030-11-23"),
            (b'<extLst><ext><x15:workbookPr date1904="0"/></ext></extLst>', "2026-11-22"),
        ],
    )
    def test_from_which_day_days_are_counted(self, properties: bytes, born: str) -> None:
        dated = date_style(book(HEADED), b'<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>')
        content = rezipped(dated, "xl/workbook.xml", lambda old: old.replace(b"<workbookPr/>", properties))
        assert only(content).values["born"] == born

    @pytest.mark.parametrize(
        "styles",
        [
            b'<numFmts><numFmt numFmtId="164" formatCode="d.m.yy"/></numFmts><cellXfs><xf/><xf numFmtId="164"/></cellXfs>%b',
            b'<cellXfs><xf/><xf numFmtId="14"/></cellXfs>%b',
        ],
    )
    def test_a_format_of_conditions_is_no_cells(self, styles: bytes) -> None:
        others = b'<dxfs><dxf><numFmt numFmtId="14" formatCode="@"/></dxf><dxf><numFmt numFmtId="164" formatCode="0"/></dxf></dxfs>'
        assert only(date_style(book(HEADED), styles % others)).values["born"] == "2026-11-22"

    def test_a_cell_that_names_no_style_has_the_first(self) -> None:
        content = date_style(book(HEADED), b'<cellXfs><xf numFmtId="14"/></cellXfs>')
        unnamed = rezipped(content, SHEET, lambda old: old.replace(b' s="1"', b""))
        assert only(unnamed).values["born"] == "2026-11-22"

    def test_the_place_of_a_formula(self) -> None:
        with pytest.raises(FileUnusable) as refused:
            table(book([["name", None, "tags"], [], ["Kari", None, "=1+1"]]))
        (problem,) = refused.value.problems
        assert (problem.row, problem.column, problem.field) == (3, "C", "tags")


TEXTS = st.text(st.characters(codec="cp1252", exclude_categories=["Cc", "Zs"]), min_size=1).filter(
    lambda text: text[0] not in "=+-@\u00ad\ufeff" and "_x" not in text
)
ORDERS = st.lists(
    st.fixed_dictionaries(
        {
            "name": TEXTS,
            "amount": st.decimals(-(10**9), 10**9, places=2),
            "born": st.dates(date(1901, 1, 1), date(2099, 1, 1)),
        }
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda order: order["name"],
)


class TestRoundTrips:
    @settings(max_examples=60, deadline=None)
    @given(ORDERS, st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]), st.sampled_from(";,\t"))
    def test_text(self, orders: list[dict[str, Any]], encoding: str, delimiter: str) -> None:
        rows = [[o["name"], str(o["amount"]).replace(".", ","), f"{o['born']:%d.%m.%Y}"] for o in orders]
        content = commas([["name", "amount", "born"], *rows], encoding, delimiter)
        try:
            found = [Order.model_validate(row.values) for row in table(content)]
        except FileUnusable as refused:  # letters that are UTF-8 by chance are refused rather than guessed at
            assert encoding == "cp1252"
            assert {problem.code for problem in refused.problems} == {"WRONG_ENCODING"}  # noqa: PT017
            return
        if encoding == "cp1252" and _is_utf8(content):
            return
        assert [(o.name, o.amount, o.born) for o in found] == [
            (Order(name=o["name"]).name, o["amount"], o["born"]) for o in orders
        ]

    @settings(max_examples=30, deadline=None)
    @given(ORDERS)
    def test_workbook(self, orders: list[dict[str, Any]]) -> None:
        content = book([["name", "amount", "born"], *([o["name"], o["amount"], o["born"]] for o in orders)])
        found = [Order.model_validate(row.values) for row in table(content)]
        assert [(o.name, o.amount, o.born) for o in found] == [
            (Order(name=o["name"]).name, o["amount"], o["born"]) for o in orders
        ]

    @settings(max_examples=100, deadline=None)
    @given(st.binary(max_size=300))
    def test_anything_at_all(self, content: bytes) -> None:
        try:
            list(table(content))
        except FileUnusable as refused:
            assert refused.problems  # noqa: PT017


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return not content.isascii()


class TestTemplates:
    @pytest.mark.parametrize("kind", ["xlsx", "csv"])
    @pytest.mark.parametrize("model", [Order, test_journals.TestedPerson])
    def test_an_empty_one_lacks_only_rows(self, model: type[CaseInput], kind: Literal["xlsx", "csv"]) -> None:
        with pytest.raises(FileUnusable) as refused:
            read(BytesIO(template(model, kind)), columns=columns_of(model))
        assert [problem.code for problem in refused.value.problems] == ["NO_ROWS"]

    def test_filled_in_with_its_examples_it_is_an_input(self) -> None:
        made = openpyxl.load_workbook(BytesIO(template(test_journals.TestedPerson)))
        for place, column in enumerate(columns_of(test_journals.TestedPerson), 1):
            made.worksheets[0].cell(2, place, column.example)
        file = BytesIO()
        made.save(file)
        (row,) = read(file, columns=columns_of(test_journals.TestedPerson))
        tested = test_journals.TestedPerson.model_validate(row.values)
        assert tested.test_time == datetime(2026, 11, 22, 9, 40, tzinfo=OSLO)

    def test_ids_are_text_and_choices_a_list(self) -> None:
        sheet = openpyxl.load_workbook(BytesIO(template(test_journals.TestedPerson))).worksheets[0]
        places = {column.name: letters(place) for place, column in enumerate(columns_of(test_journals.TestedPerson))}
        assert sheet.column_dimensions[places["person_id"]].number_format == "@"
        lists = {str(rule.sqref).partition(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
        assert lists[f"{places['test_type']}2"] == '"PCR,ANTIGEN"'

    def test_what_no_table_can_hold(self) -> None:
        class Lines(CaseInput):
            lines: list[Street]

        class Anything(CaseInput):
            extra: dict[str, Any]

        for model in (Lines, Anything):
            with pytest.raises(ConfigurationError, match="cannot be a column"):
                columns_of(model)
