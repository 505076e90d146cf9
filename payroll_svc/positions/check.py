"""A person whose positions are checked, as the caller says it; and the same for all rows of a batch (PAY-04)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field

from common.batch import BatchDesk, Figures, Judgement
from common.norway.national_id import NationalIdText
from common.person import Name
from common.process import Subject
from payroll_svc.positions.days import AskedDays, Days
from payroll_svc.positions.finding import Finding, Verdict, judged
from payroll_svc.positions.holding import Position
from payroll_svc.positions.rules import Registers, Rules, rules_on

MOST_POSITIONS = 100


class PersonsPositions(AskedDays):
    """One person, and the positions that are to be added up. Without them the robot reads the person's employee file."""

    person_id: NationalIdText
    family_name: Name | None = Field(
        default=None, description="Told, it must be the name in the payroll system", examples=["Brattli"]
    )
    given_name: Name | None = Field(default=None, examples=["Ove"])
    positions: Annotated[tuple[Position, ...], Field(max_length=MOST_POSITIONS)] | None = Field(
        default=None,
        description="All positions of the person in the municipality, judged as they are told. Left out: as the "
        "payroll system has them.",
    )

    @property
    def subject(self) -> Subject:
        return Subject("person", self.person_id)


class RulesByDay:
    """The rules in force on the last day of each check; every register is looked up once."""

    def __init__(self, registers: Registers) -> None:
        self._registers, self._known = registers, dict[Days, Rules]()

    def on(self, days: Days) -> Rules:
        if days not in self._known:
            self._known[days] = rules_on(self._registers, days.last)
        return self._known[days]


def judge(rows: Sequence[PersonsPositions], desk: BatchDesk) -> Judgement:
    """Add up the positions of everybody in the batch; who comes without any is read, and judged, one by one."""
    rules = RulesByDay(desk)
    findings = [None if row.positions is None else judged(row.positions, row.days, rules.on(row.days)) for row in rows]
    positions = sum(len(row.positions or ()) for row in rows)
    return Judgement(figures=counted(findings, people=len(rows), positions=positions), findings=findings)


def counted(findings: Iterable[Finding | None], *, people: int, positions: int) -> Figures:
    """How many of what was found."""
    verdicts = Counter(found.verdict if found else None for found in findings)
    return {
        "people": people,
        "positions": positions,
        "to_be_read": verdicts[None],
        "within": verdicts[Verdict.WITHIN],
        "approved": verdicts[Verdict.APPROVED],
        "over": verdicts[Verdict.OVER],
        "for_a_person": sum(
            verdicts[verdict] for verdict in (Verdict.SEVERAL_RECORDS, Verdict.TOO_LARGE, Verdict.UNFINISHED)
        ),
    }
