"""`/v1/tasks`: what people must know or do after cases and batches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.identity.scopes import DECIDE, OPERATE, READ_ALL, READ_SOME
from common.notices.worklist import TaskFilter, TaskView
from common.refusals import Forbidden, InvalidInput, TaskUnknown, Unauthenticated, Unavailable
from common.web.auth import Authenticated, needs
from common.web.parts import WithParts
from common.web.problems import responses

router = APIRouter(prefix="/v1/tasks", tags=["Tasks"])
_DEFAULT = 50


class Sending(BaseModel):
    """The message that carried a task."""

    id: UUID
    state: Literal["waiting", "sent", "failed"]
    attempts: int
    sent_at: AwareDatetime | None
    code: str | None = Field(description="Why the last attempt failed", examples=["NO_RECIPIENT"])


class Task(BaseModel):
    """What a person must know or do; never with anybody's personal id."""

    id: UUID
    process: str
    case: UUID | None
    batch: UUID | None
    role: str = Field(description="Who should know", examples=["unit-leader"])
    unit: str | None
    title: str = Field(description="In Norwegian bokmål")
    text: str = Field(description="In Norwegian bokmål")
    due: date | None
    created_at: AwareDatetime
    notice: Sending | None = Field(description="The message it went out with; null while it is gathered, or shown only")
    done_at: AwareDatetime | None
    done_by: str | None

    @classmethod
    def of(cls, seen: TaskView) -> Task:
        """The view of a stored task."""
        row, notice = seen.task, seen.notice
        return cls(
            id=row.id,
            process=row.process,
            case=row.case_id,
            batch=row.batch,
            role=row.role,
            unit=row.unit,
            title=row.title,
            text=row.text,
            due=row.due,
            created_at=row.created_at,
            notice=None if notice is None else Sending.model_validate(notice, from_attributes=True),
            done_at=row.done_at,
            done_by=row.done_by,
        )


class TaskPage(BaseModel):
    """Some tasks, newest first."""

    items: list[Task]
    next: UUID | None = Field(description="The `cursor` of the next page; null on the last one")


class TaskQuery(BaseModel):
    """What to list."""

    model_config = ConfigDict(extra="forbid")

    process: str | None = None
    role: str | None = None
    unit: str | None = None
    case: UUID | None = None
    open: bool | None = Field(default=None, description="Only those not done yet, or only those done")
    limit: Annotated[int, Field(ge=1, le=200)] = _DEFAULT
    cursor: UUID | None = None


@router.get(
    "",
    operation_id="list_tasks",
    dependencies=[needs(READ_SOME, READ_ALL, OPERATE)],
    summary="List tasks, newest first",
    responses=responses(Unauthenticated, Forbidden, InvalidInput, Unavailable),
)
async def list_tasks(caller: Authenticated, parts: WithParts, asked: Annotated[TaskQuery, Query()]) -> TaskPage:
    """Tasks of the caller's own cases; with `cases:read:all` or `operate` everybody's, batches' and targets' too."""
    everything = caller.reads_all or caller.operates
    readable = caller.readable(parts.service.processes)
    narrowed = TaskFilter(
        process=asked.process,
        role=asked.role,
        unit=asked.unit,
        case=asked.case,
        open=asked.open,
        sight=replace(caller.sight(), caller=None) if everything else caller.sight(readable),
    )
    async with parts.database.reach():
        found = await parts.worklist.page(narrowed, limit=asked.limit + 1, before=asked.cursor)
    shown = [Task.of(seen) for seen in found[: asked.limit]]
    return TaskPage(items=shown, next=shown[-1].id if len(found) > asked.limit else None)


@router.post(
    "/{task}/done",
    operation_id="do_task",
    dependencies=[needs(DECIDE, OPERATE)],
    summary="Say that a task has been dealt with",
    responses=responses(Unauthenticated, Forbidden, TaskUnknown, InvalidInput, Unavailable),
    status_code=204,
)
async def do_task(task: UUID, caller: Authenticated, parts: WithParts) -> None:
    """Done stays done, by whoever said so first. A task that is not sent yet is not sent any more."""
    sight = replace(caller.sight(), caller=None) if caller.operates else caller.sight()
    async with parts.database.reach():
        if not await parts.worklist.done(task, caller.actor, sight):
            raise TaskUnknown
