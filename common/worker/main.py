"""The worker process of a service: its shifts, their heartbeat, the sweep, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from common import clock, log, metrics
from common.browser.screen import screen_name
from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.browser.target import WebTarget
from common.cases.bell import GATES, Bell
from common.cases.checkpoints import Checkpoints
from common.cases.evidence import EvidenceStore
from common.cases.ledger import Ledger
from common.cases.openness import Openness
from common.cases.queue import Queue
from common.cases.registers import Registers
from common.cases.states import State
from common.cases.sweep import sweep
from common.cases.trouble import Trouble
from common.db.pool import AWAY, Pool, pool
from common.dismissal import dismiss
from common.entrusting.settings import SecretSettings
from common.entrusting.vault import Vault
from common.errors import ApplicationException, BusinessException, ConfigurationError, Interrupted, codes
from common.files.case_files import CaseFiles
from common.files.settings import FileSettings
from common.files.storage import Storage
from common.outcome import OutcomeCode
from common.privacy.crypto import Keyring
from common.probes import probes, serve
from common.process import Service
from common.settings import (
    CircuitSettings,
    DatabaseSettings,
    DeploymentSettings,
    Environment,
    EvidenceSettings,
    RedisSettings,
    TargetSettings,
    WorkerSettings,
    load,
)
from common.worker.accounts import Accounts, introduce, mounted, names_of
from common.worker.evidence import Witnessing
from common.worker.heartbeat import Heartbeat
from common.worker.run import Desk
from common.worker.shift import Announcer, Shift

_log = log.get(__name__)
_UNTIL_BACK = 1.0  # seconds between looks for an absent database
_LAST_WORDS = 15.0  # seconds a run gets to end after its browser was killed


async def work(service: Service) -> None:
    """Run the worker of a service until SIGTERM or SIGINT; raises ConfigurationError for what is missing."""
    settings = load(WorkerSettings)
    _show(service, settings.shifts)
    deployment = load(DeploymentSettings)
    keyring = Keyring.of(deployment.keys)
    targets = {target.name: TargetSettings.of(target.name) for target in service.targets}
    accounts = mounted(targets)
    _check_clockwork(service, settings, load(BrowserSettings).budget)
    database = pool(load(DatabaseSettings), name=f"roger-{service.name}-worker", size=settings.shifts + 3)
    bell = Bell(load(RedisSettings), service.name)
    paces = {target.name: targets[target.name].paced(target) for target in service.targets}
    queue = Queue(database, keyring, settings, names_of(accounts), paces)
    openness = _openness(service, database, targets, accounts)
    vault = _vault(service, database, keyring, deployment.environment)
    storage = _storage(service, deployment.environment)
    try:
        await database.open()
        await _reach(lambda: introduce(queue, accounts, keyring))
        await _reach(openness.look)
        desk = Desk(
            queue=queue,
            checkpoints=Checkpoints(database),
            registers=Registers(database),
            ledger=Ledger(database, keyring),
            vault=vault,
            files=CaseFiles(database, keyring),
            storage=storage,
            openness=openness,
            trouble=_trouble(service, settings, openness, bell),
            witnessing=_witnessing(database, keyring),
            accounts=accounts,
            production=frozenset(name for name, found in targets.items() if found.production),
            accepts_synthetic=deployment.accepts_synthetic,
            settings=settings,
            clock=clock.system,
            loop=asyncio.get_running_loop(),
        )
        await _run(service, desk, database, bell, {name: found.url for name, found in targets.items()})
    finally:
        storage.close()
        await bell.close()
        await database.close()


async def _reach(ask: Callable[[], Awaitable[object]]) -> None:
    """Ask the database for what a worker begins with; one that is away is waited for, as it is later on."""
    while True:
        try:
            await ask()
        except AWAY:
            _log.warning("worker.no_database")
            await asyncio.sleep(_UNTIL_BACK)
        else:
            return


async def _run(service: Service, desk: Desk, database: Pool, bell: Bell, addresses: dict[str, str]) -> None:
    settings = desk.settings
    # Unique for ever: a worker that starts anew must not take its predecessor's accounts for its own.
    name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
    names = [f"{name}-{number}" for number in range(1, settings.shifts + 1)]
    heartbeat, announcer = Heartbeat(desk.queue, settings, names), Announcer(bell)
    browser_settings = load(BrowserSettings)
    shifts = [
        Shift(
            shift,
            desk=desk,
            processes=list(service.processes.values()),
            browser=Browser(browser_settings, addresses),
            heartbeat=heartbeat,
            announcer=announcer,
        )
        for shift in names
    ]
    platform: list[asyncio.Task[Any]] = [
        asyncio.create_task(task, name=label)
        for label, task in {
            "heartbeat": heartbeat.beat(),
            "guard": heartbeat.guard(),
            "sweep": sweep(desk.queue, bell, settings.sweep, service.processes),
            "announcer": announcer.announce(),
            "bell": _wake(bell, desk.openness, shifts),
            "openness": desk.openness.watch(lambda: _rouse(shifts)),
            "probes": serve(probes(lambda: _ready(database)), settings.host, settings.probe_port),
        }.items()
    ]
    working = [asyncio.create_task(shift.work(), name=shift.name) for shift in shifts]
    # Waited for as a task of the platform: whichever ends first, all shifts are drained.
    platform.append(asyncio.create_task(_stop_asked_for().wait(), name="stop"))
    _log.info("worker.started", shifts=settings.shifts, processes=sorted(service.processes))
    try:
        await _until_drained(working, platform, heartbeat, settings.grace, shifts)
    finally:
        await dismiss(platform)
    _log.info("worker.stopped")


async def _until_drained(
    working: list[asyncio.Task[None]],
    platform: Sequence[asyncio.Task[object]],
    heartbeat: Heartbeat,
    grace: float,
    shifts: list[Shift],
) -> None:
    """Wait for the shifts to end; a part of the platform that dies takes the worker down in good order."""
    done, _ = await asyncio.wait([*working, *platform], return_when=asyncio.FIRST_COMPLETED)
    _log.info("worker.draining", grace=grace)
    for shift in shifts:
        shift.drain()
    _, late = await asyncio.wait(working, timeout=grace)
    if late:
        heartbeat.interrupt(Interrupted)
        _, late = await asyncio.wait(late, timeout=_LAST_WORDS)
    if late:
        # A process that hangs outside its browser cannot be stopped from within; its lease runs out.
        _log.error("worker.hung", shifts=[task.get_name() for task in late])
        os._exit(1)
    for task in [*done, *working]:
        if not task.cancelled() and (problem := task.exception()):
            raise problem


def _show(service: Service, shifts: int) -> None:
    processes, targets = list(service.processes), [target.name for target in service.targets]
    numbers = [str(number) for number in range(1, shifts + 1)]
    metrics.export("worker", process=processes, target=targets, shift=numbers)
    # Workers come and go: without a zero, the first end of each sort in each of them would be missed.
    for process in processes:
        for outcome in OutcomeCode:
            metrics.ENDED.labels(process, State.DONE, outcome)
        for code in codes(BusinessException) | codes(ApplicationException):
            metrics.ENDED.labels(process, State.MANUAL, code)
    for target in targets:
        for code in codes(ApplicationException):
            metrics.TARGET_FAILURES.labels(target, code)


def _stop_asked_for() -> asyncio.Event:
    """Set by SIGTERM and SIGINT."""
    asked = asyncio.Event()
    for stop in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(stop, asked.set)
    return asked


async def _wake(bell: Bell, openness: Openness, shifts: list[Shift]) -> None:
    async for message in bell.hear_work():
        if message == GATES:
            with contextlib.suppress(*AWAY):
                await openness.look()
        _rouse(shifts)


def _rouse(shifts: list[Shift]) -> None:
    for shift in shifts:
        shift.wake.set()


async def _ready(database: Pool) -> dict[str, bool]:
    try:
        async with database.connection(timeout=2) as connection:
            await connection.execute("select 1")
    except AWAY:
        return {"database": False}
    return {"database": True}


def _check_clockwork(service: Service, settings: WorkerSettings, budget: float) -> None:
    for target in service.targets:
        settle = target.settle.total_seconds()
        if settings.margin < settle:
            raise ConfigurationError(
                f"ROGER_WORKER_MARGIN ({settings.margin} s) must be at least the settle time of {target.name} "
                f"({settle} s): what a frozen robot clicked last must have taken effect before the next one looks"
            )
        if settings.lease < settings.margin + settings.heartbeat + budget + settle:
            raise ConfigurationError(
                f"ROGER_WORKER_LEASE ({settings.lease} s) must hold the margin ({settings.margin} s), a heartbeat "
                f"({settings.heartbeat} s), ROGER_BROWSER_BUDGET ({budget} s) and the settle time of {target.name} "
                f"({settle} s): otherwise no command ever fits before a run's deadline"
            )


def _witnessing(database: Pool, keyring: Keyring) -> Witnessing | None:
    settings = load(EvidenceSettings)
    return Witnessing(store=EvidenceStore(database, keyring), settings=settings) if settings.keep else None


def _vault(service: Service, database: Pool, keyring: Keyring, environment: Environment) -> Vault | None:
    if not service.entrusts:
        return None
    settings = load(SecretSettings)
    settings.address(environment)  # nothing is made that nobody could fetch
    return Vault(database, keyring, settings)


def _storage(service: Service, environment: Environment) -> Storage:
    """Where nobody is developing, what cases hold never reaches a disk in the clear."""
    required = service.takes_files and environment is not Environment.DEVELOPMENT
    return Storage(load(FileSettings).folder, in_memory=required)


def _openness(
    service: Service,
    database: Pool,
    targets: dict[str, TargetSettings],
    accounts: Accounts,
) -> Openness:
    return Openness(
        database,
        list(service.processes.values()),
        clock=clock.system,
        availability={target.name: targets[target.name].availability(target) for target in service.targets},
        mounted=names_of(accounts),
    )


def _trouble(service: Service, settings: WorkerSettings, openness: Openness, bell: Bell) -> Trouble:
    return Trouble(
        openness,
        load(CircuitSettings),
        changed_screen=settings.changed_screen,
        bell=bell,
        everywhere=_met_by_all(service),
    )


def _met_by_all(service: Service) -> dict[str, list[str]]:
    """Screens that every process of a target meets sooner or later, though a warm session spares it: its sign-in."""
    return {
        screen_name(target.sign_in_screen): [p.name for p in service.processes.values() if target in p.targets]
        for target in service.targets
        if isinstance(target, WebTarget) and target.sign_in_screen is not None
    }
