"""`/v1/cases/{id}/evidence`: what a page looked like when a run failed; who looks at it is noted."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field

from common.cases.evidence import EvidenceKind
from common.identity.caller import Caller
from common.identity.scopes import READ_EVIDENCE
from common.privacy.access_log import Action
from common.refusals import CaseUnknown, EvidenceUnknown, Forbidden, Unauthenticated, Unavailable
from common.web import deciding
from common.web.auth import Authenticated, needs
from common.web.cases import CaseId
from common.web.parts import Parts, WithParts
from common.web.problems import responses

router = APIRouter(prefix="/v1/cases/{case}/evidence", tags=["Cases"])
_SEEN = responses(Unauthenticated, Forbidden, CaseUnknown, Unavailable)
_FORMS = {
    EvidenceKind.SCREENSHOT: ("image/png", "png"),
    EvidenceKind.DOM: ("text/html; charset=utf-8", "html"),
}


class EvidenceView(BaseModel):
    """One piece of evidence, without what it shows."""

    id: UUID
    kind: Literal["screenshot", "dom"]
    code: str = Field(description="The failure it shows", examples=["TIMEOUT"])
    run: int = Field(description="The attempt that failed")
    at: AwareDatetime
    expires_at: AwareDatetime = Field(description="It is deleted then")


class EvidenceList(BaseModel):
    """What is kept of a case, oldest first."""

    items: list[EvidenceView]


def _piece_id(evidence: str) -> UUID:
    """The id in the address; what is none belongs to no evidence."""
    try:
        return UUID(evidence)
    except ValueError:
        raise EvidenceUnknown from None


PieceId = Annotated[UUID, Depends(_piece_id)]


@router.get(
    "",
    operation_id="list_evidence",
    dependencies=[needs(READ_EVIDENCE)],
    summary="What was kept of failed runs",
    responses=_SEEN,
)
async def list_evidence(case: CaseId, caller: Authenticated, parts: WithParts) -> EvidenceList:
    """Pictures and documents; none of health processes, and all deleted within days."""
    await _require_case(case, caller, parts)
    async with parts.database.reach():
        pieces = await parts.evidence.of_case(case, parts.clock())
    return EvidenceList(
        items=[
            EvidenceView(
                id=piece.id,
                kind=piece.kind.value,
                code=piece.code,
                run=piece.fence,
                at=piece.at,
                expires_at=piece.expires_at,
            )
            for piece in pieces
        ]
    )


@router.get(
    "/{evidence}",
    operation_id="get_evidence",
    dependencies=[needs(READ_EVIDENCE)],
    summary="A picture or a document of a failed run",
    response_class=Response,
    responses=_SEEN | responses(CaseUnknown, EvidenceUnknown) | {200: {"content": {"image/png": {}, "text/html": {}}}},
)
async def get_evidence(case: CaseId, evidence: PieceId, caller: Authenticated, parts: WithParts) -> Response:
    """A file to be saved, never shown as a page of this service. It is noted who read it."""
    await _require_case(case, caller, parts)
    async with parts.database.reach():
        shown = await parts.evidence.show(case, evidence, actor=caller.actor, now=parts.clock())
    await deciding.seen(parts, caller, Action.EVIDENCE_READ, case)
    media_type, suffix = _FORMS[shown.piece.kind]
    headers = {
        "Content-Disposition": f'attachment; filename="{shown.piece.id}.{suffix}"',
        # Besides the policy of every answer: whoever opens it here all the same gets a page that can do nothing.
        "Content-Security-Policy": "sandbox",
    }
    return Response(shown.content, headers=headers, media_type=media_type)


async def _require_case(case: UUID, caller: Caller, parts: Parts) -> None:
    """Raises CaseUnknown for a case that this caller may not see."""
    async with parts.database.reach():
        await parts.queries.one(case, caller.sight(caller.readable(parts.service.processes)))
