"""The files of a document in archive format, for as long as they are being archived."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive_svc.documents.archive_copy import ArchiveCopy
from archive_svc.documents.conversion import archive_format
from archive_svc.esa.noark import DocumentRole
from archive_svc.esa.record import NewDocument
from archive_svc.tax.exchange import fetched
from archive_svc.tax.tax_document import TaxDocument
from common.errors import BusinessException, ConflictInTarget
from common.process import FileRef, FileRole, Run


@dataclass(frozen=True)
class Copy:
    """A file that the case names, in archive format."""

    ref: FileRef
    made: ArchiveCopy

    def as_new(self, title: str) -> NewDocument:
        return NewDocument(
            role=DocumentRole.MAIN if self.ref.role is FileRole.MAIN else DocumentRole.ATTACHMENT,
            title=title,
            file=self.made.file,
            checksum=self.made.checksum,
            original=self.made.original,
        )


@contextmanager
def copies_of(document: TaxDocument, run: Run) -> Generator[list[Copy]]:
    """Every file of a document, the main one first; all of them are made before anything is archived.

    Raises the exceptions of `archive_svc.documents.exceptions`, with the place of the file in their detail.
    """
    with run.folder() as folder, ExitStack() as held:
        paths = {file.sha256: held.enter_context(run.file(file.sha256)) for file in document.files}
        missing = [checksum for checksum, path in paths.items() if path is None]
        if missing:
            paths |= fetched(document.sofie_doc_id, missing, folder, run)
        yield [
            Copy(file, _copy(paths[file.sha256], folder / f"copy-{place}", file, place))
            for place, file in enumerate(document.files, start=1)
        ]


def _copy(path: Path | None, into: Path, file: FileRef, place: int) -> ArchiveCopy:
    into.mkdir()
    try:
        if path is None:
            raise ConflictInTarget("A file is neither handed over nor in SOFIE")
        made = archive_format(path, into)
        if made.original != file.sha256:
            raise ConflictInTarget("A file is another one than the case names")
    except BusinessException as refused:
        refused.detail = {"file": place, "role": file.role}
        raise
    return made
