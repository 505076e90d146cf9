"""HsPro as a real process on a free port, and a visitor who uses it as a browser would."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

# Made once: loading the certificates anew for every client costs more than the rest of a test.
PLAIN = httpx.create_ssl_context()
ROOT = Path(__file__).parents[2]
Json = Any


def text_of(html: str) -> str:
    """Read a page as a person does: no tags, one space between words."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def heading(page: httpx.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text)
    assert found, text_of(page.text)
    return unescape(found[1])


def details(page: httpx.Response) -> dict[str, str]:
    """Read a page's list of labels and values."""
    return {unescape(dt): unescape(dd) for dt, dd in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page.text, re.DOTALL)}


def rows(page: httpx.Response) -> list[list[str]]:
    body = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    found: list[str] = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[text_of(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)] for row in found]


@dataclass
class HsPro:
    """The running system, seen from its console."""

    process: subprocess.Popen[str]
    url: str
    console: httpx.Client

    def post(self, path: str, body: Json = None) -> Json:
        answer = self.console.post(f"/_kontroll/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, path: str, **params: str | int) -> Json:
        answer = self.console.get(f"/_kontroll/{path}", params=params)
        assert answer.is_success, answer.text
        return answer.json()

    def fault(self, name: str, **params: Json) -> None:
        self.post("faults", {"fault": name, **params})

    def restart(self) -> None:
        """Let the process execute itself anew, and wait until it says that it listens."""
        self.post("restart")
        self.wait()

    def close(self) -> None:
        self.console.close()

    def wait(self) -> None:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.startswith("HsPro: http://"), line
        self.close()
        self.url = line.removeprefix("HsPro: ").strip()
        self.console = httpx.Client(base_url=self.url, timeout=30, verify=PLAIN)


@dataclass
class Visitor:
    """Somebody at a browser: follows redirects, keeps cookies, remembers every address."""

    http: httpx.Client
    visited: list[str] = field(default_factory=list[str])

    def _seen(self, page: httpx.Response) -> httpx.Response:
        self.visited += [str(step.url) for step in (*page.history, page)]
        return page

    def get(self, path: str) -> httpx.Response:
        return self._seen(self.http.get(path))

    def post(self, path: str, **form: str) -> httpx.Response:
        return self._seen(self.http.post(path, data=form))

    def sign_in(self, name: str = "robot1", password: str | None = None) -> httpx.Response:
        return self.post("/", brukernavn=name, passord=password or f"{name}-secret")

    def search(self, national_id: str) -> httpx.Response:
        return self.post("/personer", fodselsnummer=national_id)

    def follow(self, page: httpx.Response, text: str) -> httpx.Response:
        """Follow the first link with this text."""
        found = re.search(rf'<a[^>]*href="([^"]*)"[^>]*>{re.escape(text)}</a>', page.text)
        assert found, f"no link {text!r} on: {text_of(page.text)}"
        return self.get(unescape(found[1]))

    def press(self, page: httpx.Response, text: str, **form: str) -> httpx.Response:
        """Send the form whose button has this text."""
        for attributes, content in re.findall(r"<form([^>]*)>(.*?)</form>", page.text, re.DOTALL):
            if re.search(rf"<button[^>]*>{re.escape(text)}</button>", content):
                action = re.search(r'action="([^"]*)"', attributes)
                hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', content))
                assert action
                if 'method="post"' in attributes:
                    return self.post(action[1], **hidden, **form)
                return self._seen(self.http.get(action[1], params={**hidden, **form}))
        raise AssertionError(f"no button {text!r} on: {text_of(page.text)}")


Start = Callable[..., HsPro]


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
def visitor_at() -> Iterator[Callable[[HsPro], Visitor]]:
    with ExitStack() as open_browsers:

        def open_browser(hspro: HsPro) -> Visitor:
            http = httpx.Client(base_url=hspro.url, follow_redirects=True, timeout=30, verify=PLAIN)
            return Visitor(open_browsers.enter_context(http))

        yield open_browser


@pytest.fixture
def visitor(hspro: HsPro, visitor_at: Callable[[HsPro], Visitor]) -> Visitor:
    """Somebody who has signed in."""
    visitor = visitor_at(hspro)
    assert heading(visitor.sign_in()) == "Personsøk"
    return visitor
