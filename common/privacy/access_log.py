"""Who saw what cases hold, and who decided about them: written before the answer goes out, sealed in a chain.

A line says who, what, which cases, when and for what purpose, and nothing of what was seen. The errands seal what has
been added: each seal is a digest of its lines and of the seal before it, and is told to the log, outside the database.
Whoever changes or removes a line later, with whatever rights, breaks every seal from there on (`roger audit verify`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from common import log
from common.db.pool import Connection, Pool, named_sql
from common.privacy.crypto import canonical
from common.privacy.masking import mask

_log = log.get(__name__)
_SQL = named_sql("common.privacy", "access_log.sql")
KEPT = timedelta(days=5 * 365)
"""Rule R4."""
_LINES = 5_000
_SEALS = 500
_LONGEST_PURPOSE = 200


class Action(StrEnum):
    """What somebody did."""

    READ = "read"
    LISTED = "listed"
    SEARCHED = "searched"
    EVIDENCE_READ = "evidence_read"
    REPORT_READ = "report_read"
    RETRIED = "retried"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    RELEASED = "released"


class AccessLog:
    """The access log of one service."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, actor: str, action: Action, cases: Collection[UUID], purpose: str | None = None) -> None:
        """Add a line; without cases there is nothing to tell.

        Raises what a database that is away raises: then nobody must be shown anything.
        """
        if not cases:
            return
        values = {
            "actor": actor,
            "action": action,
            "cases": list(cases),
            "purpose": _kept(purpose),
        }
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["add"], values)

    async def add_batch(self, actor: str, action: Action, batch: UUID, purpose: str | None = None) -> None:
        """Tell that all cases of a batch were decided about; raises as `add` does."""
        values = {"actor": actor, "action": action, "batch": batch, "purpose": _kept(purpose)}
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["add_batch"], values)

    async def add_report(self, actor: str, batch: UUID, purpose: str | None = None) -> None:
        """Tell that the report of a batch was read, of its own cases and of those that stood before; raises as `add`."""
        values = {"actor": actor, "action": Action.REPORT_READ, "batch": batch, "purpose": _kept(purpose)}
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["add_report"], values)

    async def of_case(self, case: UUID, *, limit: int = 100) -> list[dict[str, Any]]:
        """Who was about a case, newest first: when, who, what and for what purpose."""
        async with self._pool.connection() as connection:
            return await (await connection.execute(_SQL["of_case"], {"case": case, "limit": limit})).fetchall()

    async def seal(self) -> int:
        """Seal what has been added since the last seal; gives how many lines that were. Two at once seal once."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_SQL["wait_for_writers"])
            last = await (await connection.execute(_SQL["last_seal"])).fetchone()
            after, before = (last["up_to"], bytes(last["digest"])) if last else (0, b"")
            rows = await (await connection.execute(_SQL["unsealed"], {"after": after, "limit": _LINES})).fetchall()
            if not rows:
                return 0
            digest = _digest(before, rows)
            values = {
                "up_to": rows[-1]["id"],
                "lines": len(rows),
                "newest": max(row["at"] for row in rows),
                "digest": digest,
            }
            await connection.execute(_SQL["seal"], values)
        # Outside the database, where whoever rewrites a line and all seals after it does not reach.
        _log.info("audit.sealed", up_to=values["up_to"], lines=len(rows), seal=digest.hex())
        return len(rows)

    async def purge(self, now: datetime) -> int:
        """Delete lines whose time is over, whole seals at a time; gives how many seals' lines went."""
        async with self._pool.connection() as connection:
            over = await (await connection.execute(_SQL["over"], {"over": now - KEPT})).fetchall()
            for seal in over:
                async with connection.transaction():
                    await connection.execute(_SQL["purge_lines"], seal)
                    await connection.execute(_SQL["purge_seal"], seal)
        return len(over)

    async def verify(self, now: datetime, known: Collection[str] = ()) -> Verdict:
        """Check every seal against its lines and the seal before it; `known` are seals from the log that must be there.

        Walks through everything, in bites. It stops nobody, and says nothing of what the lines tell.
        """
        verdict, link, seals = Verdict(), _Link(), set[str]()
        async with self._pool.connection() as connection:
            while rows := await (
                await connection.execute(_SQL["seals"], {"after": link.up_to, "limit": _SEALS})
            ).fetchall():
                for seal in rows:
                    verdict.seals += 1
                    verdict.lines += await self._check(connection, seal, link, now, verdict.broken)
                    link = _Link(seal["up_to"], bytes(seal["digest"]))
                    seals.add(link.digest.hex())
            loose = await (await connection.execute(_SQL["loose"], {"after": link.up_to})).fetchone()
        if loose is not None:
            verdict.loose = loose["lines"]
            if loose["early"]:
                verdict.broken.append(f"{loose['early']} lines lie before the first")
        verdict.broken += [f"the seal {seal} of the log is not in the database" for seal in known if seal not in seals]
        return verdict

    async def _check(
        self, connection: Connection, seal: Mapping[str, Any], link: _Link, now: datetime, broken: list[str]
    ) -> int:
        """Add to what is broken, if this seal is; gives how many lines it covers that are there."""
        where = f"lines {link.up_to + 1} to {seal['up_to']}"
        if seal["purged_at"] is not None:
            if seal["newest"] > now - KEPT:
                broken.append(f"{where} were deleted before their time")
            return 0
        values = {"after": link.up_to, "up_to": seal["up_to"]}
        lines = await (await connection.execute(_SQL["lines"], values)).fetchall()
        if len(lines) != seal["lines"]:
            broken.append(f"{where}: there were {seal['lines']}, there are {len(lines)}")
        elif _digest(link.digest, lines) != bytes(seal["digest"]):
            broken.append(f"{where}: something has been changed")
        return len(lines)


@dataclass(frozen=True)
class _Link:
    """The seal before the next one."""

    up_to: int = 0
    digest: bytes = b""


@dataclass
class Verdict:
    """What a walk through the log found."""

    seals: int = 0
    lines: int = 0
    """That seals cover and that are there."""
    loose: int = 0
    """That no seal covers yet."""
    broken: list[str] = field(default_factory=list[str])


def _digest(before: bytes, rows: Sequence[Mapping[str, Any]]) -> bytes:
    digest = hashlib.sha256(before)
    for row in rows:
        line = [
            row["id"],
            row["at"].astimezone(UTC).isoformat(),
            row["actor"],
            row["action"],
            [str(case) for case in row["cases"]],
            row["purpose"],
        ]
        digest.update(canonical(line) + b"\n")
    return digest.digest()


def _kept(purpose: str | None) -> str | None:
    """As the log keeps it: in the caller's words, without anybody's number."""
    return mask(purpose)[:_LONGEST_PURPOSE] if purpose else None
