"""The window of SOFIE where every visit begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Final

from archive_svc.screens.sofie.document_window import (
    DOCUMENT_TYPE,
    DocumentWindow,
    case_kind,
    number_kind,
    reference_kind,
    type_called,
)
from archive_svc.screens.sofie.target import Sofie as SofieTarget
from archive_svc.screens.sofie.target import SofieScreen
from archive_svc.sofie.document import SofieDocument, WaitingLine
from archive_svc.sofie.port import Sofie
from common.browser.canvas.kinds import DATE, Kind, coded
from common.browser.dates import day
from common.browser.locator import Locator, button, heading, label, table, text
from common.browser.screen import Form
from common.errors import ConflictInTarget, TargetRejected, UiChanged

_HERE: Final = heading("SOFIE – Søk dokument")
_WAITING: Final = table("Til arkivering")
# Without the blanks, which are easily overlooked.
_PAGE: Final = coded("page", *(f"Side{at}av{last}" for at in ("9", "99", "999") for last in ("9", "99", "999")))
_COUNT: Final = coded("count of documents", *(f"{'9' * digits}dokumenter" for digits in range(1, 6)))


class Wanted(Form):
    number: Annotated[str, label("Dokumentnr.")]


@SofieTarget.looked_at
class SofieProgram(SofieScreen, Sofie):
    """SOFIE is signed in to as the office's other applications; its program stands as the account's last visit left it."""

    path = "/okt"
    ready = (_HERE, label("Dokumentnr."), button("Hent"), _WAITING)
    untouched = (Wanted, button("Neste"))
    elsewhere = (DocumentWindow,)

    def document(self, number: str) -> SofieDocument | None:
        found = self._fetch(number)
        return None if found is None else found.document(number)

    def reference(self, number: str) -> str | None:
        found = self._fetch(number)
        return None if found is None else found.reference(number)

    def waiting(self) -> Sequence[WaitingLine]:
        """Every page of the list; as many documents as the list says there are, or UiChanged."""
        page, lines = self, self.lines()
        while True:
            at, last = page.figures(text("Side"), _PAGE)
            if at >= last:
                break
            page = page.press(button("Neste"), expect=SofieProgram)
            lines = [*lines, *page.lines()]
        (count,) = page.figures(text("dokumenter"), _COUNT)
        if len(lines) != count:
            raise UiChanged(
                "The list of documents shows another number of rows than it says", screens=("sofie.SofieProgram",)
            )
        return lines

    def export(self, number: str) -> int:
        return self._there(number).export()

    def write_reference(self, number: str, reference: str) -> None:
        if not reference_kind().fits(reference):
            raise TargetRejected("An archive reference is not built so")
        self._there(number).save(reference)

    def figures(self, what: Locator, kind: Kind) -> list[int]:
        """The numbers in a text of the window; raises NeedsJudgement where they are not certain."""
        return [int(figure) for figure in re.findall(r"\d+", self.certain({what: kind})[what])]

    def _fetch(self, number: str) -> DocumentWindow | None:
        came = self.submit(Wanted(number=number), button("Hent"), expect=(DocumentWindow, NotThere))
        return came if isinstance(came, DocumentWindow) else None

    def _there(self, number: str) -> DocumentWindow:
        """The window of a document that must be there, and no other one; raises ConflictInTarget, NeedsJudgement."""
        found = self._fetch(number)
        if found is None:
            raise ConflictInTarget("SOFIE has no such document")
        found.require(number)
        return found

    def lines(self) -> list[WaitingLine]:
        """What this page of the list shows."""
        columns = {
            "Dokumentnr.": number_kind(),
            "Saksref.": case_kind(),
            "Dokumenttype": DOCUMENT_TYPE,
            "Dok.dato": DATE,
        }
        return [
            WaitingLine(
                number=row["Dokumentnr."],
                case_reference=row["Saksref."],
                type=type_called(row["Dokumenttype"]),
                document_date=day(row["Dok.dato"]),
            )
            for row in self.grid(_WAITING, columns)
        ]


class NotThere(SofieScreen):
    """There is no document of that number: so the window may say already, from the visit before."""

    ready = (_HERE, text("Dokumentet finnes ikke"))
    says_the_same = True
