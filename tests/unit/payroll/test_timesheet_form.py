"""What is typed into the form of a timesheet."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from common.errors import UiChanged
from payroll_svc.assignments.lines import line_of
from payroll_svc.screens.timesheet_form import FilledTimesheet, TimesheetHead
from payroll_svc.screens.worked_lines import hundredths, known, line_in, span_in

SHEET = FilledTimesheet(
    lines=(line_of("2026-11-04 20:00-24:00"), line_of("2026-11-05 3,5")),
    head=TimesheetHead(
        km=24,
        expenses=Decimal("120.50"),
        receipt="",
        approved_by="enhl03",
        approved_at=datetime.fromisoformat("2026-11-19T07:02:59+00:00"),
        decision="V-1",
        reference="R-1",
    ),
)


def typed(rows: int) -> dict[str, str]:
    return {field.at.value: field.text for field in SHEET.fields(rows)}


def test_each_line_has_its_times_or_its_hours() -> None:
    assert typed(0) == {
        "Dato 1": "04.11.2026",
        "Fra 1": "20:00",
        "Til 1": "24:00",
        "Timer 1": "",
        "Dato 2": "05.11.2026",
        "Fra 2": "",
        "Til 2": "",
        "Timer 2": "3,50",
        "Km": "24",
        "Utlegg (kr)": "120,50",
        "Bilag": "",
        "Godkjent av": "enhl03",
        "Godkjent tid": "19.11.2026 08:02",
        "Vedtaksnr.": "V-1",
        "Referanse": "R-1",
    }


def test_of_a_longer_list_before_nothing_is_left() -> None:
    assert typed(1) == typed(2) == typed(0)
    more = typed(3)
    assert {name: more[name] for name in more.keys() - typed(0).keys()} == {
        "Dato 3": "",
        "Fra 3": "",
        "Til 3": "",
        "Timer 3": "",
    }


class TestRead:
    @pytest.mark.parametrize("line", SHEET.lines)
    def test_what_was_typed_is_what_a_table_shows(self, line: object) -> None:
        cells = [
            {"Dato": "04.11.2026", "Fra": "20:00", "Til": "24:00", "Timer": "4,00"},
            {"Dato": "05.11.2026", "Fra": "", "Til": "–", "Timer": "3,50"},
        ]
        assert line in [line_in(row) for row in cells]

    def test_hours_elsewhere_tell_something_only_with_their_times(self) -> None:
        assert span_in({"Dato": "04.11.2026", "Fra": "20:00", "Til": "24:00"}) == SHEET.lines[0]
        assert span_in({"Dato": "04.11.2026", "Fra": "", "Til": ""}) is None

    @pytest.mark.parametrize("row", [{"Dato": "2026-11-04"}, {"Fra": "20"}, {"Til": "kl. 24"}, {"Timer": "4 t"}])
    def test_another_form_is_a_changed_page(self, row: dict[str, str]) -> None:
        with pytest.raises(UiChanged):
            line_in({"Dato": "04.11.2026", "Fra": "20:00", "Til": "24:00", "Timer": "4,00"} | row)

    def test_another_word_is_one_too(self) -> None:
        assert known({"Ja": True}, "Ja") is True
        with pytest.raises(UiChanged):
            known({"Ja": True}, "Kanskje")

    def test_hours_may_be_many(self) -> None:
        assert hundredths("1\u00a0200,25") == 120_025
