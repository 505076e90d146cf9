"""ESA in the browser: lists that change while they are read, windows that are refused or left, and how it may fail."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import date
from typing import ClassVar

import pytest
from archive_houses import EsaHouse, esa_house

from archive_svc.esa.noark import PartyRole, PostType, WriteOffCode
from archive_svc.esa.record import BacklogLine, NewPost, Officer, Party, Screening, WriteOff
from archive_svc.screens.esa.archive import EsaArchive
from archive_svc.screens.esa.menu import Menu
from archive_svc.screens.esa.overviews import BacklogList, BacklogOf, BacklogSearch, OfficerList
from archive_svc.screens.esa.post import PostPage
from archive_svc.screens.esa.windows import NewPostWindow
from common.browser.locator import button, link
from common.browser.page import BrowserPage
from common.browser.screen import Screen
from common.errors import NotConfirmed, SignedOut, TargetDown, TargetRejected, UnexpectedDialog

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Generator[EsaHouse]:
    with esa_house(tmp_path_factory) as house:
        yield house


@pytest.fixture
def house(standing: EsaHouse) -> EsaHouse:
    assert standing.esa.console.delete("/_kontroll/faults").is_success
    return standing


def opened(house: EsaHouse) -> EsaArchive:
    archive = house.open()
    assert isinstance(archive, EsaArchive)
    return archive


def trips(screen: Screen) -> int:
    assert isinstance(screen.page, BrowserPage)
    return screen.page.round_trips


def a_post(reference: str, **different: object) -> NewPost:
    usual = {
        "type": PostType.INCOMING,
        "title": "Klage",
        "public_title": "Klage – skatteyter",
        "document_date": date(2026, 8, 1),
        "received": date(2026, 8, 3),
        "officer": "kemn02",
        "unit": "310456780",
        "screening": Screening(),
        "external_reference": reference,
        "parties": (Party(role=PartyRole.SENDER, name="Dahle, Erik", number="17838410103"),),
    }
    return NewPost.model_validate(usual | different)


class DisturbedBacklog(BacklogList):
    """Something happens each time that a page of it has been read."""

    meanwhile: ClassVar[list[Callable[[], object]]] = []

    def lines(self) -> dict[str, BacklogLine]:
        read = super().lines()
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return read


class DisturbedOfficers(OfficerList):
    meanwhile: ClassVar[list[Callable[[], object]]] = []

    def lines(self) -> dict[str, Officer]:
        read = super().lines()
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return read


def test_no_post_is_missed_in_a_list_that_others_leave_while_it_is_read(house: EsaHouse) -> None:
    case = house.case_file()
    made = house.posts(case, 120)
    gone, done = (made[0], made[55], made[119]), WriteOff(code=WriteOffCode.NOTED, on=date(2026, 9, 2))

    def written_off_and_joined() -> None:
        house.seed_posts([post.model_copy(update={"write_off": done}) for post in gone[:2]])

    DisturbedBacklog.meanwhile = [written_off_and_joined, lambda: house.seed_posts([gone[2]])]
    search = opened(house).beside(Menu).press(link("Restanser"), BacklogSearch)
    first = search.submit(BacklogOf(part=case.part, unit=case.unit), button("Vis"), DisturbedBacklog)
    found = {line.id for line in first.whole()}
    assert found >= {post.id for post in made} - {post.id for post in gone}


def test_a_list_that_somebody_joins_in_the_middle_is_not_taken_for_whole(house: EsaHouse) -> None:
    def officer(initials: str) -> Officer:
        return Officer(initials=initials, name="Åse Ørn", unit="1", email="", active=True, leads=False)

    house.officers([officer(f"SB{n:03}") for n in range(61)])
    DisturbedOfficers.meanwhile = [lambda: house.officers([officer("AA000")])]
    with pytest.raises(NotConfirmed):
        opened(house).beside(Menu).press(link("Saksbehandlere"), DisturbedOfficers).growing()
    assert len(house.open().officers()) == 62


def test_each_step_is_one_round_trip(house: EsaHouse) -> None:
    case = house.case_file()
    archive = opened(house)
    before = trips(archive)
    archive.register_post(case.number, a_post(f"TUR-{case.number}"))
    assert trips(archive) == before + 4


def test_a_window_that_was_refused_is_not_there_for_the_next_visit(house: EsaHouse) -> None:
    case = house.case_file()
    with pytest.raises(TargetRejected):
        house.open().register_post(case.number, a_post(f"FEIL-{case.number}", unit=""))
    page = opened(house).one(case.number)
    assert page is not None
    window = page.new_post()
    assert window.save(a_post(f"RETT-{case.number}"), PostPage).facts().number == 1


def test_a_post_whose_answer_was_lost_stands_once(house: EsaHouse) -> None:
    case = house.case_file()
    house.esa.post("faults", {"fault": "error_after_save", "what": "post", "times": 1})
    new = a_post(f"TAPT-{case.number}")
    with pytest.raises(TargetDown):
        house.open().register_post(case.number, new)
    (made,) = house.open().posts_of_reference(new.external_reference)
    assert made.case == case.number


def test_whoever_is_signed_out_meets_the_sign_in_wherever_they_are(house: EsaHouse) -> None:
    case = house.case_file()
    page = opened(house).one(case.number)
    assert page is not None
    house.esa.post("faults", {"fault": "sign_out", "path_prefix": "/esa/saksmapper", "times": 1})
    with pytest.raises(SignedOut):
        page.press(button("Ny journalpost"), NewPostWindow)
    assert house.open().case_file(case.number) == case


def test_a_message_that_lies_over_the_content(house: EsaHouse) -> None:
    case = house.case_file()
    house.esa.post(
        "faults",
        {
            "fault": "dialog",
            "path_prefix": "/esa/saksmapper/treff",
            "kind": "modal",
            "text": "Nedetid kl. 12",
            "times": 1,
        },
    )
    with pytest.raises(UnexpectedDialog):
        house.open().case_file(case.number)
    assert house.open().case_file(case.number) == case
