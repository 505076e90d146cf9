"""SOFIE without its program: answered from memory, with deaths at every save and files in a folder as the exchange has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from archive_svc.sofie.document import Direction, DocumentType, FileRole, SofieDocument, SofieFile, WaitingLine
from archive_svc.sofie.port import Sofie
from common.errors import ConflictInTarget, NeedsJudgement, RecordLocked, TargetRejected
from common.testing import MemoryCase

REFERENCE: Final = re.compile(r"\d{4}/\d{6}-\d{1,3}")
USUAL: Final[dict[str, Any]] = {
    "case_reference": "K-20260417",
    "type": DocumentType.DECISION,
    "document_date": date(2026, 11, 24),
    "party": "17838410103",
    "party_name": "Nordhaug, Ola",
    "protected": False,
    "direction": Direction.OUT,
    "sent": date(2026, 11, 25),
    "officer": "kemn01",
}
PDF = b"%PDF-1.4 made up"


def _nothing(what: str, number: str) -> None:
    """Nobody else is at work."""


@dataclass
class MemorySofie(Sofie):
    """Documents by number. A run may die at `export:1`, `exported:1`, `reference:1`, `referenced:1`, … (`_write`)."""

    exchange: Path
    case: MemoryCase = field(default_factory=MemoryCase)
    documents: dict[str, SofieDocument] = field(default_factory=dict[str, SofieDocument])
    contents: dict[str, dict[str, bytes]] = field(default_factory=dict[str, dict[str, bytes]])
    """Of each document, what its files hold, by `SofieFile.exported_as`."""
    locked: set[str] = field(default_factory=set[str])
    """Documents that somebody has open."""
    unreadable: dict[str, str] = field(default_factory=dict[str, str])
    """Documents of which one field cannot be read with certainty, and which."""
    writes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """What was done with which: `("export", "SOF-2026-0104417")`, in order."""
    meanwhile: Callable[[str, str], None] = _nothing
    """What somebody else does just before a save: told the same two words as stand in `writes`."""

    # what tests arrange

    def put(self, number: str, files: Sequence[tuple[str, FileRole, bytes]] = (), **known: Any) -> SofieDocument:
        """A document of SOFIE with its files (name, role, content); without any, one main file."""
        given = files or (("dokument.pdf", FileRole.MAIN, PDF),)
        listed = tuple(SofieFile(number=at, name=name, role=role) for at, (name, role, _) in enumerate(given, start=1))
        document = SofieDocument.model_validate({**USUAL, **known, "number": number, "files": listed})
        self.documents[number] = document
        self.contents[number] = {each.exported_as: held for each, (_, _, held) in zip(listed, given, strict=True)}
        return document

    def change(self, number: str, **changed: Any) -> None:
        """Somebody changes what SOFIE knows of a document."""
        self.documents[number] = self.documents[number].model_copy(update=changed)

    # what processes do

    def document(self, number: str) -> SofieDocument | None:
        self._require_readable(number)
        return self.documents.get(number)

    def reference(self, number: str) -> str | None:
        found = self.document(number)
        return None if found is None else found.archive_reference

    def waiting(self) -> Sequence[WaitingLine]:
        shown = WaitingLine.model_fields
        lines = [each for _, each in sorted(self.documents.items()) if not each.archive_reference]
        return [WaitingLine(**{name: getattr(each, name) for name in shown}) for each in lines]

    def export(self, number: str) -> int:
        self._require_there(number)
        held = self.contents[number]

        def put_out() -> None:
            folder = self.exchange / number
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in held.items():
                (folder / name).write_bytes(content)

        self._write("export", "exported", number, put_out)
        return len(held)

    def write_reference(self, number: str, reference: str) -> None:
        self._require_there(number)
        if not REFERENCE.fullmatch(reference):
            raise TargetRejected
        self._write("reference", "referenced", number, lambda: self.change(number, archive_reference=reference))

    # how it is kept

    def _require_there(self, number: str) -> None:
        if number not in self.documents:
            raise ConflictInTarget("SOFIE has no such document")

    def _require_readable(self, number: str) -> None:
        if number in self.unreadable:
            raise NeedsJudgement(f"{self.unreadable[number]} cannot be read with certainty")

    def _write(self, what: str, done: str, number: str, save: Callable[[], None]) -> None:
        self.meanwhile(what, number)
        if number in self.locked:
            raise RecordLocked
        platform = self.case.platform
        if platform is not None:
            platform.reach(what)
        save()
        self.writes.append((what, number))
        if platform is not None:
            platform.reach(done)
