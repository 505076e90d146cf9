"""The tables of the control: complete, at most a year, and nobody's id (PAY-02)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from common.errors import RegisterMissing
from common.process import Register
from common.refusals import FieldProblem
from common.spreadsheet.columns import columns_of
from common.testing import MemoryCase, MemoryRegisters
from payroll_svc.control.exceptions import Standing
from payroll_svc.control.registers import (
    ControlTables,
    ExceptionRow,
    Limit,
    SharedAccount,
    ThresholdRow,
    exception_rows,
    rows_of,
    shared_account_rows,
    threshold_rows,
    thresholds_of,
)
from payroll_svc.control.rules import Rule
from payroll_svc.control.thresholds import STANDARD, Thresholds

DAY = date(2026, 12, 11)


def complaints(*rows: ThresholdRow) -> list[tuple[str, str, int | None]]:
    assert threshold_rows.check is not None
    return [_told(problem) for problem in threshold_rows.check(rows)]


def _told(problem: FieldProblem) -> tuple[str, str, int | None]:
    return problem.field, problem.code, problem.row


class TestThresholds:
    def test_every_limit_of_the_rules_has_a_row(self) -> None:
        assert thresholds_of(rows_of()) == STANDARD
        assert complaints(*rows_of()) == []

    @given(st.dictionaries(st.sampled_from([limit for limit in Limit if limit != "UNION_AGREEMENT"]), st.integers(0)))
    def test_each_row_is_the_limit_of_its_name(self, changed: dict[Limit, int]) -> None:
        values: dict[str, Any] = {limit.lower(): value % 10**12 for limit, value in changed.items()}
        limits = replace(STANDARD, **values)
        assert thresholds_of(rows_of(limits)) == limits

    @pytest.mark.parametrize("missing", [limit for limit in Limit if limit is not Limit.UNION_AGREEMENT])
    def test_an_incomplete_table_is_refused(self, missing: Limit) -> None:
        rows = [row for row in rows_of() if row.name is not missing]
        assert complaints(*rows) == [("name", "MISSING_FIELD", None)]

    def test_two_rows_for_one_limit_are_refused(self) -> None:
        rows = [*rows_of(), ThresholdRow(name=Limit.LARGE_GROSS, value=1)]
        places = [place for place, row in enumerate(rows) if row.name is Limit.LARGE_GROSS]
        assert complaints(*rows) == [("name", "INVALID_VALUE", place) for place in places]

    def test_only_agreements_are_a_units_own(self) -> None:
        rows = [row for row in rows_of() if row.name is not Limit.LARGE_GROSS]
        own = ThresholdRow(name=Limit.LARGE_GROSS, value=1, unit="311874322")
        assert ("unit", "INVALID_VALUE", len(rows)) in complaints(*rows, own)

    @pytest.mark.parametrize(("value", "fits"), [(0, True), (1, True), (2, False)])
    def test_an_agreement_is_there_or_not(self, value: int, fits: bool) -> None:  # noqa: FBT001
        agreement = ThresholdRow(name=Limit.UNION_AGREEMENT, value=value, unit="311874322")
        assert (complaints(*rows_of(), agreement) == []) is fits

    @pytest.mark.parametrize(
        ("rows", "here", "elsewhere"),
        [
            ([], 10_00, 10_00),
            ([("311874322", 1)], 20_00, 10_00),
            ([(None, 1)], 20_00, 20_00),
            ([(None, 1), ("311874322", 0)], 10_00, 20_00),
        ],
    )
    def test_whose_agreement_it_is(self, rows: list[tuple[str | None, int]], here: int, elsewhere: int) -> None:
        agreed = [ThresholdRow(name=Limit.UNION_AGREEMENT, value=value, unit=unit) for unit, value in rows]
        assert complaints(*rows_of(), *agreed) == []
        limits = thresholds_of([*rows_of(), *agreed])
        assert (limits.overtime_of("311874322").week, limits.overtime_of("312900114").week) == (here, elsewhere)


class TestExceptions:
    def complaints(self, first: date, until: date) -> list[tuple[str, str, int | None]]:
        assert exception_rows.check is not None
        row = ExceptionRow(employee_no="104417", rule=Rule.NO_CONTRACT, first_day=first, until=until)
        return [_told(problem) for problem in exception_rows.check([row])]

    @pytest.mark.parametrize(
        ("first", "until", "fits"),
        [
            (date(2026, 12, 1), date(2027, 12, 1), True),
            (date(2026, 12, 1), date(2027, 12, 2), False),
            (date(2028, 2, 29), date(2029, 2, 28), True),
            (date(2028, 2, 29), date(2029, 3, 1), False),
            (date(2026, 12, 1), date(2026, 12, 1), True),
            (date(2026, 12, 1), date(2026, 11, 30), False),
        ],
    )
    def test_hold_for_at_most_twelve_months(self, first: date, until: date, fits: bool) -> None:  # noqa: FBT001
        assert self.complaints(first, until) == ([] if fits else [("until", "DATE_OUT_OF_RANGE", 0)])

    def test_an_account_is_shared_by_two(self) -> None:
        assert shared_account_rows.check is not None
        alone = SharedAccount(employee_no="104417", shares_with="104417")
        assert [_told(each) for each in shared_account_rows.check([alone])] == [("shares_with", "INVALID_VALUE", 0)]

    def test_an_employee_is_a_number_of_the_payroll_system(self) -> None:
        with pytest.raises(ValidationError):
            SharedAccount(employee_no="Kari Nordhaug", shares_with="118203")


class TestLookingUp:
    def test_without_limits_nothing_is_controlled(self) -> None:
        with pytest.raises(RegisterMissing):
            _ = ControlTables(MemoryCase().run(), DAY).thresholds

    def test_without_exceptions_nothing_is_accepted(self) -> None:
        found = ControlTables(MemoryCase().run(), DAY).exceptions
        assert found.standing("104417", Rule.NO_CONTRACT, DAY) is Standing.NONE

    def test_what_is_in_force_on_pay_day_counts(self) -> None:
        registers = MemoryRegisters()
        registers.store("control-thresholds", rows_of(), valid_from=date(2026, 1, 1))
        stricter = Thresholds(deviation_percent=20)
        registers.store("control-thresholds", rows_of(stricter), valid_from=DAY)
        row = ExceptionRow(employee_no="104417", rule=Rule.NO_CONTRACT, first_day=DAY, until=DAY)
        registers.store("control-exceptions", [row], valid_from=date(2026, 1, 1))
        pair = SharedAccount(employee_no="104417", shares_with="118203")
        registers.store("control-shared-accounts", [pair], valid_from=date(2026, 1, 1))

        tables = ControlTables(MemoryCase(registers=registers).run(), DAY)
        assert tables.thresholds == stricter
        found = tables.exceptions
        assert found.standing("104417", Rule.NO_CONTRACT, DAY) is Standing.HOLDS
        assert found.share(["118203"], ["104417"])
        assert not found.share(["118203"], ["999"])
        the_day_before = ControlTables(MemoryCase(registers=registers).run(), date(2026, 12, 10))
        assert the_day_before.thresholds == STANDARD


@pytest.mark.parametrize("register", [threshold_rows, exception_rows, shared_account_rows])
def test_each_is_a_table_that_people_can_fill_in(register: Register[Any]) -> None:
    assert columns_of(register.row)
