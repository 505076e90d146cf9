"""`tax-documents`: a document of tax collection stands in the archive as SOFIE has it, and SOFIE says where (ARC-01)."""

from __future__ import annotations

from datetime import timedelta

from archive_svc.esa.desk import ArchiveDesk
from archive_svc.esa.record import JournalPost
from archive_svc.screens.esa.target import Esa
from archive_svc.screens.sofie.target import Sofie
from archive_svc.service import archive
from archive_svc.tax.archiving import archived, journalled
from archive_svc.tax.exchange import sweep_exchange
from archive_svc.tax.in_sofie import note_reference, require_reference, shown_in_sofie
from archive_svc.tax.settings import TaxSettings
from archive_svc.tax.standing import standing_of
from archive_svc.tax.tasks import tell_the_tax_office
from archive_svc.tax.tax_document import TaxDocument
from common.person import require_lasting_id
from common.process import Outcome, Retention, Run
from common.settings import load


@archive.process(
    "tax-documents",
    called="Arkivering fra SOFIE til ESA",
    targets=[Esa, Sofie],
    manual_minutes=5.0,
    due=timedelta(days=1),
    retention=Retention.PERSONAL,
    fetches_files=True,
    fallout=tell_the_tax_office,
)
def archive_tax_document(document: TaxDocument, run: Run) -> Outcome:
    """See to it that the document stands in its party's case file once, whole and in archive format."""
    if document.party.person_id is not None:
        require_lasting_id(document.party.person_id, accepts_synthetic=run.case.accepts_synthetic)
    sweep_exchange()
    desk = ArchiveDesk(run)
    # Looked at by each attempt: hours may lie between two, and people work in both.
    shown = shown_in_sofie(document, run)
    standing = standing_of(document, desk)
    require_reference(shown, None if standing.post is None else standing.post.call_number)

    done = run.step("archived", archived, document, standing, desk, run)
    post = journalled(document, done, standing, desk)
    noted = load(TaxSettings).note_reference and note_reference(document, post.call_number, run)
    run.discard_files()
    return Outcome(done.code, _detail(post, noted=noted))


def _detail(post: JournalPost, *, noted: bool) -> dict[str, object]:
    return {
        "journal_post": post.call_number,
        "journal_post_id": post.id,
        "type": post.type,
        "documents": len(post.documents),
        "noted_in_sofie": noted,
    }
