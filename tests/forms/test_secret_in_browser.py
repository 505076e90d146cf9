"""The page that shows a secret, in a real Chromium as on a phone: a button, no script, and nothing that axe-core finds."""

from __future__ import annotations

import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from common.entrusting.secret import new_secret
from common.web.pages.rendering import OURS
from tests.forms.screen import NARROW, WIDE, Screen

pytestmark = pytest.mark.browser
HELP = "IT-brukerstøtte på telefon 55 55 55 55"
SECRET = new_secret(40).get_secret_value()


class Pages(BaseHTTPRequestHandler):
    """A button, and behind it the secret, once."""

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            self._answer(OURS.files["roger.css"], "text/css")
        else:
            self._answer(bytes(OURS.page("secret_button.html", help=HELP, session=None).body))

    def do_POST(self) -> None:
        if self.path == "/used":
            self._answer(bytes(OURS.page("secret_gone.html", help=HELP, session=None).body))
        else:
            shown = OURS.page("secret_shown.html", about="det administrative nettet", secret=SECRET, session=None)
            self._answer(bytes(shown.body))

    def _answer(self, body: bytes, kind: str = "text/html; charset=utf-8") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header(
            "Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'"
        )
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the server calls it
        del format, args


@pytest.fixture(scope="module")
def address() -> Generator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        serving.join()


@pytest.fixture
def screen() -> Generator[Screen]:
    opened = Screen()
    yield opened
    opened.close()


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_it_can_be_read_and_pressed(screen: Screen, address: str, width: int, tmp_path: Path) -> None:
    screen.size(width)
    for path, title, behind in (
        ("/new", "Her får du passordet ditt", "Passordet ditt til det administrative nettet"),
        ("/used", "Her får du passordet ditt", "Passordet kan ikke vises"),
    ):
        screen.open(address + path)
        for step, heading in enumerate((title, behind)):
            screen.until(f"document.querySelector('h1')?.innerText === '{heading}'")
            screen.picture(tmp_path / f"{path[1:]}-{step}-{width}.png")
            assert screen.axe() == [], (heading, width)
            assert screen.overflow(width) == 0, (heading, width)
            assert not screen.js("document.scripts.length") or screen.js("!!window.axe")
            if not step:
                screen.tap("main button")
    screen.open(address + "/new")
    screen.tap("main button")
    screen.until("!!document.querySelector('.secret code')")
    assert screen.text(".secret code") == SECRET
