"""What SOFIE shows of a document of tax collection."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from archive_svc.esa.record import Record


class DocumentType(StrEnum):
    """What kind of document it is (code list D.4)."""

    DECISION = "VEDTAK"
    SEIZURE_NOTICE = "VARSEL_UTLEGG"
    SEIZURE = "UTLEGG"
    PAYMENT_AGREEMENT = "BETALINGSAVTALE"
    PAYMENT_RESPITE = "BETALINGSUTSETTELSE"
    WAGE_DEDUCTION = "LONNSTREKK"
    COMPLAINT = "KLAGE"
    CORRESPONDENCE = "KORRESPONDANSE"

    @property
    def called(self) -> str:
        """As SOFIE and staff call it."""
        return _CALLED[self]


_CALLED = {
    DocumentType.DECISION: "Vedtak",
    DocumentType.SEIZURE_NOTICE: "Varsel utlegg",
    DocumentType.SEIZURE: "Utlegg",
    DocumentType.PAYMENT_AGREEMENT: "Betalingsavtale",
    DocumentType.PAYMENT_RESPITE: "Betalingsutsettelse",
    DocumentType.WAGE_DEDUCTION: "Lønnstrekk",
    DocumentType.COMPLAINT: "Klage",
    DocumentType.CORRESPONDENCE: "Korrespondanse",
}


class Direction(StrEnum):
    """Which way a document went."""

    IN = "IN"
    OUT = "OUT"
    INTERNAL = "INTERNAL"

    @property
    def called(self) -> str:
        """As SOFIE calls it."""
        return {"IN": "Inn", "OUT": "Ut", "INTERNAL": "Intern"}[self.value]


class FileRole(StrEnum):
    """Whether a file is the document itself or comes with it."""

    MAIN = "MAIN"
    ATTACHMENT = "ATTACHMENT"

    @property
    def called(self) -> str:
        """As SOFIE calls it."""
        return {"MAIN": "Hoveddokument", "ATTACHMENT": "Vedlegg"}[self.value]


class SofieFile(Record, frozen=True):
    """One file of a document. Exported, its name begins with its number: `1-vedtak.pdf`."""

    number: int
    name: str
    """For people, too."""
    role: FileRole

    @property
    def exported_as(self) -> str:
        """Its name in the document's folder of the exchange."""
        return f"{self.number}-{self.name}"


class WaitingLine(Record, frozen=True):
    """A document that is marked for the archive, as the list of them shows it."""

    number: str
    case_reference: str
    type: DocumentType
    document_date: date


class SofieDocument(WaitingLine, frozen=True):
    """All that a document's own page shows."""

    party: str
    """National id or organisation number, its digits only."""
    party_name: str
    protected: bool
    """Whether the party's address is protected."""
    direction: Direction
    received: date | None = None
    sent: date | None = None
    officer: str
    """For people: where it is read off a picture, O and 0 may be mixed up in it."""
    files: tuple[SofieFile, ...] = ()
    """In the order of their numbers."""
    archive_reference: str = ""
    """Where it stands in the archive (`2026/004411-3`); empty until it does."""
