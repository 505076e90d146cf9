"""Due times by hand, also on the nights when the clock is moved; and that no way of asking loses or repeats one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import OSLO
from common.errors import ConfigurationError
from common.norway.calendar import BANK_DAYS, BankDays, is_working_day
from common.recurrence import cron_line
from common.schedule import Days, Due, Firing, Missed, MonthlyBankDay, Schedule
from common.wall_clock import last_shown_at, shown_at

DAY = timedelta(days=1)
BEFORE_THE_12TH = MonthlyBankDay(nth=3, before=12, at=time(6, 30))


async def nothing(_: Firing) -> None:
    """Something to start."""


def cron(line: str, *, days: Days = Days.EVERY, zone: str = "Europe/Oslo") -> Schedule:
    return Schedule(name="nightly", starts=nothing, cron=line, days=days, zone=zone)


def monthly(form: MonthlyBankDay) -> Schedule:
    return Schedule(name="monthly", starts=nothing, monthly=form)


def at(text: str) -> datetime:
    """`2026-11-23 06:30` in Oslo; with a Z behind it, in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=OSLO)


def walls(moments: Iterable[datetime]) -> list[str]:
    """As a clock in Oslo shows them, with the offset that tells two showings apart."""
    return [moment.astimezone(OSLO).strftime("%d %H:%M %z") for moment in moments]


def dates(moments: Iterable[datetime]) -> list[str]:
    return [moment.astimezone(OSLO).date().isoformat() for moment in moments]


class TestCron:
    @pytest.mark.parametrize(
        ("line", "moment", "due"),
        [
            ("30 6 * * mo-fr", "2026-11-23 06:29", "2026-11-23 06:30"),  # a Monday
            ("30 6 * * mo-fr", "2026-11-23 06:29:59.999", "2026-11-23 06:30"),
            ("30 6 * * mo-fr", "2026-11-23 06:30", "2026-11-24 06:30"),
            ("30 6 * * mo-fr", "2026-11-23 06:30:00.001", "2026-11-24 06:30"),
            ("30 6 * * mo-fr", "2026-11-27 06:30", "2026-11-30 06:30"),
            ("30 6 * * MON-FRI", "2026-11-27 06:30", "2026-11-30 06:30"),
            ("0 6 * * sa-su", "2026-11-28 06:00", "2026-11-29 06:00"),
            ("0 6 * * 7", "2026-11-23 06:00", "2026-11-29 06:00"),
            ("0 6 * * mo#1", "2026-11-23 06:00", "2026-12-07 06:00"),
            ("0 6 l * *", "2026-11-23 06:00", "2026-11-30 06:00"),
            ("0 0 29 2 *", "2026-11-23 06:00", "2028-02-29 00:00"),
            ("*/15 * * * *", "2026-11-23 06:50", "2026-11-23 07:00"),
        ],
    )
    def test_next(self, line: str, moment: str, due: str) -> None:
        assert cron(line).next_after(at(moment)) == at(due)

    def test_follows_its_zone(self) -> None:
        assert cron("30 6 * * *", zone="UTC").next_after(at("2026-11-23 06:29")) == at("2026-11-23T06:30Z")

    def test_summer_and_winter_are_an_hour_apart(self) -> None:
        due = list(cron("30 6 * * *").due_between(at("2026-03-28 00:00"), at("2026-03-30 00:00")))
        assert due == [at("2026-03-28T05:30Z"), at("2026-03-29T04:30Z")]
        assert all(moment.tzinfo is UTC for moment in due)

    @pytest.mark.parametrize(
        ("days", "expected"),
        [
            (Days.EVERY, ["21", "22", "23", "24", "25", "28", "29", "30", "31"]),
            (Days.WORKING, ["21", "22", "23", "24", "28", "29", "30", "31"]),
            (Days.BANK, ["21", "22", "23", "28", "29", "30", "31"]),
        ],
    )
    def test_passes_days_over(self, days: Days, expected: list[str]) -> None:
        due = cron("0,30 6 * * mo-fr", days=days).due_between(at("2026-12-21 00:00"), at("2027-01-01 00:00"))
        assert dates(due) == [f"2026-12-{day}" for day in expected for _ in range(2)]

    def test_which_days_banks_keep_is_handed_in(self) -> None:
        due = cron("0 6 * * *", days=Days.BANK).next_after(
            at("2026-12-23 06:00"), bank_days=BankDays(closed=frozenset({(12, 28)}))
        )
        assert due == at("2026-12-24 06:00")

    @pytest.mark.parametrize(
        ("line", "says"),
        [
            ("@daily", "no cron line"),
            ("0 30 6 * * *", "no cron line"),
            ("", "no cron line"),
            ("60 6 * * *", "minute"),
            ("0 24 * * *", "hour"),
            ("0 6 0 * *", "day-of-month"),
            ("0 6 * 13 *", "month"),
            ("0 6 * * ma-fr", "day-of-week"),
            ("0 6 * * fr-mo", "day-of-week"),
            ("0 0 30 2 *", "day-of-month"),
        ],
    )
    def test_what_cannot_be_read_is_told(self, line: str, says: str) -> None:
        with pytest.raises(ConfigurationError, match=says):
            cron(line)

    def test_weekdays_have_one_spelling(self) -> None:
        assert cron_line("0  6 * JAN Mo,we-SU") == "0 6 * jan mon,wed-7"


SPRING = [("2026-03-29", "29"), ("2027-03-28", "28")]


class TestNightsWhenTheClockIsMoved:
    @pytest.mark.parametrize(("night", "day"), SPRING)
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("30 2 * * *", ["03:00 +0200"]),
            ("0 2 * * *", ["03:00 +0200"]),
            ("59 1 * * *", ["01:59 +0100"]),
            ("0 3 * * *", ["03:00 +0200"]),
            ("0,30 2 * * *", ["03:00 +0200"]),
            ("0,30 2,3 * * *", ["03:00 +0200", "03:30 +0200"]),
            ("30 1-3 * * *", ["01:30 +0100", "03:00 +0200", "03:30 +0200"]),
            # Lines that follow the hours that really pass, as Debian's cron does it.
            ("30 * * * *", ["00:30 +0100", "01:30 +0100", "03:30 +0200"]),
            ("*/30 1-3 * * *", ["01:00 +0100", "01:30 +0100", "03:00 +0200", "03:30 +0200"]),
            ("*/20 2 * * *", []),
            ("30 */2 * * *", ["00:30 +0100"]),
        ],
    )
    def test_in_spring(self, night: str, day: str, line: str, expected: list[str]) -> None:
        midnight = at(f"{night} 00:00")
        due = cron(line).due_between(midnight - timedelta(seconds=1), at(f"{night} 03:59"))
        assert walls(due) == [f"{day} {shown}" for shown in expected]

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("30 2 * * *", ["02:30 +0200"]),
            ("0 2 * * *", ["02:00 +0200"]),
            ("0 3 * * *", ["03:00 +0100"]),
            ("0,30 2,3 * * *", ["02:00 +0200", "02:30 +0200", "03:00 +0100", "03:30 +0100"]),
            ("30 * * * *", ["00:30 +0200", "01:30 +0200", "02:30 +0200", "02:30 +0100", "03:30 +0100"]),
            ("*/30 2 * * *", ["02:00 +0200", "02:30 +0200", "02:00 +0100", "02:30 +0100"]),
        ],
    )
    def test_in_autumn(self, line: str, expected: list[str]) -> None:
        due = cron(line).due_between(at("2026-10-24 23:59"), at("2026-10-25 03:59"))
        assert walls(due) == [f"25 {shown}" for shown in expected]

    @pytest.mark.parametrize("minute", [0, 15, 30, 45])
    @pytest.mark.parametrize("line", ["10 2 * * *", "30 2 * * *", "50 2 * * *"])
    def test_asked_in_the_second_showing_it_does_not_come_again(self, line: str, minute: int) -> None:
        asked = at(f"2026-10-25T01:{minute:02}Z")
        assert dates([cron(line).next_after(asked) or asked]) == ["2026-10-26"]

    @pytest.mark.parametrize("line", ["30 2 * * *", "0 2 * * *", "0 3 * * *", "59 23 * * *", "0 0 * * *"])
    def test_a_set_time_comes_once_every_day(self, line: str) -> None:
        due = cron(line).due_between(at("2025-12-31 23:59:59"), at("2027-12-31 23:59:59"))
        assert dates(due) == [(date(2026, 1, 1) + n * DAY).isoformat() for n in range(730)]

    @pytest.mark.parametrize(
        ("wall", "first", "last"),
        [
            ("2026-03-29 01:59:59", "2026-03-29T00:59:59Z", "2026-03-29T00:59:59Z"),
            ("2026-03-29 02:00", "2026-03-29T01:00Z", "2026-03-29T01:00Z"),
            ("2026-03-29 02:59:59", "2026-03-29T01:00Z", "2026-03-29T01:00Z"),
            ("2026-03-29 03:00", "2026-03-29T01:00Z", "2026-03-29T01:00Z"),
            ("2026-10-25 01:59", "2026-10-24T23:59Z", "2026-10-24T23:59Z"),
            ("2026-10-25 02:00", "2026-10-25T00:00Z", "2026-10-25T01:00Z"),
            ("2026-10-25 02:59", "2026-10-25T00:59Z", "2026-10-25T01:59Z"),
            ("2026-10-25 03:00", "2026-10-25T02:00Z", "2026-10-25T02:00Z"),
        ],
    )
    def test_what_the_wall_shows(self, wall: str, first: str, last: str) -> None:
        shown = datetime.fromisoformat(wall)
        assert shown_at(shown, OSLO) == at(first)
        assert last_shown_at(shown, OSLO) == at(last)


class TestMonthlyBankDay:
    @pytest.mark.parametrize(
        ("form", "year", "month", "day"),
        [
            (BEFORE_THE_12TH, 2026, 1, "2026-01-07"),
            (BEFORE_THE_12TH, 2026, 4, "2026-04-08"),  # the 12th a Sunday, Easter Monday the 6th
            (BEFORE_THE_12TH, 2026, 5, "2026-05-07"),
            (BEFORE_THE_12TH, 2026, 11, "2026-11-09"),
            (BEFORE_THE_12TH, 2027, 5, "2027-05-07"),  # over Ascension Day the 6th it need not go
            (MonthlyBankDay(nth=4, before=12, at=time(6, 30)), 2027, 5, "2027-05-05"),  # here it must
            (MonthlyBankDay(nth=5, before=3, at=time(6, 30)), 2027, 1, "2026-12-23"),
            (MonthlyBankDay(nth=3, after=28, at=time(6, 30)), 2026, 4, "2026-05-04"),
            (MonthlyBankDay(nth=3, after=28, at=time(6, 30)), 2026, 12, "2026-12-31"),
            (MonthlyBankDay(nth=1, after=16, at=time(6, 30)), 2027, 5, "2027-05-18"),
            (MonthlyBankDay(nth=1, at=time(6, 30)), 2026, 5, "2026-05-04"),
            (MonthlyBankDay(nth=1, at=time(6, 30)), 2027, 1, "2027-01-04"),
            (MonthlyBankDay(nth=1, from_end=True, at=time(6, 30)), 2026, 5, "2026-05-29"),
            (MonthlyBankDay(nth=3, from_end=True, at=time(6, 30)), 2027, 3, "2027-03-24"),
        ],
    )
    def test_by_hand(self, form: MonthlyBankDay, year: int, month: int, day: str) -> None:
        assert form.day(year, month, BANK_DAYS).isoformat() == day
        moment = at(f"{day} 06:30")
        assert list(monthly(form).due_between(moment - timedelta(seconds=1), moment)) == [moment]
        assert monthly(form).next_after(moment - timedelta(seconds=1)) == moment

    def test_all_of_a_year(self) -> None:
        due = monthly(BEFORE_THE_12TH).due_between(at("2026-01-01 00:00"), at("2027-01-01 00:00"))
        days = "01-07 02-09 03-09 04-08 05-07 06-09 07-08 08-07 09-09 10-07 11-09 12-09"
        assert dates(due) == [f"2026-{day}" for day in days.split()]

    def test_its_hour_is_norwegian(self) -> None:
        assert monthly(BEFORE_THE_12TH).next_after(at("2026-07-01 00:00")) == at("2026-07-08T04:30Z")

    @given(
        st.sampled_from(["before", "after", "from_end", "start"]),
        st.integers(1, 15),
        st.integers(1, 28),
        st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    )
    def test_comes_twelve_times_a_year(self, form: str, nth: int, day: int, start: date) -> None:
        counted = {
            "before": MonthlyBankDay(nth=nth, before=day, at=time(6)),
            "after": MonthlyBankDay(nth=nth, after=day, at=time(6)),
            "from_end": MonthlyBankDay(nth=nth, from_end=True, at=time(6)),
            "start": MonthlyBankDay(nth=nth, at=time(6)),
        }[form]
        since = datetime.combine(start, time(0), tzinfo=UTC)
        due = list(monthly(counted).due_between(since, since + timedelta(days=10 * 365)))
        assert 117 <= len(due) <= 122
        assert all(BANK_DAYS.includes(moment.astimezone(OSLO).date()) for moment in due)
        assert all(earlier < later for earlier, later in pairwise(due))

    @pytest.mark.parametrize(
        ("nth", "before", "after", "from_end", "says"),
        [
            (1, 12, 3, False, "from one place"),
            (1, 12, None, True, "from one place"),
            (0, 12, None, False, "from 1 to 15"),
            (16, 12, None, False, "from 1 to 15"),
            (1, 29, None, False, "1 to 28"),
            (1, None, 0, False, "1 to 28"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(
        self,
        nth: int,
        before: int | None,
        after: int | None,
        from_end: bool,  # noqa: FBT001
        says: str,
    ) -> None:
        with pytest.raises(ConfigurationError, match=says):
            MonthlyBankDay(nth=nth, before=before, after=after, from_end=from_end, at=time(6))

    def test_its_time_has_no_zone_of_its_own(self) -> None:
        with pytest.raises(ConfigurationError, match="no zone of its own"):
            MonthlyBankDay(nth=1, at=time(6, tzinfo=UTC))


class TestDeclaration:
    @pytest.mark.parametrize("name", ["", "Nightly", "night ly", "nightly-", "1st", "nattlig-kjøring", "x" * 65])
    def test_names_are_plain(self, name: str) -> None:
        with pytest.raises(ConfigurationError, match="cannot be called"):
            Schedule(name=name, starts=nothing, cron="0 6 * * *")

    def test_there_is_one_form(self) -> None:
        with pytest.raises(ConfigurationError, match="either"):
            Schedule(name="x", starts=nothing)
        with pytest.raises(ConfigurationError, match="either"):
            Schedule(name="x", starts=nothing, cron="0 6 * * *", monthly=BEFORE_THE_12TH)

    def test_a_bank_day_is_a_bank_day_already(self) -> None:
        with pytest.raises(ConfigurationError, match="leave days out"):
            Schedule(name="x", starts=nothing, monthly=BEFORE_THE_12TH, days=Days.BANK)

    @pytest.mark.parametrize("zone", ["Europe/Trondheim", "", "../etc/passwd"])
    def test_the_zone_is_known(self, zone: str) -> None:
        with pytest.raises(ConfigurationError, match="no time zone"):
            cron("0 6 * * *", zone=zone)

    def test_tolerance_is_not_negative(self) -> None:
        with pytest.raises(ConfigurationError, match="negative"):
            Schedule(name="x", starts=nothing, cron="0 6 * * *", tolerance=timedelta(seconds=-1))

    @pytest.mark.parametrize("line", ["0 6 * * su", "* * * * sa-su", "0 6 25 12 *"])
    def test_what_never_comes_is_refused(self, line: str) -> None:
        with pytest.raises(ConfigurationError, match="never comes"):
            cron(line, days=Days.WORKING)

    def test_moments_have_a_zone(self) -> None:
        naive = datetime(2026, 1, 1)  # noqa: DTZ001
        with pytest.raises(ValueError, match="time zone"):
            cron("0 6 * * *").next_after(naive)
        with pytest.raises(ValueError, match="time zone"):
            monthly(BEFORE_THE_12TH).due_between(naive, at("2026-01-02 00:00"))


def due(schedule: Schedule, handled: str, now: str) -> tuple[list[str], list[str]]:
    found = schedule.due(handled=at(handled), now=at(now))
    return [walls([f.due_at])[0][:8] for f in found.fire], [walls([f.due_at])[0][:8] for f in found.skipped]


class TestMissed:
    once = Schedule(name="once", starts=nothing, cron="0 6,12,18 * * *")
    skip = Schedule(
        name="skip", starts=nothing, cron="0 6,12,18 * * *", missed=Missed.SKIP, tolerance=timedelta(hours=7)
    )

    @pytest.mark.parametrize(
        ("now", "fire", "skipped"),
        [
            ("2026-11-23 11:59:59", [], []),
            ("2026-11-23 12:00", ["23 12:00"], []),
            ("2026-11-23 18:00", ["23 18:00"], ["23 12:00"]),
            ("2026-11-24 17:00", ["24 12:00"], ["23 12:00", "23 18:00", "24 06:00"]),
            ("2026-11-23 05:00", [], []),  # the clock was set back
        ],
    )
    def test_once(self, now: str, fire: list[str], skipped: list[str]) -> None:
        assert due(self.once, "2026-11-23 06:00", now) == (fire, skipped)

    @pytest.mark.parametrize(
        ("now", "fire", "skipped"),
        [
            ("2026-11-23 11:59:59", [], []),
            ("2026-11-23 12:00", ["23 12:00"], []),
            ("2026-11-23 19:00", ["23 12:00", "23 18:00"], []),
            ("2026-11-23 19:00:01", ["23 18:00"], ["23 12:00"]),
            ("2026-11-24 05:59", [], ["23 12:00", "23 18:00"]),
            ("2026-11-23 05:00", [], []),
        ],
    )
    def test_skip(self, now: str, fire: list[str], skipped: list[str]) -> None:
        assert due(self.skip, "2026-11-23 06:00", now) == (fire, skipped)

    def test_says_how_far_it_is_handled(self) -> None:
        assert Due().handled is None
        found = self.once.due(handled=at("2026-11-23 06:00"), now=at("2026-11-24 05:00"))
        assert found.handled == at("2026-11-23 18:00")
        assert found.fire == (Firing(schedule="once", due_at=at("2026-11-23T17:00Z")),)


LINES = ["30 2 * * *", "0,30 2,3 * * *", "*/7 * * * *", "*/20 2 * * *", "15 */2 * * mo-fr", "0 6 1,15 * fr"]
SCHEDULES = st.one_of(
    st.builds(cron, st.sampled_from(LINES), days=st.sampled_from(Days)),
    st.just(monthly(BEFORE_THE_12TH)),
    st.just(monthly(MonthlyBankDay(nth=15, before=3, at=time(2, 30)))),
    st.just(monthly(MonthlyBankDay(nth=15, after=28, at=time(2, 30)))),
)
MOMENTS = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001
    *(
        st.datetimes(night, night + timedelta(hours=4))
        for night in (datetime(2026, 3, 28, 23), datetime(2026, 10, 24, 23))  # noqa: DTZ001
    ),
).map(lambda moment: moment.replace(tzinfo=UTC))
SPANS = st.one_of(st.timedeltas(timedelta(0), timedelta(hours=3)), st.timedeltas(timedelta(0), timedelta(days=40)))


class TestRules:
    @given(SCHEDULES, MOMENTS, SPANS, st.floats(0, 1))
    def test_asking_twice_loses_and_repeats_nothing(
        self, schedule: Schedule, after: datetime, span: timedelta, part: float
    ) -> None:
        until, between = after + span, after + part * span
        whole = list(schedule.due_between(after, until))
        assert [*schedule.due_between(after, between), *schedule.due_between(between, until)] == whole
        assert all(after < moment <= until for moment in whole)
        assert all(earlier < later for earlier, later in pairwise(whole))

    @given(SCHEDULES, MOMENTS)
    def test_next_is_the_first_of_all(self, schedule: Schedule, moment: datetime) -> None:
        found = schedule.next_after(moment)
        assert found is not None
        assert list(schedule.due_between(moment, found)) == [found]

    @given(st.sampled_from(LINES), MOMENTS, st.timedeltas(timedelta(0), timedelta(days=6)))
    def test_days_only_take_away(self, line: str, after: datetime, span: timedelta) -> None:
        every = cron(line).due_between(after, after + span)
        working = cron(line, days=Days.WORKING).due_between(after, after + span)
        assert list(working) == [moment for moment in every if is_working_day(moment.astimezone(OSLO).date())]

    @given(SCHEDULES, st.sampled_from(Missed), MOMENTS, SPANS)
    def test_all_that_is_owed_is_fired_or_skipped_and_then_settled(
        self, schedule: Schedule, missed: Missed, handled: datetime, span: timedelta
    ) -> None:
        schedule = Schedule(
            name="x",
            starts=nothing,
            cron=schedule.cron,
            monthly=schedule.monthly,
            days=schedule.days,
            missed=missed,
        )
        now = handled + span
        found = schedule.due(handled=handled, now=now)
        assert [f.due_at for f in (*found.skipped, *found.fire)] == list(schedule.due_between(handled, now))
        assert missed is Missed.SKIP or len(found.fire) <= 1
        assert schedule.due(handled=found.handled or handled, now=now) == Due()
