"""What the archive shows of case files, journal posts and documents, and what it is given to register."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import BaseModel, Field

from archive_svc.esa.noark import (
    AccessCode,
    CaseStatus,
    Dispatch,
    DocumentRole,
    PartyRole,
    PostStatus,
    PostType,
    WriteOffCode,
)


class Record(BaseModel, frozen=True):
    """Never shown whole: titles and parties are people's."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__


class Screening(Record, frozen=True):
    """Who may read it and by which law; open without one."""

    access: AccessCode = AccessCode.OPEN
    legal_basis: str = ""


class Party(Record, frozen=True):
    """Somebody who sent it, gets it or is told of it."""

    role: PartyRole
    name: str
    number: str = ""
    """National id or organisation number; internal ones have none."""


class CaseFile(Record, frozen=True):
    """A case file (saksmappe)."""

    number: str
    """`2026/004411`."""
    title: str
    public_title: str
    part: str
    """Which part of the archive (arkivdel)."""
    series: str
    klass: str
    """What it is ordered by in the series: a national id, an organisation number, a subject."""
    unit: str
    officer: str
    status: CaseStatus
    screening: Screening


class NewCaseFile(Record, frozen=True):
    title: str
    public_title: str
    part: str
    series: str
    klass: str
    unit: str
    officer: str
    screening: Screening


class WriteOff(Record, frozen=True):
    """That a post need not be answered any more, and why."""

    code: WriteOffCode
    on: date
    answered_by: int | None = None
    """The number, in the same case file, of the post that answers it."""


class Document(Record, frozen=True):
    """One document of a post, as the archive holds it."""

    number: int
    role: DocumentRole
    title: str
    format: str
    """`PDF/A-2b`."""
    checksum: str
    """SHA-256 of what the archive holds, as it says itself."""
    original: str
    """SHA-256 of the file it was made from, as whoever archived it said; empty if nobody did."""


class NewDocument(Record, frozen=True):
    """A file on its way into the archive."""

    role: DocumentRole
    title: str
    file: Path
    checksum: str
    original: str


class PostLine(Record, frozen=True):
    """A journal post as lists show it."""

    id: str
    """`JP-550001`."""
    number: int
    """Within its case file."""
    type: PostType
    status: PostStatus
    title: str
    """The public one, in lists."""
    document_date: date
    received: date | None = None
    journalled: date | None = None
    external_reference: str = ""
    answers: int | None = None
    """Which post of the case file it answers, where somebody has linked them."""
    written_off: WriteOffCode | None = None


class JournalPost(PostLine, frozen=True):
    """All about a journal post."""

    case: str
    """Its case file."""
    case_status: CaseStatus
    full_title: str
    screening: Screening
    officer: str
    unit: str
    sent: date | None = None
    dispatch: Dispatch | None = None
    """How it was sent, where the archive says so: an answer by e-mail is written off as one."""
    due: date | None = None
    write_off: WriteOff | None = None
    parties: tuple[Party, ...] = ()
    documents: tuple[Document, ...] = ()

    @property
    def call_number(self) -> str:
        """As people cite it: `2026/004411-3`."""
        return f"{self.case}-{self.number}"

    @property
    def main_document(self) -> Document | None:
        return next((each for each in self.documents if each.role is DocumentRole.MAIN), None)


class NewPost(Record, frozen=True):
    """A journal post to be registered; the archive gives it its number and id, and status S (R for a draft)."""

    type: PostType
    title: str = Field(max_length=250)
    public_title: str = Field(max_length=250)
    document_date: date
    received: date | None = None
    sent: date | None = None
    officer: str
    unit: str
    screening: Screening
    external_reference: str
    """By which it is found again: never empty, never the same for two posts."""
    answers: int | None = None
    draft: bool = False
    parties: tuple[Party, ...] = ()


class BacklogLine(Record, frozen=True):
    """A journal post that waits for an answer (in restanse), as the archive's list of them shows it."""

    id: str
    case: str
    number: int
    type: PostType
    status: PostStatus
    title: str
    """The public one."""
    access: AccessCode
    document_date: date
    received: date | None
    journalled: date | None
    due: date | None
    officer: str
    unit: str
    case_status: CaseStatus


class Officer(Record, frozen=True):
    """Somebody who handles cases (saksbehandler)."""

    initials: str
    name: str
    unit: str
    email: str
    active: bool
    leads: bool
    """Whether they lead the unit."""
