"""Take cases in: the caller's own key first, then the rules, then the store; a case answered for is never lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuids

from common import metrics
from common.cases.statements import SQL
from common.db.engine import Connection, Pool
from common.privacy.crypto import Keyring, canonical
from common.process import CaseInput, Process
from common.refusals import FieldProblem, InvalidInput, ReferenceTaken, Refusal


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A validated input; a resubmission is recognised by its reference or, when it has none, by the key beside it."""

    input: CaseInput
    idempotency_key: str | None = None
    row: int | None = None
    """Which row of its batch it is."""

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
    four_eyes: bool = False
    """A second person must release it; said of a case of its own."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A draft as it will be stored, and the rules it breaks now."""

    breaches: tuple[FieldProblem, ...]
    id: UUID
    reference: bytes | None
    content: bytes
    subject: bytes | None
    unit: str | None
    priority: int
    due: datetime
    not_before: datetime | None
    test: bool
    four_eyes: bool
    row: int | None
    key: bytes
    payload: bytes


_COLUMNS = [field.name for field in fields(Prepared) if field.name != "breaches"]
_Known = tuple[UUID, bytes]
_ON_A_THREAD = 100  # drafts


class Intake:
    """Stores submitted cases."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool, self._keyring = pool, keyring

    async def submit(
        self, process: Process, caller: str, drafts: Sequence[Draft], now: datetime
    ) -> list[Receipt | Refusal]:
        """Store the drafts, all or none, and answer for each in order.

        A draft is refused, without touching the others, as ReferenceTaken (same reference, other content) or
        InvalidInput (a rule that depends on the time of submission; looked at only for what is really new).
        """
        return await self.store_now(process, caller, await self.prepare(process, drafts, now))

    async def store_now(self, process: Process, caller: str, rows: Sequence[Prepared]) -> list[Receipt | Refusal]:
        """Store what `prepare` gave in a transaction of its own, and answer for each in order."""
        async with self._pool.connection() as connection:
            answers = await self.store(connection, process, caller, rows)
        count(process, answers)
        return answers

    async def prepare(self, process: Process, drafts: Sequence[Draft], now: datetime) -> list[Prepared]:
        """The drafts as they will be stored."""

        def prepare() -> list[Prepared]:
            return [self._row(process, draft, now) for draft in drafts]

        # Encrypting thousands takes long enough to hold up whatever else the event loop serves.
        return await asyncio.to_thread(prepare) if len(drafts) > _ON_A_THREAD else prepare()

    async def store(
        self,
        connection: Connection,
        process: Process,
        caller: str,
        rows: Sequence[Prepared],
        *,
        batch: UUID | None = None,
        hold: bool = False,
    ) -> list[Receipt | Refusal]:
        """Store what `prepare` gave, within the caller's transaction, and answer for each in order.

        Cases of a batch that is not open yet are held back.
        """
        fresh = [row for row in rows if not row.breaches]
        into = {"batch": batch, "hold": hold}
        stored = await self._store(connection, process, caller, fresh, into) if fresh else dict[UUID, datetime]()
        # Known before, twice among these, stored by somebody else this instant, or breaking a rule.
        others = [row for row in rows if row.id not in stored]
        known = await self._known(connection, process, caller, others) if others else dict[bytes, _Known]()
        return [_answer(row, stored, known) for row in rows]

    def _row(self, process: Process, draft: Draft, now: datetime) -> Prepared:
        case = uuids.uuid7()
        given = draft.input
        submitted = given.model_dump(mode="json", exclude_unset=True)
        key = self._keyring.new_key(case)
        subject = given.subject
        return Prepared(
            breaches=tuple(given.breaches(now)),
            id=case,
            reference=draft.recognised_by(self._keyring),
            content=self._keyring.blind("content", canonical(submitted).decode()),
            subject=self._keyring.blind(subject.kind, subject.key) if subject else None,
            unit=given.unit,
            priority=given.priority,
            due=max(now, given.not_before or now) + process.due,
            not_before=given.not_before,
            test=given.test,
            four_eyes=process.release is not None and process.release(given),
            row=draft.row,
            key=key.wrapped,
            payload=key.seal_json("payload", {"input": submitted, "reference": given.reference}),
        )

    async def _known(
        self, connection: Connection, process: Process, caller: str, rows: Sequence[Prepared]
    ) -> dict[bytes, _Known]:
        references = [row.reference for row in rows if row.reference is not None]
        if not references:
            return {}
        values = {"process": process.name, "caller": caller, "references": references}
        cursor = await connection.execute(SQL["known"], values)
        return {row["reference"]: (row["id"], row["content"]) for row in await cursor.fetchall()}

    async def _store(
        self, connection: Connection, process: Process, caller: str, rows: Sequence[Prepared], into: dict[str, Any]
    ) -> dict[UUID, datetime]:
        """Store in one statement, so all or none; rows whose reference is taken are left out."""
        # In one order for everybody: two arrays with the same references must not wait for each other.
        ordered = sorted(rows, key=lambda row: row.reference or b"")
        columns = {name: [getattr(row, name) for row in ordered] for name in _COLUMNS}
        values = columns | into
        values |= {
            "process": process.name,
            "version": process.version,
            "caller": caller,
            "actor": f"caller:{caller}",
        }
        cursor = await connection.execute(SQL["submit"], values)
        return {row["id"]: row["submitted_at"] for row in await cursor.fetchall()}


def _answer(row: Prepared, stored: dict[UUID, datetime], known: dict[bytes, _Known]) -> Receipt | Refusal:
    if row.id in stored:
        return Receipt(row.id, existing=False, submitted_at=stored[row.id], due=row.due, four_eyes=row.four_eyes)
    if row.reference is not None and row.reference in known:
        case, content = known[row.reference]
        return Receipt(case, existing=True) if content == row.content else ReferenceTaken(case=case)
    if not row.breaches:
        message = "a row was neither stored nor known"
        raise AssertionError(message)
    return InvalidInput(row.breaches)


def count(process: Process, answers: Iterable[Receipt | Refusal]) -> None:
    """Count what became of rows, once that stands."""
    for result, number in Counter(map(_result, answers)).items():
        metrics.SUBMITTED.labels(process.name, result).inc(number)


def _result(answer: Receipt | Refusal) -> str:
    """What became of a row, as the metrics call it."""
    return answer.code if isinstance(answer, Refusal) else "existing" if answer.existing else "accepted"
