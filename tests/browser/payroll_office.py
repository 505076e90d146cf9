"""The payroll system's stand-in and a browser that is signed in there; cases in memory, so that a run can die."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from real_screens import RealScreens

from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.clock import Clock
from common.process import Outcome, Run
from common.run import CaseFacts
from common.testing import FixedClock, MemoryCase, MemoryLedger, MemoryRegisters
from tests.sandbox.visitor import Payroll, starting


@dataclass
class PayrollOffice:
    """The payroll system, a browser, and what the cases of one town share."""

    payroll: Payroll
    browser: Browser
    registers: MemoryRegisters = field(default_factory=MemoryRegisters)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    clock: Clock = field(default_factory=FixedClock)

    def fresh(self) -> PayrollOffice:
        """The same system emptied, and nothing remembered."""
        self.payroll.empty()
        return PayrollOffice(self.payroll, self.browser)

    def case(self) -> MemoryCase:
        return MemoryCase(registers=self.registers, ledger=self.ledger)

    def perform(self, process: Any, given: Any, case: MemoryCase | None = None, unproven: str | None = None) -> Outcome:
        """One attempt at a case; it dies when it is about to record the effect named `unproven`."""
        case = case or self.case()
        platform = RealScreens(case, self.browser, unproven)
        facts = CaseFacts(id=case.id, process=case.process, fence=case.fence, submitted_at=case.submitted_at)
        outcome: Outcome = process(given, Run(facts, platform, self.clock))
        return outcome


@contextmanager
def a_payroll_office(tmp_path_factory: pytest.TempPathFactory) -> Generator[PayrollOffice]:
    """One of each for the tests of a module."""
    with starting(Payroll, tmp_path_factory) as start:
        payroll = start()
        browser = Browser(BrowserSettings(), {"payroll": payroll.url})
        yield PayrollOffice(payroll, browser)
        browser.close()
