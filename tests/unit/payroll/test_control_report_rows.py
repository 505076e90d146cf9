"""What a row of the control report may carry: whatever stands there, as a file or as JSON (PAY-02)."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from control_office import NOW, Office, a_report_row
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from common.process import Subject
from common.spreadsheet import read
from common.spreadsheet.columns import columns_of
from common.testing import person
from common.web.fields import field_problems
from payroll_svc.control.registers import rows_of
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.row import Overtime, PayLine, TaxCard

HEAD = (
    "run_id;run_type;pay_date;period;person_id;employee_no;position_no;unit;stillingsprosent;gross;net;tax;deductions;"
    "gross_prev;fixed_pay;tax_card_status;account_no;employment_start;employment_end;contract_present;"
    "overtime_hours.week;overtime_hours.w4;overtime_hours.w52;pay_lines"
)


def refused(**changes: Any) -> list[tuple[str, str]]:
    """(field, code) of what is wrong with a row."""
    with pytest.raises(ValidationError) as wrong:
        a_report_row(**changes)
    return [(problem.field, problem.code) for problem in field_problems(wrong.value.errors())]


class TestFiles:
    def test_it_fits_into_a_table(self) -> None:
        names = [column.name for column in columns_of(ReportedRow)]
        assert {"overtime_hours.week", "overtime_hours.day", "pay_lines", "stillingsprosent"} <= set(names)

    def test_a_line_of_a_file_is_the_same_row(self) -> None:
        line = (
            "2026-12-T1;trial;11.12.2026;2026-12;17838410103;104417;A1;311874322;80,00;3980000;2600000;1200000;180000;"
            "3980000;3980000;ok;1234.56.78903;01.08.2019;;ja;0;0;12,5;FASTLONN:3860000, OVERTID:120000:2026-11-30"
        )
        (row,) = read(BytesIO(f"{HEAD}\n{line}\n".encode()), columns=columns_of(ReportedRow))
        assert row.problems == ()
        pay = ReportedRow.model_validate(row.values).pay_row(accepts_synthetic=True)
        assert (pay.percent, pay.gross, pay.account, pay.tax_card) == (80_00, 3_980_000, "12345678903", TaxCard.OK)
        assert (pay.month, pay.pay_date, pay.employment_end) == (date(2026, 12, 1), date(2026, 12, 11), None)
        assert pay.overtime == Overtime(w52=12_50)
        assert pay.lines == (PayLine("FASTLONN", 3_860_000), PayLine("OVERTID", 120_000, date(2026, 11, 30)))

    def test_what_is_missing_there_is_a_finding_and_no_refusal(self) -> None:
        line = "2026-12-T1;TRIAL;2026-12-11;2026-12;;104417;A1;;0;0;0;0;0;0;0;OK;;2019-08-01;;nei;;;;"
        (row,) = read(BytesIO(f"{HEAD}\n{line}\n".encode()), columns=columns_of(ReportedRow))
        given = ReportedRow.model_validate(row.values)
        pay = given.pay_row(accepts_synthetic=True)
        assert (pay.knows_person, pay.has_account, pay.unit, pay.overtime, pay.lines) == (False, False, None, None, ())


class TestTakenAsItStands:
    @pytest.mark.parametrize("number", ["17838410104", "ukjent", "", None, "1", "99999999999"])
    def test_an_id_that_is_none(self, number: str | None) -> None:
        row = a_report_row(person_id=number)
        assert not row.pay_row(accepts_synthetic=True).knows_person
        assert row.subject == Subject("employee", row.employee_no)

    @pytest.mark.parametrize("account", ["12345678900", "1", "", None, "SE45 5000 0000 0583 9825 7466"])
    def test_an_account_that_is_none(self, account: str | None) -> None:
        assert not a_report_row(account_no=account).pay_row(accepts_synthetic=True).has_account

    @pytest.mark.parametrize("amount", [-(10**12), -1, 0, 10**12])
    def test_any_amount(self, amount: int) -> None:
        row = a_report_row(gross=amount, net=amount, tax=amount, deductions=amount, gross_prev=amount, fixed_pay=amount)
        assert row.pay_row(accepts_synthetic=True).gross == amount

    def test_whom_it_is_about(self) -> None:
        somebody = person()
        row = a_report_row(somebody, person_id=f"{somebody.number[:6]}-{somebody.number[6:]}")
        assert row.subject == Subject("person", somebody.number)
        assert row.alias == Subject("employee", row.employee_no)
        assert row.pay_row(accepts_synthetic=True).person_id == somebody.number
        for shown in (repr(row), str(row), repr(row.subject), repr(row.pay_row(accepts_synthetic=True))):
            assert somebody.number not in shown

    def test_a_made_up_person_is_unknown_in_production(self) -> None:
        row = a_report_row()
        assert not row.pay_row(accepts_synthetic=False).knows_person
        assert row.pay_row(accepts_synthetic=False).person == f"employee {row.employee_no}"


class TestPayLines:
    @pytest.mark.parametrize(
        ("line", "text"),
        [
            ("FASTLONN:3980000", "FASTLONN:3980000"),
            (" fastlonn : +3980000 ", "FASTLONN:3980000"),
            ("Sluttoppgjør:-5", "SLUTTOPPGJØR:-5"),
            ("OVERTID:120000:2026-11-30", "OVERTID:120000:2026-11-30"),
            ({"kind": "FASTLONN", "amount": 3_980_000}, "FASTLONN:3980000"),
            ({"kind": "OVERTID", "amount": 1, "earned": "2026-11-30"}, "OVERTID:1:2026-11-30"),
            ({"kind": "OVERTID", "amount": 1, "earned": None}, "OVERTID:1"),
        ],
    )
    def test_text_and_object_are_the_same(self, line: Any, text: str) -> None:
        assert a_report_row(pay_lines=[line]).pay_lines == (text,)

    @pytest.mark.parametrize(
        "line",
        [
            *("FASTLONN", "FASTLONN:", ":1", "FASTLONN:1.5", "FASTLONN:1:i går", "FASTLONN:1:", 1),
            *({"kind": "X"}, {"amount": 1}, {"kind": "X", "amount": 1, "more": 2}, {"kind": "X", "amount": 1.5}),
            *({"kind": "X", "amount": "1"}, {"kind": "X:1", "amount": 1}, {"kind": "X", "amount": True}, None),
        ],
    )
    def test_what_is_none(self, line: Any) -> None:
        ((field, code),) = refused(pay_lines=[line])
        assert (field.split(".")[0].split("[")[0], code) == ("pay_lines", "INVALID_VALUE")

    @pytest.mark.parametrize("day", ["2026-02-30", "0000-01-01", "2026-13-01"])
    def test_a_day_that_is_none(self, day: str) -> None:
        for line in (f"OVERTID:1:{day}", {"kind": "OVERTID", "amount": 1, "earned": day}):
            ((_, code),) = refused(pay_lines=[line])
            assert code == "DATE_OUT_OF_RANGE"

    @given(
        st.lists(
            st.tuples(
                st.from_regex(r"[A-Z0-9ÆØÅ_-]{1,40}", fullmatch=True),
                st.integers(-(10**11), 10**11),
                st.none() | st.dates(date(1970, 1, 1), date(2099, 12, 31)),
            ),
            max_size=5,
        )
    )
    @settings(max_examples=50, deadline=None)
    def test_what_is_told_is_what_the_rules_see(self, lines: list[tuple[str, int, date | None]]) -> None:
        told = [{"kind": kind, "amount": amount, "earned": day and day.isoformat()} for kind, amount, day in lines]
        row = a_report_row(pay_lines=told)
        assert row.pay_row(accepts_synthetic=True).lines == tuple(PayLine(*line) for line in lines)
        assert ReportedRow.model_validate(row.model_dump(mode="json", exclude_unset=True)) == row


class TestRefused:
    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("run_id", "", "INVALID_VALUE"),
            ("run_id", "a:b", "INVALID_VALUE"),
            ("run_id", "a|b", "INVALID_VALUE"),
            ("run_id", "x" * 41, "INVALID_VALUE"),
            ("run_type", "TEST", "INVALID_VALUE"),
            ("pay_date", "1999-12-31", "DATE_OUT_OF_RANGE"),
            ("pay_date", "2100-01-01", "DATE_OUT_OF_RANGE"),
            ("period", "2026-13", "INVALID_VALUE"),
            ("period", "202612", "INVALID_VALUE"),
            ("gross", "1", "INVALID_VALUE"),
            ("gross", 1.5, "INVALID_VALUE"),
            ("gross", 10**12 + 1, "INVALID_VALUE"),
            ("stillingsprosent", "80.005", "INVALID_VALUE"),
            ("stillingsprosent", "-1", "INVALID_VALUE"),
            ("employee_no", "Kari Nordhaug", "INVALID_VALUE"),
            ("employee_no", "17838410103", "INVALID_VALUE"),
            ("position_no", "178384.10103", "INVALID_VALUE"),
            ("tax_card_status", "LOST", "INVALID_VALUE"),
            ("overtime_hours", {"month": 1}, "UNKNOWN_FIELD"),
            ("overtime_hours", {"week": True}, "INVALID_VALUE"),
            ("salary", 1, "UNKNOWN_FIELD"),
        ],
    )
    def test_what_no_report_carries(self, field: str, value: Any, code: str) -> None:
        ((found, told),) = refused(**{field: value})
        assert (found.split(".")[0], told) == (field, code)

    @pytest.mark.parametrize(("pay_date", "first"), [("2000-01-01", True), ("2099-12-31", False)])
    def test_any_day_that_is_taken_can_be_reckoned_with(self, pay_date: str, first: bool) -> None:  # noqa: FBT001
        row = a_report_row(
            pay_date=pay_date,
            period="2000-01" if first else "2099-12",
            employment_start="0001-01-01",
            employment_end="9999-12-31",
        )
        assert row.deadline(NOW) is not None
        office = Office()
        office.registers.store("control-thresholds", rows_of(), valid_from=row.pay_date)
        (finding,) = office.judge(row).findings
        assert list(finding.hits) == []

    @pytest.mark.parametrize("run_id", ["1", "x" * 40, "Desember 2026 / prøve 1"])
    def test_a_run_is_called_as_the_system_calls_it(self, run_id: str) -> None:
        assert a_report_row(run=run_id).run_id == run_id
