"""A stand-in seen from outside: its console, a visitor who uses it as a browser would, and how a page reads."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import httpx
import pytest

# Made once: loading the certificates anew for every client costs more than the rest of a test.
ROOT = Path(__file__).parents[2]
PLAIN = httpx.create_ssl_context()
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


def rows(page: httpx.Response, caption: str = "") -> list[list[str]]:
    """Read the cells of the first table, or of the one with this caption."""
    start = page.text.partition(f"<caption>{caption}</caption>")[2] if caption else page.text
    body = start.partition("<tbody>")[2].partition("</tbody>")[0]
    found: list[str] = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[text_of(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)] for row in found]


@dataclass
class StandIn:
    """A running system, seen from its console."""

    title: ClassVar[str]
    package: ClassVar[str]
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

    def empty(self) -> None:
        """As it was new, but that the robots stay signed in: signing in anew costs each test a second."""
        self.post("reset?sessions=stay")

    def restart(self) -> None:
        """Let the process execute itself anew, and wait until it says that it listens."""
        self.post("restart")
        self.wait()

    def close(self) -> None:
        self.console.close()

    def wait(self) -> None:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.startswith(f"{self.title}: http://"), line
        self.close()
        self.url = line.removeprefix(f"{self.title}: ").strip()
        self.console = httpx.Client(base_url=self.url, timeout=30, verify=PLAIN)


class HsPro(StandIn):
    title = "HsPro"
    package = "hspro"


class SystemX(StandIn):
    title = "SystemX"
    package = "systemx"


class Payroll(StandIn):
    title = "Varde Lønn"
    package = "payroll"


class Katalog(StandIn):
    title = "Katalog"
    package = "directory"


class Programs(StandIn):
    title = "Programportalen"
    package = "programs"


class Orderers(StandIn):
    title = "Bestillerregisteret"
    package = "orderers"


class Meetings(StandIn):
    title = "Møteportalen"
    package = "meetings"


class Esa(StandIn):
    title = "ESA"
    package = "esa"


class Lam(StandIn):
    """OpenLDAP with LAM for TK-nett: its console, and the directory itself, have ports of their own."""

    title = "LAM (tknett)"
    package = "lam"
    directory: str = ""
    """Where the directory answers, `ldap://…`."""

    def wait(self) -> None:
        super().wait()
        assert self.process.stdout
        console, directory = (self.process.stdout.readline().partition(": ") for _ in range(2))
        assert (console[0], directory[0]) == ("console", "directory")
        self.close()
        self.console = httpx.Client(base_url=console[2].strip(), timeout=30, verify=PLAIN)
        self.directory = directory[2].strip()


S = TypeVar("S", bound=StandIn)


@contextmanager
def starting(kind: type[S], tmp_path_factory: pytest.TempPathFactory) -> Generator[Callable[..., S]]:
    """What starts systems of a kind, with options of one's own; they end with the block."""
    with ExitStack() as running:

        def start_one(*options: str) -> S:
            data = tmp_path_factory.mktemp(kind.package)
            command = [sys.executable, "-m", f"sandbox.{kind.package}", "--data", str(data), "--port", "0", *options]
            process = running.enter_context(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
            running.callback(process.kill)
            system = kind(process, "", httpx.Client(verify=PLAIN))
            system.wait()
            running.callback(system.close)
            return system

        yield start_one


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
Browser = Callable[[StandIn], Visitor]

KARI = {
    "national_id": "02919110271",
    "family_name": "Bakkehaug",
    "given_name": "Kari Ånes",
    "birth_date": "1991-11-02",
}
PER = {"national_id": "30876910361", "family_name": "Østgård", "given_name": "Per", "birth_date": "1969-07-30"}
D_NUMBER = "52849310119"
UNKNOWN = "17838410103"
TEST = {
    "journaltype": "SMITTEVERN",
    "enhet": "SMITTEVERN",
    "apnet_dato": "15.02.2026",
    "arsak": "TEST",
    "teststed": "TRD-LEANGEN",
    "testtype": "PCR",
    "provetidspunkt": "15.02.2026 09:40",
    "telefon": "90000001",
    "adresse": "Blåbærstien 4",
    "postnummer": "7050",
    "kontaktform": "SMS",
    "tolk": "ja",
    "sprak": "Nordsamisk",
    "samtykke": "ja",
    "kilde": "T-88121",
    "merknad": "Ringer selv ved spørsmål",
}


def someone(**different: Any) -> dict[str, Any]:
    return KARI | different


def card(visitor: Visitor, national_id: str = KARI["national_id"]) -> httpx.Response:
    return visitor.follow(visitor.search(national_id), "Åpne")


def confirmation(visitor: Visitor, **different: str) -> httpx.Response:
    """Fill in the form for the person of the tests and come to the page to confirm."""
    form = visitor.follow(card(visitor), "Ny journal")
    return visitor.press(form, "Lagre", **(TEST | different))
