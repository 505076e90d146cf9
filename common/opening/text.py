"""Opening hours and maintenance windows as an operator writes them in a setting.

mo-fr 07:00-22:00; sa 08:00-12:00, 13:00-16:00; holidays closed
su 02:00-05:00 patching; 2026-12-01 22:00 to 2026-12-02 04:00 new version
"""

from __future__ import annotations

import re
from datetime import datetime, time, tzinfo

from common.clock import OSLO
from common.errors import ConfigurationError
from common.opening.hours import ALWAYS, EVERY_DAY, Holidays, Hours, Opening, Weekday
from common.opening.maintenance import AnyMaintenance, Maintenance, WeeklyMaintenance
from common.wall_clock import last_shown_at, shown_at

_DAY = r"(?:mo|tu|we|th|fr|sa|su)"
_DAYS = rf"{_DAY}(?:-{_DAY})?(?:\s*,\s*{_DAY}(?:-{_DAY})?)*"
_RANGE = r"\d\d:\d\d\s*-\s*\d\d:\d\d"
_OPEN = re.compile(rf"(?:(?P<days>{_DAYS})\s+)?(?P<ranges>{_RANGE}(?:\s*,\s*{_RANGE})*)", re.ASCII)
_WEEKLY = re.compile(rf"(?P<days>{_DAYS})\s+(?P<range>{_RANGE})(?:\s+(?P<reason>\S.*))?", re.ASCII | re.IGNORECASE)
_MOMENT = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d"
_ONCE = re.compile(rf"(?P<start>{_MOMENT})\s+to\s+(?P<end>{_MOMENT})(?:\s+(?P<reason>\S.*))?", re.ASCII | re.IGNORECASE)

_OPENING_FORM = "write it as 'mo-fr 07:00-22:00; sa 08:00-14:00; holidays closed', or 'always'"
_MAINTENANCE_FORM = "write it as 'su 02:00-05:00 reason; 2026-12-01 22:00 to 2026-12-02 04:00 reason', or 'none'"


def parse_opening(text: str, *, zone: tzinfo = OSLO) -> Opening:
    """Opening hours of a text; raises ConfigurationError saying which part is wrong and how to write it.

    Parts are separated by semicolons: weekdays and one or more ranges (`24:00` is the end of a day, `22:00-02:00` goes
    over midnight), and at most one `holidays closed`, `holidays as_sunday` or `holidays open` (which they are, unless
    it is said). `always` alone is every hour of the year.
    """
    parts = _parts(text.lower(), _OPENING_FORM)
    if parts == ["always"]:
        return ALWAYS
    said = [part.removeprefix("holidays ").strip() for part in parts if part.startswith("holidays ")]
    if len(said) > 1:
        raise ConfigurationError("What happens on holidays is said twice: keep one 'holidays …'")
    if said and said[0] not in set(Holidays):
        raise ConfigurationError(f"'holidays {said[0]}' is not known: write holidays closed, as_sunday or open")
    hours = tuple(each for part in parts if not part.startswith("holidays ") for each in _hours(part))
    if not hours:
        raise ConfigurationError(f"There are no hours in it: {_OPENING_FORM}")
    return Opening(hours=hours, holidays=Holidays(said[0]) if said else Holidays.OPEN, zone=zone)


def parse_maintenance(text: str, *, zone: tzinfo = OSLO) -> tuple[AnyMaintenance, ...]:
    """Maintenance windows of a text; raises ConfigurationError saying which part is wrong and how to write it.

    Parts are separated by semicolons: weekdays and a range for every week, or `<date> <time> to <date> <time>` for
    once; what follows is the reason. `none` alone is no window at all.
    """
    parts = _parts(text, _MAINTENANCE_FORM)
    return () if [part.lower() for part in parts] == ["none"] else tuple(_window(part, zone) for part in parts)


def _parts(text: str, form: str) -> list[str]:
    parts = [part.strip() for part in text.strip().removesuffix(";").split(";")]
    if not all(parts):
        raise ConfigurationError(f"There is nothing in it, or nothing between two semicolons: {form}")
    return parts


def _hours(part: str) -> list[Hours]:
    if not (found := _OPEN.fullmatch(part)):
        raise ConfigurationError(f"'{part}' cannot be read as opening hours: {_OPENING_FORM}")
    days = _days(found["days"]) if found["days"] else EVERY_DAY
    return [_range(days, each) for each in found["ranges"].split(",")]


def _window(part: str, zone: tzinfo) -> AnyMaintenance:
    if weekly := _WEEKLY.fullmatch(part):
        hours = _range(_days(weekly["days"].lower()), weekly["range"])
        return WeeklyMaintenance(hours=hours, reason=weekly["reason"] or "", zone=zone)
    if once := _ONCE.fullmatch(part):
        start, end = shown_at(_wall(once["start"]), zone), last_shown_at(_wall(once["end"]), zone)
        if end <= start:
            raise ConfigurationError(f"'{part}' ends before it starts: {_MAINTENANCE_FORM}")
        return Maintenance(start=start, end=end, reason=once["reason"] or "")
    raise ConfigurationError(f"'{part}' cannot be read as a maintenance window: {_MAINTENANCE_FORM}")


def _days(text: str) -> frozenset[Weekday]:
    found: set[Weekday] = set()
    for each in text.split(","):
        first, _, last = each.strip().partition("-")
        begin, end = Weekday[first.upper()], Weekday[(last or first).upper()]
        found |= {Weekday((begin + step) % 7) for step in range((end - begin) % 7 + 1)}
    return frozenset(found)


def _range(days: frozenset[Weekday], text: str) -> Hours:
    since, until = (each.strip() for each in text.split("-"))
    if since == until:
        raise ConfigurationError(f"'{text}' is unclear: write 00:00-24:00 for all day")
    return Hours(days=days, since=_time(since), until=time(0) if until == "24:00" else _time(until))


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            f"'{text}' is no time of day: write 00:00 to 23:59, or 24:00 for the end of a day"
        ) from None


def _wall(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"'{text}' is no date and time: write 2026-12-01 22:00") from None
