"""What the endpoints work with: made once with the application, opened and closed with it; nothing is global."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from psycopg import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import InterfaceError as EngineInterfaceError
from sqlalchemy.exc import OperationalError as EngineOperationalError
from sqlalchemy.exc import TimeoutError as EngineTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine

from common import log
from common.benefits.account import Account
from common.cases.batch_queries import BatchQueries
from common.cases.batch_reports import BatchReports
from common.cases.batches import Batches
from common.cases.bell import Bell
from common.cases.decisions import Decisions
from common.cases.evidence import EvidenceStore
from common.cases.family import Family
from common.cases.feed import Feed
from common.cases.group_commit import GroupCommit
from common.cases.intake import Intake
from common.cases.openness import Openness
from common.cases.operations import Operations
from common.cases.queries import Queries
from common.cases.registers import Registers
from common.clock import Clock
from common.db.engine import engine
from common.db.pool import Pool, pool
from common.dismissal import dismiss
from common.entrusting.settings import SecretSettings
from common.entrusting.vault import Vault
from common.files.settings import FileSettings
from common.files.store import FileStore
from common.identity.recognition import Recognition
from common.notices.worklist import Worklist
from common.privacy.access_log import AccessLog
from common.privacy.crypto import Keyring
from common.process import Service
from common.refusals import Unavailable
from common.schedules.diary import Diary
from common.settings import (
    ApiSettings,
    CalendarSettings,
    DatabaseSettings,
    DeploymentSettings,
    RedisSettings,
    TargetLimits,
    load,
)
from common.web.backlog import Backlog, Standings, Uploads
from common.web.streams import Streams
from common.web.waiting import Endings, Ringer
from common.webhooks.courier import Courier
from common.webhooks.rights import Rights
from common.webhooks.settings import WebhookSettings
from common.webhooks.subscriptions import Subscriptions

_log = log.get(__name__)
_PATIENCE = 5.0  # seconds for one request's business with the database
_PATIENCE_WHEN_AWAY = 1.0
_TRY_AGAIN = 2  # seconds, for callers
_RIGHTS_EVERY = 10.0  # seconds between looks at what callers of webhooks may see
_LOST = (
    OperationalError,
    InterfaceError,
    PoolTimeout,
    EngineOperationalError,
    EngineInterfaceError,
    EngineTimeoutError,
    OSError,
    TimeoutError,
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a service's REST process is told by its deployment."""

    api: ApiSettings
    database: DatabaseSettings
    redis: RedisSettings
    deployment: DeploymentSettings
    webhooks: WebhookSettings = field(default_factory=WebhookSettings)
    calendar: CalendarSettings = field(default_factory=CalendarSettings)
    secrets: SecretSettings = field(default_factory=SecretSettings)
    files: FileSettings = field(default_factory=FileSettings)
    waits: int = 1_000
    """Most requests that wait for a case at the same time."""

    @classmethod
    def read(cls) -> Settings:
        """From the environment; raises ConfigurationError."""
        return cls(
            api=load(ApiSettings),
            database=load(DatabaseSettings),
            redis=load(RedisSettings),
            deployment=load(DeploymentSettings),
            webhooks=load(WebhookSettings),
            secrets=load(SecretSettings),
            files=load(FileSettings),
        )


class Database:
    """The service's PostgreSQL, which may be away: requests are told so in bounded time, and it is found again."""

    def __init__(self, settings: DatabaseSettings, *, name: str) -> None:
        self.pool: Pool = pool(settings, name=name)
        # The pool's pauses between attempts double; it begins anew with the next request after it has given up.
        # Each read is one statement: without a transaction around it, one trip instead of three.
        self.engine: AsyncEngine = engine(settings, name=name).execution_options(isolation_level="AUTOCOMMIT")
        self._away = False
        self._mending: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def reach(self) -> AsyncGenerator[None]:
        """Around everything that reads or writes; raises Unavailable instead of whatever the drivers raise."""
        try:
            async with asyncio.timeout(_PATIENCE_WHEN_AWAY if self._away else _PATIENCE):
                yield
        except _LOST as problem:
            if not self._away:
                _log.error("database.away", error=type(problem).__name__)
            self._away = True
            if self._mending is None or self._mending.done():
                self._mending = asyncio.create_task(self._mend())
            raise Unavailable(retry_after=_TRY_AGAIN) from None
        if self._away:
            _log.info("database.back")
        self._away = False

    async def _mend(self) -> None:
        """Throw dead connections away, so that each does not cost one request."""
        with contextlib.suppress(*_LOST):
            async with asyncio.timeout(_PATIENCE):
                await self.pool.check()

    async def close(self) -> None:
        """Let go of every connection."""
        if self._mending is not None:
            self._mending.cancel()
            await asyncio.gather(self._mending, return_exceptions=True)
        await self.pool.close()
        await self.engine.dispose()


class Parts:
    """One application's parts."""

    def __init__(self, service: Service, settings: Settings, clock: Clock) -> None:
        """Read the files that are needed; raises ConfigurationError. Nothing is connected yet."""
        self.service = service
        self.settings = settings
        self.clock = clock
        self.recognition = Recognition.load(settings.api.keys, settings.api.issuers, service=service.name, clock=clock)
        self.keyring = keyring = Keyring.of(settings.deployment.keys)
        self.database = Database(settings.database, name=f"roger-{service.name}-api")
        self.bell = Bell(settings.redis, service.name)
        self.intake = Intake(self.database.pool, keyring)
        self.singles = GroupCommit(self.database.pool, self.intake)
        self.registers = Registers(self.database.pool)
        self.evidence = EvidenceStore(self.database.pool, keyring)
        self.vault = Vault(self.database.pool, keyring, settings.secrets)
        self.files = FileStore(self.database.pool, keyring, settings.files)
        self.batches = Batches(self.database.pool, self.intake)
        self.batch_queries = BatchQueries(self.database.pool)
        self.reports = BatchReports(self.database.pool, keyring)
        self.uploads = Uploads(settings.api.uploads)
        self.access = AccessLog(self.database.pool)
        self.decisions = Decisions(self.database.pool)
        self.queries = Queries(self.database.engine, keyring)
        self.family = Family(self.database.pool, self.queries)
        self.benefits = Account(self.database.pool)
        self.worklist = Worklist(self.database.engine, self.database.pool)
        self.limits = {target.name: TargetLimits.of(target.name) for target in service.targets}
        self.openness = Openness(
            self.database.pool,
            list(service.processes.values()),
            clock=clock,
            availability={target.name: self.limits[target.name].availability(target) for target in service.targets},
        )
        self.operations = Operations(self.database.pool)
        self.diary = Diary(self.database.pool, settings.calendar.bank_days)
        self.ringer = Ringer(self.bell)
        self.endings = Endings(self.bell, self.queries.ended, limit=settings.waits)
        self.feed = Feed(self.database.pool)
        self.streams = Streams(self.feed, self.bell, self.database.reach, limit=settings.api.streams)
        self.subscriptions = Subscriptions(self.database.pool, keyring, Courier(settings.webhooks))
        self.webhook_rights = Rights(
            self.database.pool, service, keys=settings.api.keys, issuers=settings.api.issuers, clock=clock
        )
        self.backlog = Backlog(self.queries.backlog, limit=settings.api.backlog_limit)
        self.standings = Standings(self.queries.standings)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Connect, and run what goes on behind the requests. An absent PostgreSQL is waited for, not fatal."""
        await self.database.pool.open()
        behind = [
            asyncio.create_task(task, name=name)
            for name, task in {
                "listen": self.endings.listen(),
                "look": self.endings.look(),
                "ring": self.ringer.ring(),
                "streams": self.streams.read(),
                "streams_ended": self.streams.listen(),
                "streams_work": self.streams.listen_for_work(),
                "webhook_rights": self._renew_webhook_rights(),
            }.items()
        ]
        try:
            yield
        finally:
            self.endings.close()
            self.streams.close()
            await dismiss(behind)
            await self.backlog.close()
            await self.bell.close()
            await self.recognition.close()
            await self.database.close()

    async def _renew_webhook_rights(self) -> None:
        """For ever: whoever's key is taken away is told nothing more, although nobody changed their webhooks."""
        while True:
            try:
                async with self.database.reach():
                    await self.webhook_rights.renew()
            except Exception as problem:  # noqa: BLE001  whatever it was, the next look must come
                _log.warning("webhooks.rights_not_renewed", error=type(problem).__name__)
            task = asyncio.current_task()
            if task is not None and task.cancelling():  # lost on its way through the drivers
                return
            await asyncio.sleep(_RIGHTS_EVERY)

    async def ready(self) -> dict[str, bool]:
        """What this process needs to serve, and what it would like."""
        try:
            async with self.database.reach():
                stored = await self.queries.answers()
        except Unavailable:
            stored = False
        return {"postgres": stored, "redis": await self.bell.answers()}


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


WithParts = Annotated[Parts, Depends(_parts)]
