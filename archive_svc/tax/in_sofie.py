"""What SOFIE says of a document, and that it is the one that was handed in."""

from __future__ import annotations

from archive_svc.screens.sofie.program import SofieProgram
from archive_svc.sofie.document import SofieDocument
from archive_svc.sofie.port import Sofie
from archive_svc.tax.tax_document import TaxDocument, TaxParty
from common.errors import ConflictInTarget, NameMismatch, ProtectedAddress, SuspectedDuplicate
from common.norway.names import same_person
from common.process import Run


def sofie_of(run: Run) -> Sofie:
    """SOFIE, at the page where each visit begins; open it anew for the next."""
    return run.open(SofieProgram)


def shown_in_sofie(document: TaxDocument, run: Run) -> SofieDocument:
    """The document as SOFIE shows it; raises ConflictInTarget when it shows none, or another one.

    Whoever's address is protected is a person's work, before anything is compared: raises ProtectedAddress. Raises
    NameMismatch for another name, and NeedsJudgement for what could not be read with certainty.
    """
    shown = sofie_of(run).document(document.sofie_doc_id)
    if shown is None:
        raise ConflictInTarget("SOFIE has no such document")
    if shown.protected:
        raise ProtectedAddress
    _require_as_handed_in(document, shown)
    if not _is_called(document.party, shown.party_name):
        raise NameMismatch
    return shown


def require_reference(shown: SofieDocument, call_number: str | None) -> None:
    """SOFIE says that a document is archived already: raises SuspectedDuplicate unless it is, and there."""
    if shown.archive_reference and shown.archive_reference != call_number:
        raise SuspectedDuplicate(
            "SOFIE says that the document is archived elsewhere", detail={"journal_post": shown.archive_reference}
        )


def note_reference(document: TaxDocument, call_number: str, run: Run) -> bool:
    """SOFIE says where the document is archived; whether this case has written that.

    Raises SuspectedDuplicate when somebody has written something else meanwhile.
    """

    def find() -> list[str]:
        reference = sofie_of(run).reference(document.sofie_doc_id)
        return [reference] if reference else []

    def write() -> None:
        sofie_of(run).write_reference(document.sofie_doc_id, call_number)

    noted = run.ensure("reference in SOFIE", of=str, find=find, create=write)
    if noted.value != call_number:
        raise SuspectedDuplicate(
            "SOFIE says that the document is archived elsewhere", detail={"journal_post": noted.value}
        )
    return noted.created


def _require_as_handed_in(document: TaxDocument, shown: SofieDocument) -> None:
    compared = {
        "sofie_doc_id": (document.sofie_doc_id, shown.number),
        "sofie_case_ref": (document.sofie_case_ref, shown.case_reference),
        "party": (document.party.number, shown.party),
        "doc_type": (document.doc_type, shown.type),
        "direction": (document.direction, shown.direction),
        "doc_date": (document.doc_date, shown.document_date),
        "received_date": (document.received_date, shown.received),
        "sent_date": (document.sent_date, shown.sent),
    }
    differing = [name for name, (given, seen) in compared.items() if given != seen]
    if differing:
        raise ConflictInTarget("SOFIE says otherwise than the case", detail={"fields": differing})


def _is_called(party: TaxParty, name: str) -> bool:
    if party.person_id is None:
        return " ".join(party.name.split()).casefold() == " ".join(name.split()).casefold()
    family, _, given = name.partition(",")
    return same_person(party.family_name, party.given_name, family, given)
