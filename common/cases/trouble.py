"""What workers find out about targets, and what follows for everybody: circuits that open and close, changed screens."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from common import log
from common.cases import alarms, operations
from common.cases.bell import Bell
from common.cases.openness import Openness
from common.cases.statements import TROUBLE as SQL
from common.db.pool import Connection
from common.errors import UiChanged
from common.notices.post import add_tasks
from common.settings import CircuitSettings

_log = log.get(__name__)
_AFTER_THE_NEXT_TRY = 1.5
"""A case that failed as the try stays away longer than the pause: the next try is another one's, where there is one.
Otherwise one case that no target can take would keep a sound one shut."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """The run that found something out."""

    case: UUID
    process: str
    fence: int
    shift: str

    @property
    def actor(self) -> str:
        return f"worker:{self.shift}"


class Trouble:
    """What one worker tells all the others, through the database; each report may be repeated."""

    def __init__(
        self,
        openness: Openness,
        settings: CircuitSettings,
        *,
        changed_screen: int = 1,
        bell: Bell | None = None,
        everywhere: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """`everywhere` names, for screens that all processes of a target meet (its sign-in), these processes."""
        self._pool, self._openness, self._settings, self._bell = openness.pool, openness, settings, bell
        self._changed_screen, self._everywhere = changed_screen, everywhere or {}
        self._met: set[tuple[str, str]] = set()

    # --- circuits -----------------------------------------------------------------------------------------------------

    async def failed(self, run: Attempt, target: str, code: str) -> float | None:
        """A target's own failure in a run. While its circuit is open, the case is not to blame.

        Gives how many seconds it should wait, at no cost, or None when the failure is the case's own to bear.
        """
        values = {"target": target, "code": code, "case": run.case, "fence": run.fence}
        values |= {"limit": self._settings.failures, "pause": self._settings.pause}
        values |= {"longest": max(self._settings.longest_pause, self._settings.pause)}
        self._openness.shaky.add(target)
        async with self._pool.connection() as connection, connection.transaction():
            tried = await (await connection.execute(SQL["probe_failed"], values)).fetchone()
            if tried is not None:
                _log.warning("circuit.still_open", target=target, code=code, pause=tried["pause"])
                return tried["pause"] * _AFTER_THE_NEXT_TRY
            row = await (await connection.execute(SQL["circuit_failed"], values)).fetchone()
            if row is None or row["opened_at"] is None:
                return None
            if row["opens"]:
                told = alarms.circuit_open(
                    target, code=code, failures=row["failures"], since=row["opened_at"].isoformat()
                )
                why = f"{row['failures']} failures in a row, the last {code}"
                await operations.note(connection, "target", target, "circuit_opened", actor=run.actor, reason=why)
                await add_tasks(connection, [told], process=run.process, about=f"circuit:{target}")
        if row["opens"]:
            _log.error("circuit.opened", target=target, code=code, failures=row["failures"])
            await self._announce()
        return 0.0

    def stands_against(self, targets: Collection[str]) -> bool:
        """Whether a success at one of these has anything to write; costs nothing, may be asked from any thread."""
        return not self._openness.shaky.isdisjoint(targets)

    async def answered(self, run: Attempt, targets: Collection[str]) -> None:
        """Targets did what a run wanted of them; written only where something stands against them."""
        for target in sorted(self._openness.shaky.intersection(targets)):
            values = {"target": target, "case": run.case, "fence": run.fence}
            async with self._pool.connection() as connection, connection.transaction():
                row = await (await connection.execute(SQL["circuit_answered"], values)).fetchone()
                closed = row is not None and row["opened_at"] is not None
                if closed:
                    await operations.note(connection, "target", target, "circuit_closed", actor=run.actor)
            if row is not None:
                self._openness.shaky.discard(target)
            if closed:
                _log.info("circuit.closed", target=target)
                await self._announce()

    # --- screens ------------------------------------------------------------------------------------------------------

    def unknown(self, process: str, screens: Collection[str]) -> list[str]:
        """Those that this worker has not yet told the others of; costs nothing, and may be asked from any thread."""
        return sorted(screen for screen in screens if (screen, process) not in self._met)

    async def met(self, process: str, screens: Sequence[str]) -> None:
        """A process has met these screens."""
        async with self._pool.connection() as connection:
            await connection.execute(SQL["screens_met"], {"process": process, "screens": list(screens)})
        self._met.update((screen, process) for screen in screens)

    async def screen_changed(self, run: Attempt, error: UiChanged, screens: Sequence[str]) -> None:
        """A case does not know a screen again: enough such cases, and whoever uses it stops until a person resumes.

        Only a case's first such run counts: it is told apart from a changed screen by the others, which then stop
        the processes themselves, so that one odd case stops them once at most.
        """
        async with self._pool.connection() as connection, connection.transaction():
            if await (await connection.execute(SQL["met_before"], {"case": run.case})).fetchone() is not None:
                return
            values = {"process": run.process, "screens": list(screens)}
            counted = await (await connection.execute(SQL["screen_strange"], values)).fetchall()
            if max((row["strangers"] for row in counted), default=self._changed_screen) < self._changed_screen:
                return
            stopped = await self._stop_users(connection, run, error, screens)
        if stopped:
            _log.error("screen.changed", screens=list(screens), why=error.message, paused=stopped)
            await self._announce()

    async def _stop_users(
        self, connection: Connection, run: Attempt, error: UiChanged, screens: Sequence[str]
    ) -> list[str]:
        found = await connection.execute(SQL["screen_users"], {"screens": list(screens)})
        users = {run.process} | {row["process"] for row in await found.fetchall()}
        users |= {process for screen in screens for process in self._everywhere.get(screen, ())}
        since = {
            process: await operations.pause(
                connection, "process", process, actor=run.actor, reason=error.message, code=error.code
            )
            for process in sorted(users)
        }
        stopped = [process for process, moment in since.items() if moment is not None]
        if stopped:
            moment = max(moment for moment in since.values() if moment is not None)
            target = screens[0].partition(".")[0] if screens else "?"
            told = alarms.screen_changed(target, what=error.message, processes=stopped, since=moment.isoformat())
            about = f"ui-changed:{screens[0] if screens else run.process}"
            await add_tasks(connection, [told], process=run.process, about=about)
        return stopped

    async def _announce(self) -> None:
        """Heed it here at once, and tell the other workers, which would see it within a second."""
        await self._openness.look()
        if self._bell is not None:
            await self._bell.gates()
