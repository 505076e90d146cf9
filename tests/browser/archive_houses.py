"""Where the promises of an archive are put to the test: the double and ESA, behind the same doors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from archive_svc.esa.noark import AccessCode, DocumentRole, PartyRole, PostType
from archive_svc.esa.port import Archive
from archive_svc.esa.record import (
    CaseFile,
    JournalPost,
    NewCaseFile,
    NewDocument,
    NewPost,
    Officer,
    Party,
    PostLine,
    Screening,
)
from archive_svc.screens.esa.archive import EsaArchive
from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.clock import OSLO
from common.errors import RecordLocked, TargetRejected
from common.lease import Lease, now
from common.target import Account
from common.testing import MemoryCase
from tests.sandbox.visitor import Esa, starting
from tests.unit.archive.archive_in_memory import MemoryArchive, archival_pdf

EXEMPT = Screening(access=AccessCode.EXEMPT, legal_basis="offl. § 13 jf. fvl. § 13")
ROBOT = Account(target="esa", name="robot1", password="robot1-secret")


def today() -> date:
    """ESA has no other clock than everybody's."""
    return datetime.now(OSLO).date()


class House(ABC):
    """One archive, and what tests put into it otherwise than through the port. Nothing is emptied between tests: each
    works in case files, classes and units of its own.
    """

    def __init__(self) -> None:
        self._numbers = count(100001)
        self._classes = count(310000000)
        self._sketch = MemoryArchive()

    def klass(self) -> str:
        """A class that no other test has."""
        return str(next(self._classes))

    def case_file(self, **known: Any) -> CaseFile:
        """A case file that was there before, in a class and of a unit of its own."""
        number, own = f"2026/{next(self._numbers)}", self.klass()
        usual = {"klass": own, "unit": own, "part": "Kemnerarkiv", "series": "Skatteinnkreving"}
        made = self._sketch.put_case_file(number, **usual | known)
        self.seed_case_file(made)
        return made

    def post(self, case: CaseFile, **known: Any) -> JournalPost:
        """A post that was there before, of its case file's unit."""
        made = self._sketch.put_post(case.number, **{"unit": case.unit} | known)
        self.seed_posts([made])
        return made

    def posts(self, case: CaseFile, many: int) -> list[JournalPost]:
        made = [self._sketch.put_post(case.number, unit=case.unit) for _ in range(many)]
        self.seed_posts(made)
        return made

    @abstractmethod
    def seed_case_file(self, made: CaseFile) -> None:
        """Put it there."""

    @abstractmethod
    def seed_posts(self, made: Sequence[JournalPost]) -> None:
        """Put them there."""

    @abstractmethod
    def officers(self, made: Sequence[Officer]) -> None:
        """Put them there."""

    @abstractmethod
    def lock(self, record: CaseFile | JournalPost) -> None:
        """Somebody has it open from now on."""

    @abstractmethod
    def open(self) -> Archive:
        """The page where a visit begins, anew for each."""


class MemoryHouse(House):
    """The double that tests of processes use."""

    def __init__(self) -> None:
        super().__init__()
        case = MemoryCase()
        case.begin()
        self._archive = MemoryArchive(case, today=today())

    def seed_case_file(self, made: CaseFile) -> None:
        self._archive.held[made.number] = made

    def seed_posts(self, made: Sequence[JournalPost]) -> None:
        self._archive.journal |= {post.id: post for post in made}

    def officers(self, made: Sequence[Officer]) -> None:
        self._archive.staff.extend(made)

    def lock(self, record: CaseFile | JournalPost) -> None:
        self._archive.locked.add(record.number if isinstance(record, CaseFile) else record.call_number)

    def open(self) -> Archive:
        return self._archive


class EsaHouse(House):
    """The sandbox's stand-in, in a real browser."""

    def __init__(self, esa: Esa, browser: Browser) -> None:
        super().__init__()
        self.esa, self.browser = esa, browser

    def seed_case_file(self, made: CaseFile) -> None:
        self.esa.post("casefiles", [_screened(made.model_dump(mode="json"))])

    def seed_posts(self, made: Sequence[JournalPost]) -> None:
        self.esa.post("posts", [_seed(post) for post in made])

    def officers(self, made: Sequence[Officer]) -> None:
        self.esa.post("officers", [one.model_dump() for one in made])

    def lock(self, record: CaseFile | JournalPost) -> None:
        of = "casefile" if isinstance(record, CaseFile) else "post"
        key = record.number if isinstance(record, CaseFile) else record.id
        self.esa.post("locks", [{"record": of, "key": key, "locked_by": "kemn09"}])

    def open(self) -> Archive:
        return self.browser.open(EsaArchive, ROBOT, Lease(fence=1, started=now(), seconds=60, margin=2))


def refused_by(sentence: str) -> TargetRejected | RecordLocked:
    """As ESA's screens tell a window's refusal."""
    return RecordLocked() if " er låst av " in sentence else TargetRejected(detail={"esa": sentence})


def _screened(told: dict[str, Any]) -> dict[str, Any]:
    screening = told.pop("screening")
    return told | {"access": screening["access"], "legal_basis": screening["legal_basis"]}


def _seed(post: JournalPost) -> dict[str, Any]:
    told = _screened(post.model_dump(mode="json", exclude={"case_status", "written_off"}))
    told |= {"public_title": told["title"], "title": told.pop("full_title"), "dispatch": told["dispatch"] or ""}
    return told | {"documents": [{k: v for k, v in each.items() if k != "number"} for each in told["documents"]]}


@contextmanager
def memory_house(_: pytest.TempPathFactory) -> Generator[MemoryHouse]:
    yield MemoryHouse()


@contextmanager
def esa_house(tmp_path_factory: pytest.TempPathFactory) -> Generator[EsaHouse]:
    with starting(Esa, tmp_path_factory) as start:
        esa = start()
        browser = Browser(BrowserSettings(), {"esa": esa.url})
        yield EsaHouse(esa, browser)
        browser.close()


def a_case_file(house: House, **different: Any) -> NewCaseFile:
    own = house.klass()
    usual = {
        "title": "Skatteinnkreving – Dahle, Erik",
        "public_title": "Skatteinnkreving – skatteyter",
        "part": "Kemnerarkiv",
        "series": "Skatteinnkreving",
        "klass": own,
        "unit": own,
        "officer": "kemn01",
        "screening": EXEMPT,
    }
    return NewCaseFile.model_validate(usual | different)


def a_post(reference: str, **different: Any) -> NewPost:
    usual: dict[str, Any] = {
        "type": PostType.INCOMING,
        "title": "Klage fra Dahle, Erik",
        "public_title": "Klage – skatteyter",
        "document_date": date(2026, 8, 1),
        "received": date(2026, 8, 3),
        "officer": "kemn02",
        "unit": "310456780",
        "screening": EXEMPT,
        "external_reference": reference,
        "parties": (Party(role=PartyRole.SENDER, name="Dahle, Erik", number="17838410103"),),
    }
    return NewPost.model_validate(usual | different)


def a_document(tmp_path: Path, role: DocumentRole = DocumentRole.MAIN, content: str = "Vedtak") -> NewDocument:
    file = archival_pdf(tmp_path / "vedtak.pdf", content)
    checksum = sha256(file.read_bytes()).hexdigest()
    return NewDocument(role=role, title="Vedtak om avslag", file=file, checksum=checksum, original="a" * 64)


def standing(house: House, case: CaseFile, number: int) -> JournalPost:
    found = house.open().post(case.number, number)
    assert found is not None
    return found


def lines(posts: list[JournalPost]) -> list[PostLine]:
    return [PostLine.model_validate(post.model_dump(include=set(PostLine.model_fields))) for post in posts]
