"""People who are signed in to the pages: one row each, under the hash of a random id that only their browser has."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from common.clock import Clock
from common.db.pool import Pool, named_sql
from common.identity.caller import Caller, Kind

SQL = named_sql("common.identity", "sessions.sql")
_SEEN_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Session:
    """Somebody who is signed in."""

    caller: Caller
    issuer: str | None
    """The provider they signed in with; None for a key."""
    form_token: str
    """What a form of theirs must carry: no other page can know it."""
    ends_at: datetime
    """However often their rights are asked for anew."""
    lapsed: bool
    """What they may was asked too long ago."""


class Sessions:
    """Begun, found again and ended; each end is by a clock, or by somebody's will."""

    def __init__(
        self, pool: Pool, *, service: str, clock: Clock, idle: timedelta, longest: timedelta, rights: timedelta
    ) -> None:
        self._pool, self._service, self._clock = pool, service, clock
        self._idle, self._longest, self._rights = idle, longest, rights

    async def begin(self, caller: Caller, *, issuer: str | None, after: str | None = None) -> str:
        """The id of a new session; only its hash is stored. What is over is deleted on the way.

        It takes the place of the one before, `after`. When that was the same person's, who was sent to the provider for
        her rights only, it ends when that would have.
        """
        former = None if after is None else await self.find(after)
        goes_on = former is not None and former.lapsed and former.caller.name == caller.name
        if after is not None:
            await self.end(after)
        made, now = secrets.token_urlsafe(32), self._clock()
        values = {
            "id": _hash(made),
            "name": caller.name,
            "kind": caller.kind.value,
            "scopes": json.dumps(sorted(caller.scopes)),
            "units": None if caller.units is None else json.dumps(sorted(caller.units)),
            "issuer": issuer,
            "now": now,
            "ends_at": former.ends_at if former is not None and goes_on else now + self._longest,
            "idle": now - self._idle,
        }
        async with self._pool.connection() as connection:
            await connection.execute(SQL["forget"], values)
            await connection.execute(SQL["begin"], values)
        return made

    async def find(self, shown: str) -> Session | None:
        """The session of that id, if it goes on; being found keeps it from ending as idle."""
        now = self._clock()
        values = {"id": _hash(shown), "now": now, "idle": now - self._idle, "seen": now - _SEEN_AGAIN}
        async with self._pool.connection() as connection:
            row = await (await connection.execute(SQL["find"], values)).fetchone()
            if row is not None and row["seen_at"] < now - _SEEN_AGAIN:
                await connection.execute(SQL["seen"], values)
        return (
            None
            if row is None
            else Session(
                caller=self._caller(row),
                issuer=row["issuer"],
                form_token=_form_token(shown),
                ends_at=row["ends_at"],
                lapsed=row["began_at"] + self._rights <= now,
            )
        )

    async def end(self, shown: str) -> None:
        """Sign out here; an id that is none ends nothing."""
        async with self._pool.connection() as connection:
            await connection.execute(SQL["end"], {"id": _hash(shown)})

    async def end_all_of(self, name: str) -> int:
        """Sign somebody out everywhere; how many sessions that were."""
        return await end_all_of(self._pool, name)

    def _caller(self, row: dict[str, Any]) -> Caller:
        return Caller(
            name=row["name"],
            service=self._service,
            scopes=frozenset(row["scopes"]),
            kind=Kind(row["kind"]),
            units=None if row["units"] is None else frozenset(row["units"]),
        )


async def end_all_of(pool: Pool, name: str) -> int:
    """Sign somebody out everywhere; how many sessions that were."""
    async with pool.connection() as connection:
        return (await connection.execute(SQL["end_all_of"], {"name": name})).rowcount


def _hash(shown: str) -> bytes:
    return hashlib.sha256(shown.encode(errors="replace")).digest()


def _form_token(shown: str) -> str:
    """Made of the session's id, which no page holds: a hash for another purpose than the stored one."""
    return hashlib.sha256(b"form:" + shown.encode(errors="replace")).hexdigest()
