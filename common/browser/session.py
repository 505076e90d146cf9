"""One browser for a shift: signed in where it works, warm between cases, and gone when it must be."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, TypeVar, cast
from urllib.parse import urljoin, urlsplit

import structlog

from common import metrics
from common.browser.canvas.screen import CanvasScreen
from common.browser.driver import AddressFailed, DialogShown, Driver, DriverGone, DriverSlow, ReplyLost
from common.browser.page import BrowserPage, Habits
from common.browser.screen import Screen
from common.browser.settings import BrowserSettings
from common.browser.target import SignsIn, SignsOut, WebTarget
from common.errors import (
    AccountOut,
    ApplicationException,
    BrowserFailed,
    ConfigurationError,
    SignedOut,
    StopSignal,
    UiChanged,
)
from common.lease import Hold, Lease, now
from common.target import Account, SecondLogin

log = structlog.get_logger()

S = TypeVar("S", bound=Screen)
T = TypeVar("T")
Reason = Literal["memory", "age", "failure", "end"]
_LOST = (AddressFailed, DialogShown, DriverGone, DriverSlow, ReplyLost)
_BLANK = "about:blank"
# A seventh of the time that leaving the page takes.
_WIPE = "stop(); document.documentElement.replaceChildren(); arguments[1](true)"
_SIGN_OUT = timedelta(seconds=30)


@dataclass(slots=True)
class _Warm:
    """A browser that runs, and who it is at which target."""

    driver: Driver
    started_at: float
    signed_in: dict[str, tuple[WebTarget, Account]] = field(default_factory=dict[str, tuple[WebTarget, Account]])
    cases: int = 0
    shows_something: bool = False
    """Since the last case was tidied up after."""
    killed: bool = False


class Browser:
    """The browser of one shift. All calls come from the shift's thread, except `kill`."""

    def __init__(self, settings: BrowserSettings, addresses: Mapping[str, str]) -> None:
        self._settings = settings
        self._addresses = dict(addresses)
        self._habits = Habits()
        self.met: set[type[Screen]] = set()
        """Every screen that was awaited since somebody last cleared this."""
        self._warm: _Warm | None = None
        self._refused: set[tuple[str, str, bytes]] = set()
        self._salt = secrets.token_bytes(16)
        self._guard = threading.Lock()
        self._kills = 0

    # --- what it is -----------------------------------------------------------------------------------------------

    def serves(self, target: str) -> bool:
        """Say whether it is signed in there, so that a case of that target starts without delay."""
        warm = self._warm
        return warm is not None and not warm.killed and target in warm.signed_in

    @property
    def account(self) -> Mapping[str, str]:
        """Say which account is signed in at each target."""
        return {name: account.name for name, (_, account) in self._warm.signed_in.items()} if self._warm else {}

    @property
    def pids(self) -> list[int]:
        """Every process of the browser and its driver; none when cold or remote."""
        warm = self._warm
        return warm.driver.pids if warm else []

    @property
    def memory(self) -> int:
        """What they use together, in bytes."""
        warm = self._warm
        return warm.driver.memory if warm else 0

    @property
    def started_at(self) -> float | None:
        """When it was started, on the clock of `common.lease`; None when cold."""
        return self._warm.started_at if self._warm else None

    @property
    def cases(self) -> int:
        """How many cases it has served since it was started."""
        return self._warm.cases if self._warm else 0

    @property
    def session_id(self) -> str | None:
        """The WebDriver session, for whoever must end a remote one after this worker is gone."""
        return self._warm.driver.session_id if self._warm else None

    # --- work -----------------------------------------------------------------------------------------------------

    def open(self, screen: type[S], account: Account, hold: Hold) -> S:
        """Show a screen, signed in as this account: starts the browser and signs in where that is needed.

        Having been signed out since the last case is no failure: it signs in once again. Raises AccountOut for a
        refused password (also for one that was refused before, without another try), and what screens raise.
        """
        if not screen.path:
            raise ConfigurationError(f"{screen.__name__} has no path: it cannot be opened by address")
        target = screen.target
        hold.require(0)
        self._address(screen)
        warm = self._started(hold)
        known = warm.signed_in.get(target.name)
        if known is not None and known[1] != account:
            self._forget_session(warm, known[0], hold)
            known = None
        if known is not None or target.sign_in_screen is None:
            try:
                return self._go(warm, screen, hold)
            except SignedOut:
                if target.sign_in_screen is None:
                    raise
                log.info("browser.signed_out", target=target.name)
                warm.signed_in.pop(target.name, None)
        self._sign_in(warm, target, account, hold)
        return self._go(warm, screen, hold)

    def look(self, screen: type[S], account: Account | None, hold: Hold) -> S:
        """Show a screen as `open` does, but a page that has changed as well, for whoever wants to know in what.

        Without an account it is shown to somebody who has not signed in. Raises what `open` raises, but for UiChanged.
        """
        hold.require(0)
        try:
            if account is not None:
                return self.open(screen, account, hold)
            return self._go(self._started(hold), screen, hold)
        except UiChanged:
            warm, target = self._started(hold), screen.target
        if account is not None and target.name not in warm.signed_in:
            # What comes after signing in is not known any more; whether it has signed in, the page itself shows.
            warm.signed_in[target.name] = (target, account)
            with suppress(UiChanged):
                return self._go(warm, screen, hold)
        return screen(self._page(warm, hold, pixels=issubclass(screen, CanvasScreen)))

    def collect(self) -> None:
        """Leave the page after a case, so that nothing of one person stays, and tidy or recycle when it is time.

        A case that has shown no page has left nothing.
        """
        warm = self._warm
        if warm is None or not warm.shows_something:
            return
        warm.cases += 1
        warm.shows_something = False
        try:
            if warm.driver.has_windows:
                warm.driver.close_windows()
            warm.driver.script(_WIPE, {})
            if warm.cases % self._settings.collect_every == 0:
                warm.driver.get(_BLANK)
                warm.driver.cdp("HeapProfiler.collectGarbage")
                if warm.driver.memory > self._settings.memory_limit_mb * 2**20:
                    log.info("browser.recycled", reason="memory", cases=warm.cases)
                    self.recycle("memory")
        except _LOST:
            self.recycle()
        if now() - warm.started_at > self._settings.max_age.total_seconds():
            self.recycle("age")

    def recycle(self, reason: Reason = "failure") -> None:
        """End the browser; the next `open` starts afresh."""
        with self._guard:
            warm, self._warm = self._warm, None
        if warm is None:
            return
        metrics.BROWSER_RECYCLES.labels(reason).inc()
        metrics.BROWSERS.dec()
        try:
            self._sign_out_everywhere(warm)
        finally:
            warm.driver.quit()

    def kill(self) -> None:
        """End the browser at once, from any thread; what it was doing fails."""
        with self._guard:
            self._kills += 1
            warm = self._warm
            if warm is not None:
                warm.killed = True
        if warm is not None:
            warm.driver.kill()

    def close(self) -> None:
        """End the browser for good, signing out where the target would refuse the account's next sign-in."""
        self.recycle("end")

    def leave(self, targets: Collection[str]) -> None:
        """Sign out at these targets, as somebody else is to have their accounts."""
        warm = self._warm
        if warm is None or warm.killed:
            return
        hold = Lease(fence=0, started=now(), seconds=_SIGN_OUT.total_seconds(), margin=0)
        try:
            for name in warm.signed_in.keys() & set(targets):
                self._forget_session(warm, warm.signed_in[name][0], hold)
        except (BrowserFailed, StopSignal):
            self.recycle()

    def picture(self) -> bytes | None:
        """Take a picture of the screen as evidence; None if there is none to be had."""
        return self._evidence(lambda driver: driver.picture())

    def source(self) -> str | None:
        """Give the document as evidence; None if there is none to be had."""
        return self._evidence(lambda driver: driver.source())

    def _evidence(self, take: Callable[[Driver], T]) -> T | None:
        warm = self._warm
        if warm is None or warm.killed:
            return None
        try:
            return take(warm.driver)
        except _LOST:
            return None

    # --- starting and signing in ------------------------------------------------------------------------------------

    def _started(self, hold: Hold) -> _Warm:
        warm = self._warm
        if warm is not None and not warm.killed:
            return warm
        self.recycle()
        kills = self._kills
        began = now()
        warm = _Warm(Driver(_with_pictures(self._settings)), began)
        metrics.BROWSER_STARTS.inc()
        metrics.BROWSERS.inc()
        with self._guard:
            warm.killed = self._kills != kills
            self._warm = warm
        if warm.killed:
            self.recycle()
            hold.require(0)
            raise BrowserFailed("the browser was ended while it started")
        log.info("browser.started", seconds=round(now() - warm.started_at, 3))
        return warm

    def _page(self, warm: _Warm, hold: Hold, *, signing_in: bool = False, pixels: bool = False) -> BrowserPage:
        warm.shows_something = True
        return (_canvas_page() if pixels else BrowserPage)(
            warm.driver,
            hold,
            budget=self._settings.budget,
            habits=self._habits,
            met=self.met,
            signing_in=signing_in,
        )

    def _go(self, warm: _Warm, screen: type[S], hold: Hold) -> S:
        return self._page(warm, hold, pixels=issubclass(screen, CanvasScreen)).open(screen, self._address(screen))

    def _address(self, screen: type[Screen]) -> str:
        name = screen.target.name
        base = self._addresses.get(name)
        if not base:
            raise ConfigurationError(f"No address is set for the target {name}")
        return urljoin(base.rstrip("/") + "/", screen.path.lstrip("/"))

    def _sign_in(self, warm: _Warm, target: WebTarget, account: Account, hold: Hold) -> None:
        screen = target.sign_in_screen
        if screen is None:
            return
        digest = hashlib.blake2b(account.password.encode(), key=self._salt).digest()
        password = (target.name, account.name, digest)
        if password in self._refused:
            raise AccountOut
        page = self._page(warm, hold, signing_in=True)
        result = "failed"
        try:
            cast("SignsIn", page.open(screen, self._address(screen))).sign_in(account)
            result = "done"
        except AccountOut:
            self._refused.add(password)
            result = "refused"
            raise
        finally:
            metrics.SIGN_INS.labels(target.name, result).inc()
        warm.signed_in[target.name] = (target, account)

    # --- leaving ------------------------------------------------------------------------------------------------------

    def _forget_session(self, warm: _Warm, target: WebTarget, hold: Hold) -> None:
        """Make room for another account at this target."""
        self._sign_out(warm, target, hold)
        warm.signed_in.pop(target.name, None)
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(self._addresses[target.name]))
        try:
            warm.driver.cdp("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        except _LOST:
            hold.require(0)
            raise BrowserFailed from None

    def _sign_out_everywhere(self, warm: _Warm) -> None:
        if warm.killed:
            return
        hold = Lease(fence=0, started=now(), seconds=_SIGN_OUT.total_seconds(), margin=0)
        for target, _ in list(warm.signed_in.values()):
            if target.second_login is SecondLogin.REFUSED:
                self._sign_out(warm, target, hold)

    def _sign_out(self, warm: _Warm, target: WebTarget, hold: Hold) -> None:
        screen = target.sign_out_screen
        if screen is None:
            return
        try:
            page = self._page(warm, hold, signing_in=True)
            cast("SignsOut", page.open(screen, self._address(screen))).sign_out()
        except (ApplicationException, *_LOST) as failed:
            log.warning("browser.not_signed_out", target=target.name, error=type(failed).__name__)
        except StopSignal:
            log.warning("browser.not_signed_out", target=target.name, error="StopSignal")


def _with_pictures(settings: BrowserSettings) -> BrowserSettings:
    """Images are what a remote program is sent as: a service that has a target of pixels cannot do without them."""
    return settings.model_copy(update={"images": True}) if CanvasScreen.__subclasses__() else settings


def _canvas_page() -> type[BrowserPage]:
    """The adapter for pixels, which loads much that no other target needs."""
    from common.browser.canvas.page import CanvasPage  # noqa: PLC0415

    return CanvasPage
