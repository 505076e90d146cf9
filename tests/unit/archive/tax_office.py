"""Where documents of tax collection are archived: SOFIE, the archive and the exchange folder, all of this process."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from weakref import finalize

import odd_files
import pytest
from archive_in_memory import MemoryArchive
from sofie_in_memory import MemorySofie

from archive_svc.esa.record import JournalPost
from archive_svc.processes.tax_documents import archive_tax_document
from archive_svc.screens.esa.archive import EsaArchive
from archive_svc.screens.sofie.program import SofieProgram
from archive_svc.sofie.document import Direction, DocumentType, FileRole, SofieDocument
from archive_svc.tax.tax_document import TaxDocument
from common.clock import OSLO
from common.errors import BusinessException
from common.process import Outcome
from common.testing import FixedClock, MemoryCase

NOW = datetime(2026, 11, 23, 1, tzinfo=OSLO)
NUMBER, PERSON, ENTERPRISE = "SOF-2026-0004711", "17838410103", "313332217"
SCREENED = {"access_code": "UO", "legal_basis": "offl. § 13 jf. sktbl. § 3-2"}


@cache
def content(place: int) -> bytes:
    """A file in archive format already: what conversion does is tested elsewhere."""
    return odd_files.archival(place)


def a_file(held: bytes, role: str = "MAIN", name: str = "dokument.pdf") -> dict[str, str]:
    """As a case names it."""
    return {"name": name, "sha256": sha256(held).hexdigest(), "role": role}


@dataclass
class TaxOffice:
    """An outgoing agreement with Ola Nordhaug, its one file handed over, and nothing in the archive."""

    case: MemoryCase = field(default_factory=MemoryCase)
    archive: MemoryArchive = field(default_factory=MemoryArchive)

    def __post_init__(self) -> None:
        self.exchange = Path(tempfile.mkdtemp(prefix="roger-tests-"))
        finalize(self, shutil.rmtree, self.exchange, ignore_errors=True)
        self.sofie = MemorySofie(exchange=self.exchange)
        self.handed_over: list[bytes] = []
        self.in_sofie(NUMBER)
        self.new_case(content(1))

    def in_sofie(self, number: str, files: Sequence[bytes] = (), **different: Any) -> SofieDocument:
        """A document of SOFIE; it replaces the one of that number."""
        roles = (FileRole.MAIN, *[FileRole.ATTACHMENT] * 9)
        held = [(f"fil{place}.pdf", roles[place], each) for place, each in enumerate(files or (content(1),))]
        known: dict[str, Any] = {
            "case_reference": "K-20260099",
            "type": DocumentType.PAYMENT_AGREEMENT,
            "document_date": date(2026, 11, 20),
            "party": PERSON,
            "party_name": "Nordhaug, Ola",
            "direction": Direction.OUT,
            "sent": date(2026, 11, 21),
            "officer": "kemn01",
        }
        return self.sofie.put(number, held, **known | different)

    def new_case(self, *handed_over: bytes) -> None:
        """The next case, with the files that its caller has handed over."""
        self.case = self.archive.case = self.sofie.case = MemoryCase(submitted_at=NOW)
        for each in handed_over:
            self.case.hand_over(each)

    def document(self, **different: Any) -> TaxDocument:
        given: dict[str, Any] = {
            "sofie_doc_id": NUMBER,
            "sofie_case_ref": "K-20260099",
            "party": {"person_id": PERSON, "name": "Nordhaug, Ola"},
            "doc_type": "BETALINGSAVTALE",
            "direction": "OUT",
            "doc_date": "2026-11-20",
            "sent_date": "2026-11-21",
            "officer": "kemn01",
            "unit": "310456780",
            "files": [a_file(content(1))],
            **SCREENED,
        }
        return TaxDocument.model_validate(given | different, context={"accepts_synthetic": True})

    def of_enterprise(self, **different: Any) -> TaxDocument:
        """A complaint of an enterprise with an attachment, which SOFIE has as well."""
        number = different.get("sofie_doc_id", "SOF-2026-0004725")
        self.in_sofie(
            number,
            [content(2), content(3)],
            case_reference="K-20260104",
            type=DocumentType.COMPLAINT,
            document_date=date(2026, 11, 18),
            party=ENTERPRISE,
            party_name="Synt Bygg AS",
            direction=Direction.IN,
            sent=None,
            received=date(2026, 11, 20),
        )
        given = {
            "sofie_doc_id": number,
            "sofie_case_ref": "K-20260104",
            "party": {"orgnr": ENTERPRISE, "name": "Synt Bygg AS"},
            "doc_type": "KLAGE",
            "direction": "IN",
            "doc_date": "2026-11-18",
            "received_date": "2026-11-20",
            "sent_date": None,
            "officer": "kemn02",
            "files": [a_file(content(2)), a_file(content(3), "ATTACHMENT", "vedlegg1.pdf")],
        }
        return self.document(**given | different)

    def perform(self, document: TaxDocument, *, now: datetime = NOW, dies_at: str | None = None) -> Outcome:
        """One attempt at the present case."""
        screens = {EsaArchive: self.archive, SofieProgram: self.sofie}
        return archive_tax_document(document, self.case.run(screens, clock=FixedClock(now), dies_at=dies_at))

    def again(self, document: TaxDocument, *handed_over: bytes) -> Outcome:
        """A case of its own."""
        self.new_case(*(handed_over or (content(1),)))
        return self.perform(document)

    def refused(self, document: TaxDocument, code: type[BusinessException]) -> BusinessException:
        """A person takes over; nothing was saved anywhere, and nothing is left in the exchange."""
        before = self.archive.all_posts(), list(self.archive.writes), self._references()
        with pytest.raises(code) as told:
            self.perform(document)
        assert type(told.value) is code
        assert before == (self.archive.all_posts(), self.archive.writes, self._references())
        self.require_exchange_empty()
        return told.value

    def require_exchange_empty(self) -> None:
        assert list(self.exchange.iterdir()) == []

    def post(self) -> JournalPost:
        """The only one there is."""
        (found,) = self.archive.all_posts()
        return found

    def reached(self) -> list[str]:
        """Every point where the latest run might have died."""
        assert self.case.platform is not None
        return self.case.platform.reached

    def _references(self) -> list[str]:
        return [each.archive_reference for each in self.sofie.documents.values()]
