"""ESA's pages of case files: the hits of a search, and one of them with its journal posts."""

from __future__ import annotations

from typing import Annotated

from archive_svc.esa.noark import CaseStatus, PostStatus, PostType, WriteOffCode
from archive_svc.esa.record import CaseFile, PostLine
from archive_svc.screens.esa.listed import Listed
from archive_svc.screens.esa.post import PostPage
from archive_svc.screens.esa.shown import code, code_or_none, number, number_or_none, screening
from archive_svc.screens.esa.windows import NewPostWindow
from common.browser.dates import day, day_or_none
from common.browser.locator import button, heading, label, link, table
from common.browser.screen import Form, Row
from common.errors import UiChanged


class CaseToFind(Form):
    """By what case files are sought; all that is given must fit."""

    part: Annotated[str | None, label("Arkivdel")] = None
    series: Annotated[str | None, label("Serie")] = None
    klass: Annotated[str | None, label("Klasse")] = None
    number: Annotated[str | None, label("Saksnr.")] = None
    closed_too: Annotated[bool, label("Ta med avsluttede")] = False


class CaseHits(Listed[Row]):
    ready = (heading("Saksmapper"), table("Saksmapper"))
    found = table("Saksmapper")

    def lines(self) -> dict[str, Row]:
        return {row["Saksnr."]: row for row in self.rows(self.found)}

    def open(self, wanted: str) -> CaseFilePage | None:
        """The page of this case file; None when it is not among the hits."""
        for page in self.pages():
            row = page.lines().get(wanted)
            if row is not None:
                return row.press(link("Åpne"), expect=CaseFilePage)
        return None


class CaseFilePage(Listed[PostLine]):
    """With one page of its journal posts, the oldest first."""

    ready = (table("Journalposter"), button("Ny journalpost"))
    journal = table("Journalposter")

    def facts(self) -> CaseFile:
        shown = self.terms()
        return CaseFile(
            number=shown["Saksnr."],
            title=shown["Tittel"],
            public_title=shown["Offentlig tittel"],
            part=shown["Arkivdel"],
            series=shown["Serie"],
            klass=shown["Klasse"],
            unit=shown["Enhet"],
            officer=shown["Saksansvarlig"],
            status=code(CaseStatus, shown["Status"]),
            screening=screening(shown["Tilgangskode"], shown["Hjemmel"]),
        )

    def lines(self) -> dict[str, PostLine]:
        return {row["Nr."]: _line(row) for row in self.rows(self.journal)}

    def open(self, wanted: int) -> PostPage | None:
        """The page of the post with this number; None when there is none."""
        for page in self._from(wanted).pages():
            rows = {row["Nr."]: row for row in page.rows(page.journal)}
            if str(wanted) in rows:
                return rows[str(wanted)].press(link("Åpne"), expect=PostPage)
        return None

    def _from(self, wanted: int) -> CaseFilePage:
        """The page to look for a post from: of a long list sorted the other way round, where it stands near the end."""
        _, of, total = self.standing()
        if of < 3 or wanted <= total // 2:  # noqa: PLR2004 -- turning it round takes two clicks
            return self
        ascending = self.press(link("Nr."), expect=CaseFilePage)
        descending = ascending.press(link("Nr."), expect=CaseFilePage)
        first, *_ = [number(shown) for shown in descending.lines()] or [0]
        if first < total:
            raise UiChanged("ESA did not turn the list of journal posts round")
        return descending

    def new_post(self) -> NewPostWindow:
        return self.press(button("Ny journalpost"), expect=NewPostWindow)


def _line(row: Row) -> PostLine:
    return PostLine(
        id=row["Id"],
        number=number(row["Nr."]),
        type=code(PostType, row["Type"]),
        status=code(PostStatus, row["Status"]),
        title=row["Offentlig tittel"],
        document_date=day(row["Dok.dato"]),
        received=day_or_none(row["Mottatt"]),
        journalled=day_or_none(row["Journaldato"]),
        external_reference=row["Ekstern ref."],
        answers=number_or_none(row["Svar på"]),
        written_off=code_or_none(WriteOffCode, row["Avskrevet"]),
    )
