"""How a file becomes PDF/A-2b, in steps from the one that changes least; the result is checked, rule by rule.

A PDF that is PDF/A-1 or -2 already stays as it is. One that lacks nothing but what its frame says (metadata, colour
profile, scripts taken out) gets that and keeps its pages untouched. Everything else is written anew by Ghostscript.
Whatever comes out has passed pikepdf's validator, which knows what PDF/A allows and approves nothing that it does not know;
but for one thing: a kind of font program that it cannot read is taken as Ghostscript wrote it.
The same file gives the same bytes each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pikepdf import Name, Pdf
from pikepdf.pdfa import Report, prepare, resolve_save_kwargs, validate_written
from pikepdf.sanitize import remove_javascript, remove_private_app_data, remove_thumbnails, remove_web_capture

from archive_svc.documents import ghostscript
from archive_svc.documents.exceptions import DocumentNotConverted, DocumentNotFixed
from archive_svc.documents.image import on_pages
from archive_svc.documents.kind import Kind, kind_of
from archive_svc.documents.pdf_file import opened, page_sizes, require_fixed

_FLAVOUR = "2b"
_FONT_PROGRAM = "pikepdf:font-program"
"""What the validator says of a font program of a kind that it does not read."""
_KEPT = ("/Title", "/Author", "/Subject", "/Keywords", "/CreationDate")
"""Properties of a document that say something of it, not of the program that wrote it."""


@dataclass(frozen=True)
class Converted:
    """What became of a file."""

    file: Path
    format: str
    pages: int


def convert(file: Path, into: Path, *, megapixels: int) -> Converted:
    """Make a file into PDF/A in a folder; raises the exceptions of `archive_svc.documents.exceptions`."""
    source, pictures = file, None
    if kind_of(file) is not Kind.PDF:
        source = into / "pages.pdf"
        pictures = on_pages(file, source, megapixels=megapixels)
    with opened(source) as pdf:
        pages = len(pdf.pages)
        if pictures not in {None, pages}:
            raise DocumentNotFixed("The pictures of the file are in motion")
        if (standing := _claim(pdf)) is not None and validate_written(source, standing).passed:
            return Converted(file=source, format=f"PDF/A-{standing}", pages=pages)
        require_fixed(pdf)
        sizes, said = page_sizes(pdf), _properties(pdf)
        made = into / "archive.pdf"
        _keep_what_is_seen(pdf)
        as_it_is = _framed(pdf, made).passed
    if not as_it_is:
        _written_anew(source, made, sizes, said)
    if source != file:
        source.unlink()
    return Converted(file=made, format=f"PDF/A-{_FLAVOUR}", pages=pages)


def _claim(pdf: Pdf) -> str | None:
    """Which level B its metadata claim, of those that the archive takes; level A and U are B as well."""
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        part = str(metadata.get("pdfaid:part", ""))
    return f"{part}b" if part in {"1", "2"} else None


def _properties(pdf: Pdf) -> dict[str, str]:
    return {key: str(pdf.docinfo[key]) for key in _KEPT if key in pdf.docinfo}


def _keep_what_is_seen(pdf: Pdf) -> None:
    """Take out what only tells a viewer what to do, or a program what it did; nothing of it is on the pages."""
    for remove in (remove_javascript, remove_thumbnails, remove_private_app_data, remove_web_capture):
        remove(pdf)
    for key in ("/OpenAction", "/ViewerPreferences"):
        if key in pdf.Root:
            del pdf.Root[key]


def _framed(pdf: Pdf, made: Path) -> Report:
    """Write it with all that the frame of a PDF/A says, and look at what was written."""
    prepare(pdf, _FLAVOUR)
    _forget_when(pdf)
    how = resolve_save_kwargs(_FLAVOUR, deterministic_id=True)
    pdf.save(made, **how)
    return validate_written(made, _FLAVOUR, how)


def _written_anew(source: Path, made: Path, sizes: list[tuple[int, int]], said: dict[str, str]) -> None:
    raw = made.with_name("raw.pdf")
    ghostscript.write_anew(source, raw)
    with Pdf.open(raw) as pdf:
        if page_sizes(pdf) != sizes:
            raise DocumentNotConverted("The pages came out otherwise")
        # What it says of itself is about today and the program: another attempt must give the same bytes.
        for where, key in ((pdf.trailer, "/Info"), (pdf.trailer, "/ID"), (pdf.Root, "/Metadata")):
            if key in where:
                del where[key]
        for key, value in said.items():
            pdf.docinfo[Name(key)] = value
        found = _framed(pdf, made).findings
        if any(each.rule != _FONT_PROGRAM for each in found):
            raise DocumentNotConverted("What Ghostscript wrote is not PDF/A")
    raw.unlink()


def _forget_when(pdf: Pdf) -> None:
    """The metadata say when they were written; a second attempt would say something else."""
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata.pop("xmp:MetadataDate", None)
