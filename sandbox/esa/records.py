"""What ESA remembers, row by row; dates are ISO, or nothing."""

from dataclasses import dataclass

from sandbox.office.people import norwegian_date


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    id: int
    number: str
    title: str
    public_title: str
    part: str
    series: str
    klass: str
    unit: str
    officer: str
    status: str
    access: str
    legal_basis: str
    locked_by: str
    locked_since: str

    @property
    def lock(self) -> str:
        """Who has it open, in a sentence, if anybody has."""
        return _lock(f"Saksmappe {self.number}", self.locked_by, self.locked_since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    role: str
    name: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    id: int
    number: int
    role: str
    title: str
    format: str
    checksum: str
    original: str
    file: str
    """The name of the file that holds it; nothing where no content was taken over."""

    @property
    def is_in_archive_format(self) -> bool:
        return self.format.startswith("PDF/A")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A journal post, with what is to be known of its case file."""

    id: int
    case_id: int
    case_number: str
    case_status: str
    number: int
    type: str
    status: str
    title: str
    public_title: str
    document_date: str
    received: str | None
    sent: str | None
    dispatch: str
    journalled: str | None
    due: str | None
    officer: str
    unit: str
    access: str
    legal_basis: str
    external_reference: str
    answers: int | None
    write_off_code: str
    write_off_on: str | None
    write_off_by: int | None
    locked_by: str
    locked_since: str

    @property
    def name(self) -> str:
        """As an archive cites it: `JP-550001`."""
        return post_name(self.id)

    @property
    def call_number(self) -> str:
        """`2026/004411-3`."""
        return f"{self.case_number}-{self.number}"

    @property
    def written_off(self) -> str:
        """How it was written off: `BU 01.12.2026, besvart av 3`."""
        if not self.write_off_code:
            return "–"
        on = norwegian_date(self.write_off_on) if self.write_off_on else ""
        by = f", besvart av {self.write_off_by}" if self.write_off_by else ""
        return f"{self.write_off_code} {on}{by}"

    @property
    def lock(self) -> str:
        return _lock(f"Journalpost {self.call_number}", self.locked_by, self.locked_since)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCaseFile:
    title: str
    public_title: str
    part: str
    series: str
    klass: str
    unit: str
    officer: str
    access: str
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    type: str
    status: str
    title: str
    public_title: str
    document_date: str
    received: str | None
    sent: str | None
    dispatch: str
    due: str | None
    officer: str
    unit: str
    access: str
    legal_basis: str
    external_reference: str
    answers: int | None
    parties: tuple[Party, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document whose content has been received whole."""

    role: str
    title: str
    format: str
    checksum: str
    original: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOff:
    code: str
    on: str
    answered_by: int | None


def post_name(number: int) -> str:
    return f"JP-{number}"


def _lock(what: str, locked_by: str, since: str) -> str:
    return f"{what} er låst av {locked_by} siden {since}." if locked_by else ""
