"""`case-protocols`: each item of approved minutes has its protocol in the archive, and letters about it wait as drafts (ARC-03)."""

from __future__ import annotations

from datetime import timedelta

from archive_svc.documents.archive_copy import ArchiveCopy
from archive_svc.documents.written import written
from archive_svc.esa.desk import ArchiveDesk, PostKey
from archive_svc.esa.noark import DocumentRole, PostStatus, PostType
from archive_svc.esa.record import CaseFile, Document, JournalPost, NewDocument, NewPost
from archive_svc.protocols.decided_item import SETTINGS, DecidedItem
from archive_svc.protocols.exceptions import ProtocolDiffers
from archive_svc.protocols.minutes import Minutes
from archive_svc.protocols.posts import letters, protocol_post, references
from archive_svc.protocols.protocol import require_reads_as_written, sheet_of
from archive_svc.protocols.rules import require_as_minuted, require_votes_of_members, screening_of
from archive_svc.protocols.tasks import tell_of_drafts, tell_the_secretariat
from archive_svc.screens.esa.target import Esa
from archive_svc.screens.meetings.target import ItemFacts, Meetings
from archive_svc.service import archive
from common.errors import ConflictInTarget, SuspectedDuplicate
from common.process import Outcome, OutcomeCode, Retention, Run

_NOT_JOURNALLED = frozenset({PostStatus.RESERVED, PostStatus.REGISTERED, PostStatus.FINISHED, PostStatus.APPROVED})


@archive.process(
    "case-protocols",
    called="Saksprotokoller",
    targets=[Esa, Meetings],
    manual_minutes=6.0,
    due=timedelta(days=2),
    retention=Retention.PERSONAL,
    fallout=tell_the_secretariat,
)
def case_protocol(item: DecidedItem, run: Run) -> Outcome:
    """See to it that the archive holds the protocol of a political item, word for word, and drafts of the letters about it."""
    minutes, desk = Minutes(run, item), ArchiveDesk(run)
    minuted = minutes.item()  # by each attempt: minutes may be opened again
    require_as_minuted(item, minuted)
    require_votes_of_members(item, minuted)
    case_file = _case_file(item, minuted, desk)
    screening = screening_of(minuted, case_file.screening)

    key, made = _archived(item, minuted, protocol_post(item, minuted, case_file, screening), run, desk)
    drafts = [
        desk.ensure_post(item.case_no, letter) for letter in letters(item, minuted, case_file, screening, run.today())
    ]
    noted = SETTINGS.note_reference and _noted(key.call_number, minutes, run)

    detail = {
        "journal_post": key.call_number,
        "journal_post_id": key.id,
        "drafts": [each.value.call_number for each in drafts],
        "decision_sha256": item.fingerprint,
    }
    new = [each.value.call_number for each in drafts if each.created]
    if made:
        outcome = Outcome(OutcomeCode.CREATED, detail)
    else:
        outcome = Outcome(OutcomeCode.UPDATED if new or noted else OutcomeCode.EXISTS, detail)
    return outcome.telling(tell_of_drafts(item, case_file.officer, new)) if new else outcome


def _case_file(item: DecidedItem, minuted: ItemFacts, desk: ArchiveDesk) -> CaseFile:
    """The item's case file, open unless nothing is missing in it.

    Raises ConflictInTarget for one that is closed or not there, SuspectedDuplicate where somebody has archived another
    protocol of the item.
    """
    standing = desk.archive.posts_of_reference(item.archive_reference)
    if minuted.reference and minuted.reference not in {each.call_number for each in standing}:
        raise SuspectedDuplicate(
            "The meeting module names another post as the protocol", detail={"journal_post": minuted.reference}
        )
    found = desk.archive.case_file(item.case_no)
    if found is not None and not found.status.is_open and all(map(desk.archive.posts_of_reference, references(item))):
        return found
    return desk.require_open(item.case_no)


def _archived(item: DecidedItem, minuted: ItemFacts, new: NewPost, run: Run, desk: ArchiveDesk) -> tuple[PostKey, bool]:
    """The journalled post that holds the protocol, and whether this case has made it."""
    sheet = sheet_of(item, minuted)
    with run.folder() as folder:
        copy = written(sheet, folder)
        require_reads_as_written(copy.file, sheet)
        post = desk.ensure_post(item.case_no, new)
        _require_the_same(desk.post(post.value), item, copy)
        document = NewDocument(
            role=DocumentRole.MAIN, title=new.title, file=copy.file, checksum=copy.checksum, original=copy.original
        )
        held = desk.ensure_document(post.value, document)
    desk.ensure_status(post.value, PostStatus.JOURNALLED, instead_of=_NOT_JOURNALLED)
    if post.created:
        _require_archived(desk.post(post.value), new, held.value)
    return post.value, post.created


def _require_the_same(post: JournalPost, item: DecidedItem, copy: ArchiveCopy) -> None:
    """What stands under the protocol's reference is this protocol; raises ConflictInTarget and ProtocolDiffers."""
    if (post.case, post.type) != (item.case_no, PostType.INTERNAL):
        raise ConflictInTarget(
            "The protocol's reference stands on another kind of post, or in another case file",
            detail={"journal_post": post.call_number},
        )
    main = post.main_document
    if main is not None and main.original != copy.original:
        raise ProtocolDiffers(detail={"journal_post": post.call_number})


def _require_archived(post: JournalPost, new: NewPost, sent: Document) -> None:
    """The archive shows what it was given; raises ConflictInTarget."""
    shown = (post.full_title, post.title, post.screening, post.external_reference, post.document_date)
    given = (new.title, new.public_title, new.screening, new.external_reference, new.document_date)
    journalled = post.status not in _NOT_JOURNALLED
    if shown != given or not journalled or post.main_document != sent or not sent.format.startswith("PDF/A"):
        raise ConflictInTarget(
            "The archive shows another protocol than was entered", detail={"journal_post": post.call_number}
        )


def _noted(reference: str, minutes: Minutes, run: Run) -> bool:
    """The meeting module says where the protocol is archived; whether this case has noted it."""
    noted = run.ensure("noted", of=str, find=minutes.reference, create=lambda: minutes.note(reference))
    if noted.value != reference:
        raise SuspectedDuplicate(
            "The meeting module names another post as the protocol", detail={"journal_post": noted.value}
        )
    return noted.created
