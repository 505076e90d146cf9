"""`POST /v1/{process}`: one case, or an array of them, checked by the process's own input and stored before the answer."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from common.cases.intake import Draft, Receipt
from common.cases.queries import CaseView
from common.cases.states import State
from common.errors import BusinessException, ConfigurationError
from common.process import Process, Service
from common.refusals import (
    BacklogFull,
    FieldProblem,
    Forbidden,
    InvalidInput,
    MalformedRequest,
    ReferenceTaken,
    Refusal,
    RequestTooLarge,
    Unauthenticated,
    Unavailable,
)
from common.web import body, openapi
from common.web.auth import Authenticated, Caller, require
from common.web.fields import field_problems
from common.web.parts import Parts, WithParts
from common.web.problems import MEDIA_TYPE, NoRowTaken, NotJson, Problem, TooSlow, document, responses
from common.web.views import Case, RowResult, Rows, Taken

_RESERVED = {"cases", "processes"}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_KEY = re.compile(r"[\x21-\x7e]{1,64}")
_ON_A_THREAD = 100  # rows: checking more than this holds up everybody else's requests

_LOCATION = {"Location": {"description": "The address of the one case", "schema": {"type": "string"}}}
_BEFORE: dict[str, Any] = {
    "model": Case,
    "description": "It was submitted before: the case as it is now",
    "headers": _LOCATION,
}
_REFUSALS = responses(
    MalformedRequest,
    Unauthenticated,
    Forbidden,
    TooSlow,
    ReferenceTaken,
    RequestTooLarge,
    NotJson,
    InvalidInput,
    NoRowTaken,
    BacklogFull,
    Unavailable,
)


def router(service: Service) -> APIRouter:
    """The endpoints of every process of a service; raises ConfigurationError for a name that is no address."""
    made = APIRouter(tags=["Submit"])
    for process in service.processes.values():
        if process.name in _RESERVED or not _NAME.fullmatch(process.name):
            raise ConfigurationError(f"A process cannot be called {process.name!r}: its name is its address")
        made.add_api_route(
            f"/v1/{process.name}",
            _endpoint(process),
            methods=["POST"],
            status_code=202,
            operation_id=f"submit_{process.name.replace('-', '_')}",
            summary=process.summary,
            description=inspect.getdoc(process.perform) or process.summary,
            response_model=Case | Rows,
            response_description="Taken: the case, or what became of each row",
            responses={202: {"headers": _LOCATION}, 200: _BEFORE} | _REFUSALS,
            openapi_extra=openapi.IDEMPOTENCY_KEY,
        )
    return made


def _endpoint(process: Process) -> Callable[..., Awaitable[Response]]:
    async def submit(request: Request, caller: Authenticated, parts: WithParts) -> Response:
        require(holds=caller.may("submit", process.name), scope=f"{caller.service}:{process.name}:submit")
        key = request.headers.get("idempotency-key")
        if key is not None and not _KEY.fullmatch(key):
            raise MalformedRequest("The Idempotency-Key must be 1 to 64 printable ASCII characters")
        await parts.backlog.require_room()
        given = body.parse(await body.read(request, parts.settings.api.body_limit))
        if isinstance(given, list):
            return await _submit_rows(parts, process, caller, cast("list[Any]", given), key)
        return await _submit_one(parts, process, caller, given, key)

    return submit


async def _submit_one(parts: Parts, process: Process, caller: Caller, given: Any, key: str | None) -> Response:
    draft = _draft(process, given, key, accepts_synthetic=parts.settings.deployment.accepts_synthetic)
    if isinstance(draft, Refusal):
        raise draft
    async with parts.database.reach():
        [receipt] = await parts.intake.submit(process, caller.name, [draft], parts.clock())
        if isinstance(receipt, Refusal):
            raise receipt
        if receipt.existing:
            case = await parts.queries.one(receipt.case, caller=caller.name)
        else:
            case = _new_case(process, caller, draft, receipt)
    _tell(parts, 0 if receipt.existing else 1)
    return Response(
        Case.of(case).model_dump_json(),
        200 if receipt.existing else 202,
        {"Location": f"/v1/cases/{receipt.case}"},
        "application/json",
    )


async def _submit_rows(
    parts: Parts, process: Process, caller: Caller, rows: Sequence[Any], key: str | None
) -> Response:
    limit = parts.settings.api.array_limit
    if len(rows) > limit:
        raise RequestTooLarge(f"An array may hold at most {limit} cases, this one holds {len(rows)}; split it")
    if not rows:
        raise InvalidInput((FieldProblem("", "MISSING_FIELD", "The array holds no case"),))
    accepts_synthetic = parts.settings.deployment.accepts_synthetic

    def check() -> list[Draft | Refusal]:
        keys = [None if key is None else f"{key}#{index}" for index in range(len(rows))]
        return [
            _draft(process, row, its_key, accepts_synthetic=accepts_synthetic)
            for row, its_key in zip(rows, keys, strict=True)
        ]

    drafts = await asyncio.to_thread(check) if len(rows) > _ON_A_THREAD else check()
    good = [draft for draft in drafts if isinstance(draft, Draft)]
    async with parts.database.reach():
        receipts = iter(await parts.intake.submit(process, caller.name, good, parts.clock()) if good else [])
    results = [draft if isinstance(draft, Refusal) else next(receipts) for draft in drafts]
    return _answer_rows(parts, results)


def _answer_rows(parts: Parts, results: Sequence[Receipt | Refusal]) -> Response:
    existing = sum(isinstance(result, Receipt) and result.existing for result in results)
    refused = sum(isinstance(result, Refusal) for result in results)
    accepted = len(results) - existing - refused
    _tell(parts, accepted)
    answer = Rows(
        accepted=accepted,
        existing=existing,
        refused=refused,
        rows=[_row(index, result) for index, result in enumerate(results)],
    )
    if refused < len(results):
        return Response(answer.model_dump_json(exclude_none=True), 202, media_type="application/json")
    problem = Problem.model_validate(document(NoRowTaken()) | answer.model_dump(mode="json", exclude_none=True))
    return Response(problem.model_dump_json(exclude_none=True), problem.status, media_type=MEDIA_TYPE)


def _row(index: int, result: Receipt | Refusal) -> RowResult:
    if isinstance(result, Refusal):
        return RowResult(index=index, problem=Problem.model_validate(document(result)))
    taken = Taken(id=result.case, location=f"/v1/cases/{result.case}", existing=result.existing)
    return RowResult(index=index, case=taken)


def _tell(parts: Parts, accepted: int) -> None:
    if accepted:
        parts.backlog.took(accepted)
        parts.ringer.work()


def _draft(process: Process, given: Any, key: str | None, *, accepts_synthetic: bool) -> Draft | Refusal:
    """One input, checked by the process's own rules that do not depend on now."""
    if not isinstance(given, dict):
        return InvalidInput((FieldProblem("", "INVALID_VALUE", "A case must be a JSON object"),))
    # A test case may be about an invented person anywhere; it never reaches a production target.
    context = {"accepts_synthetic": accepts_synthetic or cast("dict[str, Any]", given).get("test") is True}
    try:
        return Draft(input=process.input.model_validate(given, context=context), idempotency_key=key)
    except ValidationError as invalid:
        return InvalidInput(field_problems(invalid.errors(include_url=False, include_input=False)))
    except BusinessException as broken:
        return InvalidInput((FieldProblem("", broken.code, broken.message),))


def _new_case(process: Process, caller: Caller, draft: Draft, receipt: Receipt) -> CaseView:
    """A case as it was just stored, without reading it back."""
    given = draft.input
    if receipt.submitted_at is None or receipt.due is None:
        message = "a new case has both times"
        raise AssertionError(message)
    waits = given.not_before is not None and given.not_before > receipt.submitted_at
    return CaseView(
        id=receipt.case,
        process=process.name,
        version=process.version,
        state=State.QUEUED,
        outcome=None,
        code=None,
        reference=given.reference,
        caller=caller.name,
        unit=given.unit,
        priority=given.priority,
        test=given.test,
        attempts=0,
        submitted_at=receipt.submitted_at,
        not_before=given.not_before if waits else None,
        due=receipt.due,
        ended_at=None,
        detail={},
    )
