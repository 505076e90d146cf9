"""A case on its way in: as handed over, as it will be stored, and the answer to whoever handed it over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from common.privacy.crypto import CaseKey
from common.process import CaseInput
from common.refusals import FieldProblem


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A validated input; a resubmission is recognised by its reference or, when it has none, by the key beside it."""

    input: CaseInput
    idempotency_key: str | None = None
    row: int | None = None
    """Which row of its batch it is."""

    @property
    def recognised_by(self) -> tuple[str, str] | None:
        """What the case is known by, if by anything: a kind of key, and the key. The two kinds never meet."""
        if self.input.reference is not None:
            return "reference", self.input.reference
        return ("idempotency", self.idempotency_key) if self.idempotency_key is not None else None


@dataclass(frozen=True)
class Receipt:
    """What became of one draft: a case of its own, or the one that stood under its reference before."""

    case: UUID
    existing: bool
    submitted_at: datetime | None = None
    due: datetime | None = None
    """Both only for a case of its own."""
    four_eyes: bool = False
    """A second person must release it; said of a case of its own."""
    priority: int = 5
    ended: frozenset[UUID] = frozenset()
    """Cases that have ended by what was stored together: this one, or those it says something about."""


@dataclass(frozen=True, kw_only=True)
class NamedFile:
    """A file that an input names: where it does, and the blind indexes by which it is found."""

    place: str
    marks: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A draft as it will be stored, and the rules it breaks now."""

    given: CaseInput = field(repr=False)
    case_key: CaseKey = field(repr=False)
    breaches: tuple[FieldProblem, ...]
    threads: tuple[bytes, ...]
    """Blind indexes of what it is one of several messages about, under the newest index key first."""
    id: UUID
    references: tuple[bytes, ...]
    """Blind indexes of what it is recognised by, under the index key in use first."""
    known_lock: bytes | None
    """Held by whoever stores what is recognised by the same, where that may stand under one of several index keys."""
    contents: tuple[bytes, ...]
    """Keyed hashes of what was submitted, under the index key in use first."""
    subject: bytes | None
    lock: bytes | None
    """What only one case at a time may hold while it runs, or none."""
    alias: bytes | None
    unit: str | None
    priority: int
    due: datetime
    not_before: datetime | None
    keep_from: datetime | None
    test: bool
    four_eyes: bool
    row: int | None
    files: tuple[NamedFile, ...]
    """What it needs of what its caller has handed over."""
    key: bytes
    payload: bytes

    @property
    def reference(self) -> bytes | None:
        """As it is stored."""
        return self.references[0] if self.references else None

    @property
    def content(self) -> bytes:
        """As it is stored."""
        return self.contents[0]

    @property
    def thread(self) -> bytes | None:
        """As it is stored."""
        return self.threads[0] if self.threads else None


COLUMNS = (
    "id", "reference", "content", "subject", "lock", "thread", "alias", "unit", "priority", "due", "not_before", "keep_from",
    "test", "four_eyes", "row", "key", "payload",
)  # fmt: skip
"""What of a prepared draft goes into the tables."""
