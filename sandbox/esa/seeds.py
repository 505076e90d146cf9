"""The shapes in which case files, journal posts and officers reach ESA from outside; dates are ISO."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sandbox.esa.codes import (
    AccessCode,
    CaseStatus,
    Dispatch,
    DocumentRole,
    PartyRole,
    PostStatus,
    PostType,
    WriteOffCode,
)

CaseNumber = Annotated[str, Field(pattern=r"^\d{4}/\d{6}$")]
"""`2026/004411`."""
PostId = Annotated[str, Field(pattern=r"^JP-\d{1,9}$")]
Checksum = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]


class Seed(BaseModel, frozen=True, extra="forbid"):
    pass


class SeededPart(Seed, frozen=True):
    """A part of the archive, and the series it is ordered in."""

    name: str = Field(min_length=1)
    series: tuple[str, ...] = ()


class SeededCaseFile(Seed, frozen=True):
    number: CaseNumber
    title: str
    public_title: str = ""
    part: str = Field(min_length=1)
    series: str = ""
    klass: str = ""
    unit: str
    officer: str
    status: CaseStatus = "B"
    access: AccessCode = "U"
    legal_basis: str = ""


class SeededParty(Seed, frozen=True):
    role: PartyRole
    name: str
    number: str = ""


class SeededDocument(Seed, frozen=True):
    """A document of which there is no content, as most of what an archive took over."""

    role: DocumentRole = "H"
    title: str = ""
    format: str = "PDF/A-2b"
    checksum: Checksum = ""
    original: Checksum = ""


class SeededWriteOff(Seed, frozen=True):
    code: WriteOffCode
    on: date
    answered_by: int | None = None


class SeededPost(Seed, frozen=True):
    id: PostId | None = None
    """Without one the next."""
    case: CaseNumber
    """Of a case file that is there."""
    number: int | None = None
    """Without one the next of the case file."""
    type: PostType
    status: PostStatus = "J"
    title: str
    public_title: str = ""
    document_date: date
    received: date | None = None
    sent: date | None = None
    dispatch: Dispatch = ""
    """How it was sent, where somebody has noted it."""
    journalled: date | None = None
    due: date | None = None
    officer: str = ""
    unit: str = ""
    access: AccessCode = "U"
    legal_basis: str = ""
    external_reference: str = ""
    answers: int | None = None
    """The number of the post in the same case file that it answers."""
    write_off: SeededWriteOff | None = None
    parties: tuple[SeededParty, ...] = ()
    documents: tuple[SeededDocument, ...] = ()


class SeededOfficer(Seed, frozen=True):
    initials: str = Field(min_length=1)
    name: str
    unit: str
    email: str = ""
    active: bool = True
    leads: bool = False


class Lock(Seed, frozen=True):
    """Who has a record open, or nobody."""

    record: Literal["casefile", "post"]
    key: str
    """The number of a case file, the id of a post."""
    locked_by: str = ""
    since: str = ""
    """As it is shown; without it from now on."""
