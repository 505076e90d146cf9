"""What waits to be delivered: made of the feed's events, taken on lease, ended with what the receiver answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from common.cases.feed import EventFilter, FeedPage, Move, Position
from common.cases.sight import Sight
from common.db.pool import Pool, named_sql
from common.notices.post import add_tasks
from common.task import Task
from common.webhooks.courier import Answer

SQL = named_sql("common.webhooks", "webhooks.sql")
_LEASE = timedelta(seconds=60)
_MOST_WAITING = 10_000
OPERATIONS = "robot-operations"


@dataclass(frozen=True, kw_only=True)
class Target:
    """A webhook that deliveries are to be made for, as it stood when it was read."""

    id: UUID
    position: Position
    sight: Sight
    filters: EventFilter
    stored: Mapping[str, Any]
    """What must still stand when the deliveries are stored."""

    def wants(self, move: Move) -> bool:
        return self.sight.sees(move) and self.filters.wants(move)


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One delivery on lease."""

    id: int
    webhook: UUID
    attempt: int
    caller: str
    url: str
    key: bytes
    sealed: tuple[bytes | None, ...]
    """The secrets, sealed; the current one first."""
    event: int
    kind: str
    """What sort of event, as its receiver is told: `case.done`."""
    data: dict[str, Any] | None
    """What is told of the event; None when it is not there any more."""
    at: datetime | None

    @property
    def trial(self) -> bool:
        """Whether it is about no case."""
        return self.event == 0


class Outbox:
    """All that moves deliveries; each method is one short transaction."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def behind(self) -> list[Target]:
        """The webhooks that may have more to be told."""
        rows = await self._rows("behind", {"most": _MOST_WAITING})
        return [_target(row) for row in rows]

    async def spread(self, target: Target, page: FeedPage, now: datetime) -> bool:
        """Store the deliveries of the page behind a webhook's position; False when somebody else has, or it changed."""
        wanted = [move for move in page.moves if target.wants(move)]
        values = {
            **target.stored,
            "id": target.id,
            "from": str(target.position),
            "to": str(page.end),
            "now": now,
            "events": [move.id for move in wanted],
            "positions": [str(move.position) for move in wanted],
            "cases": [move.case for move in wanted],
        }
        return bool(await self._rows("spread", values))

    async def claim(
        self, now: datetime, *, busy: Mapping[UUID, int], per_webhook: int, limit: int, troubled: bool
    ) -> list[Parcel]:
        """Take what is due on lease; `busy` is how many of each webhook this process has under way."""
        if limit <= 0:
            return []
        values = {
            "now": now,
            "until": now + _LEASE,
            "busy": list(busy),
            "counts": list(busy.values()),
            "per_webhook": per_webhook,
            "limit": limit,
            "troubled": troubled,
        }
        return [_parcel(row) for row in await self._rows("claim", values)]

    async def delivered(self, parcel: Parcel, answer: Answer, now: datetime) -> None:
        """The receiver has it."""
        await self._run("delivered", parcel, _told(answer) | {"now": now})

    async def put_off(self, parcel: Parcel, answer: Answer, retry_at: datetime) -> None:
        """It is tried again then; a receiver that is gone pauses its webhook."""
        await self._run("put_off", parcel, _told(answer) | {"retry_at": retry_at, "gone": answer.gone})

    async def drop(self, parcel: Parcel) -> None:
        """There is nothing to tell any more."""
        await self._run("drop", parcel, {})

    async def give_up(self, parcel: Parcel, answer: Answer) -> None:
        """It is not tried again, and somebody is asked to look; a trial is its caller's own business."""
        values = {"id": parcel.id, "attempt": parcel.attempt, "trial": parcel.trial, **_told(answer)}
        async with self._pool.connection() as connection, connection.transaction():
            newly = await (await connection.execute(SQL["give_up"], values)).fetchall()
            if newly:
                about = f"webhook:{parcel.webhook}"
                await add_tasks(connection, [_failing(parcel)], process="webhooks", about=about)

    async def forget(self, before: datetime) -> int:
        """Delete what was ended before; how many, up to a bound."""
        async with self._pool.connection() as connection:
            return (await connection.execute(SQL["forget"], {"before": before})).rowcount

    async def oldest(self) -> datetime | None:
        """Since when the delivery that has waited longest waits."""
        (row,) = await self._rows("oldest", {})
        return row["oldest"]

    async def _run(self, statement: str, parcel: Parcel, values: Mapping[str, Any]) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(SQL[statement], {"id": parcel.id, "attempt": parcel.attempt, **values})

    async def _rows(self, statement: str, values: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
        async with self._pool.connection() as connection:
            return await (await connection.execute(SQL[statement], values)).fetchall()


def _target(row: Mapping[str, Any]) -> Target:
    return Target(
        id=row["id"],
        position=Position.parse(row["position"]),
        sight=Sight(caller=None if row["reads_all"] else row["caller"], processes=frozenset(row["processes"])),
        filters=EventFilter.model_validate(row["filters"]),
        stored={
            "reads_all": row["reads_all"],
            "filters": json.dumps(row["filters"]),
            "processes": json.dumps(row["processes"]),
        },
    )


def _parcel(row: Mapping[str, Any]) -> Parcel:
    kind, data = "webhook.trial", None
    if row["event"] == 0:
        data = {"webhook": str(row["webhook"])}
    elif row["to_state"] is not None and row["seen"]:
        move = Move.of(row, id=row["event"], position=Position.parse(row["position"]))
        kind, data = f"case.{move.name}", move.told()
    return Parcel(
        id=row["id"],
        webhook=row["webhook"],
        attempt=row["attempts"],
        caller=row["caller"],
        url=row["url"],
        key=row["key"],
        sealed=(row["secret"], row["former_secret"]),
        event=row["event"],
        kind=kind,
        data=data,
        at=row["at"],
    )


def _told(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "code": answer.code, "milliseconds": answer.milliseconds}


def _failing(parcel: Parcel) -> Task:
    host = httpx.URL(parcel.url).host
    return Task(
        name=f"failing:{parcel.id}",
        role=OPERATIONS,
        title="Et system tar ikke imot hendelser",
        text=f"{parcel.caller} har bedt om å få hendelser sendt til {host}, men mottakeren har ikke tatt imot på et "
        f"døgn (webhook {parcel.webhook}). Kontakt eieren av systemet. Når det virker igjen, kan hendelsene sendes på "
        "nytt fra et tidspunkt (replay).",
    )
