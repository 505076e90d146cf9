"""What several processes do alike in the archive: one case file, one journal post, its documents, its status, its write-off.

Each is looked for before it is made and looked at afterwards (`Run.ensure`), so none of it stands twice, whatever dies.
"""

from __future__ import annotations

from archive_svc.esa.noark import CaseStatus, PostStatus
from archive_svc.esa.port import Archive, Wanted
from archive_svc.esa.record import (
    CaseFile,
    Document,
    JournalPost,
    NewCaseFile,
    NewDocument,
    NewPost,
    Record,
    WriteOff,
)
from archive_svc.screens.esa.archive import EsaArchive
from common.errors import AmbiguousHit, ConflictInTarget, NotConfirmed
from common.process import Ensured, Run


def archive_of(run: Run) -> Archive:
    """The archive, at the page where each visit begins; open it anew for the next."""
    return run.open(EsaArchive)


class PostKey(Record, frozen=True):
    """Which journal post it is, wherever it is looked for again."""

    id: str
    case: str
    number: int

    @property
    def call_number(self) -> str:
        """As people cite it: `2026/004411-3`."""
        return f"{self.case}-{self.number}"


class ArchiveDesk:
    """The archive for one run."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    def archive(self) -> Archive:
        """At the page where a visit begins."""
        return archive_of(self._run)

    def ensure_case_file(self, new: NewCaseFile) -> Ensured[str]:
        """The number of the one open case file of its class and series; a closed one is never opened again.

        Raises AmbiguousHit for several.
        """
        wanted = Wanted(part=new.part, series=new.series, klass=new.klass)

        def find() -> list[str]:
            found = [each.number for each in self.archive.case_files(wanted)]
            if len(found) > 1:
                raise AmbiguousHit(
                    "Several open case files have this class and series", detail={"case_files": sorted(found)}
                )
            return found

        return self._run.ensure("case file", of=str, find=find, create=lambda: self.archive.register_case_file(new))

    def ensure_post(self, case: str, new: NewPost) -> Ensured[PostKey]:
        """The journal post of an external reference, in whichever case file it stands.

        Raises ConflictInTarget when several stand there.
        """

        def find() -> list[PostKey]:
            return [key_of(each) for each in self.archive.posts_of_reference(new.external_reference)]

        return self._run.ensure(
            f"post {new.external_reference}",
            of=PostKey,
            find=find,
            create=lambda: self.archive.register_post(case, new),
        )

    def ensure_document(self, key: PostKey, document: NewDocument) -> Ensured[Document]:
        """A document of a post, told from the others by its role and the file it was made from.

        What the archive says it holds must be what was sent; raises ConflictInTarget otherwise.
        """

        def find() -> list[Document]:
            post = self.post(key)
            return [each for each in post.documents if (each.role, each.original) == (document.role, document.original)]

        ensured = self._run.ensure(
            f"document {document.role} {document.original}",
            of=Document,
            find=find,
            create=lambda: self.archive.upload(key.case, key.number, document),
        )
        if ensured.created and ensured.value.checksum != document.checksum:
            raise ConflictInTarget("The archive holds another document than was sent")
        return ensured

    def ensure_status(
        self, key: PostKey, status: PostStatus, *, instead_of: frozenset[PostStatus]
    ) -> Ensured[PostStatus]:
        """Take a post on to a status; one that somebody has taken further, or elsewhere, stays as it is."""

        def find() -> list[PostStatus]:
            now = self.post(key).status
            return [] if now in instead_of else [now]

        return self._run.ensure(
            f"status of {key.id}",
            of=PostStatus,
            find=find,
            create=lambda: self.archive.set_status(key.case, key.number, status),
        )

    def ensure_written_off(self, key: PostKey, write_off: WriteOff) -> Ensured[WriteOff]:
        """Write a post off, unless somebody has: then as they did."""

        def find() -> list[WriteOff]:
            standing = self.post(key).write_off
            return [standing] if standing is not None else []

        return self._run.ensure(
            f"write-off of {key.id}",
            of=WriteOff,
            find=find,
            create=lambda: self.archive.write_off(key.case, key.number, write_off),
        )

    def post(self, key: PostKey) -> JournalPost:
        """All about a post that was seen before; raises NotConfirmed when it is gone."""
        found = self.archive.post(key.case, key.number)
        if found is None or found.id != key.id:
            raise NotConfirmed("The journal post is not in the archive any more")
        return found

    def require_open(self, case: str) -> CaseFile:
        """A case file to which something may be added; raises ConflictInTarget for a closed or unknown one."""
        found = self.archive.case_file(case)
        if found is None:
            raise ConflictInTarget("There is no such case file", detail={"case_file": case})
        if not found.status.is_open:
            raise ConflictInTarget(
                "The case file is closed", detail={"case_file": case, "status": CaseStatus(found.status)}
            )
        return found


def key_of(post: JournalPost) -> PostKey:
    return PostKey(id=post.id, case=post.case, number=post.number)
