"""A document as the archive takes it."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

WRITTEN = "PDF/A-2a"
"""What documents of text alone are written in."""


class ArchiveCopy(BaseModel, frozen=True):
    """A document in archive format, in a file of its own."""

    file: Path
    format: str
    """As the file says itself: `PDF/A-2b`."""
    checksum: str
    """SHA-256 of the file."""
    original: str
    """SHA-256 of what it was made from; the same as `checksum` where that was in archive format already."""
    pages: int
