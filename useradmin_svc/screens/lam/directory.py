"""LAM's list of users, where every visit to a directory begins."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from pydantic import SecretStr

from common.browser.locator import button, link
from common.errors import TargetRejected
from useradmin_svc.directory.entry import Arrangement, Entry, Sighting
from useradmin_svc.directory.port import Directory, Wanted
from useradmin_svc.screens.lam.account import AccountPage
from useradmin_svc.screens.lam.groups import GroupList, Menu
from useradmin_svc.screens.lam.listed import PENDING_DELETE, UserList
from useradmin_svc.screens.lam.tabs import PersonTab, ShadowTab, UnixTab

_USER_NAME = re.compile(r"[a-z][a-z0-9._-]{0,31}")
_LONGEST = 1000
"""What a field of LAM holds."""
_WILDCARD = re.compile(r"\$_?[a-z]")
"""LAM puts names and addresses in the place of `$firstname` and the like."""


class LamDirectory(UserList, Directory):
    path = "/templates/lists/list.php?type=user&filteruid=%5E-%24"
    """The list with a filter that nobody meets: showing all takes long where there are many, and few visits want it."""
    untouched = (*UserList.untouched, UserList.clear)
    leads_to = ((button("New user"), PersonTab), (link("Accounts"), Menu))

    def find(self, wanted: Wanted) -> list[Sighting]:
        return [one for one in self.only(wanted).sightings() if _is_meant(one, wanted)]

    def everybody(self) -> list[Sighting]:
        return list(self.all().sightings())

    def groups(self) -> Sequence[str]:
        page: GroupList | None = self.press(link("Accounts"), expect=Menu).groups()
        found: list[str] = []
        while page is not None:
            found += page.names()
            page = page.next_page()
        return sorted(found)

    def entry(self, user_name: str) -> Entry | None:
        met = self.only(Wanted(user_name=user_name)).met(user_name)
        if met is None:
            return None
        tab = met.open()
        shown = Entry(
            **met.sighting.model_dump(),
            place=tab.place,
            groups=(),
            manager=tab.manager,
            mail=tab.text(tab.mail) or "",
            hidden=tab.hidden,
            remark=tab.text(tab.remark) or "",
        )
        page = tab.to(UnixTab).to_groups()
        entry = shown.model_copy(update={"groups": page.names})
        page.leave()
        return entry

    def create(self, user_name: str, arrangement: Arrangement) -> None:
        """Made with a password that nobody knows, and locked."""
        _require_possible(arrangement)
        if not _USER_NAME.fullmatch(user_name):
            raise TargetRejected
        page, manager = self._with_name_of(arrangement.manager)
        tab = page.press(button("New user"), expect=PersonTab).set_password(_nobodys())
        unix = _person(tab, arrangement, manager)
        locked = unix.lock(unix.named(user_name, _common_name(arrangement)))
        if locked.text(locked.user_name) != user_name:
            raise TargetRejected  # it is taken: LAM has put the next one that is free
        made: AccountPage = locked.to_groups().only(arrangement.groups) if arrangement.groups else locked
        if arrangement.expires:
            made = made.to(ShadowTab).last_day(arrangement.expires)
        made.save()

    def arrange(self, user_name: str, arrangement: Arrangement) -> None:
        _require_possible(arrangement)
        page, manager = self._with_name_of(arrangement.manager)
        met = page.there(user_name)
        unix = _person(met.open(), arrangement, manager)
        named = unix.named(user_name, _common_name(arrangement))
        arranged: AccountPage = unix.to_groups(named).only(arrangement.groups)
        if arrangement.expires != met.sighting.expires:
            arranged = arranged.to(ShadowTab).last_day(arrangement.expires)
        arranged.save()

    def set_secret(self, user_name: str, secret: SecretStr) -> None:
        """Must be changed: LAM makes the password as old as it may not become, so there must be such an age."""
        tab = self.there(user_name).open().to(ShadowTab).aging()
        tab.set_password(secret, must_change=True).save()

    def disable(self, user_name: str, *, remark: str) -> None:
        _require_plain(remark)
        tab = self.there(user_name).open().set_password(_nobodys())
        tab.to(UnixTab, tab.noted(remark=remark, hidden=tab.hidden)).lock().save()

    def set_aside(self, user_name: str, *, remark: str) -> None:
        _require_plain(remark)
        tab = self.there(user_name, disabled=True).open()
        fields = [tab.place_field(PENDING_DELETE), *tab.noted(remark=remark, hidden=True)]
        tab.to(UnixTab, fields).to_groups().only(()).save()

    def delete(self, user_name: str) -> None:
        self.there(user_name, disabled=True).delete()

    def _with_name_of(self, manager: str) -> tuple[UserList, str]:
        """The list, and the manager's distinguished name; raises TargetRejected for somebody who is not there."""
        if not manager:
            return self, ""
        page = self.only(Wanted(user_name=manager))
        met = page.met(manager)
        if met is None:
            raise TargetRejected
        return page, met.name


def _person(tab: PersonTab, arrangement: Arrangement, manager: str) -> UnixTab:
    """Fill in the person as arranged, and go on to Unix."""
    other = arrangement.manager != tab.manager
    tab, fields = tab.with_units(tab.filled(arrangement), arrangement.units)
    return tab.to_managers(fields).only(manager).to(UnixTab) if other else tab.to(UnixTab, fields)


def _common_name(arrangement: Arrangement) -> str:
    return f"{arrangement.given_name} {arrangement.family_name}".strip()


def _nobodys() -> SecretStr:
    """A password that nobody will know."""
    return SecretStr(secrets.token_urlsafe(24))


def _require_possible(arrangement: Arrangement) -> None:
    texts = arrangement.model_dump(exclude={"hidden", "expires", "units", "groups"}).values()
    for text in (*texts, *arrangement.units, *arrangement.groups):
        _require_plain(text)


def _require_plain(text: str) -> None:
    """Raise TargetRejected for what LAM would not keep as it is."""
    kept = text.isprintable() and text == " ".join(text.split()) and len(text) <= _LONGEST
    if not kept or _WILDCARD.search(text):
        raise TargetRejected


def _is_meant(one: Sighting, wanted: Wanted) -> bool:
    """Whether this is whom the visit means; the list shows more. User names are the same in capitals."""
    asked = {name: value for name, value in wanted.model_dump().items() if value}
    same_name = asked.pop("user_name", one.user_name).casefold() == one.user_name.casefold()
    return same_name and asked.items() <= one.model_dump().items()
