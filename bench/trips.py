"""How often a case calls its driver: counted in this process, with checkpoints in memory."""

from __future__ import annotations

from typing import Any, TypeVar

from bench.people import Town, case_of
from common import clock
from common.browser.page import BrowserPage
from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.errors import ConfigurationError
from common.lease import Lease, now
from common.local.stack import ACCOUNTS_PER_TARGET, Stack
from common.outcome import OutcomeCode
from common.run import CaseFacts, Run
from common.target import Account
from common.testing import MemoryCase, MemoryPlatform

T = TypeVar("T")
_LEAVING = 1  # the call that leaves the page after a case


class _Counting(MemoryPlatform):
    """Real screens, checkpoints in memory."""

    def __init__(self, browser: Browser, account: Account) -> None:
        super().__init__(MemoryCase(fence=1, submitted_at=clock.system()), 1, {}, None)
        self.pages: set[BrowserPage] = set()
        self._browser, self._account = browser, account

    def open(self, screen: type[T]) -> T:
        hold = Lease(fence=1, started=now(), seconds=60, margin=2)
        wanted: Any = screen
        shown: Any = self._browser.open(wanted, self._account, hold)
        self.pages.add(shown.page)
        return shown


def count_round_trips(stack: Stack, town: Town) -> int:
    """Those of the second case of a browser: the first also signs in."""
    name = f"robot{ACCOUNTS_PER_TARGET // 2}"
    password = (stack.folder / "accounts" / "hspro" / name).read_text()
    browser = Browser(BrowserSettings(), stack.targets)
    try:
        counted = [
            _perform(stack, browser, Account(target="hspro", name=name, password=password), number)
            for number in town.people(2)
        ]
    finally:
        browser.close()
    return counted[-1]


def _perform(stack: Stack, browser: Browser, account: Account, number: str) -> int:
    process = stack.service.processes["test-journals"]
    platform, case = _Counting(browser, account), MemoryCase()
    run = Run(CaseFacts(id=case.id, process=process.name, fence=1, submitted_at=clock.system()), platform, clock.system)
    outcome = process.perform(process.input.model_validate(case_of(number), context={"accepts_synthetic": True}), run)
    browser.collect()
    if outcome.code is not OutcomeCode.CREATED:
        raise ConfigurationError(f"The case came to {outcome.code}")
    return sum(page.round_trips for page in platform.pages) + _LEAVING
