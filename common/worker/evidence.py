"""What a page looked like when a run failed: taken in little time, before its browser goes, and never in the way."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field

from common import log
from common.browser.session import Browser
from common.cases.evidence import EvidenceKind, EvidenceStore, too_large
from common.cases.queue import Claimed
from common.errors import ApplicationException, LoginFailed
from common.lease import Lease
from common.settings import EvidenceSettings

_log = log.get(__name__)


@dataclass(frozen=True, kw_only=True)
class Witnessing:
    """How a worker keeps evidence."""

    store: EvidenceStore
    settings: EvidenceSettings


class Witness:
    """Sees what one run's browser shows. Called from the run's thread; whatever goes wrong here is only logged."""

    def __init__(
        self, how: Witnessing | None, case: Claimed, held: Lease, browser: Browser, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._how, self._case, self._lease, self._browser, self._loop = how, case, held, browser, loop
        self._opened = self._looks_away = False
        self._seen = _Seen("")

    def opened(self) -> None:
        """The run has opened a screen: from now on what the browser shows is about its case."""
        self._opened = True

    def look_away(self) -> None:
        """From now on the browser may show what only one person may see: of this run nothing is taken or kept."""
        self._looks_away = True

    def look(self, failed: ApplicationException) -> None:
        """Take down what the browser shows after a failure, before it is ended; the first look at it counts."""
        if self._how is None or not self._opened or self._looks_away or self._seen.code == failed.code:
            return
        seen = self._seen = _Seen(failed.code)
        budget = self._how.settings.budget
        # Looking and storing must both be over before the deadline: the end of the run itself comes first.
        if self._lease.ended is not None or self._lease.remaining() < 2 * budget + 1:
            return
        # A browser that hangs keeps only this thread: it comes free when the browser is ended, right after this.
        looking = threading.Thread(target=self._take, args=(seen, failed), daemon=True)
        looking.start()
        looking.join(budget)

    def _take(self, seen: _Seen, failed: ApplicationException) -> None:
        try:
            # A sign-in page may echo what was typed into it.
            document = None if isinstance(failed, LoginFailed) else self._browser.source()
            if document is not None:
                seen.pieces[EvidenceKind.DOM] = document.encode(errors="replace")
            picture = self._browser.picture()
            if picture is not None and not too_large(EvidenceKind.SCREENSHOT, picture):
                seen.pieces[EvidenceKind.SCREENSHOT] = picture
        except Exception as problem:  # noqa: BLE001  evidence is welcome, not needed
            _log.warning("evidence.not_taken", case=str(self._case.id), error=type(problem).__name__)

    def testify(self, failed: ApplicationException) -> None:
        """Store what was seen of the failure with which the run ends."""
        pieces = dict(self._seen.pieces)
        if self._how is None or self._looks_away or self._seen.code != failed.code or not pieces:
            return
        if self._lease.ended is not None:
            return
        settings = self._how.settings
        kept = self._how.store.keep(self._case, failed.code, pieces, days=settings.days)
        asked = asyncio.run_coroutine_threadsafe(kept, self._loop)
        try:
            stored = asked.result(settings.budget)
        except Exception as problem:  # noqa: BLE001  evidence is welcome, not needed
            asked.cancel()
            _log.warning("evidence.not_kept", case=str(self._case.id), error=type(problem).__name__)
        else:
            _log.info("evidence.kept", case=str(self._case.id), code=failed.code, pieces=stored)


@dataclass
class _Seen:
    """What was seen of one failure; filled by the thread that looks, for as long as somebody waits for it."""

    code: str
    pieces: dict[EvidenceKind, bytes] = field(default_factory=dict[EvidenceKind, bytes])
