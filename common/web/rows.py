"""The answers to rows that came together: what became of each, and the batch around them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from starlette.responses import Response

from common.cases.batch_queries import RowView
from common.cases.batches import BatchState, Row, Whole
from common.cases.draft import Receipt
from common.privacy.crypto import Keyring
from common.process import Process
from common.refusals import Refusal, document
from common.web.parts import Parts
from common.web.problems import MEDIA_TYPE, NoRowTaken, Problem
from common.web.views import BatchTaken, RowResult, Rows, Taken

_SHOWN = 100  # refused rows in the answer to a file or stream


def contents_of(keyring: Keyring, kind: str, value: str) -> list[bytes]:
    """The blind indexes under which a batch is known, the newest key's first."""
    return list(dict.fromkeys([keyring.blind(kind, value), *keyring.blind_all(kind, value)]))


async def array_answer(parts: Parts, process: Process, rows: Sequence[Row], whole: Whole) -> Response:
    """What became of an array; of one that was handed in before, what stands of it now."""
    if whole.existing and whole.batch is not None:
        async with parts.database.reach():
            seen = await parts.batch_queries.rows(whole.batch, limit=len(rows))
            state = (await parts.batches.progress(whole.batch)).state
        return _answer(parts, whole.batch, state, [_seen(row) for row in seen], existing=True)
    holds = process.batch is not None and process.batch.holds
    if holds:
        parts.ringer.errand("batches")
    for ended in {case for answer in whole.answers if isinstance(answer, Receipt) for case in answer.ended}:
        parts.ringer.ended(ended)
    results = [_row(number, answer) for (number, _), answer in zip(rows, whole.answers, strict=True)]
    state = BatchState.RECEIVED if holds else BatchState.OPEN
    return _answer(parts, whole.batch, state, results, existing=False)


def _answer(
    parts: Parts, batch: UUID | None, state: BatchState, results: list[RowResult], *, existing: bool
) -> Response:
    known = sum(result.case is not None and result.case.existing for result in results)
    refused = sum(result.problem is not None for result in results)
    accepted = len(results) - known - refused
    if accepted:
        parts.backlog.took(accepted)
        parts.ringer.work()
    answer = Rows(
        accepted=accepted,
        existing=known,
        refused=refused,
        batch=_batch(batch, state, existing=existing) if batch else None,
        rows=results,
    )
    return _sent(answer, 200 if existing else 202)


async def stream_answer(parts: Parts, batch: UUID, *, existing: bool) -> Response:
    """What became of a file or stream: its totals, and the first rows that were refused."""
    async with parts.database.reach():
        totals = await parts.batch_queries.one(batch)
        refused = await parts.batch_queries.rows(batch, only="refused", limit=_SHOWN)
    answer = Rows(
        accepted=totals.accepted,
        existing=totals.existing,
        refused=totals.refused,
        batch=_batch(batch, totals.batch.state, existing=existing),
        rows=[_seen(row) for row in refused],
    )
    return _sent(answer, 200 if existing else 202)


def _sent(answer: Rows, status: int) -> Response:
    headers = {"Location": answer.batch.location} if answer.batch else {}
    if answer.accepted or answer.existing:
        return Response(answer.model_dump_json(exclude_none=True), status, headers, "application/json")
    problem = Problem.model_validate(document(NoRowTaken()) | answer.model_dump(mode="json", exclude_none=True))
    return Response(problem.model_dump_json(exclude_none=True), problem.status, headers, MEDIA_TYPE)


def _batch(batch: UUID, state: BatchState, *, existing: bool) -> BatchTaken:
    return BatchTaken(id=batch, location=f"/v1/batches/{batch}", state=state, existing=existing)


def _row(number: int, result: Receipt | Refusal) -> RowResult:
    if isinstance(result, Refusal):
        return RowResult(index=number, problem=Problem.model_validate(document(result)))
    taken = Taken(id=result.case, location=f"/v1/cases/{result.case}", existing=result.existing)
    return RowResult(index=number, case=taken)


def _seen(row: RowView) -> RowResult:
    """A stored row: to whoever sends it again, its case stood before."""
    if row.case is None:
        return RowResult(index=row.row, problem=Problem.model_validate(row.problem))
    return RowResult(index=row.row, case=Taken(id=row.case, location=f"/v1/cases/{row.case}", existing=True))
