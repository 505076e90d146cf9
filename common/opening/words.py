"""Opening hours and maintenance as an operator would write them, to be read and to be parsed again."""

from __future__ import annotations

from collections.abc import Iterable

from common.clock import OSLO
from common.opening.hours import EVERY_DAY, Holidays, Hours, Opening, Weekday
from common.opening.maintenance import AnyMaintenance, Maintenance


def opening_in_words(opening: Opening) -> str:
    """`mo-fr 07:00-22:00; holidays closed`, or `always`."""
    if opening.is_always:
        return "always"
    parts = [_hours(hours) for hours in opening.hours]
    if opening.holidays is not Holidays.OPEN:
        parts.append(f"holidays {opening.holidays}")
    return "; ".join(parts)


def maintenance_in_words(windows: Iterable[AnyMaintenance]) -> str:
    """`su 02:00-05:00 patching`, or `none`."""
    return "; ".join(_window(window) for window in windows) or "none"


def _hours(hours: Hours) -> str:
    until = "24:00" if hours.until == hours.until.min else f"{hours.until:%H:%M}"
    span = f"{hours.since:%H:%M}-{until}"
    return span if hours.days == EVERY_DAY else f"{','.join(_runs(hours.days))} {span}"


def _runs(days: Iterable[Weekday]) -> list[str]:
    """Neighbouring days together: mo-fr, su."""
    runs: list[list[Weekday]] = []
    for day in sorted(days):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [run[0].name.lower() if len(run) == 1 else f"{run[0].name}-{run[-1].name}".lower() for run in runs]


def _window(window: AnyMaintenance) -> str:
    if isinstance(window, Maintenance):
        start, end = window.start.astimezone(OSLO), window.end.astimezone(OSLO)
        when = f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"
    else:
        days = ",".join(_runs(window.hours.days))
        when = f"{days} {_hours(window.hours).rpartition(' ')[2]}"
    return f"{when} {window.reason}".strip()
