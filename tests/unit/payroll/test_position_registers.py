"""What the payroll office's registers for positions hold, and how percentages are written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from common.testing import MemoryDesk, person
from payroll_svc.percent import hundredths, plain, read_percent, shown
from payroll_svc.positions.rules import ANY_SUM, ApprovedSum, Limits, approvals, limits, rules_on

DAY = date(2026, 11, 30)


def approved(**changes: Any) -> ApprovedSum:
    row = {"employee_no": "101", "unit": "311874322", "first_day": "2026-08-01", "last_day": "2027-06-30"}
    return ApprovedSum.model_validate(row | changes)


class TestPercentages:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("80,00", 80_00),
            ("80", 80_00),
            ("80.5 %", 80_50),
            ("0,01", 1),
            ("100,00\u00a0%", 100_00),
            ("999,99", 999_99),
        ],
    )
    def test_are_read_as_people_write_them(self, text: str, expected: int) -> None:
        assert read_percent(text) == expected

    @pytest.mark.parametrize("text", ["", "-1", "1000", "80,005", "80,", "åtti", "8 0"])
    def test_are_nothing_else(self, text: str) -> None:
        with pytest.raises(ValueError, match="80,00"):
            read_percent(text)

    def test_are_written_with_both_decimals(self) -> None:
        assert [plain(each) for each in (0, 1, 80_50, 110_00)] == ["0.00", "0.01", "80.50", "110.00"]
        assert shown(80_05) == "80,05\u00a0%"

    def test_are_exact(self) -> None:
        assert hundredths(Decimal("33.33")) * 3 == 99_99
        with pytest.raises(ValueError, match="two decimals"):
            hundredths(Decimal("33.333"))


class TestLimits:
    def test_are_those_of_the_domain_where_nobody_has_set_any(self) -> None:
        rules = rules_on(MemoryDesk(), DAY)
        assert (rules.limit, rules.change_over, rules.approvals, rules.versions) == (100_00, 1, {}, {})

    def test_are_those_in_force_on_the_day(self) -> None:
        desk = MemoryDesk()
        desk.registers.store("position-limits", [Limits(tolerance=Decimal("0.5"))], valid_from=DAY)
        assert rules_on(desk, DAY).limit == 100_50
        assert rules_on(desk, date(2026, 11, 29)).limit == 100_00

    def test_are_one_row(self) -> None:
        assert limits.check is not None
        assert list(limits.check([Limits()])) == []
        assert [problem.row for problem in limits.check([Limits(), Limits()])] == [1]

    @pytest.mark.parametrize("wrong", [{"change_over_days": 6}, {"change_over_days": -1}, {"tolerance": "100.01"}])
    def test_have_limits_themselves(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            Limits.model_validate(wrong)


class TestApprovals:
    def test_reach_up_to_a_sum_or_any(self) -> None:
        desk = MemoryDesk()
        rows = [approved(), approved(up_to="120.00", unit="312900114")]
        desk.registers.store("position-approvals", rows, valid_from=DAY)
        rules = rules_on(desk, DAY)
        span = date(2026, 8, 1).toordinal(), date(2027, 6, 30).toordinal()
        assert rules.approvals == {("101", "311874322"): ((*span, ANY_SUM),), ("101", "312900114"): ((*span, 120_00),)}
        assert rules.versions == {"approvals": 1}

    def test_have_an_end_and_go_forward(self) -> None:
        with pytest.raises(ValidationError):
            approved(last_day=None)
        assert approvals.check is not None
        assert list(approvals.check([approved(last_day="2026-08-01")])) == []
        assert [problem.row for problem in approvals.check([approved(), approved(last_day="2026-07-31")])] == [1]

    def test_never_name_anybody_by_a_national_id(self) -> None:
        with pytest.raises(ValidationError):
            approved(employee_no=person().number)
