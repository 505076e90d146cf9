"""A document's whole way, from SOFIE's pixels by PDF/A into ESA and back: real pages in one browser, cases in memory."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from real_screens import RealScreens

from archive_svc.documents import ghostscript
from archive_svc.processes.tax_documents import archive_tax_document
from archive_svc.tax.tax_document import TaxDocument
from common.browser.canvas import tesseract
from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.clock import system
from common.errors import LeaseLost, SuspectedDuplicate
from common.norway.calendar import oslo_date
from common.process import Outcome, OutcomeCode
from common.run import CaseFacts, Run
from common.testing import MemoryCase
from sandbox.sofie.machine import missing
from tests.sandbox.remote_desktop import Sofie
from tests.sandbox.visitor import Esa, starting
from tests.unit.archive import odd_files

LACKING = [
    *missing(),
    *([] if tesseract.is_there() else ["tesseract-ocr-nor"]),
    *([] if ghostscript.is_there() else ["ghostscript"]),
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(LACKING), reason=f"this machine lacks {', '.join(LACKING)}"),
]

NUMBERS = count(1)
LETTER = odd_files.saved(odd_files.letter(pages=1))
ANNEX = odd_files.scan(1)


@dataclass
class Office:
    """A complaint with a scanned annex, new in SOFIE; the archive knows nothing of its sender."""

    esa: Esa
    sofie: Sofie
    browser: Browser
    exchange: Path
    number: str = field(init=False)

    def __post_init__(self) -> None:
        place = next(NUMBERS)
        self.number = f"SOF-2026-{place:07}"
        today = oslo_date(system())
        self.letter = odd_files.saved(odd_files.letter(pages=1, text=self.number))
        self.dates = {"doc_date": str(today - timedelta(days=3)), "received": str(today - timedelta(days=1))}
        self.sofie.post("documents", [self._seed()])

    def document(self, **different: Any) -> TaxDocument:
        given = {
            "sofie_doc_id": self.number,
            "sofie_case_ref": "K-20260099",
            "party": {"person_id": "17838410103", "name": "Nordhaug, Ola Ånes"},
            "doc_type": "KLAGE",
            "direction": "IN",
            "doc_date": self.dates["doc_date"],
            "received_date": self.dates["received"],
            "officer": "kemn01",
            "unit": "310456780",
            "files": [
                {"name": "klage.pdf", "sha256": sha256(self.letter).hexdigest()},
                {"name": "vedlegg.tif", "sha256": sha256(ANNEX).hexdigest(), "role": "ATTACHMENT"},
            ],
            "access_code": "UO",
            "legal_basis": "offl. § 13 jf. sktbl. § 3-2",
        }
        return TaxDocument.model_validate(given | different, context={"accepts_synthetic": True})

    def perform(self, document: TaxDocument, case: MemoryCase | None = None, unproven: str | None = None) -> Outcome:
        """One attempt; it dies when it is about to record the effect named `unproven`."""
        case = case or MemoryCase()
        platform = RealScreens(case, self.browser, unproven)
        facts = CaseFacts(id=case.id, process=case.process, fence=case.fence, submitted_at=case.submitted_at)
        return archive_tax_document(document, Run(facts, platform, system))

    def post(self) -> dict[str, Any]:
        """The only one of the document that ESA holds."""
        (found,) = [each for each in self.esa.get("posts") if each["external_reference"] == self.number]
        return found

    def noted(self) -> str:
        return self.sofie.get("documents", number=self.number)[0]["archive_ref"]

    def _seed(self) -> dict[str, Any]:
        files = (("klage.pdf", "MAIN", self.letter), ("vedlegg.tif", "ATTACHMENT", ANNEX))
        return {
            "number": self.number,
            "case_ref": "K-20260099",
            "party_id": "17838410103",
            "name": "Nordhaug, Ola Ånes",
            "doc_type": "KLAGE",
            "direction": "IN",
            **self.dates,
            "officer": "kemn01",
            "files": [
                {"name": name, "role": role, "content_base64": b64encode(held).decode()} for name, role, held in files
            ],
        }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Esa, Sofie, Browser, Path]]:
    exchange = tmp_path_factory.mktemp("exchange")
    with ExitStack() as running:
        esa = running.enter_context(starting(Esa, tmp_path_factory))("--second-login", "allowed")
        start = running.enter_context(starting(Sofie, tmp_path_factory))
        sofie = start("--exchange", str(exchange), "--second-login", "allowed")
        browser = Browser(BrowserSettings(), {"esa": esa.url, "sofie": sofie.url})
        running.callback(browser.close)
        yield esa, sofie, browser, exchange


@pytest.fixture
def office(whole: tuple[Esa, Sofie, Browser, Path], monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("ROGER_SOFIE_EXCHANGE", str(whole[3]))
    return Office(*whole)


def test_from_sofie_into_esa_and_back(office: Office) -> None:
    outcome = office.perform(office.document())
    assert outcome.code is OutcomeCode.CREATED
    post = office.post()
    assert outcome.detail["journal_post"] == f"{post['case']}-{post['number']}" == office.noted()
    assert (post["type"], post["status"], post["public_title"]) == ("I", "J", "Klage – skatteyter")
    main, annex = post["documents"]
    assert [main["format"], annex["format"]] == ["PDF/A-2b", "PDF/A-2b"]
    assert [main["original"], annex["original"]] == [sha256(each).hexdigest() for each in (office.letter, ANNEX)]
    assert list(office.exchange.iterdir()) == []

    again = office.perform(office.document())
    assert (again.code, again.detail["noted_in_sofie"]) == (OutcomeCode.EXISTS, False)

    changed = [{"name": "klage.pdf", "sha256": sha256(LETTER).hexdigest()}]
    with pytest.raises(SuspectedDuplicate):
        office.perform(office.document(files=changed))
    assert office.post() == post


def test_a_robot_that_dies_after_a_save(office: Office) -> None:
    case = MemoryCase()
    case.hand_over(office.letter)
    case.hand_over(ANNEX)
    original = sha256(office.letter).hexdigest()
    for unproven in (f"document H {original}", "reference in SOFIE"):
        with pytest.raises(LeaseLost):
            office.perform(office.document(), case, unproven)
    assert office.perform(office.document(), case).code is OutcomeCode.CREATED
    assert [each["role"] for each in office.post()["documents"]] == ["H", "V"]
    assert case.files == {}
