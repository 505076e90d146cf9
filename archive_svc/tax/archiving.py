"""How a document comes into the archive: case file, post, documents, and only then its journal."""

from __future__ import annotations

from archive_svc.esa.desk import ArchiveDesk, PostKey
from archive_svc.esa.noark import AccessCode, PartyRole, PostStatus, PostType
from archive_svc.esa.record import Document, JournalPost, NewCaseFile, NewPost, Party, Record, Screening
from archive_svc.tax.copies import copies_of
from archive_svc.tax.standing import ARCHIVED, Standing
from archive_svc.tax.tax_document import SETTINGS, TaxDocument
from common.errors import ConflictInTarget, SuspectedDuplicate
from common.process import Run

_NOT_JOURNALLED = frozenset(set(PostStatus) - ARCHIVED - {PostStatus.CANCELLED})
_ROLES = {PostType.INCOMING: PartyRole.SENDER, PostType.OUTGOING: PartyRole.RECIPIENT}


class Archived(Record, frozen=True):
    """What a case has made sure of."""

    post: PostKey
    created: bool
    """Whether the post is this case's."""
    documents: tuple[Document, ...]
    """Of this case, as the archive holds them."""


def archived(document: TaxDocument, standing: Standing, desk: ArchiveDesk, run: Run) -> Archived:
    """See to it that the post stands with all its documents; it is not journalled yet.

    All files are made into archive format first: what cannot be leaves nothing behind.
    """
    with copies_of(document, run) as copies:
        if standing.post is None:
            case = desk.ensure_case_file(_case_file(document)).value
        else:
            case = desk.require_open(standing.post.case).number
        post = desk.ensure_post(case, _post(document))
        if not post.created and standing.post is None:
            raise SuspectedDuplicate(
                "Somebody has just archived the document", detail={"journal_post": post.value.call_number}
            )
        documents = [
            desk.ensure_document(post.value, copy.as_new(_title(document, place))).value
            for place, copy in enumerate(copies)
        ]
    return Archived(post=post.value, created=post.created, documents=tuple(documents))


def journal(document: TaxDocument, done: Archived, desk: ArchiveDesk) -> JournalPost:
    """Journal a post that has all its documents, and read it back.

    Raises ConflictInTarget when a document has vanished, or the archive shows another post than was entered.
    """
    _require_documents(desk.post(done.post), done)
    desk.ensure_status(done.post, PostStatus.JOURNALLED, instead_of=_NOT_JOURNALLED)
    shown = desk.post(done.post)
    _require_documents(shown, done)
    if shown.status not in ARCHIVED:
        raise ConflictInTarget("Somebody has cancelled the post", detail={"journal_post": shown.call_number})
    if done.created:
        _require_as_entered(shown, _post(document))
    return shown


def _require_documents(shown: JournalPost, done: Archived) -> None:
    held = {(each.role, each.checksum) for each in shown.documents}
    missing = [each for each in done.documents if (each.role, each.checksum) not in held]
    if missing or not all(each.format.startswith("PDF/A") for each in done.documents):
        raise ConflictInTarget(
            "A document that was archived is not there any more, or not in archive format",
            detail={"journal_post": shown.call_number},
        )


def _require_as_entered(shown: JournalPost, new: NewPost) -> None:
    given = new.model_dump(exclude={"title", "public_title", "draft", "parties", "officer", "unit"})
    seen = shown.model_dump(include=set(given))
    titles = (shown.full_title, shown.title) == (new.title, new.public_title)
    if seen != given or not titles or set(shown.parties) != set(new.parties):
        raise ConflictInTarget(
            "The archive shows another post than was entered", detail={"journal_post": shown.call_number}
        )


def _screening(document: TaxDocument) -> Screening:
    return Screening(access=AccessCode(document.access_code), legal_basis=document.legal_basis)


def _case_file(document: TaxDocument) -> NewCaseFile:
    return NewCaseFile(
        title=f"{SETTINGS.case_title} – {document.party.name}",
        public_title=f"{SETTINGS.case_title} – {SETTINGS.party_called}",
        part=SETTINGS.part,
        series=SETTINGS.series,
        klass=document.party.number,
        unit=document.archive_unit,
        officer=document.officer,
        screening=_screening(document),
    )


def _post(document: TaxDocument) -> NewPost:
    return NewPost(
        type=document.post_type,
        title=document.title,
        public_title=document.public_title,
        document_date=document.doc_date,
        received=document.received_date,
        sent=document.sent_date,
        officer=document.officer,
        unit=document.archive_unit,
        screening=_screening(document),
        external_reference=document.sofie_doc_id,
        parties=(_party(document),),
    )


def _party(document: TaxDocument) -> Party:
    """Who sent it or gets it; what is internal is its officer's."""
    role = _ROLES.get(document.post_type)
    if role is None:
        return Party(role=PartyRole.INTERNAL_SENDER, name=document.officer)
    return Party(role=role, name=document.party.name, number=document.party.number)


def _title(document: TaxDocument, place: int) -> str:
    """Of one of its documents; the names of files are anybody's."""
    return document.title if place == 0 else f"Vedlegg {place} – {document.doc_type.called}"
