"""The errands process of a service: arq's cron prompts the errands, a supervisor makes arq anew when Redis fails.

Redis only prompts: every errand finds in PostgreSQL what there is to do, so losing a prompt delays, no more.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from typing import Any

from arq import cron
from arq.connections import ArqRedis
from arq.cron import CronJob
from arq.worker import Worker
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from common import clock, log, metrics
from common.cases.bell import Bell
from common.cases.queries import Queries
from common.cases.queue import Queue
from common.cases.sweep import sweep
from common.db.engine import engine
from common.db.pool import pool
from common.dismissal import dismiss
from common.entrusting.mobile import mobile_port
from common.entrusting.settings import SecretSettings
from common.errands.catalogue import ERRANDS
from common.errands.errand import Desk, Errand, Rounds
from common.garbage import leave_alone_what_is_loaded
from common.notices.ports import port
from common.notices.settings import NoticeSettings
from common.privacy.crypto import Keyring
from common.probes import probes, serve
from common.process import Service
from common.settings import (
    CalendarSettings,
    DatabaseSettings,
    DeploymentSettings,
    ErrandSettings,
    RedisSettings,
    WorkerSettings,
    load,
)

_log = log.get(__name__)
_RESTART_AFTER = 1.0  # seconds before arq is made anew
_REDIS_PATIENCE = 5.0  # seconds; arq sets none, and a frozen Redis would freeze whoever calls it


async def run_errands(service: Service) -> None:
    """Run the errands of a service until SIGTERM or SIGINT."""
    metrics.export(
        "errands",
        process=list(service.processes),
        target=[target.name for target in service.targets],
        schedule=list(service.schedules),
        errand=[errand.name for errand in ERRANDS],
    )
    redis = load(RedisSettings)
    name = f"roger-{service.name}-errands"
    reads = engine(load(DatabaseSettings), name=name)
    desk = _desk(service, reads, redis, name)
    rounds = Rounds(desk, ERRANDS)
    leave_alone_what_is_loaded()
    await desk.pool.open()
    tasks = [
        asyncio.create_task(task)
        for task in (
            _supervise(service, redis, rounds),
            rounds.listen(),
            rounds.watch(),
            # Workers may be scaled to zero: what the last of them left behind is still taken back.
            sweep(
                Queue(desk.pool, desk.keyring, desk.clockwork),
                desk.bell,
                desk.clockwork.sweep,
                service.processes,
            ),
            serve(probes(lambda: _ready(desk.queries)), desk.settings.host, desk.settings.probe_port),
        )
    ]
    stopped = asyncio.Event()
    for stop in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(stop, stopped.set)
    _log.info("errands.started")
    stopping = asyncio.create_task(stopped.wait())
    done, _ = await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    await dismiss([stopping, *tasks])
    await desk.bell.close()
    await desk.pool.close()
    await reads.dispose()
    _log.info("errands.stopped")
    for task in done - {stopping}:
        task.result()


def _desk(service: Service, reads: AsyncEngine, redis: RedisSettings, name: str) -> Desk:
    """What its errands share, as the deployment says."""
    deployment = load(DeploymentSettings)
    keyring, secrets = Keyring.of(deployment.keys), load(SecretSettings)
    return Desk(
        service=service,
        pool=pool(load(DatabaseSettings), name=name),
        queries=Queries(reads, keyring),
        keyring=keyring,
        bell=Bell(redis, service.name),
        notices=port(load(NoticeSettings)),
        secrets_at=secrets.address(deployment.environment) if service.entrusts else "",
        mobile=mobile_port(secrets, deployment.environment) if service.entrusts else None,
        clock=clock.system,
        settings=load(ErrandSettings),
        clockwork=load(WorkerSettings),
        bank_days=load(CalendarSettings).bank_days,
        accepts_synthetic=deployment.accepts_synthetic,
    )


async def _supervise(service: Service, redis: RedisSettings, rounds: Rounds) -> None:
    """Keep an arq worker going: it ends when Redis restarts, so a new one takes over."""
    while True:
        worker = _arq(service, redis, rounds)
        try:
            await worker.async_run()
        except (RedisError, OSError, TimeoutError) as problem:
            _log.warning("errands.no_redis", error=type(problem).__name__)
        finally:
            await _end(worker)
        await asyncio.sleep(_RESTART_AFTER)


async def _end(worker: Worker) -> None:
    try:
        async with asyncio.timeout(_REDIS_PATIENCE):
            await worker.close()
    except (RedisError, OSError, TimeoutError):
        _log.debug("errands.arq_not_closed")


def _arq(service: Service, redis: RedisSettings, rounds: Rounds) -> Worker:
    prefix = f"{service.name}:"  # two services may share one Redis
    prompts = [_prompt(prefix, errand, rounds) for errand in rounds.errands.values()]
    return Worker(
        functions=[],
        cron_jobs=prompts,
        queue_name=f"{prefix}errands",
        health_check_key=f"{prefix}health:{socket.gethostname()}:{os.getpid()}",
        redis_pool=_pool(redis, f"{prefix}errands"),
        keep_result=0,
        handle_signals=False,
        job_serializer=_to_json,
        job_deserializer=json.loads,
        log_results=False,
    )


def _prompt(prefix: str, errand: Errand, rounds: Rounds) -> CronJob:
    async def prompted(ctx: dict[Any, Any]) -> None:  # noqa: ARG001  arq hands it in by this name
        # Not waited for: arq cancels its jobs after a while.
        rounds.prompt(errand.name)

    seconds = set(range(0, 60, errand.every))
    return cron(prompted, name=f"{prefix}{errand.name}", second=seconds, run_at_startup=True, keep_result=0)


def _pool(redis: RedisSettings, queue: str) -> ArqRedis:
    connections: ConnectionPool = ConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType]
        redis.url, socket_timeout=_REDIS_PATIENCE, socket_connect_timeout=_REDIS_PATIENCE
    )
    return ArqRedis(connections, job_serializer=_to_json, job_deserializer=json.loads, default_queue_name=queue)


def _to_json(job: dict[str, Any]) -> bytes:
    return json.dumps(job).encode()


async def _ready(queries: Queries) -> dict[str, bool]:
    try:
        return {"database": await queries.answers()}
    except (SQLAlchemyError, OSError):
        return {"database": False}
