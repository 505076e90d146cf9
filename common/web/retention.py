"""`/v1/retention`: what is kept how long, and what should be gone by now."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from common.files.expiry import Expiry
from common.identity.scopes import OPERATE
from common.privacy.retention import AUDIT_TRAIL, COUNTED, Retention
from common.refusals import Forbidden, Unauthenticated, Unavailable
from common.web.auth import needs
from common.web.parts import WithParts
from common.web.problems import responses

router = APIRouter(prefix="/v1/retention", tags=["Operations"])


class KeptCases(BaseModel):
    """What the cases of one process hold: payload, result, checkpoints."""

    process: str
    declared: bool = Field(description="False: no version of the code that runs here declares it any more")
    days: int = Field(description="Counted from a case's end; of what went to a person, from its closure")
    deleted: int = Field(description="Cases whose content has been deleted so far")
    overdue: int = Field(description=f"Cases whose content should be gone by now, counted up to {COUNTED}")
    overdue_since: AwareDatetime | None
    manual: int = Field(description="Cases that wait for a person: kept until somebody closes them")
    manual_since: AwareDatetime | None


class KeptReports(BaseModel):
    """What the rows of batches came to; kept as long as the cases of their process, from the end of the batch."""

    reports: int
    overdue: int


class KeptEvidence(BaseModel):
    """What pages looked like when runs failed."""

    pieces: int
    overdue: int
    overdue_since: AwareDatetime | None


class KeptFiles(BaseModel):
    """Files that callers handed over: kept until a run has given them up, or their time is over."""

    files: int
    bytes: int
    overdue: int
    overdue_since: AwareDatetime | None


class KeptFacts(BaseModel):
    """The ledger."""

    facts: int
    overdue: int


class KeptLog(BaseModel):
    """The log of moves, which holds nobody's data."""

    days: int
    since: AwareDatetime | None


class RetentionReport(BaseModel):
    """What is kept how long; the errand `purge` deletes once a minute what is over."""

    on_time: bool = Field(description="Nothing is overdue")
    cases: list[KeptCases]
    reports: KeptReports
    evidence: KeptEvidence
    files: KeptFiles
    ledger: KeptFacts
    log: KeptLog


@router.get(
    "",
    operation_id="report_retention",
    dependencies=[needs(OPERATE)],
    summary="What is kept how long, and what is overdue",
    responses=responses(Unauthenticated, Forbidden, Unavailable),
)
async def report_retention(parts: WithParts) -> RetentionReport:
    """Something that stays overdue for more than some minutes says that `purge` does not run."""
    async with parts.database.reach():
        cases, beside = await Retention(parts.database.pool).standing(parts.clock())
        files = await Expiry(parts.database.pool).standing(parts.clock())
    kept = [
        KeptCases(
            process=one.process,
            declared=one.process in parts.service.processes,
            days=one.days,
            deleted=one.deleted,
            overdue=one.overdue,
            overdue_since=one.overdue_since,
            manual=one.manual,
            manual_since=one.manual_since,
        )
        for one in cases
    ]
    return RetentionReport(
        on_time=not (
            any(one.overdue for one in kept)
            or beside.reports_overdue
            or beside.evidence_overdue
            or beside.facts_overdue
            or files.overdue
        ),
        cases=kept,
        reports=KeptReports(reports=beside.reports, overdue=beside.reports_overdue),
        evidence=KeptEvidence(
            pieces=beside.evidence,
            overdue=beside.evidence_overdue,
            overdue_since=beside.evidence_overdue_since,
        ),
        files=KeptFiles(**vars(files)),
        ledger=KeptFacts(facts=beside.facts, overdue=beside.facts_overdue),
        log=KeptLog(days=AUDIT_TRAIL.days, since=beside.log_since),
    )
