"""What callers read of batches: control totals, rows, and the answers to what comes in together."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from common.cases.batch_queries import BatchView, RowView, Totals
from common.cases.batches import BatchState, Code, Source
from common.cases.states import State
from common.errors import BusinessException
from common.outcome import OutcomeCode
from common.reasons import reason_of
from common.web.problems import Problem

_WHY = {
    Code.INCOMPLETE_UPLOAD: ("Innsendingen ble brutt før alle radene var kommet.", "Send hele filen på nytt."),
    Code.WITHDRAWN: ("Gruppen er trukket.", "Send den inn på nytt hvis det var en feil."),
    Code.TOO_MANY_ROWS: ("Innsendingen har flere rader enn tjenesten tar imot.", "Del den opp og send delene."),
}


class BatchSummary(BaseModel):
    """Cases that came in together."""

    id: UUID
    process: str = Field(examples=["permits"])
    process_version: int
    caller: str
    source: Source = Field(description="How it came in")
    state: BatchState = Field(
        description="receiving: rows still come · received: its process's rule over all rows is asked · "
        "awaiting_release: a second person must release it · open: Roger works on its cases · ended: every case has "
        "ended · refused: nothing is done of what Roger had not begun"
    )
    code: str | None = Field(description="Why it was refused", examples=["INCOMPLETE_UPLOAD"])
    situation: str | None = Field(description="The same in words (Norwegian bokmål)")
    remedy: str | None = Field(description="What to do about it (Norwegian bokmål)")
    rows: int = Field(description="Rows that have come in")
    figures: dict[str, int | str] = Field(
        description="What the process counted over all accepted rows", examples=[{"sum_in_cents": 1250000}]
    )
    submitted_at: AwareDatetime
    released_at: AwareDatetime | None
    released_by: str | None = Field(examples=["caller:desk"])
    refused_by: str | None = Field(description="Who withdrew it; `batches` when Roger refused it")
    opened_at: AwareDatetime | None = Field(description="Since when all of its cases may be worked on")
    ended_at: AwareDatetime | None

    @classmethod
    def fields_of(cls, batch: BatchView) -> dict[str, Any]:
        situation, remedy = _why(batch.code)
        same = ("id", "process", "caller", "source", "state", "code", "rows", "figures", "submitted_at", "released_at")
        found = {name: getattr(batch, name) for name in (*same, "released_by", "refused_by", "opened_at", "ended_at")}
        return found | {"process_version": batch.version, "situation": situation, "remedy": remedy}

    @classmethod
    def of(cls, batch: BatchView) -> BatchSummary:
        """The view of a stored batch."""
        return cls(**cls.fields_of(batch))


class ShareView(BaseModel):
    """How many of the batch's cases ended, or stand, in one way."""

    state: State
    outcome: OutcomeCode | None
    code: str | None
    number: int


class Batch(BatchSummary):
    """A batch with its control totals at one moment: rows = refused + existing + accepted, always."""

    refused: int = Field(description="Rows that became no case")
    existing: int = Field(description="Rows whose case stood before")
    accepted: int = Field(description="Rows that became cases of this batch: the sum of `cases`")
    states: dict[State, int] = Field(description="Its cases by state")
    cases: list[ShareView] = Field(description="Its cases by state, outcome and code")
    report: str | None = Field(
        description="Where its report is, as JSON; `.xlsx` and `.html` behind it are a workbook and a page",
        examples=["/v1/batches/0198c4e6-3c1f-7d7a-a4b4-1f0c2d3e4f50/report"],
    )

    @classmethod
    def with_totals(cls, totals: Totals) -> Batch:
        """The view of a stored batch and its totals."""
        states: dict[State, int] = {}
        for share in totals.cases:
            states[share.state] = states.get(share.state, 0) + share.number
        return cls(
            **cls.fields_of(totals.batch),
            refused=totals.refused,
            existing=totals.existing,
            accepted=totals.accepted,
            states=states,
            cases=[ShareView.model_validate(share, from_attributes=True) for share in totals.cases],
            report=f"/v1/batches/{totals.batch.id}/report" if totals.reported else None,
        )


def _why(code: str | None) -> tuple[str | None, str | None]:
    if code is None:
        return None, None
    if code in _WHY:
        return _WHY[Code(code)]
    reason = reason_of(code, BusinessException)
    return reason.situation, reason.remedy


class BatchPage(BaseModel):
    """Some batches, newest first."""

    items: list[BatchSummary]
    next: UUID | None = Field(description="The `cursor` of the next page; null on the last one")


class BatchRowView(BaseModel):
    """What became of one row."""

    row: int = Field(description="As its sender counts: from 0 in an array, the line of NDJSON, the row of a sheet")
    case: UUID | None
    location: str | None = Field(examples=["/v1/cases/0198c4e6-3c1f-7d7a-a4b4-1f0c2d3e4f50"])
    existing: bool = Field(description="Its case stood before this batch")
    state: State | None
    outcome: OutcomeCode | None
    code: str | None
    problem: Problem | None = Field(description="Why it became no case; `errors` names row and column")

    @classmethod
    def of(cls, row: RowView) -> BatchRowView:
        """The view of a stored row."""
        return cls(
            row=row.row,
            case=row.case,
            location=f"/v1/cases/{row.case}" if row.case else None,
            existing=row.existing,
            state=row.state,
            outcome=OutcomeCode(row.outcome) if row.outcome else None,
            code=row.code,
            problem=Problem.model_validate(row.problem) if row.problem else None,
        )


class BatchRows(BaseModel):
    """Some rows of a batch, in order."""

    items: list[BatchRowView]
    next: int | None = Field(description="The `cursor` of the next page; null on the last one")


class BatchQuery(BaseModel):
    """Which batches to list."""

    model_config = ConfigDict(extra="forbid")

    process: str | None = Field(default=None, examples=["permits"])
    state: BatchState | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: UUID | None = Field(default=None, description="`next` of the page before")


_ONLY = ("refused", "existing", "accepted", *(state.value for state in State))


class RowsQuery(BaseModel):
    """Which rows to list."""

    model_config = ConfigDict(extra="forbid")

    only: str | None = Field(
        default=None,
        description="`refused`, `existing`, `accepted`, or a state of cases",
        examples=["refused"],
        json_schema_extra={"enum": [*_ONLY]},
    )
    limit: int = Field(default=200, ge=1, le=1_000)
    cursor: int = Field(default=-1, ge=-1, le=2**31 - 1, description="`next` of the page before")

    @field_validator("only")
    @classmethod
    def is_known(cls, value: str | None) -> str | None:
        if value is not None and value not in _ONLY:
            message = "refused, existing, accepted, or a state of cases"
            raise ValueError(message)
        return value


class ReleaseBatch(BaseModel):
    """What whoever releases a batch has seen of it."""

    model_config = ConfigDict(extra="forbid")

    rows: int = Field(description="The `rows` of the control totals; another number is refused", examples=[12])
