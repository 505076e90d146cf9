"""One website and one browser for all tests of the browser layer, and a brisk browser for what waits in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from framed_pages import FRAMED_PAGES
from hard_pages import PAGES
from late_pages import LATE_PAGES
from website import Website

from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.lease import Lease, now
from common.target import Account

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.fixture(scope="session")
def website() -> Generator[Website]:
    site = Website(PAGES | FRAMED_PAGES | LATE_PAGES)
    yield site
    site.close()


@pytest.fixture
def site(website: Website) -> Website:
    website.fresh()
    return website


@pytest.fixture(scope="session")
def addresses(website: Website) -> dict[str, str]:
    same = dict.fromkeys(("hard", "app", "framed"), website.address)
    return {**same, "dead": "http://127.0.0.1:9"}


@pytest.fixture(scope="session")
def browser(addresses: dict[str, str]) -> Generator[Browser]:
    shared = Browser(BrowserSettings(), addresses)
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def brisk(addresses: dict[str, str]) -> Generator[Browser]:
    """A browser that gives up after a second and a half."""
    shared = Browser(BrowserSettings(budget=2), addresses)
    yield shared
    shared.close()


@pytest.fixture
def own(addresses: dict[str, str]) -> Generator[Browser]:
    """A browser that a test may break."""
    mine = Browser(BrowserSettings(), addresses)
    yield mine
    mine.close()


@pytest.fixture
def hold() -> Lease:
    return Lease(fence=1, started=now(), seconds=600, margin=1)


@pytest.fixture
def robot() -> Account:
    return Account(target="app", name="robot1", password="riktig")
