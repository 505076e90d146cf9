"""What is said of a person's positions, beside a slow look at each day by the words of the rule (PAY-04)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from positions_in_memory import HOME, SCHOOL, held

from payroll_svc.positions.days import Days
from payroll_svc.positions.finding import Verdict, judged
from payroll_svc.positions.holding import Position, PositionType
from payroll_svc.positions.rules import ANY_SUM, Rules
from payroll_svc.positions.sweep import Approval

NOVEMBER = Days.of_month("2026-11")
MONTH = [NOVEMBER.first + timedelta(days=place) for place in range(30)]
_DAYS = st.sampled_from([NOVEMBER.first + timedelta(days=place) for place in range(-4, 34)])
_PERCENT = st.sampled_from(["0.00", "0.01", "33.33", "50.00", "66.67", "80.00", "100.00"])


@st.composite
def spans(draw: st.DrawFn) -> dict[str, Any]:
    first = draw(_DAYS)
    last = draw(st.none() | _DAYS)
    return {"from": first, "to": last if last is None or last >= first else first}


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    return draw(spans()) | {"percent": draw(_PERCENT)}


@st.composite
def positions(draw: st.DrawFn) -> Position:
    changes: dict[str, Any] = draw(spans()) | {
        "unit": draw(st.sampled_from([SCHOOL, HOME, "313000001"])),
        "type": draw(st.sampled_from(["FAST", "FAST", "VIKAR", "TIME", "OPPDRAG", "VERV"])),
        "leave": draw(st.lists(leaves(), max_size=2)),
    }
    return held(f"P{draw(st.integers(0, 10**6))}", draw(_PERCENT), **changes)


def holds(span: Any, day: date) -> bool:
    return span.first_day <= day and (span.last_day is None or day <= span.last_day)


def counts(position: Position, day: date) -> Decimal:
    """max(0, percent − leave) of a position that counts on a day."""
    if position.type not in {PositionType.FAST, PositionType.VIKAR} or not holds(position, day):
        return Decimal(0)
    away = {(leave.first_day, leave.last_day, leave.percent) for leave in position.leave if holds(leave, day)}
    return max(Decimal(0), position.percent - sum((percent for *_, percent in away), Decimal(0)))


def sum_of(told: list[Position], day: date) -> Decimal:
    """S(d); where one position follows another on that one day, the larger side of the two."""
    here = [position for position in told if counts(position, day)]

    def follows(old: Position, new: Position) -> bool:
        begins, ends = new.first_day, old.last_day
        later = new.last_day is None or (ends is not None and ends < new.last_day)
        return old.first_day < begins == ends == day and later

    leaving = [old for old in here if any(follows(old, new) for new in here)]
    arriving = [new for new in here if any(follows(old, new) for old in here)]
    rest = [each for each in here if not any(each is other for other in (*leaving, *arriving))]
    total = [sum((counts(each, day) for each in side), Decimal(0)) for side in (here, rest, leaving, arriving)]
    return total[1] + max(total[2:]) if total[0] > 100 else total[0]


@given(
    st.lists(positions(), max_size=5, unique_by=lambda position: position.position_no),
    st.sampled_from([Decimal(0), Decimal("10.00")]),
    st.none() | st.tuples(_DAYS, _DAYS, st.sampled_from(["110.00", None])),
)
@settings(max_examples=80, deadline=None)
def test_every_finding_is_that_of_the_days(
    told: list[Position], tolerance: Decimal, approved: tuple[date, date, str | None] | None
) -> None:
    limit = 100 + tolerance
    approvals: dict[tuple[str, str], tuple[Approval, ...]] = {}
    if approved is not None:
        most = ANY_SUM if approved[2] is None else int(Decimal(approved[2]) * 100)
        approvals["101", SCHOOL] = ((approved[0].toordinal(), approved[1].toordinal(), most),)
    found = judged(told, NOVEMBER, Rules(limit=int(limit * 100), change_over=1, approvals=approvals))

    def is_approved(day: date) -> bool:
        if approved is None or not approved[0] <= day <= approved[1]:
            return False
        within = approved[2] is None or sum_of(told, day) <= Decimal(approved[2])
        return within and any(counts(each, day) and each.unit == SCHOOL for each in told)

    over = [day for day in MONTH if sum_of(told, day) > limit]
    left = [day for day in over if not is_approved(day)]
    units = {each.unit for each in told for day in left if counts(each, day)}
    if left:
        days = [day for day in MONTH if any(each.first_day <= day <= each.last_day for each in found.over)]
        assert found.verdict is Verdict.OVER
        assert (days, found.days) == (left, len(left))
        assert (found.over[0].first_day, found.over[-1].last_day) == (left[0], left[-1])
        assert found.maximum == max(sum_of(told, day) for day in left) * 100
        assert set(found.units) == units
    else:
        assert found.verdict is (Verdict.APPROVED if over else Verdict.WITHIN)
        assert found.maximum == max((sum_of(told, day) for day in over or MONTH), default=Decimal(0)) * 100
