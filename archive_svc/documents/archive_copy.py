"""A document as the archive takes it."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

PDF_A = "PDF/A-2b"
"""What documents are converted to: PDF/A-2, level B."""


class ArchiveCopy(BaseModel, frozen=True):
    """A document in archive format, in a file of its own."""

    file: Path
    format: str
    """`PDF/A-2b`."""
    checksum: str
    """SHA-256 of the file."""
    original: str
    """SHA-256 of what it was made from; the same as `checksum` where that was in archive format already."""
    pages: int
