"""`case-protocols`: each item of approved minutes has its protocol in the archive, and letters about it wait as drafts (ARC-03)."""

from __future__ import annotations

from datetime import timedelta

from archive_svc.documents.archive_copy import ArchiveCopy
from archive_svc.documents.written import written
from archive_svc.esa.desk import ArchiveDesk, PostKey
from archive_svc.esa.noark import AccessCode, DocumentRole, PostStatus, PostType
from archive_svc.esa.record import CaseFile, Document, JournalPost, NewDocument, NewPost
from archive_svc.protocols.decided_item import SETTINGS, DecidedItem
from archive_svc.protocols.dispatch import drafted, tasks_about
from archive_svc.protocols.exceptions import ProtocolDiffers
from archive_svc.protocols.minutes import Minutes
from archive_svc.protocols.posts import letters, protocol_post, references, shows
from archive_svc.protocols.protocol import require_reads_as_written, sheet_of
from archive_svc.protocols.rules import require_as_minuted, require_votes_of_members, screening_of
from archive_svc.protocols.tasks import tell_the_secretariat
from archive_svc.screens.esa.target import Esa
from archive_svc.screens.meetings.target import ItemFacts, Meetings
from archive_svc.service import archive
from common.errors import ConflictInTarget, SuspectedDuplicate
from common.process import Outcome, OutcomeCode, Retention, Run

_JOURNALLED = frozenset({PostStatus.JOURNALLED, PostStatus.ARCHIVED})
_ON_THE_WAY = frozenset(PostStatus) - _JOURNALLED - {PostStatus.CANCELLED}


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

    key, code = _archived(item, minuted, protocol_post(item, minuted, case_file, screening), run, desk)
    wanted = letters(item, minuted, case_file, screening, run.today())
    drafts = [drafted(item, letter, run, desk) for letter in wanted]
    noted = SETTINGS.note_reference and _noted(key.call_number, minutes, run)

    if code is OutcomeCode.EXISTS and (noted or any(each.made for each in drafts)):
        code = OutcomeCode.UPDATED
    outcome = Outcome(
        code,
        {
            "journal_post": key.call_number,
            "journal_post_id": key.id,
            "drafts": [each.key.call_number for each in drafts],
            "decision_sha256": item.fingerprint,
        },
    )
    return outcome.telling(*tasks_about(item, case_file.officer, drafts, run, desk))


def _case_file(item: DecidedItem, minuted: ItemFacts, desk: ArchiveDesk) -> CaseFile:
    """The item's case file, open unless nothing is missing in it.

    Raises ConflictInTarget for one that is closed or not there, SuspectedDuplicate where somebody has archived another
    protocol of the item.
    """
    if minuted.reference:
        standing = desk.archive.posts_of_reference(item.archive_reference)
        if minuted.reference not in {each.call_number for each in standing}:
            raise _another_one(minuted.reference)
    found = desk.archive.case_file(item.case_no)
    if found is None:
        raise ConflictInTarget("There is no such case file", detail={"case_file": item.case_no})
    if not found.status.is_open and not _is_whole(item, desk):
        raise ConflictInTarget(
            "The case file is closed", detail={"case_file": item.case_no, "status": found.status.value}
        )
    return found


def _is_whole(item: DecidedItem, desk: ArchiveDesk) -> bool:
    """Whether the protocol is journalled and each letter is there: then nothing is to be added to the case file."""
    protocol, *drafts = map(desk.archive.posts_of_reference, references(item))
    return all(drafts) and any(each.status in _JOURNALLED for each in protocol)


def _archived(
    item: DecidedItem, minuted: ItemFacts, new: NewPost, run: Run, desk: ArchiveDesk
) -> tuple[PostKey, OutcomeCode]:
    """The journalled post that holds the protocol, and what this case has done to it."""
    sheet = sheet_of(item, minuted)
    with run.folder() as folder:
        copy = written(sheet, folder)
        require_reads_as_written(copy.file, sheet)
        post = desk.ensure_post(item.case_no, new)
        _require_fit(desk.post(post.value), item, new, copy, ours=post.created)
        document = NewDocument(
            role=DocumentRole.MAIN, title=new.title, file=copy.file, checksum=copy.checksum, original=copy.original
        )
        held = desk.ensure_document(post.value, document)
    status = desk.ensure_status(post.value, PostStatus.JOURNALLED, instead_of=_ON_THE_WAY)
    if status.value not in _JOURNALLED:
        raise _cancelled(post.value.call_number)
    if post.created:
        run.step("protocol is archived as entered", _require_archived, desk, post.value, new, held.value)
        return post.value, OutcomeCode.CREATED
    return post.value, OutcomeCode.UPDATED if held.created or status.created else OutcomeCode.EXISTS


def _require_fit(post: JournalPost, item: DecidedItem, new: NewPost, copy: ArchiveCopy, *, ours: bool) -> None:
    """What stands under the protocol's reference is this protocol, or may become it; raises ConflictInTarget and ProtocolDiffers.

    Asked by each attempt, before anything is added: minutes and post may have changed since an earlier one, and what was
    registered as open to everybody must not get the text of an item whose doors were closed afterwards.
    """
    about = {"journal_post": post.call_number}
    if (post.case, post.type) != (item.case_no, PostType.INTERNAL):
        raise ConflictInTarget(
            "The protocol's reference stands on another kind of post, or in another case file", detail=about
        )
    if post.status is PostStatus.CANCELLED:
        raise _cancelled(post.call_number)
    main = post.main_document
    if main is not None and main.original != copy.original:
        raise ProtocolDiffers(detail=about)
    if post.status in _JOURNALLED:
        return
    if ours and not shows(post, new):
        raise ConflictInTarget("The archive shows another protocol than is to be archived", detail=about)
    if new.screening.access not in {AccessCode.OPEN, post.screening.access}:
        raise ConflictInTarget("The protocol's post has another access code than the protocol must have", detail=about)


def _cancelled(post: str) -> ConflictInTarget:
    return ConflictInTarget("The protocol is cancelled", detail={"journal_post": post})


def _require_archived(desk: ArchiveDesk, key: PostKey, new: NewPost, sent: Document) -> None:
    """The archive shows what it was given, journalled; raises ConflictInTarget."""
    post = desk.post(key)
    whole = post.main_document == sent and sent.format.startswith("PDF/A")
    if not (shows(post, new) and whole and post.status in _JOURNALLED):
        raise ConflictInTarget(
            "The archive shows another protocol than was entered", detail={"journal_post": post.call_number}
        )


def _noted(reference: str, minutes: Minutes, run: Run) -> bool:
    """The meeting module says where the protocol is archived; whether this case has noted it."""
    noted = run.ensure("noted", of=str, find=minutes.reference, create=lambda: minutes.note(reference))
    if noted.value != reference:
        raise _another_one(noted.value)
    return noted.created


def _another_one(reference: str) -> SuspectedDuplicate:
    return SuspectedDuplicate(
        "The meeting module names another post as the protocol", detail={"journal_post": reference}
    )
