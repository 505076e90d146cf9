"""What callers read of a case and its children, as a tree."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from common.cases.family import GENERATIONS, WIDTH, Member
from common.cases.states import State
from common.outcome import OutcomeCode
from common.web.views import ChildrenView


class CaseNode(BaseModel):
    """A case in a tree, and its children below it."""

    id: UUID
    process: str = Field(examples=["account-removals"])
    state: State
    outcome: OutcomeCode | None
    code: str | None = Field(description="Why it needs, or needed, a person", examples=["NAME_MISMATCH"])
    reference: str | None = Field(description="The caller's own key", examples=["BRK-9003"])
    unit: str | None
    due: AwareDatetime
    not_before: AwareDatetime | None
    ended_at: AwareDatetime | None
    count: ChildrenView | None = Field(description="All of its children; null when it has handed nothing over")
    children: list[CaseNode] = Field(
        description=f"As they were handed over: up to {WIDTH} of a case, down to {GENERATIONS} generations"
    )
    left_out: int = Field(
        description="Children that are not shown: beyond what one answer holds, or not for this caller to see"
    )

    @classmethod
    def of(cls, member: Member) -> CaseNode:
        """The view of a case in a tree."""
        case = member.case
        return cls(
            id=case.id,
            process=case.process,
            state=case.state,
            outcome=OutcomeCode(case.outcome) if case.outcome else None,
            code=case.code,
            reference=case.reference,
            unit=case.unit,
            due=case.due,
            not_before=case.not_before,
            ended_at=case.ended_at,
            count=ChildrenView.of(member.count) if member.count else None,
            children=[cls.of(child) for child in member.children],
            left_out=member.left_out,
        )
