"""The limits of the control: every number that a rule compares with, in one value (PAY-02).

The municipality sets them in the register `control-thresholds`; `STANDARD` is what the process description names.
Amounts are whole øre, percentages of positions and hours are hundredths. Limits are strict: what equals one is not hit.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class OvertimeLimits:
    """The most overtime in hundredths of hours: within 7 days, 4 weeks in a row and 52 weeks."""

    week: int
    w4: int
    w52: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What the rules K01 to K15 and the release of a report compare with."""

    missing_card_tax_percent: int = 50
    """K02: what is to be withheld without a tax card, in per cent of what is taxable."""
    deviation_percent: int = 30
    """K06: how far pay may lie from last month's, in whole per cent of it …"""
    deviation_amount: int = 500_000
    """… and in øre; both must be exceeded."""
    holiday_pay_month: int = 6
    """K06: the month in which holiday pay stands in for salary, so that only fixed pay is compared."""
    many_pay_lines: int = 13
    """K06: a row with so many pay lines or more is compared by its fixed pay only."""
    large_gross: int = 15_000_000
    """K07."""
    large_line_factor: int = 2
    """K07: how many times the fixed pay a single line may come to."""
    block_gross: int = 50_000_000
    """K07: an amount above this one is stopped."""
    full_percent: int = 10_000
    """K08: all positions of one person together."""
    changeover_days: int = 1
    """K08: for so many days positions may overlap when somebody changes from one to the other (PAY-04)."""
    contract_days: int = 7
    """K10: so many days after the first one a written contract must be there."""
    overtime_week: int = 1_000
    overtime_w4: int = 2_500
    overtime_w52: int = 20_000
    agreed_overtime_week: int = 2_000
    """K11: where the employer has an agreement with the unions, so the next two."""
    agreed_overtime_w4: int = 5_000
    agreed_overtime_w52: int = 30_000
    hours_in_a_day: int = 1_300
    """K11: all hours within 24, ordinary ones included."""
    untaxed_gross: int = 1_000_000
    """K14."""
    release_rows: int = 100
    """A report that would hold more rows waits for a second person …"""
    release_amount: int = 200_000_000
    """… and so does one that would hold back more than this."""
    agreed_units: frozenset[str] = field(default=frozenset())
    """The units with an agreement on overtime."""
    unagreed_units: frozenset[str] = field(default=frozenset())
    """The units without one where all others have it."""
    agreed_everywhere: bool = False

    def overtime_of(self, unit: str | None) -> OvertimeLimits:
        """The limits that hold in a unit."""
        agreed = unit in self.agreed_units or (self.agreed_everywhere and unit not in self.unagreed_units)
        if agreed:
            return OvertimeLimits(
                week=self.agreed_overtime_week, w4=self.agreed_overtime_w4, w52=self.agreed_overtime_w52
            )
        return OvertimeLimits(week=self.overtime_week, w4=self.overtime_w4, w52=self.overtime_w52)


STANDARD = Thresholds()
