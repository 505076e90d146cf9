"""LAM's list of users: filtering it, reading on from page to page, and what a row says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from common.browser.dates import day_or_none
from common.browser.locator import css, heading, link, table
from common.browser.screen import Form, Row
from common.errors import ConflictInTarget, TargetRejected, UiChanged
from useradmin_svc.directory.entry import AccountState, Sighting
from useradmin_svc.directory.port import Wanted
from useradmin_svc.screens.lam.deletion import ConfirmDeletion
from useradmin_svc.screens.lam.distinguished import place_of
from useradmin_svc.screens.lam.tabs import PersonTab
from useradmin_svc.screens.lam.target import ListPage, field

PENDING_DELETE = "Slettes"
"""Where accounts lie that wait to be deleted."""
_USABLE = {"unlocked": True, "expired": True, "partiallyLocked": False, "locked": False}
"""What the picture of a status says of the lock; that the last day is over is another matter."""
HEAD_ROWS = 2
"""A list's first rows are what it can be sorted and filtered by."""
_NOT_AS_IT_IS = re.compile(r"(?:[^\w -]|_)+")


class Filter(Form):
    """What a list is to show; "" lets everything through."""

    user_name: Annotated[str, field("filteruid")]
    family_name: Annotated[str, field("filtersn")]
    given_name: Annotated[str, field("filtergivenname")]
    employee_no: Annotated[str, field("filteremployeenumber")]
    person_key: Annotated[str, field("filtercarlicense")]

    @classmethod
    def of(cls, wanted: Wanted) -> Filter:
        """A filter that lets everything through which may be meant."""
        return cls.model_validate({name: _whole(value) for name, value in wanted.model_dump().items()})


def _whole(value: str) -> str:
    """An expression that this value meets: only letters, digits and blanks mean themselves in it."""
    return f"^{_NOT_AS_IT_IS.sub('*', value)}$" if value else ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list, and what it says."""

    row: Row
    sighting: Sighting

    @property
    def name(self) -> str:
        """The account's distinguished name."""
        return self.row["DN"]

    def open(self) -> PersonTab:
        """Go to the account's pages."""
        return self.row.press(link("Edit"), expect=PersonTab)

    def delete(self) -> None:
        """Remove the account for good; raises TargetRejected when the directory will not."""
        self.row.press(link("Delete"), expect=ConfirmDeletion).confirm()


class UserList(ListPage):
    ready = (heading("Users"), css("#filteruid"))
    untouched = (Filter, css("#btn_apply_filter"))
    clear = css("#btn_clear_filter")

    def only(self, wanted: Wanted) -> UserList:
        """Let the list show whom this may mean."""
        found = self.submit(Filter.of(wanted), css("#btn_apply_filter"), expect=UserList)
        found.require_taken()
        return found

    def all(self) -> UserList:
        """Let the list show everybody."""
        found = self.press(self.clear, expect=UserList) if self.shows(self.clear) else self
        found.require_taken()
        return found

    def shown(self) -> list[Listed]:
        """Whom this page of the list shows."""
        return [Listed(row, _sighting(row)) for row in self.rows(table("Users"))[HEAD_ROWS:]]

    def met(self, user_name: str) -> Listed | None:
        """The account of this name, where this page of the list shows it."""
        return next((one for one in self.shown() if one.sighting.user_name.casefold() == user_name.casefold()), None)

    def there(self, user_name: str, *, disabled: bool = False) -> Listed:
        """An account that must be there, and disabled where that is asked for.

        Raises ConflictInTarget when it is not there, TargetRejected when it is not disabled.
        """
        met = self.only(Wanted(user_name=user_name)).met(user_name)
        if met is None:
            raise ConflictInTarget
        if disabled and met.sighting.state is AccountState.ACTIVE:
            raise TargetRejected
        return met

    def sightings(self) -> Iterator[Sighting]:
        """Whom the list shows, from this page to its last."""
        page: UserList | None = self
        while page is not None:
            yield from (one.sighting for one in page.shown())
            page = page.next_page()


def _sighting(row: Row) -> Sighting:
    try:
        usable, place = _USABLE[row["Account status"]], place_of(row["DN"])
        return Sighting(
            user_name=row["User name"],
            family_name=row["Last name"],
            given_name=row["First name"],
            employee_no=row["Employee number"],
            person_key=row["Person key"],
            units=tuple(filter(None, row["Departments"].split("; "))),
            expires=day_or_none(row["Account expiration date"]),
            state=_state(place, usable=usable),
        )
    except KeyError:
        raise UiChanged("LAM's list of users lacks a column that the robot reads, or shows an unknown status") from None


def _state(place: str, *, usable: bool) -> AccountState:
    if usable:
        return AccountState.ACTIVE
    return AccountState.PENDING_DELETE if place == PENDING_DELETE else AccountState.DISABLED
