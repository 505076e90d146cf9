"""The secret files that a deployment begins with: made once, kept by whoever runs it, mounted into what needs them."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from common.db.roles import ROLES
from common.identity.keys import new_key
from common.privacy.key_file import KeyFile
from common.process import Service

_FIRST_CALLER = "first-caller"
_FIRST_ACCOUNT = "robot1"


def make_secrets(service: Service, folder: Path) -> Iterator[str]:
    """Make what is missing, and say so line by line; nothing is ever overwritten.

    Only the folder itself is closed to others: what is in it is mounted file by file into containers that run as
    another user, and must be read there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    makers: dict[str, Callable[[Path], None]] = {
        "postgres-password": _password,
        "redis-password": _password,
        "redis.conf": lambda file: _write(file, f"requirepass {(folder / 'redis-password').read_text().strip()}\n"),
        "grafana-password": _password,
        **{f"{service.name}-{role}-password": _password for role in ROLES},
        f"{service.name}-keyring.json": _keyring,
        **{f"{service.name}-{name}": _password for name in service.key_files.values()},
        **({f"{service.name}-text-message-secret": _signing_secret} if service.entrusts else {}),
        f"{service.name}-api-keys.json": lambda file: _first_caller(service, file, folder / f"{service.name}-api-key"),
        **{f"{target.name}/{_FIRST_ACCOUNT}": _password for target in service.targets},
    }
    for name, make in makers.items():
        file = folder / name
        if file.exists():
            yield f"{file} stays as it is."
            continue
        if file.parent != folder:
            file.parent.mkdir(exist_ok=True)
            file.parent.chmod(0o755)
        make(file)
        yield f"Made {file}."


def _password(file: Path) -> None:
    _write(file, secrets.token_urlsafe(24) + "\n")


def _signing_secret(file: Path) -> None:
    """As Standard Webhooks write them."""
    _write(file, f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}\n")


def _keyring(file: Path) -> None:
    KeyFile(file).create()
    file.chmod(0o644)


def _first_caller(service: Service, file: Path, plain: Path) -> None:
    scopes = [f"{service.name}:*:submit", f"{service.name}:*:read", "cases:read:all", "cases:decide", "operate"]
    key, entry = new_key(_FIRST_CALLER, [*scopes, "files"] if service.takes_files else scopes)
    _write(plain, key + "\n")
    plain.chmod(0o600)
    _write(file, json.dumps({"keys": [entry]}, indent=2) + "\n")


def _write(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")
    file.chmod(0o644)
