"""A run on a stand-in's real pages, whose case is in memory, so that it can die where a test wants it to."""

from __future__ import annotations

from typing import Any, TypeVar

from common.browser.session import Browser
from common.errors import ApplicationException, LeaseLost
from common.lease import Lease, now
from common.run import Checkpoint, Mark
from common.target import Account
from common.testing import MemoryCase, MemoryPlatform

T = TypeVar("T")


class RealScreens(MemoryPlatform):
    """Real pages, checkpoints in memory; dies when it is about to record how the effect named `unproven` went."""

    def __init__(self, case: MemoryCase, browser: Browser, unproven: str | None) -> None:
        case.fence += 1
        super().__init__(case, case.fence, {}, None)
        self._browser, self._unproven = browser, unproven

    def open(self, screen: type[T]) -> T:
        wanted: Any = screen
        hold = Lease(fence=1, started=now(), seconds=60, margin=2)
        robot = Account(target=wanted.target.name, name="robot1", password="robot1-secret")
        shown: T = self._browser.open(wanted, robot, hold)
        return shown

    def commit(self, checkpoint: Checkpoint) -> None:
        if checkpoint.mark is Mark.RESULT and checkpoint.name == self._unproven:
            raise LeaseLost
        super().commit(checkpoint)

    def let_go(self, failed: ApplicationException) -> None:
        super().let_go(failed)
        self._browser.recycle()
