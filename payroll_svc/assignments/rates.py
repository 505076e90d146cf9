"""What an hour of each benefit is paid with: the payroll office's dated register, and what a list of hours comes to.

The payroll system computes what is paid; this is what its answer is compared with. Nothing is rounded: hours are
hundredths and rates are øre, so a product is in hundredths of an øre.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from common.errors import InvalidValue
from common.period import RowOfPeriod, overlaps
from common.process import Run
from common.refusals import FieldProblem
from payroll_svc.assignments.benefit import BenefitKind, Relation
from payroll_svc.assignments.claimed_hours import ClaimedHours
from payroll_svc.assignments.lines import WorkedLine
from payroll_svc.service import payroll

ONE_KRONE = 100
"""By how many øre the payroll system's amount may differ: it rounds each line, or the sum."""


class AssignmentRate(RowOfPeriod):
    """What an hour of one benefit is paid with in a period, and to whom."""

    ytelse_code: BenefitKind = Field(description="Ytelse")
    rate: Annotated[int, Field(gt=0, le=1_000_000)] = Field(description="Sats per time i hele øre", examples=[21_450])
    relation: Relation = Field(
        default=Relation.CONTRACTOR,
        description="Hva den som utfører oppdraget, skal stå som i lønnssystemet: CONTRACTOR (oppdragstaker) eller "
        "EMPLOYEE (arbeidstaker); står det noe annet der, avgjør et menneske",
    )


def _one_rate(rows: Sequence[AssignmentRate]) -> Iterable[FieldProblem]:
    """On no day may a benefit have two rates."""
    return overlaps(rows, lambda row: row.ytelse_code)


rates = payroll.register(
    "assignment-rates", row=AssignmentRate, title="Satser for oppdrag", entry="sats", check=_one_rate
)


@dataclass(frozen=True, kw_only=True)
class Pay:
    """What a list of hours comes to, and to whom it is paid, by one version of the register."""

    exact: int
    """In hundredths of an øre."""
    relations: frozenset[Relation]
    version: int

    def agrees(self, amount: int) -> bool:
        """Whether an amount in øre is this one, give or take a krone."""
        return abs(amount * 100 - self.exact) <= ONE_KRONE * 100


def pay_of(claimed: ClaimedHours, run: Run) -> Pay:
    """What the register in force on the last date of the list says of its hours; its version is stored with the case.

    Raises RegisterMissing, and InvalidValue for a date on which the benefit has no rate.
    """
    table = rates.on(run, claimed.last_day)
    found = [(line, _rate(line, claimed.ytelse_code, table.rows)) for line in claimed.worked]
    return Pay(
        exact=sum(line.hundredths * row.rate for line, row in found),
        relations=frozenset(row.relation for _, row in found),
        version=table.version,
    )


def _rate(line: WorkedLine, kind: BenefitKind, rows: Sequence[AssignmentRate]) -> AssignmentRate:
    row = next((row for row in rows if row.ytelse_code is kind and row.in_use(line.day)), None)
    if row is None:
        raise InvalidValue("The register has no rate for this benefit on a date of the list")
    return row
