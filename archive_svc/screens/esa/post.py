"""ESA's pages of journal posts: the hits of a search, and all about one of them."""

from __future__ import annotations

import re
from typing import Annotated

from archive_svc.esa.noark import CaseStatus, Dispatch, DocumentRole, PartyRole, PostStatus, PostType, WriteOffCode
from archive_svc.esa.record import Document, JournalPost, Party, WriteOff
from archive_svc.screens.esa.listed import Listed
from archive_svc.screens.esa.shown import code, code_or_none, number, number_or_none, screening
from archive_svc.screens.esa.target import Content
from common.browser.dates import day, day_or_none
from common.browser.locator import button, heading, label, link, table
from common.browser.screen import Form, Row
from common.errors import UiChanged

_WRITTEN_OFF = re.compile(r"([A-Z]+) (\d\d\.\d\d\.\d{4})(?:, besvart av (\d+))?", re.ASCII)


class PostToFind(Form):
    external_reference: Annotated[str, label("Ekstern ref.")]


class PostSearch(Content):
    ready = (heading("Søk journalpost"), label("Ekstern ref."), button("Søk"))
    untouched = (PostToFind,)

    def find(self, external_reference: str) -> PostHits:
        return self.submit(PostToFind(external_reference=external_reference), button("Søk"), expect=PostHits)


class PostHits(Listed[Row]):
    ready = (heading("Journalposter"), table("Treff"))
    found = table("Treff")

    def lines(self) -> dict[str, Row]:
        return {row["Id"]: row for row in self.rows(self.found)}

    def open(self, wanted: str) -> PostPage | None:
        for page in self.pages():
            row = page.lines().get(wanted)
            if row is not None:
                return row.press(link("Åpne"), expect=PostPage)
        return None


class PostPage(Content):
    ready = (table("Dokumenter"), table("Parter"), link("Til saken"))
    parties = table("Parter")
    documents = table("Dokumenter")

    def facts(self) -> JournalPost:
        shown = self.terms()
        write_off = _write_off(shown["Avskrevet"])
        return JournalPost(
            id=shown["Journalpost-id"],
            case=shown["Saksnr."],
            case_status=code(CaseStatus, shown["Saksstatus"]),
            number=number(shown["Nr."]),
            type=code(PostType, shown["Type"]),
            status=code(PostStatus, shown["Status"]),
            full_title=shown["Tittel"],
            title=shown["Offentlig tittel"],
            document_date=day(shown["Dok.dato"]),
            received=day_or_none(shown["Mottatt"]),
            sent=day_or_none(shown["Sendt"]),
            dispatch=code_or_none(Dispatch, shown.get("Forsendelse", "")),
            journalled=day_or_none(shown["Journaldato"]),
            due=day_or_none(shown["Forfall"]),
            officer=shown["Saksbehandler"],
            unit=shown["Enhet"],
            screening=screening(shown["Tilgangskode"], shown["Hjemmel"]),
            external_reference=shown["Ekstern ref."],
            answers=number_or_none(shown["Svar på"]),
            write_off=write_off,
            written_off=write_off.code if write_off else None,
            parties=tuple(map(_party, self.rows(self.parties))),
            documents=tuple(map(_document, self.rows(self.documents))),
        )


def _write_off(shown: str) -> WriteOff | None:
    """Of `BU 01.12.2026, besvart av 3`; raises UiChanged for any other form."""
    if shown in {"", "–"}:
        return None
    found = _WRITTEN_OFF.fullmatch(shown)
    if found is None:
        raise UiChanged("ESA shows a write-off in another form than it did")
    return WriteOff(
        code=code(WriteOffCode, found[1]), on=day(found[2]), answered_by=int(found[3]) if found[3] else None
    )


def _party(row: Row) -> Party:
    return Party(role=code(PartyRole, row["Rolle"]), name=row["Navn"], number=row["Nummer"])


def _document(row: Row) -> Document:
    return Document(
        number=number(row["Nr."]),
        role=code(DocumentRole, row["Rolle"]),
        title=row["Tittel"],
        format=row["Format"],
        checksum=row["Sjekksum"],
        original=row["Sjekksum original"],
    )
