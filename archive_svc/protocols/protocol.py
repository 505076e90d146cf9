"""The protocol of one item as a document: what it says, and that the PDF that was made of it says just that."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archive_svc.documents.written import Section, Sheet
from archive_svc.protocols.decided_item import SETTINGS, DecidedItem
from archive_svc.protocols.rules import disqualified, voting
from archive_svc.protocols.wording import with_plain_breaks
from archive_svc.screens.meetings.target import ItemFacts, Result
from common.errors import InvalidValue

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

_RESULTS: Final = {
    Result.TREATED: "Behandlet",
    Result.POSTPONED: "Utsatt",
    Result.SENT_BACK: "Tilbakesendt",
}
_UNSEEN: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
"""Blanks, breaks and characters without a shape, by their category."""
_HYPHEN_AT_LINE_END: Final = "\x02"
"""How PDFium reads a hyphen that is the last of its line: it takes it for the division of a word."""


def sheet_of(item: DecidedItem, minuted: ItemFacts) -> Sheet:
    """What the protocol says: the minutes' own words, and the decision letter for letter as the last of it."""
    votes = f"{item.votes.in_favour} for, {item.votes.against} mot"
    return Sheet(
        title=f"{SETTINGS.title} {item.item_no}",
        day=item.meeting_date,
        facts=(
            ("Utvalg", item.body),
            ("Møtedato", norwegian(item.meeting_date)),
            ("Arkivsak", item.case_no),
            ("Sak", minuted.title),
            ("Møte", "Lukket" if minuted.closed else "Åpent"),
            ("Resultat", _RESULTS[item.status]),
            ("Votering", votes),
        ),
        sections=(
            Section(heading="Til stede med stemmerett i saken", text="\n".join(voting(minuted)) or "Ingen"),
            Section(heading="Inhabile", text="\n".join(disqualified(minuted)) or "Ingen"),
            Section(heading="Vedtak", text=with_plain_breaks(item.decision_text)),
        ),
    )


def require_reads_as_written(file: Path, sheet: Sheet) -> None:
    """The pages show every letter of the sheet, in its order, and nothing else; raises InvalidValue.

    A page has no line breaks or blanks of its own, only letters with places: so those are left out on both sides. And it
    cannot be read back how many hyphens stand in a row, or whether one that ends a line divides a word.
    """
    sections = (text for each in sheet.sections for text in (each.heading, each.text))
    wanted = "".join((sheet.title, *(text for fact in sheet.facts for text in fact), *sections))
    pieces = (re.escape(_seen(each)) for each in _shown(file).split(_HYPHEN_AT_LINE_END))
    if not re.fullmatch("-?".join(pieces), _seen(wanted)):
        raise InvalidValue("The pages of the document do not show the whole text")


def norwegian(day: date) -> str:
    """`01.12.2026`."""
    return f"{day:%d.%m.%Y}"


def _shown(file: Path) -> str:
    """All that stands within the edges of the pages, but for their numbers."""
    from pypdfium2 import PdfDocument  # noqa: PLC0415  only the worker's image holds it

    document = PdfDocument(file)
    try:
        last = len(document)
        texts = [_within_edges(document[place]) for place in range(last)]
    finally:
        document.close()
    return "".join(text.rstrip().removesuffix(f"{place} / {last}") for place, text in enumerate(texts, start=1))


def _within_edges(page: PdfPage) -> str:
    return page.get_textpage().get_text_bounded()  # pyright: ignore[reportUnknownMemberType]  its bounds have no types


def _seen(text: str) -> str:
    return re.sub("-+", "-", "".join(each for each in text if unicodedata.category(each) not in _UNSEEN))
