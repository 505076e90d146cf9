"""What is too much, and what is approved all the same: two registers of the payroll office (PAY-04)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Protocol

from pydantic import Field, StringConstraints

from common.errors import RegisterMissing
from common.process import InForce, Register, RegisterRow
from common.refusals import FieldProblem
from common.register import R
from payroll_svc.percent import FULL, Percent, hundredths
from payroll_svc.positions.holding import Number
from payroll_svc.positions.sweep import Approval
from payroll_svc.service import payroll

ANY_SUM = 10**9


class Limits(RegisterRow):
    """The one row of the limits."""

    tolerance: Annotated[Percent, Field(le=100)] = Field(
        default=Decimal(0), description="Prosentpoeng over 100 som ikke meldes", examples=["0.00"]
    )
    change_over_days: Annotated[int, Field(ge=0, le=5)] = Field(
        default=1,
        description="Så mange dager kan en stilling som slutter, og en som begynner, overlappe uten å telle dobbelt",
        examples=[1],
    )


class ApprovedSum(RegisterRow):
    """More than a full position that somebody has approved for a time: extra duty of a teacher, say."""

    employee_no: Number = Field(description="Ansattnummer; aldri fødselsnummer", examples=["104417"])
    unit: Annotated[str, StringConstraints(min_length=1, max_length=32)] = Field(
        description="Enheten til en av stillingene", examples=["311874322"]
    )
    first_day: date = Field(description="Første dag godkjenningen gjelder", examples=["2026-08-01"])
    last_day: date = Field(description="Siste dag godkjenningen gjelder", examples=["2027-06-30"])
    up_to: Percent | None = Field(
        default=None,
        description="Høyeste samlede stillingsprosent som er godkjent; tom: uten grense",
        examples=["120.00"],
    )


def _one_row(rows: Sequence[Limits]) -> Iterable[FieldProblem]:
    for place in range(1, len(rows)):
        yield FieldProblem("tolerance", "INVALID_VALUE", "There is one row of limits", row=place)


def _go_forward(rows: Sequence[ApprovedSum]) -> Iterable[FieldProblem]:
    for place, row in enumerate(rows):
        if row.last_day < row.first_day:
            yield FieldProblem("last_day", "INVALID_VALUE", "The approval ends before it begins", row=place)


limits = payroll.register(
    "position-limits", row=Limits, title="Grenser for samlet stillingsprosent", entry="grense", check=_one_row
)
approvals = payroll.register(
    "position-approvals",
    row=ApprovedSum,
    title="Godkjent samlet stillingsprosent over 100",
    entry="godkjenning",
    check=_go_forward,
)


class Registers(Protocol):
    """Where registers are looked up: a run, or the desk of a batch's judgement."""

    def register(self, register: Register[R], *, on: date) -> InForce[R]: ...


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What holds on the days of a check; whole hundredths."""

    limit: int = FULL
    change_over: int = 1
    approvals: Mapping[tuple[str, str], tuple[Approval, ...]] = field(
        default_factory=dict[tuple[str, str], tuple[Approval, ...]]
    )
    """By employee number and unit."""
    versions: Mapping[str, int] = field(default_factory=dict[str, int])
    """Of the registers that said so; a register that nobody has handed in yet leaves what PAY-04 says: no tolerance,
    a change-over of one day, nothing approved."""


def rules_on(registers: Registers, day: date) -> Rules:
    """What the registers in force on a day say; their versions are stored with the case."""
    limit, approved = _in_force(registers, limits, day), _in_force(registers, approvals, day)
    row = limit.rows[0] if limit is not None and limit.rows else Limits()
    by_position: defaultdict[tuple[str, str], list[Approval]] = defaultdict(list)
    for each in approved.rows if approved is not None else ():
        most = ANY_SUM if each.up_to is None else hundredths(each.up_to)
        span = each.first_day.toordinal(), each.last_day.toordinal(), most
        by_position[each.employee_no, each.unit].append(span)
    found = {"limits": limit, "approvals": approved}
    return Rules(
        limit=FULL + hundredths(row.tolerance),
        change_over=row.change_over_days,
        approvals={key: tuple(spans) for key, spans in by_position.items()},
        versions={name: version.version for name, version in found.items() if version is not None},
    )


def _in_force(registers: Registers, register: Register[R], day: date) -> InForce[R] | None:
    try:
        return registers.register(register, on=day)
    except RegisterMissing:
        return None
