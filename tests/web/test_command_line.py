"""What `roger …` asks of a running service, and how it shows the answers."""

from __future__ import annotations

import asyncio
import hashlib
from io import BytesIO, StringIO
from typing import Any

import pytest
from rich.console import Console

from common.cases.endings import done
from common.cases.handovers import Handovers
from common.errors import ConfigurationError
from common.local.client import Client
from common.local.following import Follower
from common.process import Handover, Outcome, OutcomeCode
from common.web.parts import Settings
from tests.web.test_schedule_routes import tower
from tests.web.town import Deed, served

pytestmark = pytest.mark.anyio


async def test_events_go_on_where_they_broke_off(settings: Settings, keys: dict[str, str]) -> None:
    told: list[dict[str, Any]] = []

    def follow(url: str, number: int) -> None:
        for move in follower.moves({"state": ["done"]}, after=None if number == 1 else position):
            told.append(move)
            if len(told) == number:
                return

    async with served(settings, keys) as standing:
        assert standing.url is not None
        follower, position = Follower(standing.url, keys["booking"], pause=0.05), ""
        following = asyncio.create_task(asyncio.to_thread(follow, standing.url, 1))
        while not standing.parts.streams.following:  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(0.01)
        first = await standing.submit()
        await standing.end()
        await asyncio.wait_for(following, 30)
        assert [(move["case"], move["to"], move["code"]) for move in told] == [(first, "done", "CREATED")]
        position = told[0]["position"]
        # Nobody follows now; what happens meanwhile is told to whoever takes it up again.
        second = await standing.submit()
        await standing.end()
        following = asyncio.create_task(asyncio.to_thread(follow, standing.url, 2))
        await asyncio.wait_for(following, 30)
        assert [move["case"] for move in told] == [first, second]


async def test_events_of_nobody_end_with_a_sentence(settings: Settings, keys: dict[str, str]) -> None:
    async with served(settings, keys) as standing:
        assert standing.url is not None
        for key, word in ((keys["nobody"], "scope"), ("wrong", "taken")):
            with pytest.raises(ConfigurationError, match=word):
                await asyncio.to_thread(Follower(standing.url, key).show, {})
    with pytest.raises(ConfigurationError, match="Nothing answers"):
        await asyncio.to_thread(Follower("http://127.0.0.1:9", "x").show, {})


async def test_schedules(settings: Settings, keys: dict[str, str]) -> None:
    shown = StringIO()
    async with served(settings, keys, tower) as standing:
        assert standing.url is not None
        client = Client(standing.url, keys["operator"], Console(file=shown, width=200))
        await asyncio.to_thread(client.ask, "POST", "/v1/schedules/winding/pause", json={"reason": "Wound by hand"})
        await asyncio.to_thread(client.ask, "POST", "/v1/schedules/noon/fire")
        await asyncio.to_thread(client.show_schedules)
        client.close()
    noon, winding = [
        next(line for line in shown.getvalue().splitlines() if name in line) for name in ("noon", "winding")
    ]
    assert "0 12 * * mo-fr" in noon
    assert " due" in noon
    assert "paused: Wound by hand" in winding


async def test_a_case_is_shown_with_what_came_of_it(settings: Settings, keys: dict[str, str]) -> None:
    shown = StringIO()
    async with served(settings, keys) as standing:
        assert standing.url is not None
        case = await standing.submit("forms", reference="P-1")
        left = [Deed(parcel=str(number), reference=f"B-{number}") for number in range(51)]
        await standing.end(done(Outcome(OutcomeCode.CREATED).handing_over(Handover(process="deeds", rows=left))))
        parts = standing.parts
        known = parts.service.processes
        await Handovers(parts.database.pool, parts.keyring, parts.bell, known, parts.clock).hand_in()
        client = Client(standing.url, keys["forms"], Console(file=shown, width=200))
        await asyncio.to_thread(client.watch, case)
        client.close()
    lines = [line.rstrip() for line in shown.getvalue().splitlines()]
    assert lines[:3] == ["done: CREATED", "permits P-1: done CREATED", "├── deeds B-0: queued"]
    assert lines[-1] == "└── 1 more"


async def test_files_are_handed_over_and_told_by_what_they_are_named(settings: Settings, keys: dict[str, str]) -> None:
    content = b"Kjaere kommune" * 100_000
    async with served(settings, keys) as standing:
        assert standing.url is not None
        shown = StringIO()
        client = Client(standing.url, keys["post"], Console(file=shown, width=40))
        await asyncio.to_thread(client.show_handed_over, "brev.pdf", BytesIO(content))
        assert shown.getvalue() == f"{hashlib.sha256(content).hexdigest()}  brev.pdf\n"
        with pytest.raises(ConfigurationError, match="empty"):
            await asyncio.to_thread(client.show_handed_over, "brev.pdf", BytesIO())
        client.close()
