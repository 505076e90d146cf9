"""A station on the real servers, and the keys of those who work there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from common.identity.caller import Kind
from common.identity.keys import new_key
from common.privacy.key_file import KeyFile
from common.settings import ApiSettings, DatabaseSettings, DeploymentSettings, Environment, RedisSettings
from common.web.parts import Settings
from tests.forms.station import WORKERS, Station, opened, with_vaccines
from tests.web.keys import write_keys


@pytest.fixture(scope="session")
def worker_keys() -> tuple[dict[str, str], list[dict[str, object]]]:
    """Plain keys by name, and their entries for the key file."""
    plain: dict[str, str] = {}
    entries: list[dict[str, object]] = []
    plain["booking"], entry = new_key("booking", ["health:*:submit", "health:*:read"])
    entries.append(entry)
    for worker, (scopes, units) in WORKERS.items():
        plain[worker], entry = new_key(worker, scopes, kind=Kind.PERSON, units=units)
        entries.append(entry)
    return plain, entries


@pytest.fixture
def station_settings(
    database: DatabaseSettings,
    empty_redis: str,
    worker_keys: tuple[dict[str, str], list[dict[str, object]]],
    tmp_path: Path,
) -> Settings:
    KeyFile(tmp_path / "keyring.json").create()
    return Settings(
        api=ApiSettings(keys=write_keys(tmp_path / "keys.json", worker_keys[1])),
        database=database,
        redis=RedisSettings(url=empty_redis),
        deployment=DeploymentSettings(environment=Environment.TEST, keyring=tmp_path / "keyring.json"),
    )


@pytest.fixture
async def here(
    station_settings: Settings, worker_keys: tuple[dict[str, str], list[dict[str, object]]]
) -> AsyncGenerator[Station]:
    """The station, with vaccines to choose from."""
    async with opened(station_settings, worker_keys[0]) as standing:
        await with_vaccines(standing.parts)
        yield standing
