"""Dates, months and times as pages in Norway show them."""

from __future__ import annotations

from datetime import date, datetime

from common.clock import OSLO
from common.errors import UiChanged

_NOTHING = {"", "–", "-"}


def day(shown: str) -> date:
    """The date of `01.12.2026`; raises UiChanged for any other form."""
    return _read(shown, "%d.%m.%Y", "A date is shown in another form than dd.mm.yyyy").date()


def day_or_none(shown: str) -> date | None:
    """The same, or None where the page shows that there is none."""
    return None if shown.strip() in _NOTHING else day(shown)


def month_or_none(shown: str) -> date | None:
    """The first day of `2026-12`, or None where the page shows no month; raises UiChanged for any other form."""
    if shown.strip() in _NOTHING:
        return None
    return _read(shown, "%Y-%m", "A month is shown in another form than yyyy-mm").date()


def moment(shown: str) -> datetime:
    """The moment of `01.12.2026 09:30` in Norway; raises UiChanged for any other form."""
    return _read(shown, "%d.%m.%Y %H:%M", "A time is shown in another form than dd.mm.yyyy hh:mm")


def _read(shown: str, form: str, otherwise: str) -> datetime:
    try:
        return datetime.strptime(shown.strip(), form).replace(tzinfo=OSLO)
    except ValueError:
        raise UiChanged(otherwise) from None
