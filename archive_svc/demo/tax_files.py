"""The files of the demo's documents, made by code and small: letters as offices write them, scans, and what cannot be kept."""

from __future__ import annotations

import io
from base64 import b64encode
from hashlib import sha256
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Pdf, Stream
from PIL import Image, ImageDraw

_A4 = (595, 842)
_SCAN = (827, 1169)
_DOTS_PER_INCH = 100


def letter(number: str, said: str) -> bytes:
    """Two pages in a font that the file does not hold, as many programs write them."""
    return _saved(_letter(number, said))


def encrypted_letter(number: str) -> bytes:
    return _saved(_letter(number, "Sperret"), encryption=pikepdf.Encryption(owner="eier", user=""))


def broken_letter(number: str) -> bytes:
    """Cut off on its way."""
    return letter(number, "Avkuttet")[:-200]


def spreadsheet(number: str) -> bytes:
    """Whatever it is called."""
    return b"PK\x03\x04" + number.encode()


def scan(number: str) -> bytes:
    """A sheet of paper, black and white."""
    sheet = Image.new("1", _SCAN, 1)
    ImageDraw.Draw(sheet).text((80, 80), number, fill=0)
    out = io.BytesIO()
    sheet.save(out, "TIFF", compression="group4", dpi=(_DOTS_PER_INCH, _DOTS_PER_INCH))
    return out.getvalue()


def named(content: bytes, role: str = "MAIN", name: str = "dokument.pdf") -> dict[str, Any]:
    """As a case names a file."""
    return {"name": name, "sha256": sha256(content).hexdigest(), "role": role}


def in_sofie(content: bytes, role: str = "MAIN", name: str = "dokument.pdf") -> dict[str, Any]:
    """As SOFIE is told of a file."""
    return {"name": name, "role": role, "content_base64": b64encode(content).decode()}


def _letter(number: str, said: str) -> Pdf:
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    )
    for page_number in (1, 2):
        page = pdf.add_blank_page(page_size=_A4)
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
        shown = f"BT /F1 12 Tf 72 760 Td ({said} {number}) Tj 0 -24 Td (Side {page_number}) Tj ET"
        page.obj.Contents = Stream(pdf, shown.encode("latin-1"))
    return pdf


def _saved(pdf: Pdf, encryption: pikepdf.Encryption | bool = False) -> bytes:  # noqa: FBT001, FBT002  pikepdf's own way
    out = io.BytesIO()
    pdf.save(out, encryption=encryption, deterministic_id=not encryption)
    return out.getvalue()
