"""`/v1/webhooks`: addresses that a caller's systems are told of events at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from common.cases.feed import EventFilter
from common.identity.caller import Caller
from common.identity.scopes import WEBHOOKS
from common.refusals import Forbidden, InvalidInput, MalformedRequest, RequestTooLarge, Unauthenticated, Unavailable
from common.web import body, openapi
from common.web.auth import Authenticated, needs, require
from common.web.events import sight_of
from common.web.parts import Parts, WithParts
from common.web.problems import NotJson, responses
from common.webhooks.subscriptions import Owner, TooManyWebhooks, WebhookUnknown

Body = TypeVar("Body", bound=BaseModel)

router = APIRouter(prefix="/v1/webhooks", tags=["Events"])
_ASKED = responses(Unauthenticated, Forbidden, Unavailable)
_ONE = _ASKED | responses(WebhookUnknown)
_WITH_BODY = responses(MalformedRequest, NotJson, RequestTooLarge, InvalidInput)


_SECURE: dict[str, Any] = {"format": "uri"}


class NewWebhook(BaseModel):
    """An address, and what it wants to be told of."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=8, max_length=2000, examples=["booking.example.org/roger"], json_schema_extra=_SECURE)
    filters: EventFilter = Field(default=EventFilter(), examples=[{"state": ["done", "manual"]}])


class WebhookChange(BaseModel):
    """What is to change; the rest stays."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = Field(default=None, min_length=8, max_length=2000, json_schema_extra=_SECURE)
    filters: EventFilter | None = None
    paused: bool | None = Field(
        default=None, examples=[True], description="False resumes, and takes up what was put off"
    )


class Replay(BaseModel):
    """What to deliver once more: all since a moment, all behind a position, or one delivery."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = Field(default=None, examples=["2026-03-02T09:40:00+01:00"])
    position: str | None = Field(default=None, max_length=64)
    delivery: int | None = Field(default=None, ge=1, le=2**63 - 1)

    @model_validator(mode="after")
    def says_one_thing(self) -> Replay:
        if sum(given is not None for given in (self.since, self.position, self.delivery)) != 1:
            raise ValueError("one of since, position and delivery")
        return self


class WebhookView(BaseModel):
    """A webhook as its caller sees it; never its secret."""

    id: UUID
    url: str
    filters: EventFilter
    state: str = Field(description="active · paused: nothing is sent · failing: a delivery was given up after a day")
    code: str | None = Field(description="Why Roger paused it, or calls it failing", examples=["GONE"])
    position: str = Field(description="Up to where deliveries have been made of events")
    created_at: AwareDatetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> WebhookView:
        """The view of a stored webhook."""
        return cls.model_validate({name: row[name] for name in cls.model_fields})


class WebhookSecret(BaseModel):
    """A webhook and its secret, shown this once."""

    webhook: WebhookView
    secret: str = Field(examples=["whsec_…"], description="Verify signatures with it (Standard Webhooks)")


class WebhookList(BaseModel):
    """A caller's webhooks."""

    items: list[WebhookView]


class DeliveryView(BaseModel):
    """One event for one webhook, and what became of it."""

    id: int
    event: int = Field(description="0 for a trial")
    case: UUID | None
    state: str = Field(description="waiting · delivered · given_up")
    attempts: int
    status: int | None = Field(description="What the receiver answered last")
    code: str | None = Field(description="Why it was not reached", examples=["TIMEOUT", "ADDRESS_PRIVATE"])
    milliseconds: int | None = Field(description="How long the last attempt took")
    created_at: AwareDatetime
    next_try: AwareDatetime | None
    delivered_at: AwareDatetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> DeliveryView:
        """The view of a stored delivery."""
        same = {name: row[name] for name in cls.model_fields if name in row}
        case = row["case_id"] if row["event"] else None
        return cls(**same, case=case, next_try=row["retry_at"] if row["state"] == "waiting" else None)


class DeliveryPage(BaseModel):
    """Some deliveries, newest first."""

    items: list[DeliveryView]
    next: int | None = Field(description="`before` of the next page; null on the last one")


BODIES: list[type[BaseModel]] = [NewWebhook, WebhookChange, Replay]


def _webhook_id(webhook: str) -> UUID:
    try:
        return UUID(webhook)
    except ValueError:
        raise WebhookUnknown from None


def _owner(caller: Authenticated, parts: WithParts) -> Owner:
    require(holds=caller.keeps_webhooks, scope=WEBHOOKS)
    return _of(caller, parts)


def _of(caller: Caller, parts: Parts) -> Owner:
    return Owner(caller=caller.name, reads_all=caller.reads_all, processes=sight_of(caller, parts).processes or ())


WebhookId = Annotated[UUID, Depends(_webhook_id)]
ByOwner = Annotated[Owner, Depends(_owner)]


@router.post(
    "",
    operation_id="add_webhook",
    dependencies=[needs(WEBHOOKS)],
    summary="Be told of events",
    status_code=201,
    responses=_ASKED | _WITH_BODY | responses(TooManyWebhooks),
    openapi_extra=openapi.json_body(NewWebhook),
)
async def add_webhook(request: Request, owner: ByOwner, parts: WithParts) -> WebhookSecret:
    """From now on. It shows what its caller may see; whose key is taken away is told nothing more."""
    asked = await body.model(request, parts.settings.api.body_limit, NewWebhook)
    await parts.subscriptions.check(asked.url)
    async with parts.database.reach():
        row, secret = await parts.subscriptions.add(owner, asked.url, asked.filters, parts.clock())
    return WebhookSecret(webhook=WebhookView.of(row), secret=secret)


@router.get(
    "", operation_id="list_webhooks", dependencies=[needs(WEBHOOKS)], summary="The caller's webhooks", responses=_ASKED
)
async def list_webhooks(owner: ByOwner, parts: WithParts) -> WebhookList:
    """Oldest first."""
    async with parts.database.reach():
        return WebhookList(items=[WebhookView.of(row) for row in await parts.subscriptions.own(owner)])


@router.get(
    "/{webhook}",
    operation_id="get_webhook",
    dependencies=[needs(WEBHOOKS)],
    summary="How a webhook stands",
    responses=_ONE,
)
async def get_webhook(webhook: WebhookId, owner: ByOwner, parts: WithParts) -> WebhookView:
    """One of the caller's own."""
    async with parts.database.reach():
        return WebhookView.of(await parts.subscriptions.one(owner, webhook))


@router.patch(
    "/{webhook}",
    operation_id="change_webhook",
    dependencies=[needs(WEBHOOKS)],
    summary="Change, pause or resume a webhook",
    responses=_ONE | _WITH_BODY,
    openapi_extra=openapi.json_body(WebhookChange),
)
async def change_webhook(request: Request, webhook: WebhookId, owner: ByOwner, parts: WithParts) -> WebhookView:
    """What happens while it is paused is delivered once it is resumed."""
    asked = await body.model(request, parts.settings.api.body_limit, WebhookChange)
    async with parts.database.reach():
        await parts.subscriptions.one(owner, webhook)
    if asked.url is not None:
        await parts.subscriptions.check(asked.url)
    async with parts.database.reach():
        changed = await parts.subscriptions.change(
            owner, webhook, parts.clock(), url=asked.url, filters=asked.filters, paused=asked.paused
        )
    return WebhookView.of(changed)


@router.delete(
    "/{webhook}",
    operation_id="remove_webhook",
    dependencies=[needs(WEBHOOKS)],
    summary="Be told no more",
    status_code=204,
    responses=_ONE,
)
async def remove_webhook(webhook: WebhookId, owner: ByOwner, parts: WithParts) -> Response:
    """With its log and what waits to be delivered."""
    async with parts.database.reach():
        await parts.subscriptions.remove(owner, webhook)
    return Response(status_code=204)


@router.post(
    "/{webhook}/secret",
    operation_id="rotate_secret",
    dependencies=[needs(WEBHOOKS)],
    summary="Have a new secret",
    responses=_ONE,
)
async def rotate_secret(webhook: WebhookId, owner: ByOwner, parts: WithParts) -> WebhookSecret:
    """The one before signs as well for 24 hours."""
    async with parts.database.reach():
        row, secret = await parts.subscriptions.rotate(owner, webhook, parts.clock())
    return WebhookSecret(webhook=WebhookView.of(row), secret=secret)


@router.post(
    "/{webhook}/test",
    operation_id="try_webhook",
    dependencies=[needs(WEBHOOKS)],
    summary="Send a trial",
    status_code=202,
    responses=_ONE,
)
async def try_webhook(webhook: WebhookId, owner: ByOwner, parts: WithParts) -> DeliveryView:
    """A message about no case, tried once, also while it is paused; its log says what became of it."""
    async with parts.database.reach():
        row = await parts.subscriptions.try_out(owner, webhook, parts.clock())
    return DeliveryView.of(row)


@router.get(
    "/{webhook}/deliveries",
    operation_id="list_deliveries",
    dependencies=[needs(WEBHOOKS)],
    summary="What became of a webhook's deliveries",
    responses=_ONE | responses(InvalidInput),
)
async def list_deliveries(
    webhook: WebhookId,
    owner: ByOwner,
    parts: WithParts,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before")] = None,
) -> DeliveryPage:
    """Newest first; kept for 30 days."""
    async with parts.database.reach():
        rows = await parts.subscriptions.log(owner, webhook, limit=limit + 1, before=before)
    items = [DeliveryView.of(row) for row in rows[:limit]]
    return DeliveryPage(items=items, next=items[-1].id if len(rows) > limit else None)


@router.post(
    "/{webhook}/replay",
    operation_id="replay_webhook",
    dependencies=[needs(WEBHOOKS)],
    summary="Deliver events once more",
    status_code=202,
    responses=_ONE | _WITH_BODY,
    openapi_extra=openapi.json_body(Replay),
)
async def replay_webhook(request: Request, webhook: WebhookId, owner: ByOwner, parts: WithParts) -> WebhookView:
    """Under the same `webhook-id` as before, so that a receiver knows what it has. A little may come from before."""
    asked = await body.model(request, parts.settings.api.body_limit, Replay)
    start = asked.position or asked.since
    async with parts.database.reach():
        if start is not None:
            await parts.subscriptions.replay_from(owner, webhook, start, parts.clock())
        else:
            await parts.subscriptions.replay_one(owner, webhook, asked.delivery or 0, parts.clock())
        row = await parts.subscriptions.one(owner, webhook)
    return WebhookView.of(row)
