"""K08, K09 and K13, which see the whole report, and what the payroll office has accepted (PAY-02)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pay_rows import CLEAN, DECEMBER, PAY_DATE, STANDARD, B, W, a_row, hits_of, somebody, verdicts

from payroll_svc.control.evaluation import again, hits_by_person
from payroll_svc.control.exceptions import NO_EXCEPTIONS, Accepted, Exceptions
from payroll_svc.control.row import PayRow, TaxCard
from payroll_svc.control.rules import Rule

DAY = timedelta(days=1)


def rules_of(*rows: PayRow, exceptions: Exceptions = NO_EXCEPTIONS) -> list[list[Rule]]:
    return [list(found) for found in hits_of(*rows, exceptions=exceptions)]


class TestK08Over100:
    def two(self, first: int, second: int, **of_second: Any) -> list[list[Rule]]:
        one = somebody(percent=first)
        own = {"employee_no": one.employee_no, "person_id": one.person_id, "account": one.account}
        return rules_of(one, a_row(**own | {"percent": second, "position_no": "B2"} | of_second))

    @pytest.mark.parametrize(("percent", "hit"), [(100_00, []), (100_01, [Rule.OVER_100])])
    def test_one_position(self, percent: int, hit: list[Rule]) -> None:
        assert rules_of(somebody(percent=percent)) == [hit]

    @pytest.mark.parametrize(("second", "hit"), [(40_00, []), (40_01, [Rule.OVER_100])])
    def test_two_positions_together(self, second: int, hit: list[Rule]) -> None:
        assert self.two(60_00, second) == [hit, hit]

    def test_two_employee_records_of_one_person(self) -> None:
        assert self.two(60_00, 60_00, employee_no="999") == [[Rule.OVER_100]] * 2

    @pytest.mark.parametrize(
        ("start", "end", "hit"),
        [
            (DECEMBER, date(2026, 12, 2), True),
            (date(2019, 1, 1), DECEMBER, True),  # for one day of it, and nobody changed from one to the other
            (date(2019, 1, 1), date(2026, 11, 30), False),
            (date(2027, 1, 1), None, False),
            (date(2026, 12, 31), None, True),
        ],
    )
    def test_only_days_of_the_month_count(self, start: date, end: date | None, hit: bool) -> None:  # noqa: FBT001
        first, _ = self.two(60_00, 60_00, employment_start=start, employment_end=end)
        assert (Rule.OVER_100 in first) is hit

    @pytest.mark.parametrize(("overlap", "hit"), [(1, False), (2, True)])
    def test_a_change_over_of_one_day_is_none(self, overlap: int, hit: bool) -> None:  # noqa: FBT001
        ends = date(2026, 12, 15)
        leaving = somebody(percent=60_00, employment_end=ends)
        own = {"employee_no": leaving.employee_no, "person_id": leaving.person_id, "account": leaving.account}
        arriving = a_row(**own, percent=60_00, position_no="B2", employment_start=ends - (overlap - 1) * DAY)
        assert (Rule.OVER_100 in rules_of(leaving, arriving)[0]) is hit

    def test_a_position_of_nothing_is_not_part_of_it(self) -> None:
        one = somebody(percent=120_00)
        own = {"employee_no": one.employee_no, "person_id": one.person_id, "account": one.account}
        assert rules_of(one, a_row(**own, percent=0, position_no="B2")) == [[Rule.OVER_100], []]


class TestK09DoublePosition:
    def pair(self, **of_second: Any) -> list[list[Rule]]:
        one = somebody(percent=40_00, position_code="7174")
        own = {"employee_no": one.employee_no, "person_id": one.person_id, "account": one.account, "percent": 40_00}
        return rules_of(one, a_row(**own | of_second))

    @pytest.mark.parametrize(
        ("second", "hit"),
        [
            ({}, True),
            ({"employee_no": "999"}, True),
            ({"position_no": "B2"}, False),
            ({"position_no": "B2", "position_code": "7174"}, True),
            ({"position_no": "B2", "position_code": "7174", "unit": "312900114"}, False),
            ({"position_no": "B2", "position_code": "6814"}, False),
            ({"person_id": "somebody else", "account": ""}, False),
        ],
    )
    def test_by_number_or_by_unit_and_code(self, second: dict[str, Any], hit: bool) -> None:  # noqa: FBT001
        found = [Rule.DOUBLE_POSITION in rules for rules in self.pair(**second)]
        assert found == [hit, hit]

    @pytest.mark.parametrize(
        ("first_end", "second_start", "hit"),
        [
            (date(2026, 12, 10), date(2026, 12, 10), True),
            (date(2026, 12, 10), date(2026, 12, 11), False),
            (None, date(2026, 12, 11), True),
        ],
    )
    def test_at_the_same_time(self, first_end: date | None, second_start: date, hit: bool) -> None:  # noqa: FBT001
        one = somebody(percent=40_00, employment_end=first_end)
        own = {"employee_no": one.employee_no, "person_id": one.person_id, "account": one.account}
        other = a_row(**own, percent=40_00, employment_start=second_start)
        assert [Rule.DOUBLE_POSITION in rules for rules in rules_of(one, other)] == [hit, hit]

    def test_who_has_no_valid_id_is_told_apart_by_the_employee(self) -> None:
        nobody = [somebody(person_id="", knows_person=False, percent=40_00) for _ in range(2)]
        assert rules_of(*nobody) == [[Rule.ID], [Rule.ID]]


class TestK13SharedAccount:
    def test_two_persons(self) -> None:
        one, other, stranger = somebody(), somebody(), somebody()
        shared = replace(other, account=one.account)
        assert rules_of(one, shared, stranger) == [[Rule.SHARED_ACCOUNT], [Rule.SHARED_ACCOUNT], []]

    def test_two_positions_of_one_person_share_nothing(self) -> None:
        one = somebody(percent=40_00)
        other = replace(one, employee_no="999", position_no="B2")
        assert rules_of(one, other) == [[], []]

    @pytest.mark.parametrize("account", ["", "00000000000", "12345678900"])
    def test_what_is_no_account_is_nobodys(self, account: str) -> None:
        rows = [somebody(account=account, net=0) for _ in range(2)]
        assert rules_of(*rows) == [[], []]

    def test_known_couples_are_left_out_and_a_third_is_not(self) -> None:
        one, other, third = somebody(), somebody(), somebody()
        known = Exceptions.of(sharing=[(other.employee_no, one.employee_no)])
        pair = [one, replace(other, account=one.account)]
        assert rules_of(*pair, exceptions=known) == [[], []]
        three = [*pair, replace(third, account=one.account)]
        assert rules_of(*three, exceptions=known) == [[Rule.SHARED_ACCOUNT]] * 3

    def test_any_employee_number_of_the_two_makes_them_known(self) -> None:
        one, other = somebody(percent=40_00), somebody()
        second = replace(one, employee_no="999", position_no="B2")
        known = Exceptions.of(sharing=[("999", other.employee_no)])
        assert rules_of(one, second, replace(other, account=one.account), exceptions=known) == [[], [], []]


class TestExceptions:
    def accepted(self, first: date, until: date, rule: Rule = Rule.NO_CONTRACT) -> Exceptions:
        return Exceptions.of([Accepted("104417", rule, first, until)])

    @pytest.mark.parametrize(
        ("first", "until", "hit", "excused", "expired"),
        [
            (PAY_DATE, PAY_DATE, (), (Rule.NO_CONTRACT,), ()),
            (PAY_DATE - 300 * DAY, PAY_DATE - DAY, (Rule.NO_CONTRACT,), (), (Rule.NO_CONTRACT,)),
            (PAY_DATE + DAY, PAY_DATE + 300 * DAY, (Rule.NO_CONTRACT,), (), ()),
        ],
    )
    def test_hold_from_one_pay_day_to_another(
        self, first: date, until: date, hit: tuple[Rule], excused: tuple[Rule], expired: tuple[Rule]
    ) -> None:
        (verdict,) = verdicts(a_row(contract_present=False), exceptions=self.accepted(first, until))
        assert (tuple(verdict.hits), verdict.excused, verdict.expired) == (hit, excused, expired)

    def test_of_two_the_one_that_holds_counts(self) -> None:
        renewed = Exceptions.of(
            [
                Accepted("104417", Rule.NO_CONTRACT, date(2025, 1, 1), date(2025, 12, 31)),
                Accepted("104417", Rule.NO_CONTRACT, date(2026, 1, 1), date(2026, 12, 31)),
            ]
        )
        (verdict,) = verdicts(a_row(contract_present=False), exceptions=renewed)
        assert (verdict.severity, verdict.expired) == (None, ())

    def test_are_for_one_rule_of_one_employee(self) -> None:
        always = self.accepted(date(2026, 1, 1), date(2026, 12, 31))
        rows = a_row(contract_present=False, net=-1), somebody(contract_present=False)
        assert rules_of(*rows, exceptions=always) == [[Rule.NEGATIVE_NET], [Rule.NO_CONTRACT]]

    def test_an_expired_one_that_is_not_hit_is_nobodys_business(self) -> None:
        (verdict,) = verdicts(a_row(), exceptions=self.accepted(date(2025, 1, 1), date(2025, 12, 31)))
        assert verdict.expired == ()


class TestAgain:
    def test_what_only_the_report_can_tell_stays_and_the_rest_is_asked_anew(self) -> None:
        one, other = somebody(net=-1), somebody()
        before, _ = verdicts(one, replace(other, account=one.account))
        assert before.hits == {Rule.NEGATIVE_NET: B, Rule.SHARED_ACCOUNT: W}
        after = again(replace(one, net=1, contract_present=False), before, STANDARD, NO_EXCEPTIONS, day=PAY_DATE)
        assert after.hits == {Rule.NO_CONTRACT: W, Rule.SHARED_ACCOUNT: W}

    def test_an_accepted_account_stays_accepted(self) -> None:
        one, other = somebody(), somebody()
        fine = Exceptions.of([Accepted(one.employee_no, Rule.SHARED_ACCOUNT, date(2026, 1, 1), date(2026, 12, 31))])
        before, _ = verdicts(one, replace(other, account=one.account), exceptions=fine)
        after = again(replace(one, net=-1), before, STANDARD, fine, day=PAY_DATE)
        assert (after.hits, after.excused) == ({Rule.NEGATIVE_NET: B}, (Rule.SHARED_ACCOUNT,))


def test_all_hits_of_a_person_are_told_together_each_at_its_worst() -> None:
    stopped: dict[str, Any] = {"tax_card": TaxCard.MISSING, "tax": 0}
    warned: dict[str, Any] = {"tax_card": TaxCard.MISSING, "tax": CLEAN.gross // 2}
    one = somebody(percent=40_00, contract_present=False, **stopped)
    second = replace(one, position_no="B2", contract_present=True, **warned)
    rows = [second, somebody(), one, replace(second, position_no="C3", percent=0)]
    found = hits_by_person(rows, verdicts(*rows))
    assert found == {one.person: {Rule.NO_TAX_CARD: B, Rule.NO_CONTRACT: W, Rule.ZERO_TAX: W}}
    assert list(found[one.person]) == sorted(found[one.person])
