"""What a file is, told by its first bytes: names and media types are claims."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from archive_svc.documents.exceptions import DocumentBroken, DocumentTypeUnknown


class Kind(StrEnum):
    """What can be made into archive format."""

    PDF = "PDF"
    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"


_SIGNATURES = {
    b"%PDF-": Kind.PDF,
    b"\xff\xd8\xff": Kind.JPEG,
    b"\x89PNG\r\n\x1a\n": Kind.PNG,
    b"II*\x00": Kind.TIFF,
    b"MM\x00*": Kind.TIFF,
}
_LONGEST = max(map(len, _SIGNATURES))


def kind_of(file: Path) -> Kind:
    """What a file is. A PDF begins at the first byte: what has something before it is something else as well.

    Raises DocumentBroken for an empty file and DocumentTypeUnknown for everything else.
    """
    with file.open("rb") as opened:
        first = opened.read(_LONGEST)
    if not first:
        raise DocumentBroken("The file is empty")
    for signature, kind in _SIGNATURES.items():
        if first.startswith(signature):
            return kind
    raise DocumentTypeUnknown
