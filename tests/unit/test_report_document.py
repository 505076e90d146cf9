"""What a report may hold: values of their column's kind, charts that fit, and nobody's national id."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from common.privacy.masking import MASK, numbers
from common.report.document import (
    Bars,
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
from common.report.writing import moment, month, written

KARI = "17838410103"  # synthetic: month + 80
DAY = date(2026, 12, 1)
FITTING = {
    Kind.WHOLE: st.integers(-(10**12), 10**12),
    Kind.ORE: st.integers(-(10**12), 10**12),
    Kind.PERCENT: st.integers(-(10**6), 10**6),
    Kind.TEXT: st.text(max_size=30),
    Kind.DATE: st.dates(),
}


@st.composite
def tables(draw: st.DrawFn) -> Table:
    kinds = draw(st.lists(st.sampled_from(Kind), min_size=1, max_size=4))
    row = st.tuples(*(st.none() | FITTING[kind] for kind in kinds))
    return Table(
        title=draw(st.text(max_size=20)),
        columns=tuple(Column(label=draw(st.text(max_size=10)), kind=kind) for kind in kinds),
        rows=tuple(draw(st.lists(row, max_size=4))),
    )


@given(table=tables(), note=st.text(max_size=40))
def test_comes_back_from_json_as_it_was(table: Table, note: str) -> None:
    report = Report(
        title="Kontroll",
        figures=(Figure(label="Dag", kind=Kind.DATE, value=DAY, tone=Tone.WARNING),),
        charts=(
            Bars(title="a", labels=("x",), series=(Series(name="s", values=(1,)),)),
            Histogram(title="b", labels=(), series=(Series(name="s", values=(), tone=Tone.SERIOUS),)),
            Timeline(title="c", first=DAY, last=DAY, rows=(TimelineRow(label="r", intervals=()),)),
        ),
        tables=(table,),
        notes=(note,),
    )
    assert Report.model_validate_json(report.model_dump_json()) == report


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.WHOLE, "12"),
        (Kind.WHOLE, DAY),
        (Kind.WHOLE, True),
        (Kind.ORE, 12.5),
        (Kind.PERCENT, "80,00"),
        (Kind.TEXT, 12),
        (Kind.TEXT, DAY),
        (Kind.DATE, 12),
        (Kind.DATE, "1.12.2026"),
        (Kind.DATE, datetime(2026, 12, 1, tzinfo=UTC)),
    ],
)
def test_a_value_is_of_its_kind(kind: Kind, value: Any) -> None:
    with pytest.raises(ValidationError) as figure:
        Figure(label="x", kind=kind, value=value)
    with pytest.raises(ValidationError):
        Table(title="t", columns=(Column(label="x", kind=kind),), rows=((value,),))
    said = [problem["msg"] for problem in figure.value.errors(include_url=False, include_input=False)]
    assert not [text for text in said if str(value) in text], "what is wrong is told without the value"


def test_a_text_that_looks_like_a_day_stays_a_text() -> None:
    table = Table(
        title="t",
        columns=(Column(label="Periode"), Column(label="Dag", kind=Kind.DATE)),
        rows=(("2026-12-01", "2026-12-01"),),
    )
    assert table.rows == (("2026-12-01", DAY),)
    assert Table.model_validate_json(table.model_dump_json()) == table


def test_nobodys_national_id_comes_in_anywhere() -> None:
    spelt = f"Gjelder {KARI[:6]} {KARI[6:]}"
    report = Report(
        title=spelt,
        subtitle=KARI,
        figures=(Figure(label=spelt, kind=Kind.TEXT, value=KARI),),
        charts=(
            Bars(title=spelt, about=KARI, axis=KARI, labels=(KARI,), series=(Series(name=KARI, values=(1,)),)),
            Timeline(
                title=KARI,
                first=DAY,
                last=DAY,
                rows=(TimelineRow(label=KARI, intervals=(Interval(first=DAY, last=DAY, label=KARI),)),),
            ),
        ),
        tables=(Table(title=KARI, about=KARI, columns=(Column(label=KARI),), rows=((KARI,),)),),
        notes=(spelt,),
    )
    text = report.model_dump_json()
    assert list(numbers(text)) == []
    assert text.count(MASK) == 17
    assert report.title == f"Gjelder {MASK}"


def test_no_text_holds_what_a_workbook_cannot() -> None:
    assert Figure(label="a\x00b\x0bc\ud800d\ufffee\rf\tg\nh\u00a0i", value=1).label == "a b c d e f\tg\nh\u00a0i"


class TestCharts:
    def test_each_series_has_a_number_for_each_label(self) -> None:
        for values in ((1,), (1, 2, 3)):
            with pytest.raises(ValidationError, match="one number for each label"):
                Bars(title="t", labels=("a", "b"), series=(Series(name="s", values=values),))

    def test_no_bar_is_less_than_nothing(self) -> None:
        Bars(title="t", labels=("a",), series=(Series(name="s", values=(0,)),))
        with pytest.raises(ValidationError, match="never negative"):
            Bars(title="t", labels=("a",), series=(Series(name="s", values=(-1,)),))

    def test_there_is_a_series(self) -> None:
        with pytest.raises(ValidationError):
            Bars(title="t", labels=(), series=())

    def test_time_goes_forward(self) -> None:
        Interval(first=DAY, last=DAY)
        Timeline(title="t", first=DAY, last=DAY, rows=())
        before = date(2026, 11, 30)
        with pytest.raises(ValidationError, match="no earlier than it begins"):
            Interval(first=DAY, last=before)
        with pytest.raises(ValidationError, match="no earlier than it begins"):
            Timeline(title="t", first=DAY, last=before, rows=())

    def test_its_numbers_are_a_table_with_a_sum_of_several(self) -> None:
        one = Bars(title="t", axis="Enhet", kind=Kind.ORE, labels=("a", "b"), series=(Series(name="s", values=(1, 2)),))
        assert [column.label for column in one.table.columns] == ["Enhet", "s"]
        assert one.table.columns[1].kind is Kind.ORE
        assert one.table.rows == (("a", 1), ("b", 2))
        two = Histogram(title="t", labels=("a",), series=(Series(name="s", values=(1,)), Series(name="u", values=(2,))))
        assert [column.label for column in two.table.columns] == ["Gruppe", "s", "u", "Sum"]
        assert two.table.rows == (("a", 1, 2, 3),)

    def test_every_interval_of_a_timeline_is_a_row_whole(self) -> None:
        before = Interval(first=date(2026, 11, 1), last=DAY, label="120,00 %")
        line = Timeline(title="t", first=DAY, last=DAY, rows=(TimelineRow(label="A 1", intervals=(before, before)),))
        assert line.table.rows == (("A 1", date(2026, 11, 1), DAY, "120,00 %"),) * 2


def test_a_row_has_a_value_for_each_column() -> None:
    for row in ((), ("a", "b")):
        with pytest.raises(ValidationError, match="one value for each column"):
            Table(title="t", columns=(Column(label="x"),), rows=(row,))


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.WHOLE, 0, "0"),
        (Kind.WHOLE, 999, "999"),
        (Kind.WHOLE, 12_000, "12\u00a0000"),
        (Kind.WHOLE, -1_000, "-1\u00a0000"),
        (Kind.ORE, 1_250_000, "12\u00a0500,00\u00a0kr"),
        (Kind.ORE, -5, "-0,05\u00a0kr"),
        (Kind.PERCENT, 8_000, "80,00\u00a0%"),
        (Kind.PERCENT, 10_001, "100,01\u00a0%"),
        (Kind.DATE, DAY, "01.12.2026"),
        (Kind.TEXT, "=1+1", "=1+1"),
        (Kind.ORE, None, "–"),
    ],
)
def test_how_values_are_written(kind: Kind, value: Any, text: str) -> None:
    assert written(kind, value) == text


def test_how_moments_and_months_are_written() -> None:
    assert moment(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "01.01.2027 kl.\u00a000.30"
    assert [month(date(2026, number, 1)) for number in (1, 2, 12)] == ["jan. 2026", "feb.", "des."]
