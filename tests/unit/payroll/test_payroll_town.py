"""The municipality of the payroll demo: whom the payroll system is told of, and which months are open there."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

import pytest

from common.norway.account import account_number
from common.norway.organisation import is_test_organisation, organisation_number
from payroll_svc.demo import day_of
from payroll_svc.demo.town import UNITS, Town


def town(now: datetime = datetime(2026, 12, 7, 8, tzinfo=UTC), *, begun: int = 0) -> Town:
    return Town(random.Random(7), now, born=begun, hired=begun, opened=begun)


def test_units_are_organisations_of_nobody() -> None:
    assert [organisation_number(unit) for unit in UNITS] == list(UNITS)
    assert all(is_test_organisation(unit) for unit in UNITS)


def test_an_employee_is_what_the_payroll_system_takes() -> None:
    there = town()
    person = there.person()
    first = there.employed(person)
    second = there.employed(person, there.position("B7", percent=5000, to="2026-12-31"), status="LEFT")
    assert there.employees == [first, second]
    assert first["national_id"] == second["national_id"] == person["national_id"]
    assert (first["employee_no"], second["employee_no"]) == ("100001", "100002")
    (position,) = first["positions"]
    assert position == {
        "position_no": "A1",
        "unit": position["unit"],
        "type": "FAST",
        "percent": 10_000,
        "from": "2019-08-01",
    }
    assert position["unit"] in UNITS
    (substitute,) = second["positions"]
    assert (substitute["percent"], substitute["to"], second["status"]) == (5000, "2026-12-31", "LEFT")


def test_every_account_is_valid_and_its_own() -> None:
    there = town()
    accounts = [there.account() for _ in range(500)]
    assert [account_number(account) for account in accounts] == accounts
    assert len(set(accounts)) == len(accounts)


def test_a_day_that_begins_later_shares_nothing() -> None:
    early, late = town(), town(begun=1_000)
    days = [[there.employed(there.person()) for _ in range(900)] for there in (early, late)]
    for name in ("national_id", "employee_no", "account"):
        assert not {one[name] for one in days[0]} & {one[name] for one in days[1]}


@pytest.mark.parametrize(
    ("ahead", "month", "first", "last"),
    [
        (-1, "2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        (0, "2026-01", date(2026, 1, 1), date(2026, 1, 31)),
        (1, "2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        (-13, "2024-12", date(2024, 12, 1), date(2024, 12, 31)),
        (12, "2027-01", date(2027, 1, 1), date(2027, 1, 31)),
    ],
)
def test_months_pass_over_the_year(ahead: int, month: str, first: date, last: date) -> None:
    there = town(datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    assert (there.month(ahead), there.first_day(ahead), there.last_day(ahead)) == (month, first, last)


def test_last_month_is_the_oldest_open_one() -> None:
    periods = town().periods
    assert min(one["period"] for one in periods if one["state"] == "OPEN") == "2026-11"
    assert max(one["period"] for one in periods if one["state"] == "CLOSED") == "2026-10"


def test_a_day_tells_the_payroll_system_of_everybody_first() -> None:
    told = [(target, path) for target, path, _ in day_of({}, seed=1).common_seeds]
    assert told == [("payroll", "/_kontroll/employees"), ("payroll", "/_kontroll/periods")]


def test_a_form_that_was_activated_twice_is_noticed() -> None:
    ((_, check),) = day_of({}, seed=1).common_checks
    assert check({"forms_activated_twice": 0, "timesheets_current_twice": 0}) is None
    assert check({"forms_activated_twice": 2, "timesheets_current_twice": 0}) == "2 forms activated twice"
