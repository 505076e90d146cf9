"""The protocol as a document: it shows the text that it was made of, all of it, and is the same at every attempt."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from protocol_office import DECISION, TITLE, Secretariat

from archive_svc.documents.written import Sheet, written
from archive_svc.protocols.protocol import require_reads_as_written, sheet_of
from common.errors import InvalidValue

OFFICE = Secretariat()
LONG = "\n".join(
    f"{number}. Punkt om vei-, vann- og avløp langs Ælvegata – § {number}, «fi fl ffi»" for number in range(1, 400)
)


def sheet(decision: str = DECISION) -> Sheet:
    return sheet_of(OFFICE.item(decision_text=decision), OFFICE.minuted(decision=decision))


@pytest.mark.parametrize(
    "decision",
    [
        DECISION,
        LONG,
        "#set *x* _y_ $z$ `a` // b",
        "En lang setning med mange-ord i. " * 90,
        "Se " + "o" * 300,
        "vei-\n- avløp --\n–\n",
        "a\u00adb" * 200,
    ],
)
def test_the_pages_show_what_was_written(tmp_path: Path, decision: str) -> None:
    copy = written(sheet(decision), tmp_path)
    require_reads_as_written(copy.file, sheet(decision))
    assert written(sheet(decision), tmp_path) == copy


@pytest.mark.parametrize(
    "other", [DECISION.replace("12", "13"), DECISION.replace("Ø", "O"), DECISION[:-2], DECISION + "."]
)
def test_another_text_is_noticed(tmp_path: Path, other: str) -> None:
    copy = written(sheet(), tmp_path)
    with pytest.raises(InvalidValue):
        require_reads_as_written(copy.file, sheet(other))


def test_what_runs_out_of_the_page_is_noticed(tmp_path: Path) -> None:
    file = _narrowed(written(sheet(), tmp_path).file, tmp_path / "narrow.pdf")
    with pytest.raises(InvalidValue):
        require_reads_as_written(file, sheet())


def test_it_says_who_voted_and_who_must_not(tmp_path: Path) -> None:
    said = sheet()
    facts = dict(said.facts)
    assert (facts["Votering"], facts["Sak"], facts["Møte"]) == ("3 for, 0 mot", TITLE, "Åpent")
    present, out, decision = said.sections
    assert "Øyås, Nina" not in present.text
    assert (out.heading, out.text) == ("Inhabile", "Øyås, Nina")
    assert (decision.heading, decision.text) == ("Vedtak", DECISION)
    assert written(said, tmp_path).format.startswith("PDF/A-2")


def _narrowed(file: Path, into: Path) -> Path:
    """The same document on pages that are narrower than its text."""
    with pikepdf.open(file) as document:
        for page in document.pages:
            page.mediabox = pikepdf.Array([0, 0, 200, 842])
        document.save(into)
    return into
