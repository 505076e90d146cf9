"""Sends people the links to their secrets, erases what nobody fetched in time, and tells whoever must do something."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from common import log, metrics
from common.clock import OSLO
from common.db.pool import Pool
from common.entrusting.mobile import MobilePort, TextMessage
from common.entrusting.vault import SQL
from common.notices.post import tell_of_cases
from common.notices.signed_post import NotSent
from common.privacy.crypto import Keyring, Unreadable
from common.task import Task

PATH = "/hemmelighet"
"""Where the page is that a link leads to."""
OPERATIONS = "robot-operations"
_log = log.get(__name__)
_LEASE = 60.0  # seconds one attempt may take
_PAUSES = (10.0, 30.0, 120.0, 300.0, 900.0, 1800.0)
"""Seconds between attempts; the last one again and again, until the link ends."""
_TOLD_AT = 5
"""After so many attempts, a good twenty minutes, somebody is asked to look: then there is still time."""
_CHUNK = 100


class Messenger:
    """What goes on behind the secrets that wait for people. Everything is found in the rows, so it may run anywhere."""

    def __init__(self, pool: Pool, keyring: Keyring, port: MobilePort | None, *, address: str) -> None:
        """`address` is where people reach the page; without a port nothing is sent."""
        self._pool, self._keyring, self._port, self._address = pool, keyring, port, address

    async def send_all(self, now: datetime) -> int:
        """Send what waits, one after the other; gives how many left."""
        sent = 0
        while self._port is not None and (row := await self._lease(now)) is not None:
            try:
                await self._port.send(self._message(row))
            except NotSent as problem:
                await self._put_off(row, problem.code, now)
            except Unreadable:
                await self._put_off(row, Unreadable.code, now)
            else:
                sent += 1
                metrics.TEXT_MESSAGES.labels("sent").inc()
                async with self._pool.connection() as connection:
                    await connection.execute(SQL["sent"], {"id": row["id"], "now": now})
        return sent

    async def expire(self, now: datetime) -> int:
        """Erase the secrets whose time is over, and say so where it matters; gives how many."""
        erased = 0
        while True:
            async with self._pool.connection() as connection, connection.transaction():
                cursor = await connection.execute(SQL["expire"], {"now": now, "limit": _CHUNK})
                rows = await cursor.fetchall()
                await tell_of_cases(connection, [(row["case_id"], _not_fetched(row)) for row in rows])
            erased += len(rows)
            if len(rows) < _CHUNK:
                break
        if erased:
            _log.info("secrets.expired", secrets=erased)
        return erased

    async def _lease(self, now: datetime) -> dict[str, Any] | None:
        async with self._pool.connection() as connection:
            return await (await connection.execute(SQL["lease"], {"now": now, "lease": _LEASE})).fetchone()

    def _message(self, row: dict[str, Any]) -> TextMessage:
        sealed: dict[str, str] = self._keyring.open_key(row["id"], row["key"]).open_json("message", row["message"])
        until = row["expires_at"].astimezone(OSLO)
        text = (
            f"Hei! Passordet ditt til {row['about']} er klart. Det vises bare én gang, "
            f"og senest {until:%d.%m. kl. %H.%M}: {self._address}{PATH}/{sealed['token']} "
            "Du må bytte det første gang du logger inn."
        )
        return TextMessage(id=row["id"], to=sealed["to"], text=text)

    async def _put_off(self, row: dict[str, Any], code: str, now: datetime) -> None:
        attempts: int = row["attempts"]
        pause = _PAUSES[min(attempts, len(_PAUSES)) - 1]
        _log.warning("text_message.not_sent", case=str(row["case_id"]), message=str(row["id"]), code=code)
        metrics.TEXT_MESSAGES.labels("put_off").inc()
        values = {"id": row["id"], "code": code, "now": now, "pause": pause}
        async with self._pool.connection() as connection, connection.transaction():
            waits = await (await connection.execute(SQL["not_sent"], values)).fetchone()
            if waits is not None and attempts == _TOLD_AT:
                await tell_of_cases(connection, [(row["case_id"], _not_sent(row, code))])


def _not_sent(row: dict[str, Any], code: str) -> Task:
    until = row["expires_at"].astimezone(OSLO)
    return Task(
        name=f"secret-not-sent:{row['id']}",
        role=OPERATIONS,
        title=f"Melding om passord til {row['about']} kommer ikke fram",
        text=f"Roger har satt et passord, men får ikke sendt lenken til personens mobil ({code}). Roger prøver videre "
        f"til {until:%d.%m. kl. %H.%M}. Kontroller SMS-tjenesten. Lykkes det ikke innen da, må personen få et nytt passord i systemet.",
    )


def _not_fetched(row: dict[str, Any]) -> Task:
    if row["sent_at"] is None:
        why = f"Lenken ble aldri sendt ({row['code'] or 'ikke forsøkt'})."
    else:
        why = f"Lenken ble sendt {row['sent_at'].astimezone(OSLO):%d.%m. kl. %H.%M}, men ingen åpnet den i tide."
    return Task(
        name=f"secret-not-fetched:{row['id']}",
        role=OPERATIONS,
        title=f"Passordet til {row['about']} ble ikke hentet",
        text=f"{why} Passordet er slettet hos Roger, og ingen kjenner det. "
        "Gi personen et nytt passord i systemet hvis kontoen skal brukes; Roger lager ikke et nytt.",
    )
