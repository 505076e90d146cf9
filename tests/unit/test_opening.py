"""Opening hours and maintenance: by hand where it is difficult, and against the door's own sign everywhere else."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from common.clock import OSLO
from common.errors import ConfigurationError
from common.norway.calendar import is_public_holiday
from common.opening import (
    ALWAYS,
    Availability,
    Holidays,
    Hours,
    Maintenance,
    Opening,
    Weekday,
    WeeklyMaintenance,
    parse_maintenance,
    parse_opening,
)
from common.settings import TargetSettings
from common.target import Target

OFFICE = "mo-fr 07:00-22:00; sa 08:00-14:00; holidays closed"
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    """`2026-11-23 07:00` in Oslo; with a Z behind it, in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=OSLO)


def opened(text: str, *, maintenance: str = "none") -> Availability:
    return Availability(opening=parse_opening(text), maintenance=parse_maintenance(maintenance))


def stretches(*texts: str) -> list[tuple[datetime, datetime]]:
    """`2026-03-28T21Z/29T01:30Z` as two moments."""
    pairs = [text.split("/") for text in texts]
    return [(at(start), at(end)) for start, end in pairs]


class TestIsOpen:
    @pytest.mark.parametrize(
        ("text", "moment", "is_open"),
        [
            (OFFICE, "2026-11-23 06:59", False),  # a Monday
            (OFFICE, "2026-11-23 07:00", True),
            (OFFICE, "2026-11-23 21:59", True),
            (OFFICE, "2026-11-23 22:00", False),
            (OFFICE, "2026-11-28 13:59", True),  # Saturday
            (OFFICE, "2026-11-28 14:00", False),
            (OFFICE, "2026-11-29 12:00", False),  # Sunday
            (OFFICE, "2026-05-01 12:00", False),  # a Friday
            (OFFICE, "2027-05-17 12:00", False),  # a Monday
            (OFFICE, "2026-12-24 12:00", True),
            (OFFICE, "2026-12-25 12:00", False),
            (OFFICE, "2026-04-02 12:00", False),  # Maundy Thursday
            (OFFICE, "2026-04-04 12:00", True),  # the Saturday in between
            (OFFICE, "2026-04-06 12:00", False),
            ("mo-fr 07:00-22:00", "2026-05-01 12:00", True),
            ("mo-fr 07:00-22:00; holidays open", "2026-05-01 12:00", True),
            ("mo-fr 07:00-22:00; su 12:00-16:00; holidays as_sunday", "2026-05-01 11:00", False),
            ("mo-fr 07:00-22:00; su 12:00-16:00; holidays as_sunday", "2026-05-01 12:00", True),
            ("mo-fr 07:00-22:00; su 12:00-16:00; holidays closed", "2026-05-17 12:00", False),
            ("mo-su 22:00-02:00", "2026-11-23 23:59", True),
            ("mo-su 22:00-02:00", "2026-11-24 00:00", True),
            ("mo-su 22:00-02:00", "2026-11-24 01:59", True),
            ("mo-su 22:00-02:00", "2026-11-24 02:00", False),
            ("fr 22:00-02:00", "2026-11-28 01:00", True),  # began on Friday
            ("fr 22:00-02:00", "2026-11-27 01:00", False),
            ("mo-su 22:00-02:00; holidays closed", "2026-05-01 01:00", True),  # began on the eve
            ("mo-su 22:00-02:00; holidays closed", "2026-05-02 01:00", False),
            ("mo 08:00-24:00", "2026-11-23 23:59", True),
            ("mo 08:00-24:00", "2026-11-24 00:00", False),
            ("fr-mo 08:00-16:00", "2026-11-29 12:00", True),
            ("fr-mo 08:00-16:00", "2026-11-24 12:00", False),
            ("mo,we 08:00-11:00, 12:00-16:00", "2026-11-25 11:30", False),
            ("mo,we 08:00-11:00, 12:00-16:00", "2026-11-25 12:00", True),
            ("always", "2026-12-25 03:00", True),
        ],
    )
    def test_by_hand(self, text: str, moment: str, is_open: bool) -> None:  # noqa: FBT001
        assert opened(text).is_open(at(moment)) is is_open

    def test_needs_a_zone(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            opened(OFFICE).is_open(datetime(2026, 1, 1))  # noqa: DTZ001


class TestNightsWhenTheClockIsMoved:
    """On 2026-03-29 the clock goes from 02:00 to 03:00, on 2026-10-25 from 03:00 to 02:00: both at 01:00 UTC."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("22:00-02:00", ["2026-03-28T21:00Z/2026-03-29T01:00Z"]),
            ("22:00-02:30", ["2026-03-28T21:00Z/2026-03-29T01:00Z"]),
            ("22:00-03:00", ["2026-03-28T21:00Z/2026-03-29T01:00Z"]),
            ("02:30-06:00", ["2026-03-29T01:00Z/2026-03-29T04:00Z"]),
            ("02:10-02:50", []),
            ("22:00-02:10, 02:40-06:00", ["2026-03-28T21:00Z/2026-03-29T04:00Z"]),
        ],
    )
    def test_in_spring(self, text: str, expected: list[str]) -> None:
        night = at("2026-03-28 21:00"), at("2026-03-29 12:00")
        assert opened(text).between(*night) == stretches(*expected)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("22:00-02:00", ["2026-10-24T20:00Z/2026-10-25T00:00Z"]),
            ("22:00-02:30", ["2026-10-24T20:00Z/2026-10-25T00:30Z"]),
            ("22:00-03:00", ["2026-10-24T20:00Z/2026-10-25T02:00Z"]),
            ("02:00-06:00", ["2026-10-25T01:00Z/2026-10-25T05:00Z"]),
            ("02:30-06:00", ["2026-10-25T01:30Z/2026-10-25T05:00Z"]),
            ("02:10-02:50", []),
            ("22:00-02:30, 02:30-06:00", ["2026-10-24T20:00Z/2026-10-25T05:00Z"]),
        ],
    )
    def test_in_autumn(self, text: str, expected: list[str]) -> None:
        night = at("2026-10-24 21:00"), at("2026-10-25 12:00")
        assert opened(text).between(*night) == stretches(*expected)

    @pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2027-03-28", 23)])
    def test_a_whole_day_is_as_long_as_it_is(self, day: str, hours: int) -> None:
        whole = opened("su 00:00-24:00")
        midnight = at(f"{day} 00:00")
        closes = whole.closes_at(midnight)
        assert closes is not None
        assert closes - midnight.astimezone(UTC) == timedelta(hours=hours)
        assert not whole.is_open(midnight - MINUTE)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            # The hour that is skipped is worked afterwards.
            ("su 02:00-03:00", "2026-03-29T01:00Z/2026-03-29T02:00Z"),
            ("su 01:00-04:00", "2026-03-29T00:00Z/2026-03-29T03:00Z"),
            # Of the hour that is shown twice, both count.
            ("su 02:00-03:00", "2026-10-25T00:00Z/2026-10-25T02:00Z"),
            ("su 01:00-02:30", "2026-10-24T23:00Z/2026-10-25T01:30Z"),
            ("sa 23:00-02:00", "2026-10-24T21:00Z/2026-10-25T01:00Z"),
            ("2026-10-25 01:00 to 2026-10-25 02:30", "2026-10-24T23:00Z/2026-10-25T01:30Z"),
        ],
    )
    def test_maintenance_lasts_rather_too_long(self, text: str, expected: str) -> None:
        [(begins, ends)] = stretches(expected)
        around = begins - timedelta(hours=3), ends + timedelta(hours=3)
        assert opened("always", maintenance=text).between(*around) == [(around[0], begins), (ends, around[1])]


class TestNextOpening:
    @pytest.mark.parametrize(
        ("text", "maintenance", "moment", "opens"),
        [
            (OFFICE, "none", "2026-11-23 12:00", "2026-11-23 12:00"),
            (OFFICE, "none", "2026-11-23 22:00", "2026-11-24 07:00"),
            (OFFICE, "none", "2026-11-28 14:00", "2026-11-30 07:00"),
            (OFFICE, "none", "2026-04-01 22:00", "2026-04-04 08:00"),
            (OFFICE, "none", "2026-04-04 14:00", "2026-04-07 07:00"),
            (OFFICE, "none", "2026-12-24 22:00", "2026-12-28 07:00"),
            (OFFICE, "mo 06:00-09:00", "2026-11-29 12:00", "2026-11-30 09:00"),
            (OFFICE, "2026-12-01 00:00 to 2026-12-03 12:00 upgrade", "2026-12-01 08:00", "2026-12-03 12:00"),
            ("always", "2026-12-01 00:00 to 2026-12-20 00:00", "2026-12-02 00:00", "2026-12-20 00:00"),
            (
                "always",
                "2026-12-01 00:00 to 2026-12-20 00:00; mo-su 23:00-01:00",
                "2026-12-02 00:00",
                "2026-12-20 01:00",
            ),
        ],
    )
    def test_by_hand(self, text: str, maintenance: str, moment: str, opens: str) -> None:
        assert opened(text, maintenance=maintenance).next_opening(at(moment)) == at(opens)

    def test_never(self) -> None:
        assert opened(OFFICE, maintenance="mo-su 00:00-24:00").next_opening(at("2026-11-23 12:00")) is None


class TestClosesAt:
    @pytest.mark.parametrize(
        ("text", "maintenance", "moment", "closes"),
        [
            (OFFICE, "none", "2026-11-23 12:00", "2026-11-23 22:00"),
            (OFFICE, "mo 20:00-23:00", "2026-11-23 12:00", "2026-11-23 20:00"),
            (OFFICE, "none", "2026-11-23 23:00", "2026-11-23 23:00"),  # closed already
            ("mo-su 00:00-12:00, 12:00-24:00; holidays closed", "none", "2026-12-21 12:00", "2026-12-25 00:00"),
            ("mo-fr 00:00-24:00", "none", "2026-11-23 12:00", "2026-11-28 00:00"),
            ("always", "su 02:00-05:00", "2026-11-23 12:00", "2026-11-29 02:00"),
            ("always", "2027-03-01 00:00 to 2027-03-02 00:00", "2026-11-23 12:00", "2027-03-01 00:00"),
        ],
    )
    def test_by_hand(self, text: str, maintenance: str, moment: str, closes: str) -> None:
        assert opened(text, maintenance=maintenance).closes_at(at(moment)) == at(closes)

    @pytest.mark.parametrize("text", ["always", "00:00-24:00", "mo-fr 00:00-24:00; sa,su 00:00-24:00"])
    def test_never(self, text: str) -> None:
        assert opened(text).closes_at(at("2026-11-23 12:00")) is None


TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0, minute=t.minute - t.minute % 10))
DAYS = st.frozensets(st.sampled_from(Weekday), min_size=1)
HOURS = (
    st.tuples(DAYS, TIMES, TIMES).filter(lambda h: h[1] != h[2]).map(lambda h: Hours(days=h[0], since=h[1], until=h[2]))
)
OPENINGS = st.builds(
    Opening, hours=st.lists(HOURS, min_size=1, max_size=4).map(tuple), holidays=st.sampled_from(Holidays)
)
MOMENTS = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001
    *(
        st.datetimes(night, night + timedelta(hours=6))
        for night in (datetime(2026, 3, 28, 22), datetime(2026, 10, 24, 22), datetime(2026, 5, 16, 22))  # noqa: DTZ001
    ),
).map(lambda moment: moment.replace(tzinfo=UTC))
WEEKLY = st.builds(WeeklyMaintenance, hours=HOURS)


def window(start: datetime, length: timedelta) -> Maintenance:
    return Maintenance(start=start, end=start + length)


SINGLE = st.builds(window, MOMENTS, st.timedeltas(timedelta(minutes=1), timedelta(days=3)))
AVAILABILITIES = st.builds(
    Availability, opening=OPENINGS, maintenance=st.lists(st.one_of(WEEKLY, SINGLE), max_size=2).map(tuple)
)


def says_the_sign(opening: Opening, wall: datetime) -> bool:
    """Whether it is open by reading the sign on the door and the clock on the wall, and nothing else."""
    minute, today = wall.time(), wall.date()
    yesterday = today - timedelta(days=1)
    for hours in opening.hours:
        over_midnight = hours.until <= hours.since
        for day, inside in (
            (today, hours.since <= minute and (over_midnight or minute < hours.until)),
            (yesterday, over_midnight and minute < hours.until),
        ):
            weekday = Weekday(day.weekday())
            if is_public_holiday(day) and opening.holidays is not Holidays.OPEN:
                weekday = Weekday.SU if opening.holidays is Holidays.AS_SUNDAY else None
            if inside and weekday in hours.days:
                return True
    return False


def within(start: datetime, end: datetime, part: float) -> datetime:
    """A moment from the start to just before the end: a part close to one would be rounded to the end itself."""
    return min(start + part * (end - start), end - datetime.resolution)


class TestRules:
    @given(OPENINGS, MOMENTS)
    def test_the_sign_is_right_but_in_the_hour_shown_twice(self, opening: Opening, moment: datetime) -> None:
        wall = moment.astimezone(OSLO)
        assume(wall.replace(fold=0).utcoffset() == wall.replace(fold=1).utcoffset())
        assert Availability(opening=opening).is_open(moment) == says_the_sign(opening, wall.replace(tzinfo=None))

    @given(OPENINGS, MOMENTS)
    def test_never_open_against_the_sign(self, opening: Opening, moment: datetime) -> None:
        if Availability(opening=opening).is_open(moment):
            assert says_the_sign(opening, moment.astimezone(OSLO).replace(tzinfo=None))

    @given(AVAILABILITIES, MOMENTS)
    def test_never_open_in_maintenance(self, availability: Availability, moment: datetime) -> None:
        wall = moment.astimezone(OSLO).replace(tzinfo=None)
        closed = any(
            window.start <= moment < window.end
            if isinstance(window, Maintenance)
            else says_the_sign(Opening(hours=(window.hours,)), wall)
            for window in availability.maintenance
        )
        assert not (closed and availability.is_open(moment))

    @given(AVAILABILITIES, MOMENTS, st.floats(0, 1, exclude_max=True))
    def test_closed_until_the_next_opening(self, availability: Availability, moment: datetime, part: float) -> None:
        opens = availability.next_opening(moment)
        assert (opens == moment) == availability.is_open(moment)
        if opens is not None:
            assert opens.tzinfo is UTC
            assert availability.is_open(opens)
            assert opens == moment or not availability.is_open(within(moment, opens, part))

    @given(AVAILABILITIES, MOMENTS, st.floats(0, 1, exclude_max=True))
    def test_open_until_it_closes(self, availability: Availability, moment: datetime, part: float) -> None:
        closes = availability.closes_at(moment)
        if closes is not None:
            assert not availability.is_open(closes)
            assert closes == moment or availability.is_open(within(moment, closes, part))
            assert (closes == moment) == (not availability.is_open(moment))

    @given(AVAILABILITIES, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=20)))
    def test_stretches_are_in_order_and_apart(self, availability: Availability, start: datetime, by: timedelta) -> None:
        found = availability.between(start, start + by)
        edges = [edge for stretch in found for edge in stretch]
        assert edges == sorted(set(edges))
        assert all(start <= edge <= start + by for edge in edges)


class TestWrittenOpening:
    def test_is_what_it_says(self) -> None:
        assert parse_opening("Mo-We,FR 07:00-22:00;\n sa 08:00 - 12:00,13:00-24:00; holidays as_sunday;") == Opening(
            hours=(
                Hours(days=frozenset({Weekday.MO, Weekday.TU, Weekday.WE, Weekday.FR}), since=time(7), until=time(22)),
                Hours(days=frozenset({Weekday.SA}), since=time(8), until=time(12)),
                Hours(days=frozenset({Weekday.SA}), since=time(13), until=time(0)),
            ),
            holidays=Holidays.AS_SUNDAY,
        )

    @pytest.mark.parametrize("text", ["always", " ALWAYS ", "always;"])
    def test_always(self, text: str) -> None:
        assert parse_opening(text) == ALWAYS

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "write it as 'mo-fr 07:00-22:00"),
            (";", "nothing between"),
            ("mo-fr 07:00-22:00;; sa 08:00-14:00", "nothing between two semicolons"),
            ("ma-fr 07:00-22:00", "'ma-fr 07:00-22:00' cannot be read"),
            ("mon-fri 07:00-22:00", "'mon-fri 07:00-22:00' cannot be read"),
            ("mo-fr 7-22", "'mo-fr 7-22' cannot be read"),
            ("mo-fr 07:00", "cannot be read"),
            ("mo-fr", "cannot be read"),
            ("mo-fr 07:00-22:00 sa 08:00-14:00", "cannot be read"),
            ("mo-fr 07:00-25:00", "'25:00' is no time of day"),
            ("mo-fr 24:00-06:00", "'24:00' is no time of day"),
            ("mo-fr 07:60-22:00", "'07:60' is no time of day"),
            ("mo-fr 08:00-08:00", "write 00:00-24:00"),
            ("00:00-00:00", "write 00:00-24:00"),
            ("mo-fr 07:00-22:00; holidays shut", "holidays closed, as_sunday or open"),
            ("mo-fr 07:00-22:00; holidays", "cannot be read"),
            ("mo 07:00-22:00; holidays open; holidays closed", "said twice"),
            ("holidays closed", "no hours"),
            ("always; holidays closed", "'always' cannot be read"),
            ("mo-fr ٠٧:00-22:00", "cannot be read"),
        ],
    )
    def test_what_cannot_be_read_is_told(self, text: str, says: str) -> None:
        with pytest.raises(ConfigurationError, match=says):
            parse_opening(text)


class TestWrittenMaintenance:
    def test_is_what_it_says(self) -> None:
        assert parse_maintenance(
            "Su 02:00-05:00 Patching, as ever; 2026-12-01 22:00 to 2026-12-02T04:00 versjon 9"
        ) == (
            WeeklyMaintenance(
                hours=Hours(days=frozenset({Weekday.SU}), since=time(2), until=time(5)), reason="Patching, as ever"
            ),
            Maintenance(start=at("2026-12-01 22:00"), end=at("2026-12-02 04:00"), reason="versjon 9"),
        )

    @pytest.mark.parametrize("text", ["none", " None; "])
    def test_none(self, text: str) -> None:
        assert parse_maintenance(text) == ()

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "write it as 'su 02:00-05:00"),
            ("none; su 02:00-05:00", "'none' cannot be read"),
            ("sunday 02:00-05:00", "cannot be read"),
            ("02:00-05:00", "cannot be read"),
            ("su 02:00-02:00", "write 00:00-24:00"),
            ("2026-12-01 22:00", "cannot be read"),
            ("2026-12-32 22:00 to 2027-01-01 04:00", "'2026-12-32 22:00' is no date and time"),
            ("2026-12-02 22:00 to 2026-12-01 04:00", "ends before it starts"),
        ],
    )
    def test_what_cannot_be_read_is_told(self, text: str, says: str) -> None:
        with pytest.raises(ConfigurationError, match=says):
            parse_maintenance(text)


class TestDeclared:
    def test_a_target_is_open_unless_it_is_said_otherwise(self) -> None:
        assert Target(name="hspro").availability.closes_at(at("2026-11-23 12:00")) is None

    @pytest.mark.parametrize("hours", [Hours(since=time(22), until=time(2)), Hours(since=time(0), until=time(0))])
    def test_hours_may_end_at_or_after_midnight(self, hours: Hours) -> None:
        assert Opening(hours=(hours,)).between(at("2026-11-23 12:00"), at("2026-11-24 12:00"))

    def test_what_cannot_be_meant_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="never opens"):
            Opening(hours=())
        with pytest.raises(ConfigurationError, match="one weekday"):
            Hours(days=frozenset(), since=time(1), until=time(2))
        with pytest.raises(ConfigurationError, match="00:00-24:00"):
            Hours(since=time(8), until=time(8))
        with pytest.raises(ConfigurationError, match="must end after"):
            Maintenance(start=at("2026-11-23 12:00"), end=at("2026-11-23 12:00"))
        with pytest.raises(ConfigurationError, match="time zone"):
            Maintenance(start=datetime(2026, 1, 1), end=datetime(2026, 1, 2))  # noqa: DTZ001


class TestSet:
    declared = Target(name="hspro", opening=parse_opening(OFFICE), maintenance=parse_maintenance("mo 07:00-08:00"))

    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("ROGER_TARGET_HSPRO_URL", "http://localhost")
        monkeypatch.setenv("ROGER_TARGET_HSPRO_ACCOUNTS", str(tmp_path))

    def test_nothing_leaves_what_is_declared(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROGER_TARGET_HSPRO_OPENING", " ")
        assert TargetSettings.of("hspro").availability(self.declared) == self.declared.availability

    def test_each_replaces_what_is_declared(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROGER_TARGET_HSPRO_OPENING", "always")
        kept = TargetSettings.of("hspro").availability(self.declared)
        assert kept == Availability(opening=ALWAYS, maintenance=self.declared.maintenance)
        monkeypatch.setenv("ROGER_TARGET_HSPRO_MAINTENANCE", "none")
        assert TargetSettings.of("hspro").availability(self.declared) == Availability()

    @pytest.mark.parametrize("name", ["OPENING", "MAINTENANCE"])
    def test_what_cannot_be_read_names_the_variable(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.setenv(f"ROGER_TARGET_HSPRO_{name}", "mo-fr 7-22")
        with pytest.raises(ConfigurationError, match=f"ROGER_TARGET_HSPRO_{name}: .*'mo-fr 7-22' cannot be read"):
            TargetSettings.of("hspro")
