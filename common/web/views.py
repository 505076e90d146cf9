"""What callers read: cases, their events, processes, and the answers to what they submit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from common.cases.batches import BatchState
from common.cases.decisions import Handled
from common.cases.family import COUNTED, Count
from common.cases.queries import CaseView, Standing
from common.cases.states import State
from common.db.tables import Event
from common.outcome import OutcomeCode
from common.process import Process, Retention, composed
from common.reasons import reason_of
from common.web.obstacles import ObstacleView, PauseView
from common.web.problems import Problem


class HandedOverView(BaseModel):
    """Rows that a case left to another process, and the batch they became."""

    process: str = Field(examples=["position-percentage-checks"])
    batch: UUID | None = Field(description="Null while they wait to be handed in, or when none could be taken")
    code: str | None = Field(description="Why they were not handed in, or not all of them", examples=["ROWS_REFUSED"])


class ChildrenView(BaseModel):
    """How many children a case has and where they are, whoever may see them."""

    number: int = Field(description=f"Counted up to {COUNTED}", examples=[3])
    states: dict[State, int] = Field(examples=[{"done": 2, "queued": 1}])
    ended_at: AwareDatetime | None = Field(
        description="When the last of them, and of all that came of them, had ended: the event CHILDREN_ENDED"
    )

    @classmethod
    def of(cls, count: Count) -> ChildrenView:
        """The view of a count."""
        return cls(number=count.number, states=dict(count.states), ended_at=count.ended_at)


class Case(BaseModel):
    """A case as its caller may see it; never what was submitted."""

    id: UUID
    process: str = Field(examples=["test-journals"])
    process_version: int
    state: State = Field(
        description="awaiting_release and queued: Roger will take it · running · done: ended well · manual: a person "
        "must act · closed: a person has dealt with it · cancelled"
    )
    outcome: OutcomeCode | None = Field(description="How it ended well")
    code: str | None = Field(description="Why it needs, or needed, a person", examples=["NAME_MISMATCH"])
    situation: str | None = Field(description="What happened, for a case worker (Norwegian bokmål)")
    remedy: str | None = Field(description="What to do about it, for a case worker (Norwegian bokmål)")
    reference: str | None = Field(description="The caller's own key", examples=["T-88121"])
    caller: str
    unit: str | None
    priority: int
    test: bool
    attempts: int = Field(description="How often Roger has begun with it")
    submitted_at: AwareDatetime
    not_before: AwareDatetime | None
    due: AwareDatetime
    ended_at: AwareDatetime | None
    batch: UUID | None = Field(default=None, description="The batch it came in with")
    row: int | None = Field(default=None, description="Which row of it")
    awaits: Literal["release", "batch"] | None = Field(
        default=None,
        description="What holds it: `release`, a second person must release it; `batch`, its batch is not open yet",
    )
    detail: dict[str, Any] = Field(description="What Roger found or made; empty until then, and after its retention")
    registers: dict[str, int] = Field(
        default={}, description="The version of each register it was decided by", examples=[{"tariffs": 3}]
    )
    handed_over: list[HandedOverView] = Field(
        default=[], description="Batches that it left to other processes of the service when it ended"
    )
    parent: UUID | None = Field(default=None, description="The case that handed it over")
    children: ChildrenView | None = Field(
        default=None,
        description="The cases of those batches, where the case itself is asked for; null when it left none",
    )

    @classmethod
    def of(cls, case: CaseView, count: Count | None = None) -> Case:
        """The view of a stored case, and of its children where they were counted."""
        reason = reason_of(case.code) if case.code and case.state is State.MANUAL else None
        return cls(
            id=case.id,
            process=case.process,
            process_version=case.version,
            state=case.state,
            outcome=OutcomeCode(case.outcome) if case.outcome else None,
            code=case.code,
            situation=reason.situation if reason else None,
            remedy=reason.remedy if reason else None,
            reference=case.reference,
            caller=case.caller,
            unit=case.unit,
            priority=case.priority,
            test=case.test,
            attempts=case.attempts,
            submitted_at=case.submitted_at,
            not_before=case.not_before,
            due=case.due,
            ended_at=case.ended_at,
            batch=case.batch,
            row=case.row,
            awaits=_awaited(case),
            detail=case.detail,
            registers=case.registers,
            handed_over=[HandedOverView.model_validate(one, from_attributes=True) for one in case.handed_over],
            parent=case.parent,
            children=ChildrenView.of(count) if count else None,
        )


def _awaited(case: CaseView) -> Literal["release", "batch"] | None:
    if case.state is not State.AWAITING_RELEASE:
        return None
    return "release" if case.four_eyes else "batch"


class CasePage(BaseModel):
    """Some cases, newest first."""

    items: list[Case]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one")


class CaseEvent(BaseModel):
    """One move of a case; or, with CHILDREN_ENDED, that all of its children have ended, which moves nothing."""

    model_config = ConfigDict(populate_by_name=True)

    at: AwareDatetime
    actor: str = Field(examples=["caller:booking", "worker:w1-1", "sweep"])
    from_state: State | None
    to_state: State
    code: str | None
    run: int = Field(description="The attempt it belongs to; 0 of what belongs to none")

    @classmethod
    def of(cls, event: Event) -> CaseEvent:
        """The view of a stored event."""
        return cls(
            at=event.at,
            actor=event.actor,
            from_state=State(event.from_state) if event.from_state else None,
            to_state=State(event.to_state),
            code=event.code,
            run=event.fence,
        )


class CaseEvents(BaseModel):
    """Every move of a case, oldest first."""

    items: list[CaseEvent]


class Taken(BaseModel):
    """The case of a submitted row."""

    id: UUID
    location: str
    existing: bool = Field(description="It stood under this reference before")


class RowResult(BaseModel):
    """What became of one row: its case, or why there is none."""

    index: int = Field(description="As its sender counts: from 0 in an array, the line of NDJSON, the row of a sheet")
    case: Taken | None = None
    problem: Problem | None = None


class BatchTaken(BaseModel):
    """The batch around rows that came together."""

    id: UUID
    location: str = Field(examples=["/v1/batches/0198c4e6-3c1f-7d7a-a4b4-1f0c2d3e4f50"])
    state: BatchState
    existing: bool = Field(description="The same was handed in before")


class Rows(BaseModel):
    """What became of rows that came together."""

    accepted: int
    existing: int
    refused: int
    batch: BatchTaken | None = Field(default=None, description="Null when no row of an array was taken")
    rows: list[RowResult] = Field(
        description="Of an array, every row. Of a file or a stream, the first 100 that were refused: the others are at "
        "the batch's `/rows`"
    )


class Close(BaseModel):
    """How a person dealt with a case."""

    model_config = ConfigDict(extra="forbid")

    handled: Handled


class CaseFilter(BaseModel):
    """What a list of cases is narrowed to."""

    model_config = ConfigDict(extra="forbid")

    process: str | None = Field(default=None, examples=["test-journals"])
    state: State | None = None
    code: str | None = Field(default=None, max_length=64, description="An outcome or a reason")
    reference: str | None = Field(default=None, max_length=64)
    unit: str | None = Field(default=None, max_length=32)
    batch: UUID | None = None
    parent: UUID | None = Field(default=None, description="Its children")
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(
        default=None,
        max_length=64,
        description="`next` of the page before",
        json_schema_extra={"pattern": "^[A-Za-z0-9_-]{21}[AQgw]$"},
    )

    @field_validator("*", mode="before")
    @classmethod
    def text_is_composed(cls, value: Any) -> Any:
        """As it is in what was submitted, so that it is found."""
        return composed(value)


class CaseSearch(CaseFilter):
    """A person, or another subject; an id never stands in an address."""

    kind: str = Field(min_length=1, max_length=32, examples=["person"])
    id: str = Field(min_length=1, max_length=64, examples=["17838410103"], repr=False)


class ProcessView(BaseModel):
    """A process, and how many of its cases are where."""

    name: str
    summary: str
    version: int
    targets: list[str]
    manual_minutes: float = Field(description="Minutes a clerk spends on one such case")
    due: timedelta
    retention: Retention
    retention_days: int
    states: dict[State, int] = Field(description="Cases that have not ended, and those that wait for a person")
    overdue: int
    oldest_waiting_seconds: float | None
    paused: PauseView | None = None
    obstacles: list[ObstacleView] = Field(default=[], description="Why none of its cases begins; empty when they do")

    @classmethod
    def of(cls, process: Process, standing: Standing | None, now: datetime) -> ProcessView:
        """A process as declared, with its figures."""
        oldest = standing.oldest_ready_at if standing else None
        return cls(
            name=process.name,
            summary=process.summary,
            version=process.version,
            targets=[target.name for target in process.targets],
            manual_minutes=process.manual_minutes,
            due=process.due,
            retention=process.retention,
            retention_days=process.retention.span.days,
            states=standing.states if standing else {},
            overdue=standing.overdue if standing else 0,
            oldest_waiting_seconds=max(0.0, (now - oldest).total_seconds()) if oldest else None,
        )


class ProcessList(BaseModel):
    """The processes this caller has to do with."""

    service: str
    title: str
    items: list[ProcessView]
