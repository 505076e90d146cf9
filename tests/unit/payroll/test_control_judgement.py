"""What is asked over a whole control report: totals that add up, and when a second person must release it (PAY-02)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from control_office import Office, a_report_row
from pay_rows import an_account

from common.clock import OSLO
from common.errors import InvalidValue
from common.norway.calendar import BANK_DAYS
from common.testing import MemoryDesk, person
from payroll_svc.control.finding import Finding
from payroll_svc.control.judgement import judge, needs_release, release_by
from payroll_svc.control.pay_day import approval_day
from payroll_svc.control.registers import SharedAccount, rows_of
from payroll_svc.control.rules import Rule
from payroll_svc.control.thresholds import STANDARD
from payroll_svc.processes.payroll_controls import control_of_pay_row
from payroll_svc.service import payroll

NEGATIVE: dict[str, Any] = {"net": -100}
NO_ACCOUNT: dict[str, Any] = {"account_no": None}
NO_CONTRACT: dict[str, Any] = {"contract_present": False}


class TestFigures:
    def test_they_add_up(self) -> None:
        office = Office()
        rows = [a_report_row(), a_report_row(**NEGATIVE), a_report_row(**NO_ACCOUNT, **NO_CONTRACT)]
        rows.append(a_report_row(**NO_CONTRACT))
        office.accept(rows[3], "K10", date(2026, 12, 1), date(2027, 11, 30))
        figures = office.judge(*rows).figures
        assert figures == {
            "run_id": "2026-12-T1",
            "run_type": "TRIAL",
            "period": "2026-12",
            "pay_date": "2026-12-11",
            "rows": 4,
            "clean": 2,
            "warned": 0,
            "to_hold": 2,
            "too_much_to_hold": 0,
            "excused": 1,
            "expired": 0,
            "release_above_rows": 100,
            "release_above_amount": 200_000_000,
            "K01_B": 1,
            "K03_B": 1,
            "K10_W": 1,
        }
        assert sum(int(figures[name]) for name in ("clean", "warned", "to_hold")) == figures["rows"]

    def test_sums_are_told_of_more_than_a_few_rows_only(self) -> None:
        office = Office()
        few, enough = ([a_report_row(**NO_ACCOUNT) for _ in range(number)] for number in (4, 5))
        sums = {"amount_to_hold", "sum_gross", "sum_net"}
        assert not sums & office.judge(*few).figures.keys()
        enough[0] = enough[0].model_copy(update={"net": -100})  # what is negative is not paid anyway
        figures = office.judge(*enough).figures
        assert figures["amount_to_hold"] == 4 * 2_600_000
        assert (figures["sum_gross"], figures["sum_net"]) == (5 * 3_980_000, 4 * 2_600_000 - 100)

    def test_every_row_has_its_finding(self) -> None:
        office, somebody = Office(), person()
        one = a_report_row(somebody, stillingsprosent="40.00", **NEGATIVE)
        same: dict[str, Any] = {"employee_no": one.employee_no, "account_no": one.account_no}
        other = a_report_row(somebody, position_no="B2", stillingsprosent="40.00", **same | NO_CONTRACT)
        clean = a_report_row(somebody, position_no="C3", stillingsprosent="10.00", **same)
        findings: list[Finding] = list(office.judge(one, other, clean).findings)
        of_person = {Rule.NEGATIVE_NET: "B", Rule.NO_CONTRACT: "W"}
        assert [list(found.hits) for found in findings] == [[Rule.NEGATIVE_NET], [Rule.NO_CONTRACT], []]
        assert [dict(found.person) for found in findings] == [of_person, of_person, {}]
        assert {found.day for found in findings} == {date(2026, 12, 7)}

    def test_the_registers_of_pay_day_decide(self) -> None:
        office, one = Office(), a_report_row(gross=3_980_000 * 13 // 10 + 1, gross_prev=3_980_000)
        assert office.judge(one).figures["warned"] == 1
        office.registers.store(
            "control-thresholds", rows_of(replace(STANDARD, deviation_percent=31)), valid_from=one.pay_date
        )
        desk = MemoryDesk(office.registers, office.clock)
        assert judge([one], desk).figures["warned"] == 0
        assert desk.used == {"control-thresholds": 2}

    def test_known_couples_are_no_finding(self) -> None:
        office, one = Office(), a_report_row()
        other = a_report_row(account_no=one.account_no)
        assert office.judge(one, other).figures["K13_W"] == 2
        pair = SharedAccount(employee_no=one.employee_no, shares_with=other.employee_no)
        office.registers.store("control-shared-accounts", [pair], valid_from=date(2026, 1, 1))
        assert office.judge(one, other).figures["clean"] == 2

    @pytest.mark.parametrize("production", [True, False])
    def test_made_up_persons_are_a_finding_in_production(self, production: bool) -> None:  # noqa: FBT001
        office = Office(accepts_synthetic=not production)
        assert office.judge(a_report_row()).figures["to_hold"] == int(production)
        assert office.judge(a_report_row(test=True)).figures["to_hold"] == 0

    @pytest.mark.parametrize(
        "other",
        [
            {"run_id": "2026-12-T2"},
            {"run_type": "EXTRA"},
            {"pay_date": "2026-12-10"},
            {"period": "2026-11"},
        ],
    )
    def test_a_report_of_two_runs_is_refused(self, other: dict[str, Any]) -> None:
        with pytest.raises(InvalidValue):
            Office().judge(a_report_row(), a_report_row(**other))


class TestRelease:
    def figures(self, rows: int) -> dict[str, int | str]:
        return {"to_hold": rows, "too_much_to_hold": 0, "release_above_rows": 100, "pay_date": "2026-12-11"}

    @pytest.mark.parametrize(("rows", "waits"), [(0, False), (100, False), (101, True)])
    def test_many_rows_that_would_be_held_wait_for_a_second_person(self, rows: int, waits: bool) -> None:  # noqa: FBT001
        assert needs_release(self.figures(rows)) is waits

    @pytest.mark.parametrize(("amount", "waits"), [(200_000_000, False), (200_000_001, True)])
    def test_so_does_much_money(self, amount: int, waits: bool) -> None:  # noqa: FBT001
        assert needs_release(Office().judge(a_report_row(**NO_ACCOUNT, net=amount)).figures) is waits

    def test_how_much_is_a_threshold(self) -> None:
        office = Office()
        careful = replace(STANDARD, release_rows=1)
        office.registers.store("control-thresholds", rows_of(careful), valid_from=date(2026, 1, 1))
        one, two = a_report_row(**NEGATIVE), a_report_row(**NEGATIVE)
        assert not needs_release(office.judge(one).figures)
        assert needs_release(office.judge(one, two).figures)

    @pytest.mark.parametrize(
        ("pay_date", "by"),
        [
            ("2026-12-11", datetime(2026, 12, 10, 8, tzinfo=OSLO)),  # a Friday
            ("2026-12-14", datetime(2026, 12, 11, 8, tzinfo=OSLO)),  # a Monday
            ("2026-12-28", datetime(2026, 12, 23, 8, tzinfo=OSLO)),  # banks keep Christmas Eve
            ("2027-03-30", datetime(2027, 3, 24, 8, tzinfo=OSLO)),  # the Tuesday after Easter
        ],
    )
    def test_by_one_bank_day_before_pay_day(self, pay_date: str, by: datetime) -> None:
        figures = self.figures(1) | {"pay_date": pay_date}
        assert release_by(figures) == by
        assert release_by(figures).utcoffset() == by.utcoffset()
        assert approval_day(date.fromisoformat(pay_date)) == BANK_DAYS.before(date.fromisoformat(pay_date))


def test_the_process_is_declared_with_all_of_it() -> None:
    process = payroll.processes["payroll-controls"]
    assert process.perform is control_of_pay_row
    assert process.batch is not None
    assert (process.batch.judge, process.batch.release, process.batch.release_by) == (judge, needs_release, release_by)
    assert process.batch.report is not None
    assert process.batch.after is not None


def test_accounts_of_tests_are_valid() -> None:
    assert len({an_account(serial) for serial in range(5_000)}) > 4_500
