"""`roger sessions end`: somebody is signed out everywhere, and nobody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from common import clock
from common.cli import app
from common.db.pool import pool
from common.identity.caller import Caller, Kind
from common.identity.sessions import Sessions
from common.settings import DatabaseSettings


def test_somebody_is_signed_out_everywhere(database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROGER_DATABASE_URL", database.url)

    async def begun() -> list[str]:
        async with pool(database, name="roger-tests", size=1) as opened:
            sessions = _sessions(opened)
            callers = [Caller(name=name, service="town", scopes=frozenset(), kind=Kind.PERSON) for name in _NAMES]
            return [await sessions.begin(caller, issuer="own") for caller in callers]

    async def left(shown: list[str]) -> list[bool]:
        async with pool(database, name="roger-tests", size=1) as opened:
            return [await _sessions(opened).find(each) is not None for each in shown]

    shown = asyncio.run(begun())
    for told in ("2 sessions of own/kari were ended.", "own/kari was not signed in."):
        ended = CliRunner().invoke(app, ["sessions", "end", "--person", "own/kari"])
        assert (ended.exit_code, ended.output.strip()) == (0, told)
    assert asyncio.run(left(shown)) == [False, True, False]


_NAMES = ("own/kari", "own/ola", "own/kari")


def _sessions(opened: object) -> Sessions:
    hour = timedelta(hours=1)
    return Sessions(opened, service="town", clock=clock.system, idle=hour, longest=hour, rights=hour)  # pyright: ignore[reportArgumentType]
