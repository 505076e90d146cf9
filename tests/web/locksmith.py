"""A service that makes secrets: its target is a folder, in which what was set last is what holds."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from common import log
from common.errors import TargetTimeout
from common.norway.phone import MobileNumber
from common.process import CaseInput, Outcome, OutcomeCode, Retention, Run, Service

_log = log.get(__name__)
locksmith = Service("town", title="Locksmith", entrusts=True)


class Key(CaseInput):
    """Who gets a key."""

    mobile: MobileNumber
    way: str = "at once"


class Safe:
    """What the robot works in: every secret it was given, a line each."""

    def __init__(self, folder: Path) -> None:
        self.given, self.stands = folder / "given", folder / "stands"

    @property
    def secrets(self) -> list[str]:
        return self.given.read_text().splitlines() if self.given.exists() else []

    def set(self, secret: SecretStr, way: str) -> None:
        """It holds from now on; what is told else happens after the first one has been set."""
        with self.given.open("a") as lines:
            lines.write(f"{secret.get_secret_value()}\n")
        if len(self.secrets) > 1:
            return
        if way == "stands still":
            os.mkfifo(self.stands)
            self.stands.read_text()  # nobody ever writes
        if way == "fails":
            raise TargetTimeout(f"no answer to {secret}")
        if way == "careless":
            _log.info("key.set", secret=secret, all=[secret], text=f"{secret!r}")
            raise ValueError(secret, f"{secret}")


@locksmith.process("keys", targets=[], manual_minutes=1, due=timedelta(days=1), retention=Retention.ORDERS)
def hand_out(key: Key, run: Run) -> Outcome:
    """Whoever needs a key gets one."""
    safe = Safe(Path(os.environ["ROGER_SAFE"]))
    run.entrust("key", to=key.mobile, about="TK-nett", give=lambda secret: safe.set(secret, key.way))
    return Outcome(OutcomeCode.CREATED)
