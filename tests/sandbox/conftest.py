"""The stand-ins as real processes on free ports, and somebody who visits them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox.visitor import (
    KARI,
    PLAIN,
    Browser,
    Esa,
    HsPro,
    Payroll,
    StandIn,
    Start,
    SystemX,
    Visitor,
    heading,
    starting,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start HsPro with options of one's own."""
    with starting(HsPro, tmp_path_factory) as start_one:
        yield start_one


@pytest.fixture(scope="module")
def standing_systemx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SystemX]:
    with starting(SystemX, tmp_path_factory) as start_one:
        yield start_one()


@pytest.fixture
def systemx(standing_systemx: SystemX) -> SystemX:
    """An empty SystemX without faults."""
    standing_systemx.post("reset")
    return standing_systemx


@pytest.fixture(scope="module")
def standing_payroll(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Payroll]:
    with starting(Payroll, tmp_path_factory) as start_one:
        yield start_one()


@pytest.fixture
def payroll(standing_payroll: Payroll) -> Payroll:
    """An empty payroll system without faults."""
    standing_payroll.post("reset")
    return standing_payroll


@pytest.fixture
def officer(payroll: Payroll, visitor_at: Browser) -> Visitor:
    """Somebody of the payroll office who has signed in."""
    officer = visitor_at(payroll)
    assert heading(officer.sign_in()) == "Finn ansatt"
    return officer


@pytest.fixture(scope="module")
def standing_esa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Esa]:
    with starting(Esa, tmp_path_factory) as start_one:
        yield start_one("--second-login", "allowed")


@pytest.fixture
def esa(standing_esa: Esa) -> Esa:
    """An archive with nothing in it, and without faults."""
    standing_esa.post("reset")
    return standing_esa


@pytest.fixture
def archivist(esa: Esa, visitor_at: Browser) -> Visitor:
    """Somebody of the archive who has signed in, inside its frames."""
    archivist = visitor_at(esa)
    assert "<frameset" in archivist.sign_in().text
    return archivist


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

        def open_browser(system: StandIn) -> Visitor:
            http = httpx.Client(base_url=system.url, follow_redirects=True, timeout=30, verify=PLAIN)
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
