"""What the archive has of a document before anything is done: by its number, or by its content in the party's case files."""

from __future__ import annotations

from archive_svc.esa.desk import ArchiveDesk, PostKey, key_of
from archive_svc.esa.noark import DocumentRole, PostStatus
from archive_svc.esa.port import Wanted
from archive_svc.esa.record import JournalPost, PostLine, Record
from archive_svc.tax.tax_document import SETTINGS, TaxDocument
from common.errors import ConflictInTarget, SuspectedDuplicate

ARCHIVED = frozenset({PostStatus.JOURNALLED, PostStatus.ARCHIVED})
"""With which status a post is no more anybody's work in progress."""


class Standing(Record, frozen=True):
    """What there is of a document."""

    post: PostKey | None = None
    whole: bool = False
    """Whether nothing is left to do: it is journalled, with its document."""


def standing_of(document: TaxDocument, desk: ArchiveDesk) -> Standing:
    """The post of the document, or nothing.

    Raises SuspectedDuplicate for what is nearly the same or in somebody's hands, and ConflictInTarget for what cannot be.
    """
    named = desk.archive.posts_of_reference(document.sofie_doc_id)
    if len(named) > 1:
        raise ConflictInTarget("Several posts of the archive have the document's number")
    if named:
        return _by_number(document, named[0], desk)
    return _by_content(document, desk)


def _by_number(document: TaxDocument, post: JournalPost, desk: ArchiveDesk) -> Standing:
    where = {"journal_post": post.call_number}
    case = desk.archive.case_file(post.case)
    if case is None or case.klass != document.party.number:
        raise ConflictInTarget("The document's number stands in another party's case file", detail=where)
    if post.status is PostStatus.CANCELLED:
        raise ConflictInTarget("Somebody has cancelled the document's post", detail=where)
    if (post.type, post.document_date) != (document.post_type, document.doc_date) or not _holds_only(document, post):
        raise SuspectedDuplicate("Another document stands in the archive under the same number", detail=where)
    if post.main_document is not None and post.status in ARCHIVED:
        _require_whole(document, post)
        return Standing(post=key_of(post), whole=True)
    if not all(each.original for each in post.documents):
        raise SuspectedDuplicate("Somebody is archiving the document by hand", detail=where)
    return Standing(post=key_of(post))


def _holds_only(document: TaxDocument, post: JournalPost) -> bool:
    """Whether its documents are the case's, as far as the archive says what they were made from."""
    for role, wanted in (
        (DocumentRole.MAIN, {document.main.sha256}),
        (DocumentRole.ATTACHMENT, {file.sha256 for file in document.files[1:]}),
    ):
        known = {each.original for each in post.documents if each.role is role and each.original}
        whole = post.status in ARCHIVED and bool(known)
        if not known <= wanted or (whole and known != wanted):
            return False
    return True


def _require_whole(document: TaxDocument, post: JournalPost) -> None:
    """A post that is journalled takes nothing more: raises SuspectedDuplicate when it lacks an attachment.

    Not all say what they were made from, so they are counted.
    """
    if len(post.documents) < len(document.files):
        raise SuspectedDuplicate(
            "The document is journalled without all its attachments", detail={"journal_post": post.call_number}
        )


def _by_content(document: TaxDocument, desk: ArchiveDesk) -> Standing:
    """The same file, of the same day and type, in a case file of the party, also in a closed one."""
    wanted = Wanted(part=SETTINGS.part, series=SETTINGS.series, klass=document.party.number, open_only=False)
    for case in desk.archive.case_files(wanted):
        for line in desk.archive.posts(case.number):
            if not _may_be(document, line):
                continue
            post = desk.archive.post(case.number, line.number)
            main = None if post is None else post.main_document
            if post is None or main is None or document.main.sha256 not in {main.original, main.checksum}:
                continue
            if post.status not in ARCHIVED:
                raise SuspectedDuplicate(
                    "Somebody is archiving the document by hand", detail={"journal_post": post.call_number}
                )
            _require_whole(document, post)
            return Standing(post=key_of(post), whole=True)
    return Standing()


def _may_be(document: TaxDocument, line: PostLine) -> bool:
    same = (line.type, line.document_date) == (document.post_type, document.doc_date)
    return same and line.status is not PostStatus.CANCELLED
