"""Secrets in PostgreSQL, from the moment one has been given to a target until its person has seen it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuids
from pydantic import SecretStr

from common import log
from common.cases.checkpoints import place
from common.cases.queue import Claimed
from common.db.pool import Pool, named_sql
from common.entrusting.entrusted import Entrusted
from common.entrusting.secret import new_secret
from common.entrusting.settings import SecretSettings
from common.errors import LeaseLost
from common.privacy.crypto import Keyring
from common.run import Checkpoint

SQL = named_sql("common.entrusting", "entrusting.sql")
_log = log.get(__name__)
_TOKEN = 32  # bytes: nobody guesses one
_LONGEST_TOKEN = 64  # characters; whatever is longer is none


@dataclass(frozen=True, kw_only=True)
class Revealed:
    """A secret that is shown now, and is nowhere else any more."""

    secret: SecretStr
    about: str


class Vault:
    """Keeps secrets for people; each is sealed under a key of its own, which is erased with it."""

    def __init__(self, pool: Pool, keyring: Keyring, settings: SecretSettings) -> None:
        self._pool, self._keyring, self._settings = pool, keyring, settings

    def new_secret(self) -> SecretStr:
        """As the deployment wants them."""
        return new_secret(self._settings.length)

    def sealed(self, entrusted: Entrusted, now: datetime) -> dict[str, Any]:
        """The row of a secret, behind a link that is made here; to be kept as often as it takes."""
        secret, token = uuids.uuid7(), secrets.token_urlsafe(_TOKEN)
        key = self._keyring.new_key(secret)
        return {
            "id": secret,
            "about": entrusted.about,
            "token": self._keyring.blind("entrusted", token),
            "key": key.wrapped,
            "secret": key.seal("secret", entrusted.secret.get_secret_value().encode()),
            "message": key.seal_json("message", {"to": entrusted.to, "token": token}),
            "made_at": now,
            "expires_at": now + timedelta(hours=self._settings.hours),
        }

    async def keep(self, case: Claimed, checkpoint: Checkpoint, row: dict[str, Any]) -> None:
        """Store a sealed secret together with the checkpoint that says so; raises LeaseLost."""
        values = row | {
            "case": case.id,
            "fence": case.fence,
            "name": checkpoint.name,
            "mark": checkpoint.mark,
            "value": case.key.seal_json(place(case, checkpoint.name), checkpoint.value),
        }
        async with self._pool.connection() as connection:
            if await (await connection.execute(SQL["keep"], values)).fetchone() is None:
                raise LeaseLost

    async def reveal(self, token: str, now: datetime) -> Revealed | None:
        """The secret behind a link, once; None for a link that is wrong, used or over. Raises Unreadable."""
        if len(token) > _LONGEST_TOKEN:
            return None
        values = {"tokens": self._keyring.blind_all("entrusted", token), "now": now}
        async with self._pool.connection() as connection, connection.transaction():
            row = await (await connection.execute(SQL["find"], values)).fetchone()
            if row is None:
                return None
            secret: UUID = row["id"]
            # Before it is burnt: what cannot be opened now may be once its key is back.
            opened = self._keyring.open_key(secret, row["key"]).open("secret", row["secret"])
            await connection.execute(SQL["burn"], {"id": secret, "now": now})
        _log.info("secret.revealed", case=str(row["case_id"]), entrusted=str(secret))
        return Revealed(secret=SecretStr(opened.decode()), about=row["about"])
