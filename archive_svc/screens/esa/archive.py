"""The page of ESA where every visit begins: the search for case files, with the menu above it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archive_svc.esa.line import is_line
from archive_svc.esa.noark import CaseStatus, PostStatus
from archive_svc.esa.port import Archive, Wanted
from archive_svc.esa.record import (
    BacklogLine,
    CaseFile,
    JournalPost,
    NewCaseFile,
    NewDocument,
    NewPost,
    Officer,
    PostLine,
    WriteOff,
)
from archive_svc.screens.esa.cases import CaseFilePage, CaseHits, CaseToFind
from archive_svc.screens.esa.menu import Menu
from archive_svc.screens.esa.overviews import BacklogSearch, OfficerList
from archive_svc.screens.esa.post import PostHits, PostPage, PostSearch
from archive_svc.screens.esa.shown import code
from archive_svc.screens.esa.target import Content, Esa
from archive_svc.screens.esa.windows import NewCaseFileWindow, NewDocumentWindow, StatusWindow, WriteOffWindow
from common.browser.locator import button, css, heading, label, link
from common.browser.screen import Row
from common.errors import NotConfirmed, TargetRejected

_SEARCH: Final = link("Søk saksmappe")


class CaseSearch(Content):
    ready = (heading("Søk saksmappe"), label("Saksnr."), button("Søk"))
    untouched = (CaseToFind,)
    parts = css("#arkivdel option")
    series = css("#serie option")

    def find(self, wanted: Wanted) -> CaseHits | None:
        """What fits; None for a part or a series of the archive that there is not."""
        for shown, sought in ((self.parts, wanted.part), (self.series, wanted.series)):
            if sought and sought not in self.texts(shown):
                return None
        sought = {name: value for name in ("part", "series", "klass") if (value := getattr(wanted, name))}
        form = CaseToFind(**sought, closed_too=not wanted.open_only)
        return self.submit(form, button("Søk"), expect=CaseHits)

    def one(self, number: str) -> CaseFilePage | None:
        """The page of a case file by its number; None when there is none."""
        if not (number and is_line(number)):
            return None
        return self.submit(CaseToFind(number=number, closed_too=True), button("Søk"), expect=CaseHits).open(number)


@Esa.looked_at
class EsaArchive(CaseSearch, Archive):
    """ESA is signed in to, and interrupted, as the office's other applications."""

    path = "/esa"
    back_by = (Menu, _SEARCH)
    leads_to = ((button("Ny saksmappe"), NewCaseFileWindow),)

    def case_files(self, wanted: Wanted) -> Sequence[CaseFile]:
        """The list does not show everything of a case file: each that fits is opened."""
        hits = self.find(wanted) if all(map(is_line, (wanted.part, wanted.series, wanted.klass))) else None
        fitting = sorted(row["Saksnr."] for row in hits.growing() if _fits(row, wanted)) if hits else []
        found: list[CaseFile] = []
        for number in fitting:
            page = hits.open(number) if hits and not found else self._again().one(number)
            if page is None:
                raise NotConfirmed("A case file is not where it was found")
            found.append(page.facts())
        return found

    def case_file(self, number: str) -> CaseFile | None:
        page = self.one(number)
        return page.facts() if page else None

    def register_case_file(self, new: NewCaseFile) -> None:
        self.press(button("Ny saksmappe"), expect=NewCaseFileWindow).save(new, CaseFilePage)

    def posts(self, case: str) -> Sequence[PostLine]:
        page = self.one(case)
        return page.growing() if page else []

    def posts_of_reference(self, external_reference: str) -> Sequence[JournalPost]:
        """The list of hits does not show everything of a post: each is opened."""
        if not (external_reference and is_line(external_reference)):
            return []
        hits = self._posts_named(external_reference)
        found: list[JournalPost] = []
        for post_id in [row["Id"] for row in hits.growing()]:
            page = (self._posts_named(external_reference) if found else hits).open(post_id)
            if page is None:
                raise NotConfirmed("A journal post is not where it was found")
            found.append(page.facts())
        return [post for post in found if post.external_reference == external_reference]

    def post(self, case: str, number: int) -> JournalPost | None:
        page = self._post(case, number)
        return page.facts() if page else None

    def register_post(self, case: str, new: NewPost) -> None:
        page = self.one(case)
        if page is None:
            raise TargetRejected("There is no such case file")
        page.new_post().save(new, PostPage)

    def upload(self, case: str, number: int, document: NewDocument) -> None:
        page = self._standing_post(case, number)
        page.press(button("Nytt dokument"), expect=NewDocumentWindow).save(document, PostPage)

    def set_status(self, case: str, number: int, status: PostStatus) -> None:
        page = self._standing_post(case, number)
        page.press(button("Endre status"), expect=StatusWindow).save(status, PostPage)

    def write_off(self, case: str, number: int, write_off: WriteOff) -> None:
        page = self._standing_post(case, number)
        page.press(button("Avskriv"), expect=WriteOffWindow).save(write_off, PostPage)

    def backlog(self, part: str, unit: str) -> Sequence[BacklogLine]:
        if not is_line(unit):
            return []
        found = self.beside(Menu).press(link("Restanser"), expect=BacklogSearch).find(part, unit)
        return found.whole() if found else []

    def officers(self) -> Sequence[Officer]:
        return self.beside(Menu).press(link("Saksbehandlere"), expect=OfficerList).growing()

    def _again(self) -> CaseSearch:
        return self.beside(Menu).press(_SEARCH, expect=CaseSearch)

    def _posts_named(self, external_reference: str) -> PostHits:
        return self.beside(Menu).press(link("Søk journalpost"), expect=PostSearch).find(external_reference)

    def _post(self, case: str, number: int) -> PostPage | None:
        page = self.one(case)
        return page.open(number) if page else None

    def _standing_post(self, case: str, number: int) -> PostPage:
        page = self._post(case, number)
        if page is None:
            raise TargetRejected("There is no such journal post")
        return page


def _fits(row: Row, wanted: Wanted) -> bool:
    """ESA may find by parts of a class: only what is equal counts."""
    sought = {"Arkivdel": wanted.part, "Serie": wanted.series, "Klasse": wanted.klass}
    same = all(row[header] == value for header, value in sought.items() if value)
    return same and (not wanted.open_only or code(CaseStatus, row["Status"]).is_open)
