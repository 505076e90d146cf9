"""Text becomes PDF/A letter for letter, the same every time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest

from archive_svc.documents.written import Section, Sheet, written
from common.errors import InvalidValue

DAY = date(2026, 11, 17)


def sheet(text: str, **different: object) -> Sheet:
    given = {"title": "Saksprotokoll PS 12/26", "day": DAY, "sections": (Section(heading="Vedtak", text=text),)}
    return Sheet.model_validate(given | different)


def shown(file: Path) -> str:
    document = pdfium.PdfDocument(file)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)  # pyright: ignore[reportUnknownMemberType]
    finally:
        document.close()


@pytest.mark.parametrize(
    "text",
    [
        "Čáhcesuolu, Øvre Ålgård, ŋ đ ž, 12 m², «sitat» – 50 €",
        "#set text(size: 99pt) *fet* _kursiv_ $x^2$ = nei @merke <lenke> `kode` // borte?",
        "fi ffi fl",
        "https://kommune.example/vedtak \\ \\n \"anførsel\" 'enkel'",
    ],
)
def test_letter_for_letter(text: str, tmp_path: Path) -> None:
    assert text in shown(written(sheet(text), tmp_path).file)


def test_it_is_pdf_a_and_says_so(tmp_path: Path) -> None:
    copy = written(sheet("Vedtatt."), tmp_path)
    with pikepdf.open(copy.file) as pdf, pdf.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
        assert metadata["dc:title"] == "Saksprotokoll PS 12/26"
    assert (copy.format, copy.pages) == ("PDF/A-2a", 1)


def test_the_same_sheet_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (written(sheet("Vedtatt."), tmp_path) for _ in range(2))
    assert first == second
    assert written(sheet("Ikke vedtatt."), tmp_path).checksum != first.checksum


def test_lines_stay_lines(tmp_path: Path) -> None:
    read = shown(written(sheet("Én\nto\n\n   tre"), tmp_path).file)
    assert [line.strip() for line in read.splitlines()][-4:-1] == ["Én", "to", "tre"]


def test_a_long_word_stays_on_the_page(tmp_path: Path) -> None:
    read = shown(written(sheet("x" * 500), tmp_path).file)
    assert read.count("x") == 500


def test_many_pages(tmp_path: Path) -> None:
    copy = written(sheet("\n".join(f"{number}. punkt" for number in range(300))), tmp_path)
    assert copy.pages > 3
    assert "299. punkt" in shown(copy.file)


def test_a_letter_that_cannot_be_shown_is_not_left_out(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue) as refused:
        written(sheet("Vedtatt 漢字"), tmp_path)
    assert "漢" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []
