"""One browser's stretch of work: take the most urgent case, perform it, take the next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

from common import lease, log, metrics
from common.browser.session import Browser
from common.cases.bell import Bell
from common.cases.endings import Ending, behind, released
from common.cases.queue import Claimed, Turn
from common.cases.states import State
from common.db.pool import AWAY
from common.errors import Interrupted, LeaseLost, SubjectBusy
from common.process import Process
from common.worker.heartbeat import Heartbeat
from common.worker.run import Desk, perform

_log = log.get(__name__)
_AWAY = 0.5  # seconds between tries while the database is away
_KEPT_BUSY = 60.0  # seconds an account in steady use is kept from a case that needs several targets
_MAKES_ROOM = 5.0  # seconds in which a shift does not take back what it has just let go of for somebody else
_GATHERING = 0.05  # seconds in which further ends become one message; the first is told at once
_MEASURED_EVERY = 5.0  # seconds between looks at a browser's memory: each goes through every process of the machine

Ended = tuple[Claimed, Ending]


class Announcer:
    """Tells whoever waits that cases have ended: many ends in one message, and no shift waits for it."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._ended: list[Claimed] = []
        self._something = asyncio.Event()

    def ended(self, case: Claimed) -> None:
        self._ended.append(case)
        self._something.set()

    async def announce(self) -> None:
        """Ring for what has ended, for ever."""
        while True:
            await self._something.wait()
            self._something.clear()
            told, self._ended = self._ended, []
            await self._bell.ended([case.id for case in told])
            await asyncio.sleep(_GATHERING)


class Shift:
    """The loop of one shift. It is never cancelled: `drain` lets it end its run and stop."""

    def __init__(
        self,
        name: str,
        *,
        desk: Desk,
        processes: Sequence[Process],
        browser: Browser,
        heartbeat: Heartbeat,
        announcer: Announcer,
    ) -> None:
        self.name = name
        self.wake = asyncio.Event()
        self._desk, self._browser, self._heartbeat, self._announcer = desk, browser, heartbeat, announcer
        self._processes = {process.name: process for process in processes}
        self._left_alone: dict[str, float] = {}
        self._draining = False
        self._measured_at = float("-inf")
        # A browser belongs to one thread; this one also keeps a run from starving any other shift's.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    def drain(self) -> None:
        """Claim nothing more; the run that goes on may end."""
        self._draining = True
        self.wake.set()

    async def work(self) -> None:
        """Take case after case until the shift is drained; then nothing of it is left."""
        ended: Ended | None = None
        try:
            while ended is not None or not self._draining:
                self.wake.clear()
                turn = await self._visit(ended)
                if ended is not None:
                    self._report(*ended, turn)
                ended = None
                if turn.claimed is not None:
                    ended = await self._perform(turn.claimed)
                elif not self._draining:
                    await self._make_room()
                    if turn.starved is None:
                        await self._idle()
        finally:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._browser.close)
            self._thread.shutdown(wait=False)
            await self._release_accounts()

    async def _visit(self, ended: Ended | None) -> Turn:
        """Give back a finished run and take the next case, waiting out a database that is away."""
        while True:
            try:
                turn = await self._turn(ended)
            except AWAY:
                _log.warning("shift.no_database", shift=self.name)
                if ended is not None:
                    return Turn(finished=await self._finish(ended), claimed=None)
                if self._draining:
                    return Turn(finished=True, claimed=None)
                await asyncio.sleep(_AWAY)
                continue
            if turn.starved is not None:
                self._left_alone[turn.starved] = lease.now() + turn.wait
            return turn

    async def _turn(self, ended: Ended | None) -> Turn:
        queue, probe = self._desk.queue, None if self._draining else self._desk.openness.next_probe()
        if probe is None:
            return await queue.turn(self.name, self._open(), ended)
        # Before all other work: however much of that there is, somebody must find out whether a target is back.
        finished = ended is None or await queue.finish(self.name, *ended)
        claimed = await queue.probe(self.name, probe)
        if claimed is not None:
            return Turn(finished=finished, claimed=claimed)
        return replace(await queue.turn(self.name, self._open()), finished=finished)

    async def _finish(self, ended: Ended) -> bool:
        try:
            return await self._desk.queue.finish(self.name, *ended)
        except AWAY:
            # The lease has run out by now: the sweep gives the case to somebody else, who looks before acting.
            return False

    def _open(self) -> list[Process]:
        if self._draining or self._heartbeat.wanted(self.name, longer_than=_KEPT_BUSY):
            return []
        moment = lease.now()
        return [each for each in self._desk.openness.processes if self._left_alone.get(each.name, 0) < moment]

    async def _make_room(self) -> None:
        """Let go of accounts that somebody who needs several targets waits for, signed out first.

        Two shifts that each keep one of two accounts warm would starve every case that needs both.
        """
        wanted = self._heartbeat.wanted(self.name)
        if not wanted:
            return
        await asyncio.get_running_loop().run_in_executor(self._thread, self._browser.leave, wanted)
        try:
            await self._desk.queue.release_accounts(self.name, wanted)
        except AWAY:
            return  # still ours; the next case signs in again
        self._heartbeat.given(self.name)
        until = lease.now() + _MAKES_ROOM
        for process in self._desk.openness.processes:
            names = {target.name for target in process.targets}
            if len(names) == 1 and names <= wanted:
                self._left_alone[process.name] = until

    async def _idle(self) -> None:
        metrics.SHIFTS.labels("idle").inc()
        moment = lease.now()
        waits = [until - moment for until in self._left_alone.values() if until > moment]
        try:
            async with asyncio.timeout(min([self._desk.settings.poll, *waits])):
                await self.wake.wait()
        except TimeoutError:
            pass
        finally:
            metrics.SHIFTS.labels("idle").dec()

    async def _perform(self, case: Claimed) -> Ended | None:
        process = self._processes[case.process]
        loop = asyncio.get_running_loop()
        metrics.CLAIMED.labels(case.process).inc()
        metrics.PICKUP_SECONDS.labels(case.process).observe(max(0.0, (case.claimed_at - case.ready_at).total_seconds()))
        metrics.SHIFTS.labels("running").inc()
        began = lease.now()
        try:
            with self._heartbeat.keeping(case, self._browser.kill) as held:
                ending = await loop.run_in_executor(
                    self._thread, perform, process, case, held, self._browser, self._desk
                )
        except LeaseLost:
            # The run itself may have noticed before the guard did; its browser must not outlive its lease either way.
            self._browser.kill()
            metrics.LEASES_LOST.labels(case.process).inc()
            _log.warning("run.lease_lost", case=str(case.id), fence=case.fence)
            return None
        except SubjectBusy as busy:
            ending = behind(busy.lock)
        except Interrupted:
            ending = released("DRAINED", process.settle.total_seconds())
        finally:
            metrics.SHIFTS.labels("running").dec()
            metrics.RUN_SECONDS.labels(case.process).observe(lease.now() - began)
            if process.targets:
                # Meanwhile the next case is claimed; its run queues up behind this in the same thread.
                loop.run_in_executor(self._thread, self._tidy)
        return case, ending

    def _tidy(self) -> None:
        self._browser.collect()
        number = self.name.rpartition("-")[2]
        metrics.BROWSER_CASES.labels(number).set(self._browser.cases)
        if lease.now() - self._measured_at >= _MEASURED_EVERY:
            self._measured_at = lease.now()
            metrics.BROWSER_MEMORY.labels(number).set(self._browser.memory)

    def _report(self, case: Claimed, ending: Ending, turn: Turn) -> None:
        if not turn.finished:
            metrics.LEASES_LOST.labels(case.process).inc()
            _log.warning("run.too_late", case=str(case.id), fence=case.fence)
            return
        metrics.ENDED.labels(case.process, ending.state, ending.label).inc()
        _log.info(
            "run.ended",
            case=str(case.id),
            process=case.process,
            fence=case.fence,
            to=ending.state,
            code=ending.label,
            seconds=round((datetime.now(UTC) - case.claimed_at).total_seconds(), 3),
        )
        if ending.state is not State.QUEUED:
            self._announcer.ended(case)

    async def _release_accounts(self) -> None:
        try:
            await self._desk.queue.release_accounts(self.name)
        except AWAY:
            _log.warning("shift.accounts_kept", shift=self.name)
