"""What the callers of webhooks may see now: a webhook shows no more than its caller's key would, were it shown now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from common import log
from common.clock import Clock
from common.db.pool import Pool
from common.errors import ConfigurationError
from common.identity.issuers import Issuer, read_issuers
from common.identity.keys import Entry, read_entries
from common.process import Service
from common.webhooks.outbox import SQL
from common.webhooks.subscriptions import Owner

_log = log.get(__name__)


class Rights:
    """Renews what is recorded with webhooks from the files that say who may call.

    Whose rights come with a token, only the provider knows: such a caller's webhooks keep what they were set up with,
    as long as a provider that is believed may name somebody so.
    """

    def __init__(self, pool: Pool, service: Service, *, keys: Path | None, issuers: Path | None, clock: Clock) -> None:
        self._pool, self._service, self._clock = pool, service, clock
        self._keys, self._issuers = keys, issuers

    async def renew(self) -> int:
        """Hold every webhook against its caller's rights now; how many changed. What cannot be read changes nothing."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(SQL["callers"])).fetchall()
        if not rows:
            return 0
        try:
            entries, issuers = self._read()
        except ConfigurationError as wrong:
            _log.error("webhooks.rights_not_read", reason=wrong.message)
            return 0
        changed = 0
        for name in [row["caller"] for row in rows]:
            owner = self._owner(name, entries, issuers)
            if owner is None:
                continue
            async with self._pool.connection() as connection:
                changed += (await connection.execute(SQL["renew"], owner.rights)).rowcount
        if changed:
            _log.info("webhooks.rights_changed", webhooks=changed)
        return changed

    def _read(self) -> tuple[Collection[Entry], Sequence[Issuer]]:
        entries: list[Entry] = [] if self._keys is None else list(read_entries(self._keys).values())
        return entries, () if self._issuers is None else read_issuers(self._issuers)

    def _owner(self, name: str, entries: Collection[Entry], issuers: Collection[Issuer]) -> Owner | None:
        """What that caller may see now, by any of its keys; None when that is not for us to know."""
        now = self._clock()
        own = [
            entry.of(self._service.name)
            for entry in entries
            if entry.caller == name and (entry.expires is None or entry.expires > now)
        ]
        if not own and any(_may_name(issuer, name) for issuer in issuers):
            return None
        keepers = [caller for caller in own if caller.keeps_webhooks]
        readable = {process for caller in keepers for process in caller.readable(self._service.processes)}
        return Owner(caller=name, reads_all=any(caller.reads_all for caller in keepers), processes=readable)


def _may_name(issuer: Issuer, name: str) -> bool:
    return name in issuer.callers.values() or name.startswith(f"{issuer.name}/")
