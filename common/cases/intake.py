"""Take cases in: the caller's own key first, then the rules, then the store; a case answered for is never lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuids

from common import metrics
from common.cases import amendments
from common.cases.draft import COLUMNS, Draft, Prepared, Receipt
from common.cases.statements import SQL
from common.db.pool import Connection, Pool
from common.files import binding
from common.privacy.crypto import Keyring, canonical
from common.process import Process
from common.refusals import InvalidInput, ReferenceTaken, Refusal

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
        return await self.store_now(process, caller, await self.prepare(process, caller, drafts, now))

    async def store_now(self, process: Process, caller: str, rows: Sequence[Prepared]) -> list[Receipt | Refusal]:
        """Store what `prepare` gave in a transaction of its own, and answer for each in order."""
        async with self._pool.connection() as connection:
            answers = await self.store(connection, process, caller, rows)
        count(process, answers)
        return answers

    async def prepare(self, process: Process, caller: str, drafts: Sequence[Draft], now: datetime) -> list[Prepared]:
        """The drafts as they will be stored."""

        def prepare() -> list[Prepared]:
            return [self._row(process, caller, draft, now) for draft in drafts]

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
        into = {"batch": batch, "hold": hold}
        if process.amend is None and not self._keyring.looks_under_several and not any(row.files for row in rows):
            answers, _ = await self._store_all(connection, process, caller, rows, into)
            return answers
        async with connection.transaction():
            return await self._store_beside_others(connection, process, caller, rows, into)

    async def _store_beside_others(
        self, connection: Connection, process: Process, caller: str, rows: Sequence[Prepared], into: dict[str, Any]
    ) -> list[Receipt | Refusal]:
        """Store what must see what came in before: the cases it says something about, those that it is, and its files.

        While there are several index keys, the same reference may stand under another one, which no unique index sees.
        """
        await amendments.hold(connection, rows)
        held = await binding.hold(connection, rows)
        rows = binding.checked(process, rows, held)
        answers, stored = await self._store_all(connection, process, caller, rows, into)
        new = [row for row in rows if row.id in stored]
        answered = zip(answers, rows, strict=True)
        await binding.bind(connection, ((a.case, row) for a, row in answered if isinstance(a, Receipt)), held)
        ended = await amendments.amend(connection, process, self._keyring, new)
        return [
            replace(answer, ended=ended) if isinstance(answer, Receipt) and not answer.existing else answer
            for answer in answers
        ]

    async def _store_all(
        self, connection: Connection, process: Process, caller: str, rows: Sequence[Prepared], into: dict[str, Any]
    ) -> tuple[list[Receipt | Refusal], dict[UUID, datetime]]:
        known: dict[bytes, _Known] = {}
        if self._keyring.looks_under_several:
            known = await self._known(connection, process, caller, rows)
        fresh = [row for row in rows if not row.breaches and not known.keys() & set(row.references)]
        stored = await self._store(connection, process, caller, fresh, into) if fresh else dict[UUID, datetime]()
        # Known before, twice among these, stored by somebody else this instant, or breaking a rule.
        others = [row for row in rows if row.id not in stored]
        known |= await self._known(connection, process, caller, others) if others else {}
        return [_answer(row, stored, known) for row in rows], stored

    def _row(self, process: Process, caller: str, draft: Draft, now: datetime) -> Prepared:
        case = uuids.uuid7()
        given = draft.input
        submitted = canonical(given.model_dump(mode="json", exclude_unset=True))
        key = self._keyring.new_key(case)
        subject, alias, known = given.subject, given.alias, draft.recognised_by
        earliest = given.earliest(now)
        return Prepared(
            given=given,
            case_key=key,
            breaches=tuple(given.breaches(now)),
            id=case,
            references=tuple(self._keyring.blind_all(*known)) if known else (),
            known_lock=self._known_lock(process, caller, known),
            contents=tuple(self._keyring.blind_all("content", submitted.decode())),
            subject=self._keyring.blind(subject.kind, subject.key) if subject else None,
            lock=self._keyring.blind_steady(subject.kind, subject.key) if subject else None,
            alias=self._keyring.blind(f"alias:{alias.kind}", alias.key) if alias else None,
            unit=given.unit,
            threads=self._threads(process, caller, draft),
            priority=given.urgency(now),
            due=given.deadline(now) or max(now, earliest or now) + process.due,
            keep_from=given.kept_from,
            not_before=earliest,
            test=given.test,
            four_eyes=process.release is not None and process.release(given),
            row=draft.row,
            files=binding.named(self._keyring, process, caller, given),
            key=key.wrapped,
            # What was hashed is what is sealed: writing it out a second time is a tenth of taking a row in.
            payload=key.seal("payload", b'{"input":%b,"reference":%b}' % (submitted, canonical(given.reference))),
        )

    def _known_lock(self, process: Process, caller: str, known: tuple[str, str] | None) -> bytes | None:
        if known is None or not self._keyring.looks_under_several:
            return None
        return self._keyring.blind_steady("known", "|".join((process.name, caller, *known)))

    def _threads(self, process: Process, caller: str, draft: Draft) -> tuple[bytes, ...]:
        """Under every index key there is: a message must find those from before a rotation."""
        about = draft.input.thread
        if about is None:
            return ()
        # Nobody amends what another caller has handed in.
        return tuple(self._keyring.blind_all("thread", f"{process.name}|{caller}|{about.kind}|{about.key}"))

    async def _known(
        self, connection: Connection, process: Process, caller: str, rows: Sequence[Prepared]
    ) -> dict[bytes, _Known]:
        references = [reference for row in rows for reference in row.references]
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
        columns = {name: [getattr(row, name) for row in ordered] for name in COLUMNS}
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
        return Receipt(
            row.id,
            existing=False,
            submitted_at=stored[row.id],
            due=row.due,
            priority=row.priority,
            four_eyes=row.four_eyes,
        )
    for reference in row.references:
        if reference in known:
            case, content = known[reference]
            return Receipt(case, existing=True) if content in row.contents else ReferenceTaken(case=case)
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
