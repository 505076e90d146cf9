"""What can be done in SOFIE. Its screens arrive as pixels and are read and typed on; processes know only this."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from archive_svc.sofie.document import SofieDocument, WaitingLine


class Sofie(ABC):
    """SOFIE, opened at the page where every visit begins.

    Each call is one visit from that page: open SOFIE anew for the next. What it shows is only given where it was read
    with certainty: every method raises NeedsJudgement, naming the field and never its value, where it was not. Every
    method may raise the application exceptions of `common.errors`, and RecordLocked when somebody has the document open.
    """

    @abstractmethod
    def document(self, number: str) -> SofieDocument | None:
        """All about a document; None when there is none of that number."""

    @abstractmethod
    def reference(self, number: str) -> str | None:
        """Where SOFIE says that a document is archived; empty when nowhere yet, None when there is no such document.

        Nothing else is read of it but that it is this one.
        """

    @abstractmethod
    def waiting(self) -> Sequence[WaitingLine]:
        """Every document that is marked for the archive and has no reference yet, all pages of the list."""

    @abstractmethod
    def export(self, number: str) -> int:
        """Put a document's files into its folder of the exchange, over those of the same name; gives how many.

        Raises ConflictInTarget when there is no such document.
        """

    @abstractmethod
    def write_reference(self, number: str, reference: str) -> None:
        """Note where in the archive a document stands, in place of what was noted before.

        Raises ConflictInTarget when there is no such document, TargetRejected when SOFIE does not take the reference.
        """
