"""One Chromium under one WebDriver: started, spoken to, and ended without a trace. Only this module speaks selenium."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import structlog
from selenium.common.exceptions import (
    JavascriptException,
    NoAlertPresentException,
    NoSuchFrameException,
    NoSuchWindowException,
    SessionNotCreatedException,
    StaleElementReferenceException,
    TimeoutException,
    UnexpectedAlertPresentException,
    WebDriverException,
)
from selenium.webdriver import Remote
from selenium.webdriver.chromium.remote_connection import ChromiumRemoteConnection
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.file_detector import LocalFileDetector, UselessFileDetector
from selenium.webdriver.remote.webelement import WebElement
from urllib3.exceptions import HTTPError, ReadTimeoutError

from common.browser.chromium import Programs, find_programs, options
from common.browser.host import Host
from common.browser.settings import BrowserSettings, Sandbox
from common.errors import BrowserFailed

log = structlog.get_logger()

_STATUS = re.compile(r"[a-z ]{4,40}(?=[:\n]|$)")
_AROUND = """const told = (name, doc) => [`\\n<!-- ${name} -->\\n${doc.documentElement.outerHTML}`, ...within(doc)];
const within = (doc) => [...doc.querySelectorAll("frame,iframe")].flatMap((el) =>
  el.contentDocument ? told(el.name || el.id, el.contentDocument) : []);
const opened = (document[Symbol.for("roger")]?.windows ?? []).flatMap(({ name, win }) => {
  try { return win.closed ? [] : told(name, win.document); } catch { return []; }
});
arguments[1]([...within(document), ...opened].join(""));"""
"""What stands in frames, and in windows that the page has opened."""


class ReplyLost(Exception):
    """The page went away under a command, or the command took too long: find out which page it is on now."""


class DialogShown(Exception):
    """The page showed an alert, confirm or prompt; it has been dismissed."""


class AddressFailed(Exception):
    """The address could not be reached."""


class DriverSlow(Exception):
    """The driver did not answer within the budget; it cannot be used any more."""


class DriverGone(Exception):
    """The driver or its browser does not exist any more; says what the driver calls that, and nothing of the page."""


class Driver:
    """A WebDriver session; commands come from one thread, `kill` from any."""

    def __init__(self, settings: BrowserSettings) -> None:
        self._settings = settings
        self._host: Host | None = None
        self._remote: Any
        self._main = ""
        self.has_windows = False
        """Whether there may be more windows than the one that is worked from."""
        if settings.remote_url:
            self._remote = self._connect(settings.remote_url, None, None, sandbox=settings.sandbox is not Sandbox.OFF)
            return
        programs = find_programs(settings)
        sandbox = settings.sandbox is Sandbox.ON or (settings.sandbox is Sandbox.AUTO and os.geteuid() != 0)
        try:
            self._remote = self._start(programs, sandbox=sandbox)
        except BrowserFailed:
            if not sandbox or settings.sandbox is Sandbox.ON:
                raise
            log.warning("browser.sandbox_unavailable")
            self._remote = self._start(programs, sandbox=False)

    def _start(self, programs: Programs, *, sandbox: bool) -> Any:
        host = self._host = Host(programs.chromedriver, self._settings.profile_root, self._settings.start_budget)
        try:
            return self._connect(f"http://127.0.0.1:{host.port}", programs.chromium, host.profile, sandbox=sandbox)
        except BaseException:
            host.end()
            raise

    def _connect(self, url: str, chromium: str | None, profile: Path | None, *, sandbox: bool) -> Any:
        config = ClientConfig(remote_server_addr=url, keep_alive=True, timeout=int(self._settings.start_budget))
        connection = ChromiumRemoteConnection(
            remote_server_addr=url, vendor_prefix="goog", browser_name="chrome", client_config=config
        )
        wanted = options(self._settings, chromium=chromium, profile=profile, sandbox=sandbox)
        try:
            remote: Any = Remote(command_executor=connection, options=wanted, file_detector=UselessFileDetector())
        except (SessionNotCreatedException, WebDriverException, HTTPError, OSError) as error:
            connection.close()
            raise BrowserFailed(f"the browser did not start ({status_of(str(error))})") from error
        config.timeout = self._settings.budget  # pyright: ignore[reportAttributeAccessIssue]  # it takes floats
        return remote

    @property
    def pids(self) -> list[int]:
        """Every process of the driver and the browser; none when they are remote."""
        return self._host.pids if self._host else []

    @property
    def memory(self) -> int:
        """What they use together, in bytes; 0 when they are remote."""
        return self._host.memory if self._host else 0

    @property
    def session_id(self) -> str:
        """The WebDriver session, by which a remote one can be ended from elsewhere."""
        return str(self._remote.session_id)

    def script(self, source: str, request: Mapping[str, Any]) -> Any:
        """Run the agent in the page and give its reply; an empty reply means the page was busy leaving."""
        with self._told():
            return self._remote.execute_async_script(source, request)

    def get(self, address: str) -> None:
        """Go to an address and wait until its document has been read."""
        with self._told():
            self._remote.get(address)

    def cdp(self, command: str, arguments: Mapping[str, Any] | None = None) -> Any:
        """Give one command of the Chrome DevTools protocol."""
        with self._told():
            answer = self._remote.execute("executeCdpCommand", {"cmd": command, "params": dict(arguments or {})})
            return answer["value"]

    def keys(self, element: object, text: str) -> None:
        """Press real keys in an element."""
        with self._told():
            cast("WebElement", element).send_keys(text)

    def upload(self, element: object, path: str) -> None:
        """Give a file to a file control; it is sent along when the browser is elsewhere."""
        detector = UselessFileDetector if self._host else LocalFileDetector
        with self._told(), self._remote.file_detector_context(detector):
            cast("WebElement", element).send_keys(path)

    def enter(self, window: str, frames: Sequence[int]) -> None:
        """Go into a window that the page has opened, by its name, and through frames by their numbers.

        Keys, files and CDP reach only where the driver is. Always followed by `outside`.
        """
        with self._told():
            try:
                self._go_in(window, frames)
            except (NoSuchWindowException, NoSuchFrameException):
                raise ReplyLost from None

    def _go_in(self, window: str, frames: Sequence[int]) -> None:
        if window:
            self._enter_window(window)
        for number in frames:
            self._remote.switch_to.frame(number)

    def rest(self, window: str, frames: Sequence[int]) -> None:
        """Wait in a window or frame, if it is still there, until what is being loaded in it has come or is no page.

        A load that takes too long is ended, as everywhere, and the reply is lost.
        """
        with self._told():
            try:
                self._go_in(window, frames)
                self._remote.execute_script("return 0")
            except (NoSuchWindowException, NoSuchFrameException):
                log.debug("browser.place_gone")
            finally:
                self._remote.switch_to.window(self._main_window())

    def _enter_window(self, window: str) -> None:
        for handle in self._others():
            self._remote.switch_to.window(handle)
            if self._remote.execute_script("return window.name") == window:
                return
        raise NoSuchWindowException

    def outside(self) -> None:
        """Come back to the page that is worked from."""
        with self._told():
            self._remote.switch_to.window(self._main_window())

    def close_windows(self) -> None:
        """Close every window but the one that is worked from, whatever stands in them."""
        with self._told():
            for handle in self._others():
                try:
                    self._remote.switch_to.window(handle)
                    self._remote.close()
                except NoSuchWindowException:
                    log.debug("browser.window_closed_itself")
                finally:
                    self._remote.switch_to.window(self._main_window())
        self.has_windows = False

    def _main_window(self) -> str:
        # Asked before the driver goes anywhere else.
        self._main = self._main or self._remote.current_window_handle
        return self._main

    def _others(self) -> list[str]:
        main = self._main_window()
        return [handle for handle in self._remote.window_handles if handle != main]

    def shows_error(self, window: str) -> bool:
        """Whether the page or that window of it, or a frame there, could not be loaded at all."""
        self.enter(window, ())
        try:
            return _unreachable(self.cdp("Page.getFrameTree")["frameTree"])
        finally:
            self.outside()

    def picture(self) -> bytes:
        """Take a picture of what is on screen."""
        with self._told():
            return self._remote.get_screenshot_as_png()

    def source(self) -> str:
        """Give the document as it stands, with what is in its frames and windows."""
        with self._told():
            page: str = self._remote.page_source
        return page + (self.script(_AROUND, {}) or "")

    def quit(self) -> None:
        """End the session in good order, then whatever is left of it."""
        try:
            if not self._host:
                with contextlib.suppress(WebDriverException, HTTPError, OSError):
                    self._remote.quit()
        finally:
            self.kill()
            with contextlib.suppress(AttributeError):
                self._remote.command_executor.close()

    def kill(self) -> None:
        """End the browser at once, from any thread; a command under way fails."""
        if self._host:
            self._host.end()
        else:
            end_remote(self._settings.remote_url, self.session_id)

    @contextlib.contextmanager
    def _told(self) -> Generator[None]:
        """Turn what selenium raises into what happened."""
        try:
            yield
        except (UnexpectedAlertPresentException, NoAlertPresentException):
            raise DialogShown from None
        except (TimeoutException, JavascriptException, StaleElementReferenceException):
            raise ReplyLost from None
        except WebDriverException as error:
            raise _meaning(str(error.msg or "")) from None
        except ReadTimeoutError:
            raise DriverSlow from None
        except (HTTPError, OSError):
            raise DriverGone("no answer from the driver") from None


def _meaning(message: str) -> Exception:
    if "net::ERR_" in message:
        return AddressFailed()
    if any(sign in message for sign in ("aborted by navigation", "document unloaded", "Cannot find context")):
        return ReplyLost()
    return DriverGone(status_of(message))


def status_of(message: str) -> str:
    """What the driver calls a failure; its further words may quote a page or an address."""
    name = _STATUS.match(message.removeprefix("Message: "))
    return name[0] if name else "for no known reason"


def _unreachable(tree: Mapping[str, Any]) -> bool:
    return "unreachableUrl" in tree["frame"] or any(map(_unreachable, tree.get("childFrames", [])))


def end_remote(endpoint: str, session_id: str) -> None:
    """End a session at a remote endpoint that may belong to a worker which is gone."""
    config = ClientConfig(remote_server_addr=endpoint, keep_alive=False, timeout=5)
    connection: Any = ChromiumRemoteConnection(
        remote_server_addr=endpoint, vendor_prefix="goog", browser_name="chrome", client_config=config
    )
    with contextlib.suppress(WebDriverException, HTTPError, OSError):
        connection.execute("quit", {"sessionId": session_id})
    connection.close()
