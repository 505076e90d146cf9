"""The rules of the control that look at one row, each on both sides of its boundary (PAY-02)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pay_rows import KR, PAY_DATE, STANDARD, TODAY, B, W, a_row, hits, hits_of

from payroll_svc.control.row import Overtime, PayLine, TaxCard, known_id
from payroll_svc.control.rules import Rule, Severity


def only(rule: Rule, severity: Severity | None) -> dict[Rule, Severity]:
    return {} if severity is None else {rule: severity}


def test_a_clean_row_is_clean() -> None:
    assert hits() == {}


@pytest.mark.parametrize(("net", "severity"), [(-1, B), (0, None)])
def test_k01_negative_net(net: int, severity: Severity | None) -> None:
    assert hits(net=net) == only(Rule.NEGATIVE_NET, severity)


class TestK02NoTaxCard:
    @pytest.mark.parametrize("card", [TaxCard.MISSING, TaxCard.WRONG_EMPLOYER])
    @pytest.mark.parametrize(
        ("gross", "tax", "severity"),
        [
            (20_000 * KR, 10_000 * KR, W),
            (20_001 * KR, 10_000 * KR, W),  # half of it is 10 000,50: whole kroner are withheld
            (20_001 * KR, 10_000 * KR + 50, W),
            (20_002 * KR, 10_000 * KR, B),
            (20_000 * KR, 10_000 * KR - 1, W),
            (20_000 * KR, 9_999 * KR, B),
            (20_000 * KR, 10_000 * KR + 1, B),
            (20_000 * KR, 0, B),
            (0, 0, W),
            (-500 * KR, 0, W),
            (-500 * KR, -250 * KR, B),
        ],
    )
    def test_half_is_withheld_or_it_is_stopped(self, card: TaxCard, gross: int, tax: int, severity: Severity) -> None:
        found = hits(tax_card=card, gross=gross, tax=tax, gross_prev=max(gross, 1), percent=0)
        assert found[Rule.NO_TAX_CARD] is severity

    @pytest.mark.parametrize("card", [TaxCard.OK, TaxCard.EXEMPT])
    def test_with_a_card_anything_may_be_withheld(self, card: TaxCard) -> None:
        assert hits(tax_card=card, tax=1) == {}

    def test_how_much_is_a_threshold(self) -> None:
        a_third = replace(STANDARD, missing_card_tax_percent=30)
        found = hits(
            limits=a_third, tax_card=TaxCard.MISSING, gross=30_000 * KR, gross_prev=30_000 * KR, tax=9_000 * KR
        )
        assert found == {Rule.NO_TAX_CARD: W}


@pytest.mark.parametrize("account", ["", "12345678900", "1234567890", "123456789034", "00001234567", "12345X78903"])
@pytest.mark.parametrize(("net", "severity"), [(1, B), (0, None)])
def test_k03_account(account: str, net: int, severity: Severity | None) -> None:
    assert hits(account=account, net=net) == only(Rule.ACCOUNT, severity)


class TestK04PaidAfterEnd:
    LAST_DAY = date(2026, 11, 30)

    @pytest.mark.parametrize(("end", "severity"), [(date(2026, 11, 30), B), (date(2026, 12, 1), None)])
    def test_the_first_day_of_the_month_counts(self, end: date, severity: Severity | None) -> None:
        assert hits(employment_end=end) == only(Rule.PAID_AFTER_END, severity)

    @pytest.mark.parametrize(("gross", "severity"), [(1, B), (0, None), (-1, None)])
    def test_nothing_paid_is_nothing_to_stop(self, gross: int, severity: Severity | None) -> None:
        assert hits(employment_end=self.LAST_DAY, gross=gross, gross_prev=1) == only(Rule.PAID_AFTER_END, severity)

    @pytest.mark.parametrize(
        ("lines", "severity"),
        [
            ((), B),
            ((PayLine("FERIEPENGER", 1),), None),
            ((PayLine("ETTERBETALING", 1), PayLine("SLUTTOPPGJOR", 1)), None),
            ((PayLine("SLUTTOPPGJØR", 1),), None),
            ((PayLine("FERIEPENGER", 1), PayLine("FASTLONN", 1)), B),
            ((PayLine("OVERTID", 1, date(2026, 11, 30)),), None),
            ((PayLine("OVERTID", 1, date(2026, 12, 1)),), B),
            ((PayLine("OVERTID", 1),), B),
        ],
    )
    def test_what_may_be_paid_afterwards(self, lines: tuple[PayLine, ...], severity: Severity | None) -> None:
        assert hits(employment_end=self.LAST_DAY, lines=lines) == only(Rule.PAID_AFTER_END, severity)


@pytest.mark.parametrize(
    ("start", "gross", "severity"),
    [(PAY_DATE, 1, None), (PAY_DATE + timedelta(days=1), 1, B), (PAY_DATE + timedelta(days=1), 0, None)],
)
def test_k05_not_started(start: date, gross: int, severity: Severity | None) -> None:
    assert hits(employment_start=start, gross=gross, gross_prev=0) == only(Rule.NOT_STARTED, severity)


class TestK06Deviation:
    @pytest.mark.parametrize(
        ("before", "now", "severity"),
        [
            (20_000 * KR, 26_000 * KR, None),  # exactly 30 %
            (20_000 * KR, 26_000 * KR + 1, W),
            (20_000 * KR, 14_000 * KR, None),
            (20_000 * KR, 14_000 * KR - 1, W),
            (10_000 * KR, 15_000 * KR, None),  # 50 %, exactly 5 000 kr
            (10_000 * KR, 15_000 * KR + 1, W),
            (10_000 * KR, 5_000 * KR, None),
            (10_000 * KR, 5_000 * KR - 1, W),
            (33_333_33, 43_333_32, None),  # a hundredth of an øre below 30 %
            (33_333_33, 43_333_33, W),
        ],
    )
    def test_both_limits_must_be_exceeded(self, before: int, now: int, severity: Severity | None) -> None:
        assert hits(gross_prev=before, gross=now) == only(Rule.DEVIATION, severity)

    @pytest.mark.parametrize("before", [0, -1])
    @pytest.mark.parametrize(
        ("start", "now", "severity"),
        [
            (date(2026, 10, 31), 5_000 * KR, None),
            (date(2026, 10, 31), 5_000 * KR + 1, W),
            (date(2026, 11, 1), 50_000 * KR, None),
            (date(2026, 12, 1), 50_000 * KR, None),
        ],
    )
    def test_without_pay_last_month_only_the_new_are_excused(
        self, before: int, start: date, now: int, severity: Severity | None
    ) -> None:
        assert hits(gross_prev=before, gross=now, employment_start=start) == only(Rule.DEVIATION, severity)

    def test_in_january_last_month_is_december(self) -> None:
        january: dict[str, Any] = {"month": date(2027, 1, 1), "pay_date": date(2027, 1, 12), "gross_prev": 0}
        assert hits(day=date(2027, 1, 8), employment_start=date(2026, 12, 1), **january) == {}
        assert hits(day=date(2027, 1, 8), employment_start=date(2026, 11, 30), **january) == {Rule.DEVIATION: W}

    @pytest.mark.parametrize(
        ("changes", "severity"),
        [
            ({"month": date(2026, 6, 1)}, None),
            ({"month": date(2026, 5, 1)}, W),
            ({"month": date(2026, 6, 1), "fixed_pay": 20_000 * KR}, W),
            ({"lines": (PayLine("FASTLONN", 1),) * 13}, None),
            ({"lines": (PayLine("FASTLONN", 1),) * 12}, W),
        ],
    )
    def test_where_much_else_is_paid_fixed_pay_is_compared(
        self, changes: dict[str, Any], severity: Severity | None
    ) -> None:
        assert hits(gross=70_000 * KR, **changes) == only(Rule.DEVIATION, severity)

    def test_the_month_of_holiday_pay_is_a_threshold(self) -> None:
        in_december = replace(STANDARD, holiday_pay_month=12)
        assert hits(limits=in_december, gross=70_000 * KR) == {}


class TestK07Large:
    @pytest.mark.parametrize(
        ("gross", "severity"),
        [(150_000 * KR, None), (150_000 * KR + 1, W), (500_000 * KR, W), (500_000 * KR + 1, B)],
    )
    def test_gross(self, gross: int, severity: Severity | None) -> None:
        assert hits(gross=gross, gross_prev=gross, fixed_pay=gross) == only(Rule.LARGE, severity)

    @pytest.mark.parametrize(
        ("fixed", "line", "severity"),
        [
            (39_800 * KR, 79_600 * KR, None),
            (39_800 * KR, 79_600 * KR + 1, W),
            (39_800 * KR, 500_000 * KR, W),
            (39_800 * KR, 500_000 * KR + 1, B),
            (0, 50_000 * KR, None),  # paid by the hour: there is nothing to compare with
        ],
    )
    def test_a_single_line(self, fixed: int, line: int, severity: Severity | None) -> None:
        lines = (PayLine("FASTLONN", fixed), PayLine("TILLEGG", line))
        assert hits(fixed_pay=fixed, lines=lines) == only(Rule.LARGE, severity)


@pytest.mark.parametrize(
    ("start", "present", "severity"),
    [
        (TODAY - timedelta(days=7), False, W),
        (TODAY - timedelta(days=6), False, None),
        (TODAY - timedelta(days=7), True, None),
        (date(2019, 8, 1), False, W),
    ],
)
def test_k10_no_contract(start: date, present: bool, severity: Severity | None) -> None:  # noqa: FBT001
    assert hits(employment_start=start, contract_present=present) == only(Rule.NO_CONTRACT, severity)


class TestK11Overtime:
    @pytest.mark.parametrize(
        ("hours", "severity"),
        [
            (Overtime(week=10_00, w4=25_00, w52=200_00, day=13_00), None),
            (Overtime(week=10_01), W),
            (Overtime(w4=25_01), W),
            (Overtime(w52=200_01), W),
            (Overtime(day=13_01), W),
            (None, None),
        ],
    )
    def test_what_the_law_allows(self, hours: Overtime | None, severity: Severity | None) -> None:
        assert hits(overtime=hours) == only(Rule.OVERTIME, severity)

    @pytest.mark.parametrize(
        ("hours", "severity"),
        [
            (Overtime(week=20_00, w4=50_00, w52=300_00, day=13_00), None),
            (Overtime(week=20_01), W),
            (Overtime(w4=50_01), W),
            (Overtime(w52=300_01), W),
            (Overtime(day=13_01), W),
        ],
    )
    def test_what_an_agreement_allows(self, hours: Overtime, severity: Severity | None) -> None:
        agreed = replace(STANDARD, agreed_units=frozenset({"311874322"}))
        assert hits(limits=agreed, overtime=hours) == only(Rule.OVERTIME, severity)

    def test_an_agreement_is_the_units_own(self) -> None:
        hours = Overtime(week=15_00)
        elsewhere = replace(STANDARD, agreed_units=frozenset({"312900114"}))
        everywhere = replace(STANDARD, agreed_everywhere=True)
        but_here = replace(everywhere, unagreed_units=frozenset({"311874322"}))
        assert [hits(limits=limits, overtime=hours) for limits in (elsewhere, everywhere, but_here)] == [
            {Rule.OVERTIME: W},
            {},
            {Rule.OVERTIME: W},
        ]
        assert hits(limits=elsewhere, overtime=hours, unit=None) == {Rule.OVERTIME: W}


class TestK12Id:
    @pytest.mark.parametrize(("knows", "severity"), [(True, None), (False, B)])
    def test_a_valid_id_is_needed(self, knows: bool, severity: Severity | None) -> None:  # noqa: FBT001
        assert hits(knows_person=knows) == only(Rule.ID, severity)

    @pytest.mark.parametrize(
        ("number", "in_test", "in_production"),
        [
            ("17838410103", True, False),
            ("178384 10103", True, False),
            ("17838410104", False, False),
            ("30108299939", True, True),  # the authority's published number under the rules of 2032
            ("09925810077", True, False),
            ("9925810077", True, False),
            ("", False, False),
            (None, False, False),
            ("ukjent", False, False),
        ],
    )
    def test_what_is_one(self, number: str | None, in_test: bool, in_production: bool) -> None:  # noqa: FBT001
        assert (known_id(number, accepts_synthetic=True) is not None) is in_test
        assert (known_id(number, accepts_synthetic=False) is not None) is in_production


@pytest.mark.parametrize(
    ("gross", "tax", "card", "severity"),
    [
        (10_000 * KR, 0, TaxCard.OK, None),
        (10_000 * KR + 1, 0, TaxCard.OK, W),
        (10_000 * KR + 1, 1, TaxCard.OK, None),
        (10_000 * KR + 1, 0, TaxCard.EXEMPT, None),
    ],
)
def test_k14_zero_tax(gross: int, tax: int, card: TaxCard, severity: Severity | None) -> None:
    assert hits(gross=gross, gross_prev=gross, tax=tax, tax_card=card) == only(Rule.ZERO_TAX, severity)


class TestK15MissingPay:
    @pytest.mark.parametrize(
        ("changes", "severity"),
        [
            ({}, W),
            ({"gross": 1}, None),
            ({"gross": -1}, None),
            ({"percent": 0}, None),
            ({"percent": 1}, W),
            ({"unpaid_leave": True}, None),
            ({"employment_end": date(2026, 12, 1)}, W),
            ({"employment_end": date(2026, 11, 30)}, None),
            ({"employment_start": PAY_DATE}, W),
            ({"employment_start": PAY_DATE + timedelta(days=1)}, None),
        ],
    )
    def test_who_is_employed_and_gets_nothing(self, changes: dict[str, Any], severity: Severity | None) -> None:
        nothing: dict[str, Any] = {"gross": 0, "net": 0, "tax": 0, "deductions": 0, "gross_prev": 1}
        assert hits(**nothing | changes) == only(Rule.MISSING_PAY, severity)


def test_one_row_may_hit_several_rules_and_they_come_in_the_order_of_the_codes() -> None:
    (found,) = hits_of(a_row(net=-1, gross=0, gross_prev=39_800 * KR, contract_present=False))
    assert list(found.items()) == [
        (Rule.NEGATIVE_NET, B),
        (Rule.DEVIATION, W),
        (Rule.NO_CONTRACT, W),
        (Rule.MISSING_PAY, W),
    ]
