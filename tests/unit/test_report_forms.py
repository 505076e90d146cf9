"""A report as a page and as a workbook: the same numbers in both, readable by everybody, and nothing that runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from common.report import drawing
from common.report.document import (
    Bars,
    Chart,
    Column,
    Figure,
    Histogram,
    Interval,
    Kind,
    Report,
    Series,
    Table,
    Timeline,
    TimelineRow,
    Tone,
)
from common.report.page import Origin, page
from common.report.workbook import workbook

DAY = date(2026, 12, 1)
ORIGIN = Origin(
    batch=UUID("0198c4e6-3c1f-7d7a-a4b4-1f0c2d3e4f50"),
    process="payroll-controls",
    called="Lønnskontroll",
    rows=12_000,
    ended_at=datetime(2026, 12, 7, 23, 20, tzinfo=UTC),
)
RULES = Bars(
    title="Regler etter enhet",
    axis="Enhet",
    labels=("Sentrum", "Åsen"),
    series=(
        Series(name="Stans", values=(30, 0), tone=Tone.SERIOUS),
        Series(name="Varsel", values=(70, 50), tone=Tone.WARNING),
    ),
)
DEVIATIONS = Histogram(
    title="Avvik", axis="Prosent", labels=("0–10", "10–20"), series=(Series(name="Rader", values=(8, 4)),)
)
OVER = Timeline(
    title="Over 100 %",
    first=DAY,
    last=date(2026, 12, 31),
    rows=(TimelineRow(label="Ansatt 1", intervals=(Interval(first=DAY, last=DAY, label="120,00 %"),)),),
)
HELD = Table(
    title="Holdt tilbake",
    columns=(
        Column(label="Ansattnr."),
        Column(label="Netto", kind=Kind.ORE),
        Column(label="Prosent", kind=Kind.PERCENT),
        Column(label="Slutt", kind=Kind.DATE),
        Column(label="Antall", kind=Kind.WHOLE),
    ),
    rows=(("104211", 1_234_567, 8_000, DAY, 3), ("104212", None, None, None, None)),
)
REPORT = Report(
    title="Lønnskontroll",
    subtitle="Hovedkjøring 2026-12",
    figures=(Figure(label="Beløp", kind=Kind.ORE, value=412_345_678, tone=Tone.SERIOUS),),
    charts=(RULES, DEVIATIONS, OVER),
    tables=(HELD,),
    notes=("Se <b>her</b>.",),
)


@dataclass
class Tag:
    name: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class Seen(HTMLParser):
    """A page as it is built: every tag with what stands in it."""

    html: str
    tags: list[Tag] = field(default_factory=list[Tag])

    def __post_init__(self) -> None:
        super().__init__()
        self.open: list[Tag] = []
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Tag(tag, dict(attrs))
        self.tags.append(found)
        if tag not in {"meta", "br"}:
            self.open.append(found)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(Tag(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().name == tag

    def handle_data(self, data: str) -> None:
        for tag in self.open:
            tag.text += data

    def of(self, name: str, look: str = "") -> list[Tag]:
        return [
            tag
            for tag in self.tags
            if tag.name == name and (not look or look in (tag.attributes.get("class") or "").split())
        ]


def seen(*charts: Chart, **parts: Any) -> Seen:
    return Seen(page(Report(title="Rapport", charts=charts, **parts), ORIGIN))


class TestPage:
    def test_is_one_well_formed_page_with_nothing_from_elsewhere_and_nothing_that_runs(self) -> None:
        found = Seen(page(REPORT, ORIGIN))
        assert found.open == []
        names = {tag.name for tag in found.tags}
        assert not names & {"script", "link", "img", "a", "form", "iframe", "use", "image"}
        assert not [tag for tag in found.tags for name in tag.attributes if name == "style" or name.startswith("on")]
        assert "url(" not in found.of("style")[0].text
        assert found.of("html")[0].attributes["lang"] == "nb"
        assert [tag.text for tag in found.of("h1")] == ["Lønnskontroll"]
        assert "12\u00a0000 rader, avsluttet 08.12.2026 kl.\u00a000.20" in found.of("header")[0].text
        assert "Se <b>her</b>." in found.of("ul", "notes")[0].text

    def test_each_chart_is_a_picture_with_a_name_and_words_and_has_its_numbers_in_a_table(self) -> None:
        found = Seen(page(REPORT, ORIGIN))
        charts = found.of("svg", "chart")
        assert len(charts) == 3
        ids = {tag.attributes["id"]: tag.text for tag in found.tags if "id" in tag.attributes}
        for picture, chart in zip(charts, REPORT.charts, strict=True):
            assert picture.attributes["role"] == "img"
            title, told = (picture.attributes["aria-labelledby"] or "").split()
            assert (ids[title], bool(ids[told])) == (chart.title, True)
        tables = [re.split(r"\s*\n\s*", details.text.strip()) for details in found.of("table")]
        assert [cell for cell in tables[0] if "Sentrum" in cell or "70" in cell]
        assert "Størst er Sentrum med 100, av til sammen 150." in ids.values()

    def test_no_id_stands_twice(self) -> None:
        ids = [tag.attributes["id"] for tag in Seen(page(REPORT, ORIGIN)).tags if "id" in tag.attributes]
        assert len(ids) == len({*ids})

    def test_bars_are_as_long_as_their_numbers(self) -> None:
        found = seen(RULES)
        pieces = [
            (tag.attributes["x"], tag.attributes["width"], tag.text)
            for tag in found.of("rect", "piece")
            if "x" in tag.attributes
        ]
        assert pieces == [
            ("0.00%", "30.00%", "Sentrum, Stans: 30"),
            ("30.00%", "70.00%", "Sentrum, Varsel: 70"),
            ("0.00%", "50.00%", "Åsen, Varsel: 50"),
        ]
        assert [tag.text.strip() for tag in found.of("li")] == ["Stans", "Varsel"]

    def test_what_is_empty_says_so(self) -> None:
        empty = Bars(title="t", labels=(), series=(Series(name="s", values=()),))
        found = seen(empty, tables=(Table(title="u", columns=(Column(label="x"),), rows=()),))
        assert [tag.text for tag in found.of("p", "empty")] == ["Ingenting å vise.", "Ingen rader."]
        assert found.of("svg", "chart") == []

    def test_all_of_nothing_is_drawn(self) -> None:
        none = Bars(title="t", labels=("a",), series=(Series(name="s", values=(0,)),))
        flat = Histogram(title="t", labels=("a",), series=(Series(name="s", values=(0,)),))
        found = seen(none, flat)
        assert [tag.text for tag in found.of("desc")] == ["Alle er null."] * 2
        assert found.of("rect", "piece") == []

    @pytest.mark.parametrize(("rows", "shown", "told"), [(200, 200, 0), (201, 200, 1)])
    def test_of_many_rows_the_first_are_shown(self, rows: int, shown: int, told: int) -> None:
        table = Table(title="t", columns=(Column(label="x"),), rows=tuple((str(n),) for n in range(rows)))
        found = seen(tables=(table,))
        assert len(found.of("tr")) == shown + 1
        assert found.html.count("alle står i regnearket") == told

    def test_leads_back_where_it_is_shown_as_one_of_several(self) -> None:
        found = Seen(page(REPORT, ORIGIN, (("/rapporter", "Alle rapporter"),)))
        assert [(tag.attributes["href"], tag.text) for tag in found.of("a")] == [("/rapporter", "Alle rapporter")]


class TestDrawing:
    @pytest.mark.parametrize(("number", "drawn", "told"), [(24, 24, 0), (25, 24, 1)])
    def test_of_many_bars_the_largest_are_drawn_in_their_order(self, number: int, drawn: int, told: int) -> None:
        values = tuple((n * 7) % number + 1 for n in range(number))
        chart = Bars(title="t", labels=tuple(f"e{n}" for n in range(number)), series=(Series(name="s", values=values),))
        found = drawing.bars(chart)
        assert (len(found.lines), found.left_out.count("alle står i tabellen")) == (drawn, told)
        kept = [int(line.label[1:]) for line in found.lines]
        assert kept == sorted(kept)
        assert {values[n] for n in range(number)} - {values[n] for n in kept} <= {1}

    @pytest.mark.parametrize(
        ("number", "named"), [(8, [f"s{n}" for n in range(8)]), (9, [*(f"s{n}" for n in range(2, 9)), "Andre (2)"])]
    )
    def test_of_many_series_the_smallest_are_one(self, number: int, named: list[str]) -> None:
        series = tuple(Series(name=f"s{n}", values=(n + 1,)) for n in range(number))
        found = drawing.bars(Bars(title="t", labels=("a",), series=series))
        assert [name for _, name in found.legend] == named
        assert len({look for look, _ in found.legend}) == len(named)
        assert sum(piece.size for piece in found.lines[0].pieces) == pytest.approx(100)

    def test_equal_series_are_all_there(self) -> None:
        series = tuple(Series(name="s", values=(1,)) for _ in range(12))
        found = drawing.bars(Bars(title="t", labels=("a",), series=series))
        assert sum(piece.size for piece in found.lines[0].pieces) == pytest.approx(100)

    def test_uprights_stand_on_the_line_and_reach_as_high_as_their_numbers(self) -> None:
        chart = Histogram(
            title="t", labels=("a", "b"), series=(Series(name="s", values=(8, 2)), Series(name="u", values=(0, 2)))
        )
        first, second = drawing.histogram(chart).uprights
        assert [(piece.at, piece.size) for piece in first.pieces] == [(0, 150)]
        assert [(piece.at, piece.size) for piece in second.pieces] == [(112.5, 37.5), (75, 37.5)]
        assert (first.top, second.top) == (0, 75)

    def test_letters_that_would_run_into_each_other_are_left_out_on_a_narrow_screen(self) -> None:
        labels = tuple(f"{n} til {n + 10}" for n in range(0, 120, 10))
        found = drawing.histogram(
            Histogram(title="t", labels=labels, series=(Series(name="s", values=tuple(range(1_000, 1_012))),))
        )
        shown = [mark.shown for mark in found.marks]
        assert 1 < shown.count("always") <= 4
        assert shown.count("always") + shown.count("wide") > 4
        assert [upright.total.text for upright in found.uprights if upright.total.shown == "always"] == ["1\u00a0011"]

    def test_a_short_label_stands_below_the_middle_of_its_bar_and_a_long_one_within_the_chart(self) -> None:
        labels = ("0", *(f"{n},01–{n + 10}" for n in range(100, 170, 10)), "over 170")
        found = drawing.histogram(
            Histogram(title="t", labels=labels, series=(Series(name="s", values=tuple(range(9))),))
        )
        first, *_, last = found.marks
        assert (first.anchor, first.at) == ("middle", pytest.approx(100 / 18))
        assert (last.anchor, last.at) == ("end", pytest.approx(100))

    def test_a_long_label_is_cut_for_a_narrow_screen(self) -> None:
        name = "Ressurssenter for barn og unge i Sentrum"
        (line,) = drawing.bars(Bars(title="t", labels=(name,), series=(Series(name="s", values=(1,)),))).lines
        assert line.label == name
        assert len(line.brief) < len(name)
        assert line.brief.endswith("…")

    def test_an_interval_is_cut_off_at_the_edge_and_one_outside_is_not_drawn(self) -> None:
        month = timedelta(days=30)
        chart = Timeline(
            title="t",
            first=DAY,
            last=DAY + timedelta(days=9),
            rows=(
                TimelineRow(
                    label="a",
                    intervals=(
                        Interval(first=DAY - month, last=DAY),
                        Interval(first=DAY + timedelta(days=5), last=DAY + month),
                        Interval(first=DAY + month, last=DAY + month),
                    ),
                ),
            ),
        )
        (line,) = drawing.timeline(chart).lines
        assert [(piece.at, piece.size) for piece in line.pieces] == [(0, 10), (50, 50)]

    @pytest.mark.parametrize(
        ("days", "first", "number"), [(31, "07.12.", 4), (365, "jan. 2027", 12), (2_000, "2027", 6)]
    )
    def test_the_axis_is_marked_by_weeks_months_or_years(self, days: int, first: str, number: int) -> None:
        marks = drawing.timeline(
            Timeline(title="t", first=DAY + timedelta(days=1), last=DAY + timedelta(days=days), rows=())
        ).marks
        assert (marks[0].text, len(marks)) == (first, number)

    @pytest.mark.parametrize(
        ("last", "shown"),
        [
            (date(2026, 12, 3), "always"),
            (date(2026, 12, 2), "wide"),  # of 32 days the last three: room for the letters on a desk only
            (date(2026, 11, 30), "never"),
        ],
    )
    def test_a_mark_that_would_stick_out_on_the_right_is_left_out(self, last: date, shown: str) -> None:
        marks = drawing.timeline(Timeline(title="t", first=date(2026, 11, 1), last=last, rows=())).marks
        assert (marks[-1].text, marks[-1].shown) == ("30.11.", shown)
        assert {mark.shown for mark in marks[:-1]} == {"always"}

    @pytest.mark.parametrize(("number", "told"), [(40, 0), (41, 1)])
    def test_of_many_rows_the_first_are_drawn(self, number: int, told: int) -> None:
        rows = tuple(TimelineRow(label=str(n), intervals=()) for n in range(number))
        found = drawing.timeline(Timeline(title="t", first=DAY, last=DAY, rows=rows))
        assert (len(found.lines), found.left_out.count("alle står i tabellen")) == (40, told)


class TestWorkbook:
    @pytest.fixture
    def book(self) -> Any:
        return openpyxl.load_workbook(BytesIO(workbook(REPORT, ORIGIN)))

    def test_has_a_sheet_for_each_table_and_chart(self, book: Any) -> None:
        assert book.sheetnames == ["Sammendrag", "Holdt tilbake", "Regler etter enhet", "Avvik", "Over 100 %"]

    def test_begins_with_a_summary(self, book: Any) -> None:
        lines = [[cell.value for cell in row if cell.value is not None] for row in book["Sammendrag"].iter_rows()]
        assert lines[:4] == [
            ["Lønnskontroll"],
            ["Hovedkjøring 2026-12"],
            ["Lønnskontroll: 12\u00a0000 rader, avsluttet 08.12.2026 kl.\u00a000.20"],
            ["Gruppe 0198c4e6-3c1f-7d7a-a4b4-1f0c2d3e4f50"],
        ]
        assert ["Beløp", 4_123_456.78] in lines
        assert ["Se <b>her</b>."] in lines

    def test_numbers_are_numbers_and_look_like_what_they_are(self, book: Any) -> None:
        row, empty = list(book["Holdt tilbake"].iter_rows(min_row=2))
        assert [(cell.value, cell.number_format) for cell in row] == [
            ("104211", "General"),
            (12_345.67, '#,##0.00\\ "kr"'),
            (0.8, "0.00\\ %"),
            (datetime(2026, 12, 1), "dd.mm.yyyy"),  # noqa: DTZ001  a spreadsheet knows no zones
            (3, "#,##0"),
        ]
        assert [cell.value for cell in empty] == ["104212", None, None, None, None]

    def test_no_ore_is_lost_of_a_large_amount(self) -> None:
        table = Table(title="t", columns=(Column(label="x", kind=Kind.ORE),), rows=((99_999_999_999_99,), (-1,)))
        book = openpyxl.load_workbook(BytesIO(workbook(Report(title="r", tables=(table,)), ORIGIN)))
        assert [round(Decimal(str(cell.value)), 2) for (cell,) in book["t"].iter_rows(min_row=2)] == [
            Decimal("99999999999.99"),
            Decimal("-0.01"),
        ]

    def test_the_header_stays_and_columns_are_as_wide_as_what_they_hold(self, book: Any) -> None:
        sheet = book["Holdt tilbake"]
        assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A2", "A1:E3", "$1:$1")
        assert all(cell.font.bold for cell in sheet[1])
        assert 10 <= sheet.column_dimensions["A"].width <= 60
        assert sheet.column_dimensions["B"].width > len("12 345,67 kr")

    @pytest.mark.parametrize("text", ["=1+1", "+47 1", "-3", "@SUM(A1)", "\t=1", '=HYPERLINK("x")', "#REF!", "'=1"])
    def test_no_text_becomes_a_formula(self, text: str) -> None:
        table = Table(title=text, columns=(Column(label=text),), rows=((text,),))
        report = Report(
            title=text, figures=(Figure(label=text, kind=Kind.TEXT, value=text),), tables=(table,), notes=(text,)
        )
        book = openpyxl.load_workbook(BytesIO(workbook(report, ORIGIN)))
        cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value == text]
        assert len(cells) >= 7
        assert {cell.data_type for cell in cells} == {"s"}
        assert {cell.quotePrefix for cell in cells} == {text[0] in "=+-@\t"}

    def test_every_sheet_has_a_name_of_its_own_that_excel_takes(self) -> None:
        titles = ["Sammendrag", "a" * 40, "a" * 40, "A" * 40, "[x]:*?/\\", "'x'", "History", "", " "]
        tables = tuple(Table(title=title, columns=(Column(label="x"),), rows=()) for title in titles)
        names = openpyxl.load_workbook(BytesIO(workbook(Report(title="r", tables=tables), ORIGIN))).sheetnames
        assert len({name.casefold() for name in names}) == len(names) == 10
        assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]|^'|'$", name) for name in names)
        assert "History" not in names
