"""Norwegian days off and bank days, against dates checked by hand and Easter reckoned another way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import ConfigurationError
from common.norway.calendar import (
    BANK_DAYS,
    BankDays,
    is_public_holiday,
    is_working_day,
    months_later,
    oslo_date,
    parse_month_days,
    public_holiday,
)
from common.settings import CalendarSettings, load

DAYS = st.dates(date(1995, 1, 1), date(2099, 12, 31))
ALL_WORKING_DAYS = BankDays(closed=frozenset())
BOTH_EVES = BankDays(closed=frozenset({(12, 24), (12, 31)}))


def on(text: str) -> date:
    return date.fromisoformat(text)


def easter(year: int) -> date:
    """The anonymous Gregorian computus (Meeus/Jones/Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holidays_of(year: int) -> set[date]:
    moving = {easter(year) + timedelta(days=offset) for offset in (-3, -2, 0, 1, 39, 49, 50)}
    return moving | {date(year, month, day) for month, day in ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26))}


class TestPublicHolidays:
    @pytest.mark.parametrize(
        ("day", "name"),
        [
            ("2026-01-01", "Første nyttårsdag"),
            ("2026-04-02", "Skjærtorsdag"),
            ("2026-04-03", "Langfredag"),
            ("2026-04-05", "Første påskedag"),
            ("2026-04-06", "Andre påskedag"),
            ("2026-05-01", "Arbeidernes dag"),
            ("2026-05-14", "Kristi himmelfartsdag"),
            ("2026-05-17", "Grunnlovsdag"),
            ("2026-05-25", "Andre pinsedag"),
            ("2026-12-25", "Første juledag"),
            ("2026-12-26", "Andre juledag"),
            ("2027-03-25", "Skjærtorsdag"),
            ("2027-03-29", "Andre påskedag"),
            ("2027-05-06", "Kristi himmelfartsdag"),
        ],
    )
    def test_have_their_norwegian_name(self, day: str, name: str) -> None:
        assert public_holiday(on(day)) == name

    def test_two_on_one_day_are_both_named(self) -> None:
        both = public_holiday(on("2027-05-17")) or ""
        assert "Grunnlovsdag" in both
        assert "Andre pinsedag" in both

    @pytest.mark.parametrize(
        "day", ["2026-04-01", "2026-04-04", "2026-04-12", "2026-12-24", "2026-12-31", "2027-05-18"]
    )
    def test_the_days_around_them_are_none(self, day: str) -> None:
        assert public_holiday(on(day)) is None

    @given(DAYS)
    def test_follow_easter(self, day: date) -> None:
        assert is_public_holiday(day) == (day in holidays_of(day.year))


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("day", "worked"),
        [
            ("2026-04-01", True),  # Wednesday before Easter
            ("2026-04-02", False),
            ("2026-04-04", False),  # Saturday
            ("2026-04-07", True),
            ("2026-05-01", False),  # a Friday
            ("2026-05-15", True),  # the Friday after Ascension Day
            ("2026-05-18", True),  # 17 May was a Sunday; nobody gets the Monday
            ("2027-05-17", False),  # a Monday
            ("2026-12-24", True),
            ("2026-12-31", True),
        ],
    )
    def test_by_hand(self, day: str, worked: bool) -> None:  # noqa: FBT001
        assert is_working_day(on(day)) is worked


class TestBankDays:
    @pytest.mark.parametrize(
        ("day", "nth", "found"),
        [
            ("2026-11-12", 3, "2026-11-09"),  # Thursday: Wednesday, Tuesday, Monday
            ("2026-04-12", 3, "2026-04-08"),  # Sunday after Easter Monday the 6th
            ("2026-04-07", 1, "2026-04-01"),  # over all of Easter
            ("2026-05-18", 1, "2026-05-15"),
            ("2026-05-18", 2, "2026-05-13"),  # over Ascension Day
            ("2027-05-18", 1, "2027-05-14"),
            ("2027-01-04", 1, "2026-12-31"),
            ("2026-12-28", 1, "2026-12-23"),
        ],
    )
    def test_before(self, day: str, nth: int, found: str) -> None:
        assert BANK_DAYS.before(on(day), nth) == on(found)

    @pytest.mark.parametrize(
        ("kept", "day", "nth", "found"),
        [
            (BANK_DAYS, "2026-04-01", 1, "2026-04-07"),
            (BANK_DAYS, "2026-04-30", 1, "2026-05-04"),  # 1 May was a Friday
            (BANK_DAYS, "2027-03-24", 2, "2027-03-31"),
            (BANK_DAYS, "2026-12-23", 1, "2026-12-28"),
            (ALL_WORKING_DAYS, "2026-12-23", 1, "2026-12-24"),
            (BANK_DAYS, "2026-12-30", 1, "2026-12-31"),
            (BOTH_EVES, "2026-12-30", 1, "2027-01-04"),
        ],
    )
    def test_after(self, kept: BankDays, day: str, nth: int, found: str) -> None:
        assert kept.after(on(day), nth) == on(found)

    @pytest.mark.parametrize(
        ("year", "month", "nth", "found"),
        [
            (2026, 1, 1, "2026-01-02"),
            (2026, 5, 1, "2026-05-04"),
            (2027, 3, -1, "2027-03-31"),
            (2027, 3, -3, "2027-03-24"),
            (2026, 12, -1, "2026-12-31"),
            (2026, 2, 20, "2026-02-27"),
        ],
    )
    def test_of_month(self, year: int, month: int, nth: int, found: str) -> None:
        assert BANK_DAYS.of_month(year, month, nth) == on(found)

    @pytest.mark.parametrize("nth", [0, 21, -21])
    def test_a_month_has_no_more_than_it_has(self, nth: int) -> None:
        with pytest.raises(ValueError, match="20 bank days"):
            BANK_DAYS.of_month(2026, 2, nth)

    @pytest.mark.parametrize("nth", [0, -1])
    def test_are_counted_from_one(self, nth: int) -> None:
        with pytest.raises(ValueError, match="from one"):
            BANK_DAYS.after(on("2026-01-01"), nth)
        with pytest.raises(ValueError, match="from one"):
            BANK_DAYS.before(on("2026-01-01"), nth)

    @given(DAYS, st.integers(1, 30))
    def test_as_many_lie_between_as_were_counted(self, day: date, nth: int) -> None:
        later, earlier = BANK_DAYS.after(day, nth), BANK_DAYS.before(day, nth)
        counted = [day + timedelta(days=n) for n in range(1, (later - day).days + 1)]
        assert sum(map(BANK_DAYS.includes, counted)) == nth
        assert BANK_DAYS.includes(later)
        assert BANK_DAYS.includes(earlier)
        assert BANK_DAYS.before(later, nth) <= day
        assert BANK_DAYS.after(earlier, nth) >= day

    @given(DAYS, st.integers(1, 15))
    def test_of_a_month_agree_with_counting_over_its_edges(self, day: date, nth: int) -> None:
        first = day.replace(day=1)
        following = (first + timedelta(days=32)).replace(day=1)
        assert BANK_DAYS.of_month(day.year, day.month, nth) == BANK_DAYS.after(first - timedelta(days=1), nth)
        assert BANK_DAYS.of_month(day.year, day.month, -nth) == BANK_DAYS.before(following, nth)


class TestWritten:
    @pytest.mark.parametrize("text", ["12-24 12-31", "12-31,12-24", " 12-24,  12-31 "])
    def test_days_are_read(self, text: str) -> None:
        assert parse_month_days(text) == {(12, 24), (12, 31)}

    def test_none_is_none(self) -> None:
        assert parse_month_days("") == frozenset()

    def test_the_leap_day_is_a_day(self) -> None:
        assert parse_month_days("02-29") == {(2, 29)}

    def test_a_deployment_says_which(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert load(CalendarSettings).bank_days == BANK_DAYS
        monkeypatch.setenv("ROGER_CALENDAR_BANK_CLOSED", "12-24 12-31")
        assert load(CalendarSettings).bank_days == BOTH_EVES
        monkeypatch.setenv("ROGER_CALENDAR_BANK_CLOSED", "24.12")
        with pytest.raises(ConfigurationError, match=r"ROGER_CALENDAR_BANK_CLOSED: .*write month and day"):
            load(CalendarSettings)

    @pytest.mark.parametrize("text", ["24-12", "12-32", "december", "W01", "2026-12-24"])
    def test_what_is_no_day_is_told(self, text: str) -> None:
        with pytest.raises(ConfigurationError, match="write month and day, as 12-24"):
            parse_month_days(text)


class TestToday:
    @pytest.mark.parametrize(
        ("moment", "day"),
        [
            (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), "2026-12-31"),
            (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "2027-01-01"),
            (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "2026-07-01"),
        ],
    )
    def test_is_what_a_norwegian_wall_shows(self, moment: datetime, day: str) -> None:
        assert oslo_date(moment) == on(day)

    def test_needs_a_zone(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            oslo_date(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-11-23", 12, "2027-11-23"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2027-02-28", 12, "2028-02-28"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-12-01", 0, "2026-12-01"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -13, "2024-12-15"),
    ],
)
def test_months_later_is_the_same_day_or_the_months_last(day: str, months: int, later: str) -> None:
    assert months_later(on(day), months) == on(later)
