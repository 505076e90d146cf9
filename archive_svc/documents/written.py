"""A document of text alone, written in archive format (PDF/A-2a): a protocol.

The text is shown letter for letter: nothing in it is read as markup, its line breaks and blank lines stay. The same
sheet gives the same bytes, whenever and wherever it is written, so that a second attempt writes what the first one sent.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, Field

from archive_svc.documents.archive_copy import WRITTEN, ArchiveCopy
from common.errors import InvalidValue

_LAYOUT = Path(__file__).with_name("written.typ")


class Section(BaseModel, frozen=True):
    """A part of a document, with a heading or without."""

    heading: str = ""
    text: str


class Sheet(BaseModel, frozen=True):
    """What is to be written."""

    title: str = Field(min_length=1)
    day: date
    """Of which day the document is; it says so in its properties."""
    facts: tuple[tuple[str, str], ...] = ()
    """What stands above the text, as label and value: `("Utvalg", "Formannskapet")`."""
    sections: tuple[Section, ...] = ()

    def __repr__(self) -> str:
        return "Sheet(…)"

    __str__ = __repr__


def written(sheet: Sheet, into: Path) -> ArchiveCopy:
    """Write a sheet into a folder; `original` is the checksum of the sheet.

    Raises InvalidValue when it holds a letter that cannot be shown: nothing is left out or replaced.
    """
    # Only the worker's image holds these; api and errands load the processes, too.
    import pikepdf  # noqa: PLC0415
    import typst  # noqa: PLC0415

    said = sheet.model_dump_json()
    try:
        made = typst.compile(
            _LAYOUT,
            root=_LAYOUT.parent,
            sys_inputs={"sheet": said},
            pdf_standards="a-2a",
            ignore_system_fonts=True,
            timestamp=datetime.combine(sheet.day, time(), UTC),
        )
    except typst.TypstError:
        # What it says of the error quotes the text.
        raise InvalidValue("The text holds a letter that cannot be shown in archive format") from None
    checksum = sha256(made).hexdigest()
    file = into / f"{checksum}.pdf"
    file.write_bytes(made)
    with pikepdf.open(file) as pdf:
        pages = len(pdf.pages)
    return ArchiveCopy(
        file=file, format=WRITTEN, checksum=checksum, original=sha256(said.encode()).hexdigest(), pages=pages
    )
