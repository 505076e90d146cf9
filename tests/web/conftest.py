"""A small service, its application on the real servers, and callers with different keys."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from common.identity.keys import new_key
from common.privacy.key_file import KeyFile
from common.settings import ApiSettings, DatabaseSettings, DeploymentSettings, Environment, RedisSettings
from common.web.parts import Settings
from tests.web.town import KEYS, Town, opened


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The key of each caller of `KEYS`, and under `file` where their key file is."""
    plain: dict[str, str] = {}
    entries: list[object] = []
    for caller, (scopes, expires) in KEYS.items():
        plain[caller], entry = new_key(caller, scopes, expires=expires)
        entries.append(entry)
    file = tmp_path_factory.mktemp("keys") / "keys.json"
    file.write_text(json.dumps({"keys": entries}))
    return plain | {"file": str(file)}


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keyring") / "keyring.json"
    KeyFile(path).create()
    return path


@pytest.fixture
def settings(database: DatabaseSettings, empty_redis: str, keys: dict[str, str], keyring: Path) -> Settings:
    return Settings(
        api=ApiSettings(keys=Path(keys["file"])),
        database=database,
        redis=RedisSettings(url=empty_redis),
        deployment=DeploymentSettings(environment=Environment.TEST, keyring=keyring),
    )


@pytest.fixture
async def hall(settings: Settings, keys: dict[str, str]) -> AsyncGenerator[Town]:
    """The application of the town service, open, with the clock stopped at `NOW`."""
    async with opened(settings, keys) as standing:
        yield standing
