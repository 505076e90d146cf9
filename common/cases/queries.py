"""All that only reads cases: one by its id, lists by key, events, counts. No statement here is ever long."""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Uuid, func, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from common.cases.handed_over import HandedOver
from common.cases.sight import ALL, Sight
from common.cases.states import ENDED, State
from common.db.tables import Case, Content, Event, HandoverRow
from common.privacy.crypto import Keyring, Unreadable
from common.process import Subject
from common.refusals import CaseUnknown, PositionUnknown

_Rows = Select[Case, Content | None, dict[str, int] | None, list[dict[str, Any]] | None, UUID | None]
_REGISTERS = literal_column(
    "(select jsonb_object_agg(u.name, u.version) from (select name, max(version) as version from register_uses "
    "where case_id = cases.id and epoch = cases.epoch group by name) u)",
    JSONB,
)
_HANDED_OVER = literal_column(
    "(select jsonb_agg(jsonb_build_object('process', h.process, 'batch', h.batch, 'code', h.code) order by h.number) "
    "from handovers h where h.case_id = cases.id)",
    JSONB,
)
_PARENT = literal_column("(select h.case_id from handovers h where h.batch = cases.batch)", Uuid)
_CONTENT = cast("type[Content | None]", Content)  # the join is an outer one: a purged case has no content

# State by state, each from the index of that state alone: asked in one condition, or asked for the state itself,
# PostgreSQL reads the whole table, with everything that has ended in it.
_STANDINGS = text("""
select process, state, sum(number)::bigint as number, sum(overdue)::bigint as overdue, min(oldest) as oldest, sum(later)::bigint as later
from (
    select process, 'queued' as state, count(*) as number, count(*) filter (where due < now()) as overdue,
           min(ready_at) as oldest, 0 as later
    from cases where state = 'queued' and not parked group by process
    union all
    select process, 'queued', count(*), count(*) filter (where due < now()), min(ready_at),
           count(*) filter (where not_before > now() + interval '1 hour')
    from cases where state = 'queued' and parked group by process
    union all
    select process, 'running', count(*), count(*) filter (where due < now()), null, 0
    from cases where state = 'running' group by process
    union all
    select process, 'awaiting_release', count(*), count(*) filter (where due < now()), null, 0
    from cases where state = 'awaiting_release' group by process
    union all
    select process, 'manual', count(*), 0, null, 0 from cases where state = 'manual' group by process
) counted group by process, state
""")


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A case as its caller may see it: never its payload."""

    id: UUID
    process: str
    version: int
    state: State
    outcome: str | None
    code: str | None
    reference: str | None
    caller: str
    unit: str | None
    priority: int
    test: bool
    attempts: int
    submitted_at: datetime
    not_before: datetime | None
    due: datetime
    ended_at: datetime | None
    batch: UUID | None = None
    row: int | None = None
    parent: UUID | None = None
    """The case that it came from, whose row it was."""
    four_eyes: bool = False
    """A second person must release it, or has."""
    detail: dict[str, Any]
    """What Roger found or made; empty until the case is done, and after its retention."""
    registers: dict[str, int] = field(default_factory=dict[str, int])
    """The version of each register it was decided by; the newest, where it asked for several days."""
    handed_over: Sequence[HandedOver] = ()
    """Batches of other processes that it left behind."""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a list of cases is narrowed to; `None` leaves that open."""

    processes: Collection[str] | None = None
    state: State | None = None
    code: str | None = None
    """An outcome or a reason."""
    reference: str | None = None
    unit: str | None = None
    subject: Subject | None = None
    alias: Subject | None = None
    batch: UUID | None = None
    parent: UUID | None = None
    sight: Sight = ALL
    """What the asker may see at all."""


@dataclass(frozen=True)
class Page:
    """Some cases, newest first, and where the next page begins."""

    cases: list[CaseView]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How many cases of a process are where."""

    process: str
    states: dict[State, int]
    overdue: int
    oldest_ready_at: datetime | None
    """Since when the case that has waited longest could have been claimed."""
    later: int = 0
    """How many of those that are queued are left alone for another hour at least: no robot need be there for them."""


class Queries:
    """Reads on the service's own database; each opens and closes its own short transaction."""

    def __init__(self, engine: AsyncEngine, keyring: Keyring) -> None:
        self._engine, self._keyring = engine, keyring

    async def one(self, case: UUID, sight: Sight = ALL) -> CaseView:
        """One case; raises CaseUnknown, also for a case that lies outside."""
        query = _with_content().where(col(Case.id) == case)
        async with AsyncSession(self._engine) as session:
            row = (await session.exec(sight.of(query))).first()
        if row is None:
            raise CaseUnknown
        return self._view(*row)

    async def some(self, cases: Collection[UUID], sight: Sight = ALL) -> dict[UUID, CaseView]:
        """Those of a few cases that lie within, in the order in which they are named."""
        query = sight.of(_with_content().where(col(Case.id).in_(cases)))
        async with AsyncSession(self._engine) as session:
            found = {row[0].id: self._view(*row) for row in (await session.exec(query)).all()}
        return {case: found[case] for case in cases if case in found}

    async def inputs(self, cases: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
        """What these cases were handed in with, as far as it is still kept.

        For pages of whoever the case came from or is about; who shows any of it notes that first.
        """
        query = select(Content).where(col(Content.case_id).in_(cases))
        async with AsyncSession(self._engine) as session:
            contents = (await session.exec(query)).all()
        found: dict[UUID, dict[str, Any]] = {}
        for content in contents:
            with contextlib.suppress(Unreadable):
                key = self._keyring.open_key(content.case_id, content.key)
                found[content.case_id] = key.open_json("payload", content.payload)["input"]
        return found

    async def ended(self, cases: Collection[UUID]) -> set[UUID]:
        """Those among these cases that have ended; one cheap question for all who wait."""
        query = select(Case.id).where(col(Case.id).in_(cases), col(Case.state).in_(ENDED))
        async with AsyncSession(self._engine) as session:
            return set((await session.exec(query)).all())

    async def page(self, narrowed: Filter, *, limit: int, cursor: str | None = None) -> Page:
        """The newest cases first, from behind the cursor; raises PositionUnknown for a cursor that is none."""
        query = self._narrow(narrowed.sight.of(_with_content()), narrowed)
        if cursor is not None:
            query = query.where(col(Case.id) < _from_cursor(cursor))
        query = query.order_by(col(Case.id).desc()).limit(limit + 1)
        async with AsyncSession(self._engine) as session:
            rows = list((await session.exec(query)).all())
        more = len(rows) > limit
        shown = [self._view(*row) for row in rows[:limit]]
        return Page(shown, _to_cursor(shown[-1].id) if more else None)

    def _narrow(self, query: _Rows, narrowed: Filter) -> _Rows:
        if narrowed.processes is not None:
            query = query.where(col(Case.process).in_(narrowed.processes))
        for column, value in ((Case.state, narrowed.state), (Case.unit, narrowed.unit), (Case.batch, narrowed.batch)):
            if value is not None:
                query = query.where(col(column) == value)
        if narrowed.parent is not None:
            left = select(HandoverRow.batch).where(
                col(HandoverRow.case_id) == narrowed.parent, col(HandoverRow.batch).is_not(None)
            )
            query = query.where(col(Case.batch).in_(left))
        if narrowed.code is not None:
            query = query.where(func.coalesce(col(Case.outcome), col(Case.code)) == narrowed.code)
        if narrowed.reference is not None:
            query = query.where(col(Case.reference).in_(self._keyring.blind_all("reference", narrowed.reference)))
        if narrowed.subject is not None:
            keys = self._keyring.blind_all(narrowed.subject.kind, narrowed.subject.key)
            query = query.where(col(Case.subject).in_(keys))
        if narrowed.alias is not None:
            keys = self._keyring.blind_all(f"alias:{narrowed.alias.kind}", narrowed.alias.key)
            query = query.where(col(Case.alias).in_(keys))
        return query

    async def events(self, case: UUID, sight: Sight = ALL) -> Sequence[Event]:
        """Every move of a case, oldest first; raises CaseUnknown."""
        async with AsyncSession(self._engine) as session:
            if (await session.exec(sight.of(select(Case.id).where(col(Case.id) == case)))).first() is None:
                raise CaseUnknown
            return (await session.exec(select(Event).where(col(Event.case_id) == case).order_by(col(Event.id)))).all()

    async def standings(self) -> list[Standing]:
        """Counts of what has not ended or waits for a person, per process; reads of a long line only its index."""
        async with self._engine.connect() as connection:
            rows = (await connection.execute(_STANDINGS)).mappings().all()
        found: dict[str, Standing] = {}
        for row in rows:
            before = found.get(row["process"])
            waiting = row["overdue"] if row["state"] != State.MANUAL else 0
            found[row["process"]] = Standing(
                process=row["process"],
                states=(before.states if before else {}) | {State(row["state"]): row["number"]},
                overdue=(before.overdue if before else 0) + waiting,
                oldest_ready_at=row["oldest"] or (before.oldest_ready_at if before else None),
                later=(before.later if before else 0) + row["later"],
            )
        return list(found.values())

    async def backlog(self, up_to: int) -> int:
        """How many cases wait, counted no further than `up_to`."""
        counted = text("select count(*) from (select from cases where state = 'queued' limit :up_to) waiting")
        async with self._engine.connect() as connection:
            return int((await connection.execute(counted, {"up_to": up_to})).scalar_one())

    async def oldest_transaction(self) -> float:
        """Seconds the oldest open transaction of this database has lasted: a long one slows every claim."""
        aged = text(
            "select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid() "
            # Vacuuming holds nobody up, however long it takes.
            "and backend_type is distinct from 'autovacuum worker'"
        )
        async with self._engine.connect() as connection:
            return float((await connection.execute(aged)).scalar_one())

    async def answers(self) -> bool:
        """Whether the database answers, with the tables this code needs."""
        async with self._engine.connect() as connection:
            await connection.execute(text("select 1 from cases limit 1"))
        return True

    def _view(
        self,
        case: Case,
        content: Content | None,
        registers: dict[str, int] | None,
        handed_over: list[dict[str, Any]] | None,
        parent: UUID | None,
    ) -> CaseView:
        reference, detail = self._unsealed(case.id, content)
        return CaseView(
            id=case.id,
            process=case.process,
            version=case.version,
            state=State(case.state),
            outcome=case.outcome,
            code=case.code,
            reference=reference,
            caller=case.caller,
            unit=case.unit,
            priority=case.priority,
            test=case.test,
            attempts=case.fence,
            submitted_at=case.submitted_at,
            not_before=case.not_before,
            due=case.due,
            ended_at=case.ended_at,
            batch=case.batch,
            row=case.row,
            parent=parent,
            four_eyes=case.four_eyes,
            detail=detail,
            registers=registers or {},
            handed_over=[HandedOver.of(row) for row in handed_over or ()],
        )

    def _unsealed(self, case: UUID, content: Content | None) -> tuple[str | None, dict[str, Any]]:
        if content is None:
            return None, {}
        try:
            key = self._keyring.open_key(case, content.key)
            reference: str | None = key.open_json("payload", content.payload)["reference"]
            detail: dict[str, Any] = key.open_json("result", content.result) if content.result else {}
        except Unreadable:
            # One damaged row must not hide the others from a list.
            return None, {}
        return reference, detail


def _with_content() -> _Rows:
    # No overload of `select` knows so many columns.
    chosen: Any = cast("Any", select)(Case, _CONTENT, _REGISTERS, _HANDED_OVER, _PARENT)
    rows: _Rows = chosen.join(Content, col(Content.case_id) == col(Case.id), isouter=True)
    return rows


def _to_cursor(last: UUID) -> str:
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def _from_cursor(cursor: str) -> UUID:
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except (ValueError, binascii.Error):
        raise PositionUnknown("The cursor is not one that this service gave; start without one") from None
