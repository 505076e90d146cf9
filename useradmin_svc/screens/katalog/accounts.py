"""Katalog's pages that show accounts: the hits of a search, everybody page by page, one account, all groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from common.browser.dates import day_or_none
from common.browser.locator import heading, label, link, table
from common.browser.screen import Form, Row
from common.errors import NotConfirmed, UiChanged
from useradmin_svc.directory.entry import AccountState, Entry, Sighting
from useradmin_svc.directory.port import Wanted
from useradmin_svc.screens.katalog.forms import (
    AccountToChange,
    AccountToDelete,
    AccountToDisable,
    AccountToSetAside,
    Memberships,
    PasswordToSet,
)
from useradmin_svc.screens.office import OfficeScreen

_STATES = {
    "Aktiv": AccountState.ACTIVE,
    "Sperret": AccountState.DISABLED,
    "Venter på sletting": AccountState.PENDING_DELETE,
}
_ANSWERS = {"Ja": True, "Nei": False}
_PAGE = re.compile(r"(\d+) av (\d+)", re.ASCII)


class AccountToFind(Form):
    """By what accounts are sought; all that is given must fit, whole."""

    user_name: Annotated[str, label("Brukernavn")]
    employee_no: Annotated[str, label("Ansattnr.")]
    person_key: Annotated[str, label("Personnøkkel")]
    family_name: Annotated[str, label("Etternavn")]
    given_name: Annotated[str, label("Fornavn")]

    @classmethod
    def of(cls, wanted: Wanted) -> AccountToFind:
        return cls(**wanted.model_dump())


class AccountHits(OfficeScreen):
    ready = (heading("Kontotreff"), table("Kontoer"))
    found = table("Kontoer")

    def sightings(self) -> list[Sighting]:
        return [_sighting(row) for row in self.rows(self.found)]

    def open(self, user_name: str) -> AccountPage | None:
        """The page of this account; None when it is not among the hits."""
        for row in self.rows(self.found):
            if row["Brukernavn"].lower() == user_name.lower():
                return row.press(link("Åpne"), expect=AccountPage)
        return None


class AccountList(OfficeScreen):
    ready = (heading("Alle kontoer"), table("Kontoer"))
    listed = table("Kontoer")

    def whole(self) -> list[Sighting]:
        """The accounts of this page and all after it; raises NotConfirmed when some came or went in the meantime."""
        found: dict[str, Sighting] = {}
        total = 0
        for page in self.pages():
            found |= {row["Brukernavn"]: _sighting(row) for row in page.rows(page.listed)}
            total = int(page.terms()["Antall kontoer"])
        if len(found) != total:
            raise NotConfirmed("The list of accounts changed while it was read")
        return list(found.values())

    def pages(self) -> Iterator[AccountList]:
        """This page and all after it."""
        page = self
        while True:
            yield page
            number, of = page.place()
            if number >= of:
                return
            page = page.press(link("Neste side"), expect=AccountList)

    def place(self) -> tuple[int, int]:
        """Which page it is, and of how many."""
        found = _PAGE.fullmatch(self.terms()["Side"])
        if found is None:
            raise UiChanged("The list of accounts does not say which of its pages it shows")
        return int(found[1]), int(found[2])


class GroupList(OfficeScreen):
    ready = (heading("Grupper"), table("Alle grupper"))
    listed = table("Alle grupper")

    def names(self) -> list[str]:
        return [row["Gruppe"] for row in self.rows(self.listed)]


class AccountPage(OfficeScreen):
    ready = (heading("Konto"), table("Medlem av"))
    memberships = table("Medlem av")

    def entry(self) -> Entry:
        shown = self.terms()
        return Entry(
            user_name=shown["Brukernavn"],
            family_name=shown["Etternavn"],
            given_name=shown["Fornavn"],
            employee_no=shown["Ansattnr."],
            person_key=shown["Personnøkkel"],
            units=_units(shown["Enheter"]),
            expires=day_or_none(shown["Utløper"]),
            state=_state(shown["Status"]),
            place=shown["Plassering"],
            groups=tuple(sorted(row["Gruppe"] for row in self.rows(self.memberships))),
            manager=shown["Leder"],
            mail=shown["E-post"],
            hidden=_answer(shown["Skjult i adresselisten"]),
            remark=shown["Merknad"],
        )

    def change(self) -> AccountToChange:
        return self.press(link("Endre konto"), expect=AccountToChange)

    def change_groups(self) -> Memberships:
        return self.press(link("Endre grupper"), expect=Memberships)

    def set_password(self) -> PasswordToSet:
        return self.press(link("Sett passord"), expect=PasswordToSet)

    def disable(self) -> AccountToDisable:
        return self.press(link("Sperr konto"), expect=AccountToDisable)

    def set_aside(self) -> AccountToSetAside:
        """Only of a disabled account."""
        return self.press(link("Flytt til Slettes"), expect=AccountToSetAside)

    def delete(self) -> AccountToDelete:
        """Only of a disabled account."""
        return self.press(link("Slett konto"), expect=AccountToDelete)


def _sighting(row: Row) -> Sighting:
    return Sighting(
        user_name=row["Brukernavn"],
        family_name=row["Etternavn"],
        given_name=row["Fornavn"],
        employee_no=row["Ansattnr."],
        person_key=row["Personnøkkel"],
        units=_units(row["Enheter"]),
        expires=day_or_none(row["Utløper"]),
        state=_state(row["Status"]),
    )


def _units(shown: str) -> tuple[str, ...]:
    return tuple(shown.split(", ")) if shown else ()


def _state(shown: str) -> AccountState:
    if shown not in _STATES:
        raise UiChanged("An account's state is none that the robot knows")
    return _STATES[shown]


def _answer(shown: str) -> bool:
    if shown not in _ANSWERS:
        raise UiChanged("A question is answered neither by yes nor by no")
    return _ANSWERS[shown]
