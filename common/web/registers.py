"""`/v1/registers`: the tables that cases are decided by, handed in by the units that answer for them."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from common.cases.registers import Version
from common.clock import OSLO
from common.exact import Day
from common.identity.scopes import OPERATE, WRITE_REGISTERS, WRITE_SOME_REGISTER, WRITE_THIS_REGISTER
from common.privacy.masking import mask
from common.refusals import (
    FieldProblem,
    FileUnusable,
    Forbidden,
    InvalidInput,
    MalformedRequest,
    RegisterUnknown,
    RequestTooLarge,
    TooSlow,
    Unauthenticated,
    Unavailable,
)
from common.register import Register
from common.spreadsheet import template, whole_register
from common.web import body
from common.web.arrival import whole
from common.web.auth import Authenticated, needs
from common.web.parts import Parts, WithParts
from common.web.problems import responses
from common.web.register_table import rows_of_file, rows_of_json

router = APIRouter(prefix="/v1/registers", tags=["Registers"])
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SEEN = responses(Unauthenticated, Forbidden, RegisterUnknown, Unavailable)
_WRITTEN = _SEEN | responses(MalformedRequest, RequestTooLarge, InvalidInput, FileUnusable, TooSlow)
_TABLE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The whole table: a JSON array of rows, or a CSV or XLSX file as the template shows it",
        "content": {
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}, "minItems": 1}},
            "text/csv": {"schema": {"type": "string"}},
            _XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


class RegisterVersion(BaseModel):
    """One version of a register; it never changes."""

    version: int
    valid_from: date
    signer: str = Field(description="Who answers for it")
    caller: str = Field(description="Who handed it in")
    stored_at: AwareDatetime
    row_count: int

    @classmethod
    def of(cls, version: Version) -> RegisterVersion:
        """The view of a stored version."""
        return cls.model_validate(version, from_attributes=True)


class RegisterSummary(BaseModel):
    """A register, and which version is in force."""

    name: str = Field(examples=["tariffs"])
    title: str
    on: date
    in_force: int | None = Field(
        description="The highest version among those that are valid from that day or earlier; null when there is none"
    )


class RegisterView(RegisterSummary):
    """A register with its versions, newest first."""

    versions: list[RegisterVersion]


class RegisterList(BaseModel):
    """The registers of this service."""

    items: list[RegisterSummary]


class RegisterRows(RegisterVersion):
    """One version with its rows."""

    rows: list[dict[str, Any]]


class RegisterStored(BaseModel):
    """What became of a table that was handed in."""

    name: str
    version: int
    valid_from: date
    existing: bool = Field(description="The same table from the same day stood already")


class HandingIn(BaseModel):
    """From when a table holds, and who says so."""

    model_config = ConfigDict(extra="forbid")

    valid_from: Day = Field(description="The first day on which it holds", examples=["2026-07-01"])
    signer: Annotated[str, StringConstraints(strip_whitespace=True)] = Field(
        min_length=2,
        max_length=100,
        description="Who answers for it: a name or a title, no number",
        examples=["A. Berg"],
    )


def _register(register: str, parts: WithParts) -> Register[Any]:
    """The register in the address; raises RegisterUnknown."""
    found = parts.service.registers.get(register)
    if found is None:
        raise RegisterUnknown
    return found


Known = Annotated[Register[Any], Depends(_register)]
On = Annotated[Day | None, Query(description="The day that is asked about; today, if it is left out")]


@router.get(
    "",
    operation_id="list_registers",
    dependencies=[needs(OPERATE, WRITE_REGISTERS, WRITE_SOME_REGISTER)],
    summary="The registers, and what is in force",
    responses=_SEEN,
)
async def list_registers(parts: WithParts, on: On = None) -> RegisterList:
    """Every register this service decides cases by."""
    day = on or _today(parts)
    async with parts.database.reach():
        in_force = await parts.registers.all_in_force(day)
    return RegisterList(
        items=[
            RegisterSummary(name=register.name, title=register.title, on=day, in_force=in_force.get(register.name))
            for register in parts.service.registers.values()
        ]
    )


@router.get(
    "/{register}",
    operation_id="get_register",
    dependencies=[needs(OPERATE, WRITE_REGISTERS, WRITE_SOME_REGISTER)],
    summary="A register and its versions",
    responses=_SEEN,
)
async def get_register(parts: WithParts, register: Known, on: On = None) -> RegisterView:
    """A later version takes the place of all before it from its own first day on."""
    day = on or _today(parts)
    async with parts.database.reach():
        in_force = await parts.registers.in_force(register.name, day)
        versions = await parts.registers.versions(register.name)
    return RegisterView(
        name=register.name,
        title=register.title,
        on=day,
        in_force=in_force,
        versions=[RegisterVersion.of(version) for version in versions],
    )


@router.get(
    "/{register}/versions/{version}",
    operation_id="get_register_version",
    dependencies=[needs(OPERATE, WRITE_REGISTERS, WRITE_SOME_REGISTER)],
    summary="A version's rows",
    responses=_SEEN,
)
async def get_version(parts: WithParts, register: Known, version: str) -> RegisterRows:
    """The rows as they were handed in."""
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0  # noqa: PLR2004
    async with parts.database.reach():
        found = await parts.registers.version(register.name, number)
        table = await parts.registers.table(register.name, number)
    if found is None or table is None:
        raise RegisterUnknown
    return RegisterRows(**RegisterVersion.of(found).model_dump(), rows=list(table.rows))


@router.get(
    "/{register}/template",
    operation_id="get_register_template",
    dependencies=[needs(OPERATE, WRITE_REGISTERS, WRITE_SOME_REGISTER)],
    summary="The empty table to fill in",
    response_class=Response,
    responses=_SEEN | {200: {"content": {_XLSX: {}, "text/csv": {}}}},
)
async def get_template(
    register: Known,
    form: Annotated[Literal["xlsx", "csv"], Query(alias="format")] = "xlsx",
) -> Response:
    """Its headers are the columns that a file must have."""
    filling = whole_register(register.title, register.entry)
    content = await asyncio.to_thread(template, register.row, form, filling=filling)
    named = {"Content-Disposition": f'attachment; filename="{register.name}.{form}"'}
    return Response(content, headers=named, media_type=_XLSX if form == "xlsx" else "text/csv")


@router.post(
    "/{register}",
    operation_id="add_register_version",
    dependencies=[needs(WRITE_REGISTERS, WRITE_THIS_REGISTER)],
    summary="Hand a table in (as PUT)",
    status_code=201,
    response_model=RegisterStored,
    responses=_WRITTEN,
    openapi_extra=_TABLE,
)
@router.put(
    "/{register}",
    operation_id="replace_register",
    dependencies=[needs(WRITE_REGISTERS, WRITE_THIS_REGISTER)],
    summary="Hand in the table that is to hold from a day on",
    status_code=201,
    response_model=RegisterStored,
    responses=_WRITTEN,
    openapi_extra=_TABLE,
)
async def replace_register(
    request: Request,
    caller: Authenticated,
    parts: WithParts,
    register: Known,
    asked: Annotated[HandingIn, Query()],
) -> Response:
    """Taken as a whole, as a new version (201), or not at all. The same table from the same day again is 200."""
    if mask(asked.signer) != asked.signer or not asked.signer.isprintable():
        raise InvalidInput((FieldProblem("signer", "INVALID_VALUE", "signer is a name or a title, no number"),))
    rows = await _rows(request, parts, register)
    async with parts.database.reach():
        stored = await parts.registers.store(
            register.name, rows=rows, valid_from=asked.valid_from, signer=asked.signer, caller=caller.name
        )
    answer = RegisterStored(
        name=register.name, version=stored.version, valid_from=asked.valid_from, existing=stored.existing
    )
    return JSONResponse(
        answer.model_dump(mode="json"),
        status_code=200 if stored.existing else 201,
        headers={"Location": f"/v1/registers/{register.name}/versions/{stored.version}"},
    )


async def _rows(request: Request, parts: Parts, register: Register[Any]) -> list[dict[str, Any]]:
    limit = parts.settings.api.body_limit
    if body.media_type(request) == "application/json":
        given = await body.read(request, limit)
        return await asyncio.to_thread(rows_of_json, register, given)
    # A file is known by its content, whatever it is called.
    return await asyncio.to_thread(rows_of_file, register, await whole(request, limit))


def _today(parts: Parts) -> date:
    return parts.clock().astimezone(OSLO).date()
