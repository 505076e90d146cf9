"""How an account says whose it is without holding the national id: a keyed hash of it (domain USR-02, "person id hash")."""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from pathlib import Path

from common.errors import ConfigurationError
from common.settings import load
from useradmin_svc.settings import OrderSettings

_LEAST_BYTES = 32
_LENGTH = 32


def person_key(number: str) -> str:
    """What the accounts of whoever has this national id are marked with; empty where the deployment has no key for it.

    Raises ConfigurationError for a key file that cannot be used.
    """
    key = _key(load(OrderSettings).person_key)
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:_LENGTH] if key else ""


@cache
def _key(file: Path | None) -> bytes:
    if file is None:
        return b""
    try:
        key = file.read_bytes().strip()
    except OSError:
        raise ConfigurationError(f"ROGER_ORDERS_PERSON_KEY: {file} cannot be read: mount the key there") from None
    if len(key) < _LEAST_BYTES:
        raise ConfigurationError(f"ROGER_ORDERS_PERSON_KEY: {file} is too short: at least {_LEAST_BYTES} random bytes")
    return key
