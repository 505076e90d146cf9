"""How a document comes into the archive: case file, post, documents, and only then its journal."""

from __future__ import annotations

from archive_svc.esa.desk import ArchiveDesk, PostKey
from archive_svc.esa.noark import AccessCode, PartyRole, PostStatus, PostType
from archive_svc.esa.record import Document, JournalPost, NewCaseFile, NewPost, Party, Record, Screening
from archive_svc.tax.copies import copies_of
from archive_svc.tax.standing import ARCHIVED, Standing
from archive_svc.tax.tax_document import SETTINGS, TaxDocument
from common.errors import ConflictInTarget, SuspectedDuplicate
from common.process import Ensured, OutcomeCode, Run

_NOT_JOURNALLED = frozenset(set(PostStatus) - ARCHIVED - {PostStatus.CANCELLED})
_ROLES = {PostType.INCOMING: PartyRole.SENDER, PostType.OUTGOING: PartyRole.RECIPIENT}


class Archived(Record, frozen=True):
    """What a case has made sure of."""

    post: PostKey
    code: OutcomeCode
    """What the case has done to the post; EXISTS where nothing was left to do."""
    documents: tuple[Document, ...] = ()
    """Of this case, as the archive holds them."""


def archived(document: TaxDocument, standing: Standing, desk: ArchiveDesk, run: Run) -> Archived:
    """See to it that the post stands with all its documents; it is not journalled yet.

    All files are made into archive format first: what cannot be leaves nothing behind.
    """
    if standing.whole and standing.post is not None:
        return Archived(post=standing.post, code=OutcomeCode.EXISTS)
    with copies_of(document, run) as copies:
        post = _registered(document, standing, desk, run)
        documents: list[Document] = []
        for place, copy in enumerate(copies):
            held = desk.ensure_document(post.value, copy.as_new(_title(document, place))).value
            if held.checksum != copy.made.checksum:
                raise ConflictInTarget(
                    "The archive holds another file than was sent", detail={"journal_post": post.value.call_number}
                )
            documents.append(held)
    code = OutcomeCode.CREATED if post.created else OutcomeCode.UPDATED
    return Archived(post=post.value, code=code, documents=tuple(documents))


def _registered(document: TaxDocument, standing: Standing, desk: ArchiveDesk, run: Run) -> Ensured[PostKey]:
    """The post, in the party's open case file where it is new."""
    if standing.post is None:
        case = desk.ensure_case_file(_case_file(document)).value
        # What an earlier attempt found or made may have been closed since, or be another party's.
        if run.case.fence > 1 and desk.require_open(case).klass != document.party.number:
            raise ConflictInTarget("The party's case file has become another party's", detail={"case_file": case})
    else:
        case = desk.require_open(standing.post.case).number
    post = desk.ensure_post(case, _post(document))
    is_known = post.created if standing.post is None else post.value.id == standing.post.id
    if not is_known:
        raise SuspectedDuplicate(
            "Somebody has just archived the document", detail={"journal_post": post.value.call_number}
        )
    return post


def journalled(document: TaxDocument, done: Archived, standing: Standing, desk: ArchiveDesk) -> JournalPost:
    """The post, read back, journalled once all its documents are there.

    `done` may be an earlier attempt's and `standing` is this one's look: raises SuspectedDuplicate where the document
    stands elsewhere by now. Raises ConflictInTarget when the post or a document of it has vanished or been cancelled,
    or the archive shows another post than was entered.
    """
    where = {"journal_post": done.post.call_number}
    if standing.post is None and done.code is not OutcomeCode.CREATED:
        raise ConflictInTarget("The document's post is not what it was any more", detail=where)
    if standing.post is not None and standing.post.id != done.post.id:
        raise SuspectedDuplicate("Somebody has archived the document elsewhere", detail=where)
    shown = desk.post(done.post)
    _require_documents(shown, done)
    if not standing.whole:
        if shown.external_reference != document.sofie_doc_id:
            raise ConflictInTarget("The document's number has been taken off its post", detail=where)
        desk.ensure_status(done.post, PostStatus.JOURNALLED, instead_of=_NOT_JOURNALLED)
        shown = desk.post(done.post)
        _require_documents(shown, done)
    if shown.status not in ARCHIVED:
        raise ConflictInTarget("Somebody has cancelled the post", detail=where)
    if done.code is OutcomeCode.CREATED:
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
