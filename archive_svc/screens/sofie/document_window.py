"""SOFIE's window of a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Annotated, Final

from archive_svc.screens.sofie.target import SofieScreen
from archive_svc.sofie.document import Direction, DocumentType, FileRole, SofieDocument, SofieFile
from archive_svc.sofie.settings import SofieSettings, masks
from common.browser.canvas.kinds import COUNT, DATE, NAME, PARTY, Kind, coded, one_of, signs
from common.browser.dates import day, day_or_none
from common.browser.locator import Locator, button, heading, label, table, text
from common.browser.screen import Form
from common.errors import NeedsJudgement, RecordLocked, TargetDown, TargetRejected, UiChanged

DOCUMENT_TYPE: Final = one_of("document type", *(each.called for each in DocumentType))
_DIRECTION: Final = one_of("direction", *(each.called for each in Direction))
_ROLE: Final = one_of("role", *(each.called for each in FileRole))
_YES: Final = "Ja"
_NUMBER: Final = label("Dokumentnr.")
_FILES: Final = table("Filer")
_REFERENCE: Final = label("Arkivref.")
_FILE_NAME: Final = Kind("file name", exact=False, least=0.0)
"""For people: no decision hangs on it."""
_KNOWN: Final = 0.95
"""What one reader says alone is never as certain as this."""
_LOOKS: Final = 3
"""How often it is looked whether the files have been drawn yet."""


@cache
def number_kind() -> Kind:
    """A document's number, as this deployment's SOFIE builds them."""
    return coded("document number", *masks(SofieSettings().numbers))


@cache
def case_kind() -> Kind:
    """The number of a case of SOFIE's own."""
    return coded("case reference", *masks(SofieSettings().cases))


@cache
def reference_kind() -> Kind:
    """A reference into the archive.

    It is only compared with one that is known, so that both readers agree is enough: a misread one is never that one.
    """
    return replace(coded("archive reference", *masks(SofieSettings().references)), least=_KNOWN)


class Reference(Form):
    reference: Annotated[str, _REFERENCE]


class DocumentWindow(SofieScreen):
    ready = (heading("SOFIE – Dokument"), label("Part-id"), label("Sendt"), _FILES, button("Eksporter"))

    def document(self, number: str) -> SofieDocument:
        """All that it shows; raises NeedsJudgement where that is not certain, or it is another document."""
        files = self._files()
        shown = {at.value: text for at, text in self.certain(_facts()).items()}
        _require_same(shown["Dokumentnr."], number)
        return SofieDocument(
            number=number,
            case_reference=shown["Saksref."],
            party=shown["Part-id"],
            party_name=shown["Navn"],
            protected=shown["Adressesperre"] == _YES,
            type=type_called(shown["Dokumenttype"]),
            direction=next(each for each in Direction if each.called == shown["Retning"]),
            document_date=day(shown["Dok.dato"]),
            received=day_or_none(shown["Mottatt"]),
            sent=day_or_none(shown["Sendt"]),
            officer=shown["Saksbehandler"],
            files=files,
            archive_reference=shown["Arkivref."],
        )

    def reference(self, number: str) -> str:
        """Where it says that it is archived; raises NeedsJudgement where that is not certain, or it is another document."""
        self._rows({"Nr.": COUNT})
        shown = self.certain({_NUMBER: number_kind(), _REFERENCE: reference_kind()})
        _require_same(shown[_NUMBER], number)
        return shown[_REFERENCE]

    def require(self, number: str) -> None:
        """Make sure that it is this document's; raises NeedsJudgement where it is another's, or that is not certain."""
        _require_same(self.certain({_NUMBER: number_kind()})[_NUMBER], number)

    def export(self) -> int:
        """Put the files into the exchange; gives how many SOFIE says it were."""
        came = self.press(button("Eksporter"), expect=(Exported, Locked, NotExported))
        return came.refused() if not isinstance(came, Exported) else came.count()

    def save(self, reference: str) -> None:
        """Note where the document stands in the archive."""
        came = self.submit(Reference(reference=reference), button("Lagre"), expect=(Saved, Locked, NotTaken))
        if not isinstance(came, Saved):
            came.refused()

    def _files(self) -> tuple[SofieFile, ...]:
        roles = {each.called: each for each in FileRole}
        return tuple(
            SofieFile(number=int(row["Nr."]), name=row["Filnavn"], role=roles[row["Rolle"]])
            for row in self._rows({"Nr.": COUNT, "Filnavn": _FILE_NAME, "Rolle": _ROLE})
        )

    def _rows(self, columns: Mapping[str, Kind]) -> list[dict[str, str]]:
        """The files are drawn last, so whatever stands above them has been drawn as well, and what is empty is so."""
        for _ in range(_LOOKS):
            rows = self.grid(_FILES, columns)
            if rows:
                return rows
        return []


class Exported(DocumentWindow):
    ready = (heading("SOFIE – Dokument"), text("Eksportert"))

    def count(self) -> int:
        found = re.search(r"Eksportert (\d+) fil", self.text(text("Eksportert")) or "")
        if found is None:
            raise UiChanged("SOFIE does not say how many files it has exported")
        return int(found[1])


class Locked(DocumentWindow):
    ready = (heading("SOFIE – Dokument"), text("Låst av"))

    def refused(self) -> int:
        raise RecordLocked


class NotExported(DocumentWindow):
    ready = (heading("SOFIE – Dokument"), text("Eksport feilet"))

    def refused(self) -> int:
        raise TargetDown("SOFIE cannot write into the exchange")


class Saved(DocumentWindow):
    ready = (heading("SOFIE – Dokument"), text("Lagret"))


class NotTaken(DocumentWindow):
    ready = (heading("SOFIE – Dokument"), text("Ugyldig arkivref"))

    def refused(self) -> int:
        raise TargetRejected("SOFIE does not take the archive reference")


def _facts() -> dict[Locator, Kind]:
    kinds = {
        "Dokumentnr.": number_kind(),
        "Saksref.": case_kind(),
        "Part-id": PARTY,
        "Navn": NAME,
        "Adressesperre": one_of("yes or no", _YES, "Nei"),
        "Dokumenttype": DOCUMENT_TYPE,
        "Retning": _DIRECTION,
        "Dok.dato": DATE,
        "Mottatt": DATE,
        "Sendt": DATE,
        "Saksbehandler": signs("officer", least=0.0),  # the case says who it is; this is for people
        "Arkivref.": reference_kind(),
    }
    return {label(name): kind for name, kind in kinds.items()}


def _require_same(shown: str, number: str) -> None:
    if shown != number:
        raise NeedsJudgement("SOFIE shows another document than was asked for", detail={"field": _NUMBER.value})


def type_called(word: str) -> DocumentType:
    """The document type that SOFIE calls so."""
    return next(each for each in DocumentType if each.called == word)
