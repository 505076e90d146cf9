"""A PDF before it is made into archive format: whether it can be read, and whether all of it would still be there after."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from pikepdf import Array, Dictionary, Object, PasswordError, Pdf, PdfError

from archive_svc.documents.exceptions import DocumentBroken, DocumentEncrypted, DocumentNotFixed

_END = b"%%EOF"
_TAIL = 1024
_DEEPEST = 32
_ATTACHED = "/FileAttachment"
_COMMENTS = {"/Text", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Caret"}
_PLAYED = {"/Sound", "/Movie", "/Screen", "/3D", "/RichMedia"}


@contextmanager
def opened(file: Path) -> Generator[Pdf]:
    """A PDF as it is, nothing repaired: what is damaged may have lost something.

    Raises DocumentEncrypted, also where everybody may read it but not change it, and DocumentBroken.
    """
    with file.open("rb") as raw:
        raw.seek(max(file.stat().st_size - _TAIL, 0))
        if _END not in raw.read():
            raise DocumentBroken("The file is cut off: it does not end as a PDF does")
    try:
        with Pdf.open(file, attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                raise DocumentEncrypted("The file is protected against changes")
            if not len(pdf.pages):
                raise DocumentBroken("The file has no pages")
            yield pdf
    except PasswordError:
        raise DocumentEncrypted from None
    except PdfError:
        # What it says of the error may quote the file.
        raise DocumentBroken("The file is damaged") from None


def require_fixed(pdf: Pdf) -> None:
    """Raises DocumentNotFixed for what would be lost, or seen where it was not.

    That is files inside it, a dynamic form, an electronic signature, what is said or played beside the pages, and layers
    that are switched off.
    """
    names, form = pdf.Root.get("/Names", Dictionary()), pdf.Root.get("/AcroForm", Dictionary())
    notes = [note for page in pdf.pages for note in _listed(page.obj.get("/Annots")) if isinstance(note, Dictionary)]
    kinds = {str(note.get("/Subtype", "")) for note in notes}
    if len(pdf.attachments) or "/Collection" in pdf.Root or "/EmbeddedFiles" in names or _ATTACHED in kinds:
        raise DocumentNotFixed("The file holds other files")
    if "/XFA" in form:
        raise DocumentNotFixed("The file is a dynamic form (XFA)")
    if "/Perms" in pdf.Root or any(_is_signed(field) for field in [*_listed(form.get("/Fields")), *notes]):
        raise DocumentNotFixed("The file is signed electronically: converted, it would lose its signature")
    if any(_says_something_aside(note) for note in notes):
        raise DocumentNotFixed("The file has comments that its pages do not show")
    if kinds & _PLAYED:
        raise DocumentNotFixed("The file has sound or pictures in motion")
    if _has_hidden_layers(pdf):
        raise DocumentNotFixed("The file has layers that are not shown")


def page_sizes(pdf: Pdf) -> list[tuple[int, int]]:
    """Width and height of each page as it is shown, in whole points."""
    sizes: list[tuple[int, int]] = []
    for page in pdf.pages:
        unit = float(page.obj.get("/UserUnit", 1))
        left, low, right, high = (float(edge) * unit for edge in page.cropbox)
        across, up = round(abs(right - left)), round(abs(high - low))
        sizes.append((up, across) if int(page.obj.get("/Rotate", 0)) % 180 else (across, up))
    return sizes


def _says_something_aside(note: Dictionary) -> bool:
    """Whether it has text of its own that only a window beside the page shows."""
    return str(note.get("/Subtype", "")) in _COMMENTS and bool(str(note.get("/Contents", "")).strip())


def _has_hidden_layers(pdf: Pdf) -> bool:
    """Layers are gone afterwards: of what is not shown, nothing would be there, or all of it would be seen."""
    usual = pdf.Root.get("/OCProperties", Dictionary()).get("/D", Dictionary())
    return str(usual.get("/BaseState", "")) == "/OFF" or bool(_listed(usual.get("/OFF")))


def _is_signed(field: Object, depth: int = 0) -> bool:
    if not isinstance(field, Dictionary) or depth > _DEEPEST:
        return False
    if str(field.get("/FT", "")) == "/Sig" and "/V" in field:
        return True
    return any(_is_signed(kid, depth + 1) for kid in _listed(field.get("/Kids")))


def _listed(value: object) -> list[Object]:
    return list(value) if isinstance(value, Array) else []
