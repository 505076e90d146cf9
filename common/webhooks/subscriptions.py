"""A caller's own webhooks: set up, changed, tried out, followed and removed. What is another's does not exist."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import uuid_utils.compat as uuids

from common.cases.feed import EventFilter, Feed, Position
from common.db.pool import Pool
from common.privacy.crypto import Keyring
from common.privacy.masking import mask
from common.refusals import FieldProblem, InvalidInput, Refusal
from common.webhooks import secret
from common.webhooks.courier import Courier
from common.webhooks.destination import DestinationRefused
from common.webhooks.outbox import SQL

MOST = 20
_NUMERIC = re.compile(r"[0-9a-f.:\[\]]+")
BOTH_SIGN = timedelta(hours=24)


class WebhookUnknown(Refusal):
    """There is no such webhook, or delivery of it, among this caller's own."""

    code, status, title = "WEBHOOK_UNKNOWN", 404, "No such webhook"


class TooManyWebhooks(Refusal):
    """This caller has as many webhooks as one may have; remove one, or widen the filters of another."""

    code, status, title = "TOO_MANY_WEBHOOKS", 409, "Enough webhooks"


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose webhooks they are, and what that caller may see now."""

    caller: str
    reads_all: bool
    processes: Collection[str]

    @property
    def rights(self) -> dict[str, Any]:
        return {
            "caller": self.caller,
            "reads_all": self.reads_all,
            "processes": json.dumps(sorted(self.processes)),
        }


class Subscriptions:
    """Webhooks as their callers handle them; rows are answered as they are stored."""

    def __init__(self, pool: Pool, keyring: Keyring, courier: Courier) -> None:
        self._pool, self._keyring, self._courier = pool, keyring, courier
        self.feed = Feed(pool)

    async def add(self, owner: Owner, url: str, filters: EventFilter, now: datetime) -> tuple[dict[str, Any], str]:
        """A new webhook at an address that was checked, told of what happens from now on, and its secret.

        Raises TooManyWebhooks.
        """
        webhook, fresh = uuids.uuid7(), secret.new_secret()
        key = self._keyring.new_key(webhook)
        values = {
            **owner.rights,
            "id": webhook,
            "url": url,
            "key": key.wrapped,
            "secret": key.seal("secret", fresh),
            "filters": filters.model_dump_json(),
            "position": str(await self.feed.now()),
            "now": now,
            "most": MOST,
        }
        rows = await self._rows("add", values)
        if not rows:
            raise TooManyWebhooks(f"One caller has at most {MOST} webhooks; remove one, or widen another's filters")
        return rows[0], secret.shown(fresh)

    async def own(self, owner: Owner) -> Sequence[dict[str, Any]]:
        """All of a caller's, oldest first."""
        return await self._rows("own", {"caller": owner.caller})

    async def one(self, owner: Owner, webhook: UUID) -> dict[str, Any]:
        """One of them; raises WebhookUnknown."""
        return await self._one("one", owner, webhook)

    async def change(
        self,
        owner: Owner,
        webhook: UUID,
        now: datetime,
        *,
        url: str | None = None,
        filters: EventFilter | None = None,
        paused: bool | None = None,
    ) -> dict[str, Any]:
        """Change what is given; whatever is changed, it may from then on show what its caller may see now."""
        await self.one(owner, webhook)
        values = {
            **owner.rights,
            "url": url,
            "filters": filters.model_dump_json() if filters is not None else None,
            "state": {None: None, True: "paused", False: "active"}[paused],
            "now": now,
        }
        return await self._one("change", owner, webhook, values)

    async def remove(self, owner: Owner, webhook: UUID) -> None:
        """It, its log and what waits to be delivered; raises WebhookUnknown."""
        await self._one("remove", owner, webhook)

    async def rotate(self, owner: Owner, webhook: UUID, now: datetime) -> tuple[dict[str, Any], str]:
        """A fresh secret; the one before signs as well for a day. Raises WebhookUnknown."""
        stored, fresh = await self.one(owner, webhook), secret.new_secret()
        sealed = secret.seal(self._keyring, webhook, stored["key"], fresh)
        row = await self._one("rotate", owner, webhook, {"secret": sealed, "until": now + BOTH_SIGN})
        return row, secret.shown(fresh)

    async def try_out(self, owner: Owner, webhook: UUID, now: datetime) -> dict[str, Any]:
        """A delivery about no case, also of a paused webhook; raises WebhookUnknown."""
        return await self._one("try_out", owner, webhook, {"now": now})

    async def log(
        self, owner: Owner, webhook: UUID, *, limit: int, before: int | None = None
    ) -> Sequence[dict[str, Any]]:
        """Its deliveries, newest first; raises WebhookUnknown."""
        await self.one(owner, webhook)
        return await self._rows("log", {"caller": owner.caller, "id": webhook, "limit": limit, "before": before})

    async def replay_one(self, owner: Owner, webhook: UUID, delivery: int, now: datetime) -> None:
        """Deliver an event once more; raises WebhookUnknown, also for a delivery that is not in its log."""
        await self._one("replay_one", owner, webhook, {"delivery": delivery, "now": now})

    async def replay_from(self, owner: Owner, webhook: UUID, since: datetime | str, now: datetime) -> Position:
        """Deliver everything from a moment or behind a position once more; raises WebhookUnknown, MalformedRequest."""
        await self.one(owner, webhook)
        start = await (self.feed.given(since) if isinstance(since, str) else self.feed.since(since))
        async with self._pool.connection() as connection:
            values = {"caller": owner.caller, "id": webhook, "position": str(start), "now": now}
            await connection.execute(SQL["rewind"], values)
        return start

    async def check(self, url: str) -> None:
        """Whether webhooks may go there; raises InvalidInput. A host is looked up, which takes as long as it takes."""
        if not _is_about_nobody(url):
            raise InvalidInput((FieldProblem("url", "INVALID_VALUE", "url never holds a person's number"),))
        try:
            await self._courier.check(url)
        except DestinationRefused as refused:
            raise InvalidInput((FieldProblem("url", refused.code, f"url {refused}"),)) from None
        except TimeoutError:
            raise InvalidInput(
                (FieldProblem("url", "HOST_UNKNOWN", "url names a host that cannot be looked up"),)
            ) from None

    async def _one(
        self, statement: str, owner: Owner, webhook: UUID, values: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        rows = await self._rows(statement, {"caller": owner.caller, "id": webhook, **(values or {})})
        if not rows:
            raise WebhookUnknown
        return rows[0]

    async def _rows(self, statement: str, values: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
        async with self._pool.connection() as connection:
            return await (await connection.execute(SQL[statement], values)).fetchall()


def _is_about_nobody(url: str) -> bool:
    """Addresses are kept in the clear, and in others' logs. An IP address and its port may well have eleven digits."""
    _, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    named = "" if _NUMERIC.fullmatch(host) else host
    return all(mask(part) == part for text in (named, slash + path) for part in (text, unquote(text)))
