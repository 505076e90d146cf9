"""Hours saved and full-time equivalents, as the municipality's own reports reckon them (domain rule B0.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

_HUNDREDTHS_OF_AN_HOUR = Decimal(6000)


@dataclass(frozen=True, kw_only=True)
class Saving:
    """What a process saved a unit in a month, or a sum of such."""

    process: str
    unit: str | None
    month: date
    """Its first day."""
    automatic: int
    """Cases that ended well: found to be done already counts too, for staff looked that up by hand."""
    manual: int
    """Times a case went to a person."""
    saved: int
    """Minutes in hundredths; may be negative when picking up fallout cost more."""

    @property
    def hours(self) -> Decimal:
        """Saved hours, not rounded."""
        return hours(self.saved)


def saved(automatic: int, manual: int, *, minutes: float, fallout: float = 0) -> int:
    """`n_auto × m − n_manual × o`, in hundredths of a minute."""
    return automatic * hundredths(minutes) - manual * hundredths(fallout)


def hundredths(minutes: float) -> int:
    """Minutes as whole hundredths, as they are stored."""
    return int((Decimal(str(minutes)) * 100).to_integral_value(ROUND_HALF_UP))


def hours(saved: int) -> Decimal:
    """Hundredths of minutes as hours, not rounded."""
    return Decimal(saved) / _HUNDREDTHS_OF_AN_HOUR


def full_time(hours: Decimal, divisor: Decimal) -> Decimal:
    """Full-time equivalents: hours by the divisor of this report (hours of one FTE in the time reported), one decimal.

    The published reports use three different divisors, so it belongs to a report and to no setting.
    """
    return (hours / divisor).quantize(Decimal("0.1"), ROUND_HALF_UP)
