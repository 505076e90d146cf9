"""Evidence in PostgreSQL: each piece sealed under a key of its own, soon deleted, and every reading of it noted."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuids

from common import log
from common.cases.queue import Claimed
from common.db.pool import Pool, named_sql
from common.privacy.crypto import Keyring
from common.refusals import EvidenceUnknown

_log = log.get(__name__)
_SQL = named_sql("common.cases", "evidence.sql")


class EvidenceKind(StrEnum):
    """What a piece of evidence is."""

    SCREENSHOT = "screenshot"
    DOM = "dom"


_LARGEST = {EvidenceKind.SCREENSHOT: 8_000_000, EvidenceKind.DOM: 4_000_000}  # bytes
Pieces = Mapping[EvidenceKind, bytes]
"""A PNG picture, and the document in UTF-8."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One piece of evidence, without what it shows."""

    id: UUID
    fence: int
    kind: EvidenceKind
    code: str
    at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Exhibit:
    """One piece of evidence as it is shown to whoever may see it."""

    piece: Piece
    content: bytes = field(repr=False)


class EvidenceStore:
    """What pages looked like when runs failed."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool, self._keyring = pool, keyring

    async def keep(self, case: Claimed, code: str, pieces: Pieces, *, days: int) -> int:
        """Store what a failed run saw, as long as the case is its own; gives how many pieces were stored."""
        sealed = [self._sealed(kind, content) for kind, content in pieces.items()]
        if not sealed:
            return 0
        ids, kinds, keys, contents = (list(column) for column in zip(*sealed, strict=True))
        values = {
            "case": case.id,
            "fence": case.fence,
            "code": code,
            "days": days,
            "ids": ids,
            "kinds": kinds,
            "keys": keys,
            "contents": contents,
        }
        async with self._pool.connection() as connection:
            return len(await (await connection.execute(_SQL["keep"], values)).fetchall())

    def _sealed(self, kind: EvidenceKind, content: bytes) -> tuple[UUID, str, bytes, bytes]:
        piece = uuids.uuid7()
        key = self._keyring.new_key(piece)
        # A document that is cut off still shows where the run was; a picture that is cut off shows nothing.
        bounded = gzip.compress(content[: _LARGEST[kind]]) if kind is EvidenceKind.DOM else content
        return piece, kind.value, key.wrapped, key.seal(f"evidence:{kind}", bounded)

    async def of_case(self, case: UUID, now: datetime) -> list[Piece]:
        """What is kept of a case, oldest first."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_SQL["of_case"], {"case": case, "now": now})
            return [_piece(row) for row in await cursor.fetchall()]

    async def show(self, case: UUID, piece: UUID, *, actor: str, now: datetime) -> Exhibit:
        """One piece, after it has been noted who reads it; raises EvidenceUnknown, or Unreadable."""
        values = {"case": case, "id": piece, "now": now}
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL["one"], values)).fetchone()
            if row is None:
                raise EvidenceUnknown
            noted = {"actor": actor, "case": str(case), "id": str(piece)}
            await connection.execute(_SQL["note_reading"], noted)
        _log.info("evidence.read", actor=actor, case=str(case), evidence=str(piece))
        key, content = row.pop("key"), row.pop("content")
        found = _piece(row)
        opened = self._keyring.open_key(piece, key).open(f"evidence:{found.kind}", content)
        return Exhibit(found, gzip.decompress(opened) if found.kind is EvidenceKind.DOM else opened)


def _piece(row: dict[str, Any]) -> Piece:
    values: dict[str, Any] = row | {"kind": EvidenceKind(row["kind"])}
    return Piece(**values)


def too_large(kind: EvidenceKind, content: bytes) -> bool:
    """Whether a piece is left out: only a document may be cut off."""
    return kind is EvidenceKind.SCREENSHOT and len(content) > _LARGEST[kind]
