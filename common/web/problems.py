"""Problem details (RFC 9457): one form for everything that is not carried out, declared once per error class."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Route

from common import metrics
from common.refusals import (
    AddressTooLong,
    FieldProblem,
    FileUnusable,
    HeadersTooLarge,
    InvalidInput,
    MalformedRequest,
    Refusal,
    document,
)
from common.web.fields import field_problems

MEDIA_TYPE = "application/problem+json"


class RouteUnknown(Refusal):
    """There is nothing at this address; `/docs` lists what there is."""

    code, status, title = "ROUTE_UNKNOWN", 404, "No such address"


class MethodNotAllowed(Refusal):
    """This address does not take that method; the Allow header says which it takes."""

    code, status, title = "METHOD_NOT_ALLOWED", 405, "Another method is needed"


class NotJson(Refusal):
    """The body must be JSON: send `Content-Type: application/json`, in UTF-8 and not compressed."""

    code, status, title = "NOT_JSON", 415, "The body must be JSON"


class NotPlain(Refusal):
    """The body must be the file itself: not compressed on the way, and not in a form."""

    code, status, title = "NOT_PLAIN", 415, "The body must be the file itself"


class NoTable(Refusal):
    """The input of this process does not fit into a table; send it as JSON."""

    code, status, title = "NO_TABLE", 415, "No table can hold this"


class TemplateUnknown(Refusal):
    """There is no such process with an input that fits into a table."""

    code, status, title = "TEMPLATE_UNKNOWN", 404, "No such template"


class ReportUnknown(Refusal):
    """There is no report of this batch: its process makes none, or it was deleted when its time was over."""

    code, status, title = "REPORT_UNKNOWN", 404, "No such report"


class BatchClosed(Refusal):
    """The batch was withdrawn or refused while its rows came in; its state says why."""

    code, status, title = "BATCH_CLOSED", 409, "The batch takes no more rows"


class TooManyUploads(Refusal):
    """Too many files and streams are being taken in; send this one again later."""

    code, status, title = "TOO_MANY_UPLOADS", 429, "Too many uploads at once"


class NoRowTaken(Refusal):
    """No row was taken; `rows` says why for each."""

    code, status, title = "NO_ROW_TAKEN", 422, "No row was taken"


class TooManyWaiting(Refusal):
    """Too many requests wait for cases to end; ask without `wait`, or again later."""

    code, status, title = "TOO_MANY_WAITING", 429, "Too many requests are waiting"


class TooManyRequests(Refusal):
    """This caller sends more requests than this service takes from one; wait as long as `Retry-After` says."""

    code, status, title = "TOO_MANY_REQUESTS", 429, "Too many requests from this caller"


class TooManyStrangers(Refusal):
    """Too many requests without a valid key or token came from this address; wait as long as `Retry-After` says."""

    code, status, title = "TOO_MANY_STRANGERS", 429, "Too many requests without a valid key or token"


class TooManyAtOnce(Refusal):
    """Too many requests of this caller are under way; wait for their answers first."""

    code, status, title = "TOO_MANY_AT_ONCE", 429, "Too many requests of this caller at once"


class Busy(Refusal):
    """As many requests are under way as this process takes; send it again."""

    code, status, title = "BUSY", 503, "Too many requests at once"


class BodiesFull(Refusal):
    """As many bytes of requests are being worked on as this process takes; send it again."""

    code, status, title = "BODIES_FULL", 503, "Too many large requests at once"


class TooMuchAtOnce(Refusal):
    """Too many bytes of this caller's requests are being worked on; wait for their answers first."""

    code, status, title = "TOO_MUCH_AT_ONCE", 429, "Too many large requests of this caller at once"


LIMITS: tuple[type[Refusal], ...] = (
    MalformedRequest,
    AddressTooLong,
    HeadersTooLarge,
    TooManyRequests,
    TooManyStrangers,
    TooManyAtOnce,
    Busy,
    BodiesFull,
    TooMuchAtOnce,
)
"""What any request may meet, whatever it asks for."""


class Fault(Refusal):
    """The service has a fault of its own; its log has the details."""

    code, status, title = "FAULT", 500, "A fault of the service"


class FieldError(BaseModel):
    """One field that breaks a rule."""

    field: str = Field(
        description="Where: `test_time`, or `lines.2.hours`; empty for the whole", examples=["person_id"]
    )
    code: str = Field(description="Which rule", examples=["ID_INVALID", "MISSING_FIELD", "DATE_OUT_OF_RANGE"])
    message: str = Field(description="What is wrong, in a sentence; never the value itself")
    row: int | None = Field(default=None, description="In a file: the row, as a spreadsheet numbers them")
    column: str | None = Field(default=None, description="In a file: the column, as a spreadsheet letters them")


class Problem(BaseModel):
    """Why a request was not carried out, and what to do about it."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:roger:problem:case-unknown"])
    title: str
    status: int
    detail: str
    code: str = Field(description="The reason, for programs")
    errors: list[FieldError] | None = Field(default=None, description="Each field that breaks a rule")


def counted(refusal: Refusal, headers: dict[str, str] | None = None) -> dict[str, str]:
    """The headers of the response that says so; it is counted."""
    metrics.REFUSALS.labels(refusal.code).inc()
    made = dict(headers or {})
    if "retry_after" in refusal.facts:
        made["Retry-After"] = str(refusal.facts["retry_after"])
    if refusal.status == 401:  # noqa: PLR2004
        made["WWW-Authenticate"] = "Bearer"
    return made


def answer(refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
    """The response that says so."""
    made = counted(refusal, headers)
    content = Problem.model_validate(document(refusal)).model_dump_json(exclude_none=True)
    return Response(content, refusal.status, made, MEDIA_TYPE)


async def on_refusal(_request: Request, refusal: Exception) -> Response:
    """The one handler of every error class of ours."""
    return answer(refusal if isinstance(refusal, Refusal) else Fault())


async def on_http_exception(request: Request, problem: Exception) -> Response:
    """What the framework itself refuses: an unknown address, another method."""
    if not isinstance(problem, HTTPException):
        return answer(Fault())
    if problem.status_code != MethodNotAllowed.status:
        return answer(RouteUnknown(), dict(problem.headers or {}))
    return answer(MethodNotAllowed(), {"Allow": ", ".join(_methods(request))})


def _methods(request: Request) -> list[str]:
    """What may be done at this address: the framework names the first of its routes only."""
    routes = [context.original_route for context in iter_route_contexts(request.app.routes)]
    paths: dict[str, set[str]] = {}
    for route in routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            paths.setdefault(route.path, set()).update(route.methods or ())
    return sorted(next(iter(paths.values()), set[str]()))


async def on_invalid_query(_request: Request, problem: Exception) -> Response:
    """Query parameters that break their rules."""
    errors: list[dict[str, Any]] = list(problem.errors()) if isinstance(problem, RequestValidationError) else []
    # The first part of a location is where it stood: `query`.
    return answer(InvalidInput(field_problems([error | {"loc": error["loc"][1:]} for error in errors])))


def responses(*refusals: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """How these refusals stand in the API description, one response per status with an example of each."""
    described: dict[int | str, dict[str, Any]] = {}
    for kind in refusals:
        example = kind((_EXAMPLES[kind],)) if issubclass(kind, InvalidInput) else kind()
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}}
        entry = described.setdefault(kind.status, {"description": "", "content": content})
        entry["description"] = " — or ".join(filter(None, [entry["description"], kind.title]))
        entry["content"][MEDIA_TYPE]["examples"][kind.code] = {"value": document(example)}
    return described


_EXAMPLES: dict[type[Refusal], FieldProblem] = {
    InvalidInput: FieldProblem(
        "person_id", "ID_INVALID", "The check digits of the national id do not fit its other digits"
    ),
    FileUnusable: FieldProblem("", "DUPLICATE_ROWS", "Row 7 says the same as row 3: delete one of them", row=7),
}
