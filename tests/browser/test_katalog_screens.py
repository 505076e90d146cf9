"""Katalog's pages in trouble: locked records, failing saves, lists that change, pages that are gone."""

from __future__ import annotations

from collections.abc import Callable, Generator

import httpx
import pytest
from directory_houses import KatalogHouse, account, katalog_house
from pydantic import SecretStr

from common.browser.locator import button, link
from common.errors import NotConfirmed, RecordLocked, SignedOut, TargetDown, UiChanged, UnexpectedDialog
from tests.sandbox.visitor import PLAIN, Visitor
from useradmin_svc.directory.entry import AccountState, Arrangement
from useradmin_svc.directory.port import Directory, Wanted
from useradmin_svc.screens.katalog.accounts import AccountHits, AccountList, AccountToFind
from useradmin_svc.screens.katalog.directory import KatalogDirectory

Read = Callable[[Directory], object]

GROUPS = ("SKOLE-ALLE", "SKOLE-LÆRERE")
NEW = Arrangement(
    family_name="Østgård",
    given_name="Per",
    employee_no="104418",
    person_key="",
    units=("312900114",),
    place="Skole",
    groups=GROUPS,
    manager="",
    mail="",
    hidden=False,
    expires=None,
    remark="",
)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Generator[KatalogHouse]:
    with katalog_house(tmp_path_factory) as house:
        yield house


@pytest.fixture
def house(standing: KatalogHouse) -> KatalogHouse:
    """One active account, olanor, and a disabled one, anneli."""
    standing.fresh()
    standing.seed([account(), account("anneli", state="DISABLED")], GROUPS)
    return standing


@pytest.fixture
def clerk(house: KatalogHouse) -> Generator[Visitor]:
    """Somebody else who works in the same Katalog."""
    with httpx.Client(base_url=house.katalog.url, follow_redirects=True, timeout=30, verify=PLAIN) as http:
        clerk = Visitor(http)
        clerk.sign_in("robot2")
        yield clerk


def _arrange(directory: Directory) -> None:
    directory.arrange("olanor", NEW)


def _set_secret(directory: Directory) -> None:
    directory.set_secret("olanor", SecretStr("Tyttebær-18-kvist"))


def _disable(directory: Directory) -> None:
    directory.disable("olanor", remark="Sperret")


def _set_aside(directory: Directory) -> None:
    directory.set_aside("anneli", remark="Slettes")


def _delete(directory: Directory) -> None:
    directory.delete("anneli")


def _create(directory: Directory) -> None:
    directory.create("perost", NEW)


CHANGES = {
    "arrangement": _arrange,
    "secret": _set_secret,
    "disabling": _disable,
    "moving": _set_aside,
    "deletion": _delete,
}


@pytest.mark.parametrize("what", CHANGES)
def test_nothing_is_saved_of_what_somebody_else_has_open(house: KatalogHouse, what: str) -> None:
    house.katalog.post("locks", [{"user_name": name, "locked_by": "Kari"} for name in ("olanor", "anneli")])
    before = house.accounts()
    with pytest.raises(RecordLocked):
        CHANGES[what](house.open())
    assert house.accounts() == before


@pytest.mark.parametrize("what", CHANGES)
def test_a_save_that_fails_is_the_targets_failure(house: KatalogHouse, what: str) -> None:
    house.katalog.fault("error_before_save", what=what, times=1)
    before = house.accounts()
    with pytest.raises(TargetDown):
        CHANGES[what](house.open())
    assert house.accounts() == before
    CHANGES[what](house.open())
    assert what in house.written()


@pytest.mark.parametrize(("fault", "what"), [("error_after_save", "account"), ("error_before_save", "membership")])
def test_an_account_whose_groups_are_missing_is_arranged_again(house: KatalogHouse, fault: str, what: str) -> None:
    house.katalog.fault(fault, what=what, times=1)
    with pytest.raises(TargetDown):
        _create(house.open())
    made = house.open().entry("perost")
    assert made is not None
    assert (made.groups, made.state) == ((), AccountState.DISABLED)
    house.open().arrange("perost", NEW)
    arranged = house.open().entry("perost")
    assert arranged is not None
    assert arranged.groups == GROUPS
    assert house.written() == ["account", "arrangement", "membership"]


def test_memberships_that_stay_are_not_saved_again(house: KatalogHouse) -> None:
    _create(house.open())
    house.open().arrange("perost", NEW.model_copy(update={"given_name": "Pål"}))
    assert house.written() == ["account", "membership", "arrangement"]


def test_a_list_that_changes_while_it_is_read(house: KatalogHouse) -> None:
    house.seed([account(f"bruker{n:03}", employee_no="") for n in range(100)])
    first = house.open()
    assert isinstance(first, KatalogDirectory)
    page = first.press(link("Alle kontoer"), expect=AccountList)
    house.seed([account("aaaa", employee_no="")])
    with pytest.raises(NotConfirmed):
        page.whole()
    assert len(house.open().everybody()) == 103


def test_an_account_that_is_deleted_while_it_is_open(house: KatalogHouse, clerk: Visitor) -> None:
    first = house.open()
    assert isinstance(first, KatalogDirectory)
    form = AccountToFind.of(Wanted(user_name="anneli"))
    page = first.submit(form, button("Søk"), expect=AccountHits).open("anneli")
    assert page is not None
    its = clerk.follow(clerk.press(clerk.get("/kontoer"), "Søk", brukernavn="anneli"), "Åpne")
    clerk.press(clerk.follow(its, "Slett konto"), "Slett konto", bekreftet="ja")
    with pytest.raises(NotConfirmed):
        page.change()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"fault": "sign_out", "path_prefix": "/kontoer/treff", "times": 1}, SignedOut),
        ({"fault": "error_page", "path_prefix": "/kontoer/treff", "times": 1}, TargetDown),
        (
            {"fault": "dialog", "text": "Vedlikehold", "kind": "modal", "path_prefix": "/kontoer/treff"},
            UnexpectedDialog,
        ),
    ],
)
def test_what_interrupts_a_search(house: KatalogHouse, fault: dict[str, str | int], expected: type[Exception]) -> None:
    house.katalog.post("faults", fault)
    with pytest.raises(expected):
        house.open().find(Wanted(user_name="olanor"))
    house.katalog.console.delete("/_kontroll/faults")
    assert [one.user_name for one in house.open().find(Wanted(user_name="olanor"))] == ["olanor"]


def _find(directory: Directory) -> object:
    return directory.find(Wanted(user_name="olanor"))


def _entry(directory: Directory) -> object:
    return directory.entry("olanor")


def _everybody(directory: Directory) -> object:
    return directory.everybody()


@pytest.mark.parametrize(("old", "read"), [("Aktiv", _find), ("Nei", _entry), ("1 av 1", _everybody)])
def test_what_a_page_says_in_other_words_is_not_guessed(house: KatalogHouse, old: str, read: Read) -> None:
    house.katalog.fault("renamed_label", **{"from": old, "to": "Kanskje"})
    with pytest.raises(UiChanged):
        read(house.open())
