"""Looking at the screens of a service before its night: with a free robot account of each target, and letting go of it."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from common import clock, log
from common.browser.drift import LookedAt, look
from common.browser.drift_report import DriftReport, TargetReport
from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.browser.target import WebTarget
from common.cases import alarms
from common.cases.openness import Openness, Picture, Why
from common.cases.queue import Queue
from common.db.pool import AWAY, Pool, pool
from common.errors import (
    AccountOut,
    ApplicationException,
    BrowserFailed,
    ConfigurationError,
    Interrupted,
    LeaseLost,
    StopSignal,
    TargetTimeout,
)
from common.lease import Lease, now
from common.notices.post import add_tasks
from common.privacy.crypto import Keyring
from common.process import Service
from common.settings import DatabaseSettings, DeploymentSettings, TargetSettings, WorkerSettings, load
from common.target import Account
from common.worker.accounts import introduce, mounted, names_of

_log = log.get(__name__)
_ASKS_AGAIN = 0.5  # seconds between looks for an account that is free
_LOOKED_PAST = Why.CIRCUIT_OPEN
"""What keeps nobody from looking: a target that failed may be back."""


async def check_screens(
    service: Service, only: str | None = None, *, wait: float = 90.0, tell: bool = False
) -> DriftReport:
    """Look at the pages that a service's targets declare, of one target or of all.

    Waits so many seconds for an account that nobody uses. With `tell`, who runs the robot gets a task for each target that
    has changed. Raises ConfigurationError for a target that is not there or declares no page, and for missing settings.
    """
    targets = _chosen(service, only)
    settings, keyring = load(WorkerSettings), Keyring.of(load(DeploymentSettings).keys)
    located = {target.name: TargetSettings.of(target.name) for target in targets}
    accounts = mounted(located)
    async with pool(load(DatabaseSettings), name=f"roger-{service.name}-screens", size=2) as database:
        queue = Queue(database, keyring, settings, names_of(accounts))
        await introduce(queue, accounts, keyring)
        availability = {target.name: located[target.name].availability(target) for target in targets}
        picture = await Openness(database, [], clock=clock.system, availability=availability).read()
        reports: list[TargetReport] = []
        for target in targets:
            own = {name: account for (of, name), account in accounts.items() if of == target.name}
            visit = _Visit(service, target, located[target.name].url, own, queue, settings, load(BrowserSettings))
            reports.append(await visit.report(picture, wait))
            if tell and reports[-1].drifted:
                await _tell(database, service, target, reports[-1])
    return DriftReport(service=service.name, at=clock.system(), targets=reports)


def _chosen(service: Service, only: str | None) -> list[WebTarget]:
    looks = {each.name: each for each in service.targets if isinstance(each, WebTarget) and each.looks}
    if only is not None and only not in looks:
        raise ConfigurationError(
            f"{service.name} has no screens to look at in {only}: it has them in {', '.join(looks)}"
        )
    return [looks[only]] if only is not None else list(looks.values())


@dataclass(frozen=True)
class _Visit:
    """One target, looked at with an account of it."""

    service: Service
    target: WebTarget
    address: str
    accounts: Mapping[str, Account]
    queue: Queue
    settings: WorkerSettings
    browsers: BrowserSettings

    async def report(self, picture: Picture, wait: float) -> TargetReport:
        """Look at it, unless it is paused or closed, or no account becomes free in time."""
        name = self.target.name
        shut = [each for each in picture.at_target(self.target) if each.why is not _LOOKED_PAST]
        if shut:
            return TargetReport(target=name, trouble=shut[0].sentence)
        holder = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}-screens"
        try:
            leased = await self._leased(holder, now() + wait)
            if leased is None:
                return TargetReport(target=name, trouble=f"no account became free within {wait:g} seconds")
            return await self._held(holder, *leased)
        finally:
            await self.queue.release_accounts(holder)

    async def _leased(self, holder: str, until: float) -> tuple[Account, Lease] | None:
        while True:
            started = now()
            name = await self.queue.lease_account(holder, self.target)
            if name is not None:
                held = Lease(fence=0, started=started, seconds=self.settings.lease, margin=self.settings.margin)
                return self.accounts[name], held
            if started >= until:
                return None
            await asyncio.sleep(_ASKS_AGAIN)

    async def _held(self, holder: str, account: Account, held: Lease) -> TargetReport:
        """Look around in a thread, as a shift does, while the account's lease is kept."""
        browser = Browser(self.browsers, {self.target.name: self.address})
        keeping = asyncio.create_task(self._keep(holder, account, held, browser))
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=holder)
        looking = asyncio.get_running_loop().run_in_executor(thread, _look, self.target, browser, account, held)
        try:
            report, refused = await asyncio.shield(looking)
        finally:
            keeping.cancel()
            if not looking.done():
                held.end(Interrupted)
                browser.kill()
                await asyncio.wait([looking])
        if refused:
            process = next(each.name for each in self.service.processes.values() if self.target in each.targets)
            await self.queue.account_out(self.target.name, account.name, process=process)
        return report

    async def _keep(self, holder: str, account: Account, held: Lease, browser: Browser) -> None:
        """Extend the lease of the account, for ever; one that somebody else has got is left at once."""
        while True:
            await asyncio.sleep(self.settings.heartbeat)
            started = now()
            try:
                still = await self.queue.lease_account(holder, self.target) == account.name
            except AWAY:
                _log.warning("screens.no_database", target=self.target.name)
                continue
            if not still:
                held.end(LeaseLost)
                browser.kill()
                return
            held.extended(started=started)


def _look(target: WebTarget, browser: Browser, account: Account, hold: Lease) -> tuple[TargetReport, bool]:
    """What the pages showed, and whether the account was refused; runs in a thread of its own, and ends the browser."""
    pages: list[LookedAt] = []
    trouble, refused = "", False
    try:
        try:
            _collect(pages, target, browser, account, hold)
        except (TargetTimeout, BrowserFailed):
            # As with a case, once is nobody's fault.
            browser.recycle()
            _collect(pages, target, browser, account, hold)
    except AccountOut:
        trouble, refused = f"the password of {account.name} was refused: the account is out until it has another", True
    except ApplicationException as failed:
        trouble = f"{failed.code}: {log.told(failed)}"
    except StopSignal as stopped:
        trouble = f"it was broken off ({type(stopped).__name__})"
    finally:
        browser.close()
    return TargetReport(target=target.name, account=account.name, pages=tuple(pages), trouble=trouble), refused


def _collect(pages: list[LookedAt], target: WebTarget, browser: Browser, account: Account, hold: Lease) -> None:
    """What was seen stays when the rest fails."""
    pages.clear()
    for looked in look(target.looks, browser, account, hold):
        pages.append(looked)  # noqa: PERF402


async def _tell(database: Pool, service: Service, target: WebTarget, report: TargetReport) -> None:
    users: Sequence[str] = [each.name for each in service.processes.values() if target in each.targets]
    told = alarms.screens_drifted(target.name, what=report.drifted, processes=users, day=clock.system().date())
    async with database.connection() as connection:
        await add_tasks(connection, [told], process=users[0], about=f"screens:{target.name}")
