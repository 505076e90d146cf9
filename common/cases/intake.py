"""Take cases in: the caller's own key first, then the rules, then the store; a case answered for is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuids

from common import metrics
from common.cases.statements import SQL
from common.db.engine import Connection, Pool
from common.privacy.crypto import Keyring, canonical
from common.process import CaseInput, Process
from common.refusals import InvalidInput, ReferenceTaken, Refusal


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A validated input; a resubmission is recognised by its reference or, when it has none, by the key beside it."""

    input: CaseInput
    idempotency_key: str | None = None

    def recognised_by(self, keyring: Keyring) -> bytes | None:
        """The blind index under which the case is known; the two kinds of keys never meet."""
        if self.input.reference is not None:
            return keyring.blind("reference", self.input.reference)
        return keyring.blind("idempotency", self.idempotency_key) if self.idempotency_key is not None else None


@dataclass(frozen=True)
class Receipt:
    """What became of one draft: a case of its own, or the one that stood under its reference before."""

    case: UUID
    existing: bool
    submitted_at: datetime | None = None
    due: datetime | None = None
    """Both only for a case of its own."""


class Intake:
    """Stores submitted cases."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool, self._keyring = pool, keyring

    async def submit(
        self, process: Process, caller: str, drafts: Sequence[Draft], now: datetime
    ) -> list[Receipt | Refusal]:
        """Store the drafts in one transaction and answer for each, in order.

        A draft is refused, without touching the others, as ReferenceTaken (same reference, other content) or
        InvalidInput (a rule that depends on the time of submission; looked at only for what is really new).
        """
        rows = [self._row(process, draft, now) for draft in drafts]
        async with self._pool.connection() as connection, connection.transaction():
            known = await self._known(connection, process, caller, rows)
            answers: list[Receipt | Refusal | None] = [_recognise(row, known) for row in rows]
            for place, draft in enumerate(drafts):
                if answers[place] is None and (problems := tuple(draft.input.breaches(now))):
                    answers[place] = InvalidInput(problems)
            fresh = [row for row, answer in zip(rows, answers, strict=True) if answer is None]
            stored = await self._store(connection, process, caller, fresh) if fresh else dict[UUID, datetime]()
            if len(stored) < len(fresh):  # twice in this array, or stored by somebody else this instant
                known = await self._known(connection, process, caller, fresh)
        settled = [
            _settle(row, stored, known) if answer is None else answer for row, answer in zip(rows, answers, strict=True)
        ]
        for answer in settled:
            result = answer.code if isinstance(answer, Refusal) else "existing" if answer.existing else "accepted"
            metrics.SUBMITTED.labels(process.name, result).inc()
        return settled

    def _row(self, process: Process, draft: Draft, now: datetime) -> dict[str, Any]:
        case = uuids.uuid7()
        submitted = draft.input.model_dump(mode="json", exclude_unset=True)
        key = self._keyring.new_key(case)
        subject = draft.input.subject
        return {
            "id": case,
            "reference": draft.recognised_by(self._keyring),
            "content": self._keyring.blind("content", canonical(submitted).decode()),
            "subject": self._keyring.blind(subject.kind, subject.key) if subject else None,
            "unit": draft.input.unit,
            "priority": draft.input.priority,
            "due": max(now, draft.input.not_before or now) + process.due,
            "not_before": draft.input.not_before,
            "test": draft.input.test,
            "key": key.wrapped,
            "payload": key.seal_json("payload", {"input": submitted, "reference": draft.input.reference}),
        }

    async def _known(
        self, connection: Connection, process: Process, caller: str, rows: Sequence[dict[str, Any]]
    ) -> dict[bytes, tuple[UUID, bytes]]:
        references = [row["reference"] for row in rows if row["reference"] is not None]
        if not references:
            return {}
        values = {"process": process.name, "caller": caller, "references": references}
        cursor = await connection.execute(SQL["known"], values)
        return {row["reference"]: (row["id"], row["content"]) for row in await cursor.fetchall()}

    async def _store(
        self, connection: Connection, process: Process, caller: str, rows: Sequence[dict[str, Any]]
    ) -> dict[UUID, datetime]:
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        values = columns | {
            "process": process.name,
            "version": process.version,
            "caller": caller,
            "actor": f"caller:{caller}",
        }
        cursor = await connection.execute(SQL["submit"], values)
        return {row["id"]: row["submitted_at"] for row in await cursor.fetchall()}


def _recognise(row: dict[str, Any], known: dict[bytes, tuple[UUID, bytes]]) -> Receipt | Refusal | None:
    stands = known.get(row["reference"])
    if stands is None:
        return None
    case, content = stands
    return Receipt(case, existing=True) if content == row["content"] else ReferenceTaken(case=case)


def _settle(
    row: dict[str, Any], stored: dict[UUID, datetime], known: dict[bytes, tuple[UUID, bytes]]
) -> Receipt | Refusal:
    if row["id"] in stored:
        return Receipt(row["id"], existing=False, submitted_at=stored[row["id"]], due=row["due"])
    answer = _recognise(row, known)
    if answer is None:
        message = "a row was neither stored nor known"
        raise AssertionError(message)
    return answer
