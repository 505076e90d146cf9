"""SOFIE for the tests of what its port promises: in memory, and the program itself behind a remote desktop in a real browser."""

from __future__ import annotations

import base64
from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from archive_svc.screens.sofie.program import SofieProgram
from archive_svc.sofie.document import FileRole, SofieDocument, SofieFile
from archive_svc.sofie.port import Sofie
from common.browser.canvas import tesseract
from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.lease import Lease, now
from common.target import Account
from sandbox.sofie.machine import missing
from tests.sandbox.remote_desktop import Sofie as StandIn
from tests.sandbox.visitor import starting
from tests.unit.archive.sofie_in_memory import USUAL, MemorySofie

FILES = (("vedtak.pdf", FileRole.MAIN, b"%PDF-1.7 vedtak"), ("vedlegg.pdf", FileRole.ATTACHMENT, b"%PDF-1.7 vedlegg"))


def a_document(number: str = "SOF-2026-0104417", **known: Any) -> SofieDocument:
    """A document with two files; a test names only what it is about."""
    files = tuple(SofieFile(number=at, name=name, role=role) for at, (name, role, _) in enumerate(FILES, start=1))
    return SofieDocument.model_validate({**USUAL, "files": files, **known, "number": number})


class House(ABC):
    """One SOFIE."""

    exchange: Path

    @abstractmethod
    def fresh(self) -> None:
        """Nothing is there, and nothing goes wrong."""

    @abstractmethod
    def seed(self, documents: Sequence[SofieDocument]) -> None:
        """Documents with the usual two files."""

    @abstractmethod
    def lock(self, number: str) -> None:
        """Somebody else opens a document."""

    @abstractmethod
    def open(self) -> Sofie:
        """SOFIE at the window where every visit begins."""


class MemoryHouse(House):
    def __init__(self, exchange: Path) -> None:
        self.exchange = exchange
        self._sofie = MemorySofie(exchange)

    def fresh(self) -> None:
        self._sofie = MemorySofie(self.exchange)

    def seed(self, documents: Sequence[SofieDocument]) -> None:
        for each in documents:
            self._sofie.put(each.number, FILES, **{name: getattr(each, name) for name in _known(each)})

    def lock(self, number: str) -> None:
        self._sofie.locked.add(number)

    def open(self) -> Sofie:
        return self._sofie


class RemoteHouse(House):
    """What the tax collector works with: only its pixels arrive."""

    def __init__(self, sofie: StandIn, exchange: Path, browser: Browser) -> None:
        self.sofie, self.exchange, self.browser = sofie, exchange, browser

    def fresh(self) -> None:
        self.sofie.post("reset")

    def seed(self, documents: Sequence[SofieDocument]) -> None:
        self.sofie.post("documents", [_seed(each) for each in documents])

    def lock(self, number: str) -> None:
        self.sofie.post("locks", [{"number": number, "locked_by": "kemn03"}])

    def connections(self) -> int:
        """How many there have been to remote desktops."""
        return self.sofie.get("summary")["connections"]

    def open(self) -> SofieProgram:
        hold = Lease(fence=1, started=now(), seconds=120, margin=2)
        return self.browser.open(SofieProgram, Account(target="sofie", name="robot1", password="robot1-secret"), hold)


def _known(document: SofieDocument) -> set[str]:
    return set(SofieDocument.model_fields) - {"number", "files"}


def _seed(document: SofieDocument) -> dict[str, Any]:
    told = document.model_dump(mode="json")
    return {
        "number": document.number,
        "case_ref": document.case_reference,
        "party_id": document.party,
        "name": document.party_name,
        "protected": document.protected,
        "doc_type": document.type,
        "direction": document.direction,
        "doc_date": told["document_date"],
        "received": told["received"],
        "sent": told["sent"],
        "officer": document.officer,
        "archive_ref": document.archive_reference,
        "files": [
            {"name": name, "role": role, "content_base64": base64.b64encode(content).decode()}
            for name, role, content in FILES
        ],
    }


@contextmanager
def memory_house(tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    yield MemoryHouse(tmp_path_factory.mktemp("exchange"))


@contextmanager
def remote_house(tmp_path_factory: pytest.TempPathFactory) -> Generator[RemoteHouse]:
    """Skips where the machine lacks what it needs; `make test` installs that where it can."""
    lacking = [*missing(), *([] if tesseract.is_there() else ["tesseract-ocr-nor"])]
    if lacking:
        pytest.skip(f"this machine lacks {', '.join(lacking)}")
    exchange = tmp_path_factory.mktemp("exchange")
    with starting(StandIn, tmp_path_factory) as start:
        sofie = start("--exchange", str(exchange), "--second-login", "allowed")
        browser = Browser(BrowserSettings(), {"sofie": sofie.url})
        yield RemoteHouse(sofie, exchange, browser)
        browser.close()
