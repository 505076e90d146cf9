"""What can be done in the archive. ESA's screens do it in their way; processes know only this."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from archive_svc.esa.noark import PostStatus
from archive_svc.esa.record import (
    BacklogLine,
    CaseFile,
    JournalPost,
    NewCaseFile,
    NewDocument,
    NewPost,
    Officer,
    PostLine,
    Record,
    WriteOff,
)


class Wanted(Record, frozen=True):
    """By what case files are sought: compared whole, empty means any."""

    part: str
    series: str
    klass: str
    open_only: bool = True


class Archive(ABC):
    """The archive, opened at the page where every visit begins.

    Each call is one visit from that page: open the archive anew for the next. Lists are read whole, all their pages.
    Text is stored exactly or refused. Every method may raise the application exceptions of `common.errors`,
    TargetRejected when a rule of the archive forbids it (with the archive's own sentence in its detail, as `esa`) and
    RecordLocked when somebody has the record open.
    """

    @abstractmethod
    def case_files(self, wanted: Wanted) -> Sequence[CaseFile]:
        """Every case file that matches."""

    @abstractmethod
    def case_file(self, number: str) -> CaseFile | None:
        """A case file by its number; None when there is none."""

    @abstractmethod
    def register_case_file(self, new: NewCaseFile) -> None:
        """Make a case file; the archive gives its number."""

    @abstractmethod
    def posts(self, case: str) -> Sequence[PostLine]:
        """Every journal post of a case file, the oldest first; none for an unknown case file."""

    @abstractmethod
    def posts_of_reference(self, external_reference: str) -> Sequence[JournalPost]:
        """Every journal post with this external reference, in whichever case file."""

    @abstractmethod
    def post(self, case: str, number: int) -> JournalPost | None:
        """All about a journal post; None when there is none."""

    @abstractmethod
    def register_post(self, case: str, new: NewPost) -> None:
        """Register a journal post in an open case file."""

    @abstractmethod
    def upload(self, case: str, number: int, document: NewDocument) -> None:
        """Add a document to a post; it is stored whole or not at all."""

    @abstractmethod
    def set_status(self, case: str, number: int, status: PostStatus) -> None:
        """Take a post on to a status; J asks for a main document."""

    @abstractmethod
    def write_off(self, case: str, number: int, write_off: WriteOff) -> None:
        """Write a post off."""

    @abstractmethod
    def backlog(self, part: str, unit: str) -> Sequence[BacklogLine]:
        """Every post of a unit that waits for an answer now; of all units where `unit` is empty."""

    @abstractmethod
    def officers(self) -> Sequence[Officer]:
        """Everybody who handles cases, or did."""
