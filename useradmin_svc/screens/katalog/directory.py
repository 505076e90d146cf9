"""The page of Katalog where every visit to a directory begins."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import SecretStr

from common.browser.locator import button, heading, label, link
from common.errors import ConflictInTarget, TargetRejected
from useradmin_svc.directory.entry import AccountState, Arrangement, Entry, Sighting
from useradmin_svc.directory.line import is_line
from useradmin_svc.directory.port import Directory, Wanted
from useradmin_svc.screens.katalog.accounts import AccountHits, AccountList, AccountPage, AccountToFind, GroupList
from useradmin_svc.screens.katalog.forms import Memberships, NewAccount
from useradmin_svc.screens.office import OfficeScreen


class KatalogDirectory(OfficeScreen, Directory):
    """Katalog is signed in to, and interrupted, as the office's other applications."""

    path = "/kontoer"
    ready = (heading("Finn konto"), label("Brukernavn"), button("Søk"))
    untouched = (AccountToFind, link("Alle kontoer"))
    leads_to = ((link("Grupper"), GroupList), (link("Ny konto"), NewAccount))

    def find(self, wanted: Wanted) -> list[Sighting]:
        return self._search(wanted).sightings() if _can_be_typed(wanted) else []

    def everybody(self) -> list[Sighting]:
        return self.press(link("Alle kontoer"), expect=AccountList).whole()

    def entry(self, user_name: str) -> Entry | None:
        page = self._page(user_name)
        return page.entry() if page else None

    def groups(self) -> Sequence[str]:
        return self.press(link("Grupper"), expect=GroupList).names()

    def create(self, user_name: str, arrangement: Arrangement) -> None:
        """The account is saved first, and then the groups it is a member of."""
        created = self.press(link("Ny konto"), expect=NewAccount).create(user_name, arrangement)
        if arrangement.groups:
            created.press(link("Endre grupper"), expect=Memberships).save(arrangement.groups)

    def arrange(self, user_name: str, arrangement: Arrangement) -> None:
        """What is known of the account is saved first, and then its groups where those change."""
        page = self._there(user_name)
        before = page.entry().groups
        saved = page.change().save(arrangement)
        if before != arrangement.groups:
            saved.press(link("Endre grupper"), expect=Memberships).save(arrangement.groups)

    def set_secret(self, user_name: str, secret: SecretStr) -> None:
        self._there(user_name).set_password().save(secret)

    def disable(self, user_name: str, *, remark: str) -> None:
        self._there(user_name).disable().save(remark)

    def set_aside(self, user_name: str, *, remark: str) -> None:
        """Its memberships end first; moving it hides it."""
        page = self._disabled(user_name)
        if page.entry().groups:
            page = page.change_groups().save(()).press(link("Til kontoen"), expect=AccountPage)
        page.set_aside().save(remark)

    def delete(self, user_name: str) -> None:
        self._disabled(user_name).delete().confirm()

    def _search(self, wanted: Wanted) -> AccountHits:
        return self.submit(AccountToFind.of(wanted), button("Søk"), expect=AccountHits)

    def _page(self, user_name: str) -> AccountPage | None:
        wanted = Wanted(user_name=user_name)
        return self._search(wanted).open(user_name) if _can_be_typed(wanted) else None

    def _there(self, user_name: str) -> AccountPage:
        """The page of an account; raises ConflictInTarget when there is none of that name."""
        page = self._page(user_name)
        if page is None:
            raise ConflictInTarget("The directory has no such account")
        return page

    def _disabled(self, user_name: str) -> AccountPage:
        """The same of a disabled one; raises TargetRejected when it is not."""
        page = self._there(user_name)
        if page.entry().state is AccountState.ACTIVE:
            raise TargetRejected("The account must be disabled first")
        return page


def _can_be_typed(wanted: Wanted) -> bool:
    """No account holds what cannot be typed, and it would be taken for something else."""
    return all(map(is_line, wanted.model_dump().values()))
