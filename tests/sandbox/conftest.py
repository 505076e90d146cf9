"""HsPro as a real process on a free port, and somebody who visits it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox.visitor import KARI, PLAIN, Browser, HsPro, Start, Visitor, heading

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start HsPro with options of one's own."""
    with ExitStack() as running:

        def start_one(*options: str) -> HsPro:
            data = tmp_path_factory.mktemp("hspro")
            command = [sys.executable, "-m", "sandbox.hspro", "--data", str(data), "--port", "0", *options]
            process = running.enter_context(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
            running.callback(process.kill)
            hspro = HsPro(process, "", httpx.Client(verify=PLAIN))
            hspro.wait()
            running.callback(hspro.close)
            return hspro

        yield start_one


@pytest.fixture(scope="module")
def standing(start: Start) -> HsPro:
    return start()


@pytest.fixture
def hspro(standing: HsPro) -> HsPro:
    """An empty HsPro without faults."""
    standing.post("reset")
    return standing


@pytest.fixture
def visitor_at() -> Iterator[Browser]:
    with ExitStack() as open_browsers:

        def open_browser(hspro: HsPro) -> Visitor:
            http = httpx.Client(base_url=hspro.url, follow_redirects=True, timeout=30, verify=PLAIN)
            return Visitor(open_browsers.enter_context(http))

        yield open_browser


@pytest.fixture
def visitor(hspro: HsPro, visitor_at: Browser) -> Visitor:
    """Somebody who has signed in."""
    visitor = visitor_at(hspro)
    assert heading(visitor.sign_in()) == "Personsøk"
    return visitor


@pytest.fixture
def kari(hspro: HsPro) -> dict[str, Any]:
    hspro.post("people", [KARI])
    return KARI
