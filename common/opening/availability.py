"""Whether Roger may work in a target now, until when, and if not, when again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from common.opening.hours import ALWAYS, Opening
from common.opening.maintenance import AnyMaintenance
from common.opening.stretch import Stretch, joined, without

_MINUTE = timedelta(minutes=1)
_LOOK_AHEAD = (timedelta(days=2), timedelta(days=16), timedelta(days=400))


@dataclass(frozen=True, kw_only=True)
class Availability:
    """A target's opening hours and what maintenance takes from them. All answers are in UTC, and only about time.

    Raises ValueError for a moment without its time zone.
    """

    opening: Opening = ALWAYS
    maintenance: tuple[AnyMaintenance, ...] = ()

    def is_open(self, moment: datetime) -> bool:
        """Whether Roger may work at this moment; it may at an opening, and no longer at a closing."""
        moment = _in_utc(moment)
        return next(iter(self.between(moment, moment + _MINUTE)), (None,))[0] == moment

    def next_opening(self, moment: datetime) -> datetime | None:
        """This moment if it is open now, else the next at which it opens; None when it does not within a year."""
        moment = _in_utc(moment)
        return next((stretches[0][0] for _, stretches in self._ahead(moment) if stretches), None)

    def closes_at(self, moment: datetime) -> datetime | None:
        """When the open stretch around this moment ends, so that work can be measured to what is left of it.

        The moment itself when it is closed already; None when it stays open for more than a year.
        """
        moment = _in_utc(moment)
        for horizon, stretches in self._ahead(moment):
            if not stretches or stretches[0][0] > moment:
                return moment
            if stretches[0][1] < horizon:
                return stretches[0][1]
        return None

    def between(self, start: datetime, end: datetime) -> list[Stretch]:
        """When Roger may work between two aware moments: in order, in UTC, none touching the next."""
        start, end = _in_utc(start), _in_utc(end)
        removed = joined(window for each in self.maintenance for window in each.between(start, end))
        return without(self.opening.between(start, end), removed)

    def _ahead(self, moment: datetime) -> Iterator[tuple[datetime, list[Stretch]]]:
        for far in _LOOK_AHEAD:
            yield moment + far, self.between(moment, moment + far)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment needs its time zone")
    return moment.astimezone(UTC)
