"""A list of hours as it is handed in: what is refused at the door, and what is made of what is taken."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from assignment_office import Office
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from common.clock import OSLO
from common.spreadsheet import columns_of, read, template
from payroll_svc.assignments.claimed_hours import MOST_LINES, ClaimedHours
from payroll_svc.assignments.pay_period import days_of, registered_by, worked_by

OFFICE = Office()


def refused(**changes: Any) -> list[tuple[str, str]]:
    """Field and code of all that is wrong with a list that is otherwise right."""
    with pytest.raises(ValidationError) as wrong:
        OFFICE.a_list(**changes)
    return [(str(error["loc"][0]), error["type"]) for error in wrong.value.errors(include_context=False)]


class TestLines:
    def test_are_one_list_however_they_are_written(self) -> None:
        objects = [{"date": "2026-11-18", "from": "16:00", "to": "19:30"}, {"date": "2026-11-04", "hours": 3}]
        claimed = OFFICE.a_list(lines=objects)
        assert claimed == OFFICE.a_list(lines=["04.11.2026 3,0", "18.11.2026 16:00-19:30"])
        assert claimed.lines == ("2026-11-04 3.00", "2026-11-18 16:00-19:30")
        assert (claimed.hundredths, claimed.last_day) == (650, date(2026, 11, 18))

    @pytest.mark.parametrize("day", ["2026-10-31", "2026-12-01"])
    def test_lie_in_the_period(self, day: str) -> None:
        assert refused(lines=[f"{day} 3"], approved_at="2026-12-02T08:00:00+01:00") == [("lines", "DATE_OUT_OF_RANGE")]

    @pytest.mark.parametrize("day", ["2026-11-01", "2026-11-30"])
    def test_also_on_its_first_and_last_day(self, day: str) -> None:
        assert OFFICE.a_list(lines=[f"{day} 3"], approved_at="2026-12-02T08:00:00+01:00").lines

    def test_do_not_overlap(self) -> None:
        both = ["2026-11-04 16:00-19:00", "2026-11-04 18:45-20:00"]
        assert refused(lines=both) == [("lines", "SUSPECTED_DUPLICATE")]

    def test_are_as_many_as_the_form_has_rows(self) -> None:
        lines = [f"2026-11-{1 + n // 4:02} {n % 4:02}:00-{n % 4:02}:30" for n in range(MOST_LINES + 1)]
        assert len(OFFICE.a_list(lines=lines[:-1]).lines) == MOST_LINES
        assert refused(lines=lines) == [("lines", "too_long")]
        assert refused(lines=[]) == [("lines", "too_short")]
        assert refused(lines=["2026-11-04"]) == [("lines", "INVALID_VALUE")]

    @pytest.mark.parametrize(("lines", "ahead"), [("2026-11-23 09:00-10:00", False), ("2026-11-23 09:00-10:15", True)])
    def test_are_not_ahead_of_now(self, lines: str, *, ahead: bool) -> None:
        claimed = OFFICE.a_list(lines=[lines], approved_at="2026-11-23T09:00:00+01:00")
        told = [(problem.field, problem.code) for problem in claimed.breaches(OFFICE.clock())]
        assert told == ([("lines", "DATE_OUT_OF_RANGE")] if ahead else [])

    @pytest.mark.parametrize(("day", "ahead"), [("2026-11-23", False), ("2026-11-24", True)])
    def test_nor_their_date_where_they_have_no_times(self, day: str, *, ahead: bool) -> None:
        claimed = OFFICE.a_list(lines=[f"{day} 2"], approved_at="2026-11-24T09:00:00+01:00")
        problems = {problem.field for problem in claimed.breaches(OFFICE.clock())}
        assert ("lines" in problems) is ahead


class TestApproval:
    @pytest.mark.parametrize("approver", ["{number}", "{given} {family}", "{family}, {given}", "{given} A. {family}"])
    def test_is_never_the_holders_own(self, approver: str) -> None:
        holder = OFFICE.holder
        own = approver.format(number=holder.number, given=holder.given_name, family=holder.family_name)
        assert refused(approved_by=own) == [("approved_by", "NOT_AUTHORISED")]

    def test_names_nobody_by_number(self) -> None:
        assert refused(approved_by=Office().holder.number) == [("approved_by", "INVALID_VALUE")]

    @pytest.mark.parametrize("approver", ["enhl03", "Turid Fjellheim", "Enhetsleder"])
    def test_is_anybody_elses(self, approver: str) -> None:
        assert OFFICE.a_list(approved_by=approver).approved_by == approver

    def test_comes_when_the_hours_have_been_worked(self) -> None:
        assert OFFICE.a_list(approved_at="2026-11-18T00:00:00+01:00").lines
        early = "2026-11-17T23:59:00+01:00"
        assert refused(approved_at=early) == [("approved_at", "DATE_OUT_OF_RANGE")]

    @pytest.mark.parametrize(("at", "ahead"), [("09:05:00", False), ("09:05:01", True)])
    def test_is_not_ahead_of_now(self, at: str, *, ahead: bool) -> None:
        claimed = OFFICE.a_list(approved_at=f"2026-11-23T{at}+00:00")
        told = [(problem.field, problem.code) for problem in claimed.breaches(OFFICE.clock())]
        assert told == ([("approved_at", "DATE_OUT_OF_RANGE")] if ahead else [])


class TestOtherFields:
    @pytest.mark.parametrize(
        ("changes", "field", "code"),
        [
            ({"person_id": "17838410104"}, "person_id", "ID_INVALID"),
            ({"oppdrag_nr": "9" * 21}, "oppdrag_nr", "string_too_long"),
            ({"ytelse_code": "STOTTE"}, "ytelse_code", "enum"),
            ({"km": -1}, "km", "greater_than_equal"),
            ({"expenses": -1}, "expenses", "greater_than_equal"),
            ({"expenses": 1}, "receipt_ref", "MISSING_FIELD"),
            ({"approved_at": "2026-11-19T08:02:00"}, "approved_at", "timezone_aware"),
            ({"lines": [{"date": "2026-11-04", "from": "16:00"}]}, "lines", "MISSING_FIELD"),
        ],
    )
    def test_refused(self, changes: dict[str, Any], field: str, code: str) -> None:
        assert (field, code) in refused(**changes)

    @pytest.mark.parametrize("period", ["2026-13", "2026-00", "2026-1", "11-2026", "1999-11", "2026-11-01"])
    def test_a_period_is_a_month(self, period: str) -> None:
        assert ("period", "string_pattern_mismatch") in refused(period=period)

    @pytest.mark.parametrize(
        ("given", "kept"), [("V-1 (8 h/month)", "V-1"), ("V-1", "V-1"), ("(8)", "(8)"), ("V(1)-2", "V(1)-2")]
    )
    def test_a_remark_after_the_decision_is_dropped(self, given: str, kept: str) -> None:
        assert OFFICE.a_list(vedtak_ref=given).vedtak_ref == kept


class TestTable:
    """A list in a row of a CSV or XLSX file is the same as in JSON."""

    ROW = (
        ("person_id", OFFICE.holder.number),
        ("family_name", OFFICE.holder.family_name),
        ("given_name", OFFICE.holder.given_name),
        ("oppdrag_nr", OFFICE.assignment.number),
        ("ytelse_code", "stottekontakt"),
        ("period", "2026-11"),
        ("lines", "2026-11-04 16:00-19:00; 18.11.2026 16.00-19.30"),
        ("km", "24"),
        ("approved_by", "enhl03"),
        ("approved_at", "19.11.2026 08:02"),
        ("vedtak_ref", "V-2026-3391"),
    )

    def read(self, lines: str, *, xlsx: bool) -> ClaimedHours:
        cells = [lines if name == "lines" else value for name, value in self.ROW]
        file = BytesIO()
        if xlsx:
            book = openpyxl.Workbook()
            for row in ([name for name, _ in self.ROW], cells):
                book.worksheets[0].append(row)
            book.save(file)
        else:
            quoted = ",".join(f'"{cell}"' for cell in cells)
            file.write(f"{','.join(name for name, _ in self.ROW)}\n{quoted}\n".encode())
        file.seek(0)
        (row,) = read(file, columns=columns_of(ClaimedHours))
        assert row.problems == ()
        return ClaimedHours.model_validate(row.values)

    @pytest.mark.parametrize("xlsx", [True, False])
    def test_of_either_kind(self, *, xlsx: bool) -> None:
        assert self.read(dict(self.ROW)["lines"], xlsx=xlsx) == OFFICE.a_list(km=24)

    @pytest.mark.parametrize("xlsx", [True, False])
    @pytest.mark.parametrize("cell", ["2026-11-05 3,5", "2026-11-05 3,5;", "05.11.2026 3,50\n"])
    def test_a_comma_is_a_decimal_mark(self, cell: str, *, xlsx: bool) -> None:
        assert self.read(cell, xlsx=xlsx).lines == ("2026-11-05 3.50",)

    def test_a_line_of_the_cell_is_a_line_of_the_list(self) -> None:
        lines = "04.11.2026 16:00-19:00\n05.11.2026 3,5"
        assert self.read(lines, xlsx=True).lines == ("2026-11-04 16:00-19:00", "2026-11-05 3.50")

    @pytest.mark.parametrize("kind", ["xlsx", "csv"])
    def test_there_is_a_template(self, kind: Any) -> None:
        assert template(ClaimedHours, kind)


class TestCalendar:
    @pytest.mark.parametrize(
        ("period", "begins", "first", "last"),
        [
            ("2026-11", 1, date(2026, 11, 1), date(2026, 11, 30)),
            ("2028-02", 1, date(2028, 2, 1), date(2028, 2, 29)),
            ("2026-11", 21, date(2026, 10, 21), date(2026, 11, 20)),
            ("2027-01", 21, date(2026, 12, 21), date(2027, 1, 20)),
            ("2026-11", 2, date(2026, 10, 2), date(2026, 11, 1)),
        ],
    )
    def test_a_period(self, period: str, begins: int, first: date, last: date) -> None:
        assert days_of(period, begins) == (first, last)

    @given(st.integers(2000, 2098), st.integers(1, 12), st.integers(1, 28))
    def test_periods_follow_on_each_other(self, year: int, month: int, begins: int) -> None:
        _, last = days_of(f"{year}-{month:02}", begins)
        first, _ = days_of(f"{year + month // 12}-{month % 12 + 1:02}", begins)
        assert (first - last).days == 1

    @pytest.mark.parametrize(
        ("came", "due"),
        [
            ("2026-11-20T23:59:59", "2026-11-23T08:00:00"),  # the 20th is a Friday
            ("2026-11-21T00:00:00", "2026-12-21T08:00:00"),  # and 20 December a Sunday
            ("2026-11-01T09:00:00", "2026-11-23T08:00:00"),
            ("2026-12-31T09:00:00", "2027-01-21T08:00:00"),
        ],
    )
    def test_what_comes_through_the_cut_off_is_due_before_the_next_run(self, came: str, due: str) -> None:
        moments = [datetime.fromisoformat(moment).replace(tzinfo=OSLO) for moment in (came, due)]
        assert registered_by(moments[0], 20) == moments[1]
        assert OFFICE.a_list().deadline(moments[0]) == moments[1]

    @pytest.mark.parametrize(("end", "hour"), [(None, 0), (600, 10), (1440, 24)])
    def test_hours_are_over_when_the_wall_clock_says_so(self, end: int | None, hour: int) -> None:
        day, rest = divmod(hour, 24)
        assert worked_by(date(2026, 11, 4), end) == datetime(2026, 11, 4 + day, rest, tzinfo=OSLO)
