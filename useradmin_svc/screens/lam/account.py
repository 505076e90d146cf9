"""LAM's pages about one account: a tab for the person, one for Unix, one for its last day, each a page of its own.

What is filled in on a tab is noted when one goes to another; nothing of it is in the directory before "Save".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self, TypeVar

from pydantic import SecretStr

from common.browser.form import Field, written
from common.browser.locator import Locator, button, css, text
from common.browser.screen import Press
from common.errors import TargetRejected, UiChanged
from useradmin_svc.screens.lam.distinguished import first_step, steps
from useradmin_svc.screens.lam.target import LamScreen, field

P = TypeVar("P", bound="AccountPage")
T = TypeVar("T", bound="Tab")
_BACK = button("Back to user list")


class AccountPage(LamScreen):
    """What stands above every tab, and the tabs themselves."""

    suffix = field("accountContainerSuffix")
    suffixes = css("#accountContainerSuffix option")

    def set_password(self, secret: SecretStr, *, must_change: bool = False) -> Self:
        """Note a new password, which opens what was locked; with `must_change`, its owner must choose another at once.

        Gives the page as it is then.
        """
        dialog = self.press(button("Set password"), expect=PasswordDialog)
        fields = [Field(name, field(name), written(secret)) for name in ("newPassword1", "newPassword2")]
        fields.append(Field("force", field("lamForcePasswordChange"), written(must_change)))
        noted = dialog.go(fields, Press(field("btn_changePwdOk")), PasswordNoted)
        noted.require_taken()
        return noted.press(css(".swal2-confirm"), expect=type(self))

    def save(self) -> None:
        """Write it all to the directory; raises TargetRejected when LAM or the directory will not have it."""
        came = self.press(button("Save"), expect=(Saved, NotSaved))
        if isinstance(came, NotSaved):
            came.require_taken()
            raise TargetRejected
        came.press(_BACK, expect=LeftAccount)

    def leave(self) -> None:
        """Go back to the list: until then LAM keeps in its session, which each page reads and writes, what was noted."""
        self.press(_BACK, expect=LeftAccount)

    def onwards(self, fields: Sequence[Field], press: Locator, expect: type[P]) -> P:
        """Fill the tab and go on; raises TargetRejected when LAM complains of what stands here."""
        came = self.go(fields, Press(press), (expect, NotTaken))
        came.require_taken()
        if not isinstance(came, expect):
            raise UiChanged("LAM complains of nothing and yet does not go on")
        return came

    def to(self, tab: type[T], fields: Sequence[Field] = ()) -> T:
        """Fill the page and go to a tab."""
        return self.onwards(fields, button(tab.name), tab)

    @property
    def place(self) -> str:
        """The organisational unit that the account lies in, also when that is to change with the save."""
        return first_step(self.text(self.suffix) or "")

    def place_field(self, place: str) -> Field:
        """The field that says where the account is to lie; raises TargetRejected for a place that is not there."""
        there = self.texts(self.suffixes)
        wanted = next((name for name in there if first_step(name) == place and steps(name) == self._depth), None)
        if wanted is None:
            raise TargetRejected
        return Field("place", self.suffix, written(wanted))

    @property
    def _depth(self) -> int:
        """How many steps the name of a place right under that of all people has: one more than the shortest."""
        return min((steps(name) for name in self.texts(self.suffixes)), default=0) + 1


class Tab(AccountPage):
    name: ClassVar[str]
    """As its button has it."""


class NotTaken(AccountPage):
    """The tab again, with what LAM has against it."""

    ready = css(".statusError")


class Saved(LamScreen):
    ready = text("LDAP operation successful")


class LeftAccount(LamScreen):
    """The list again."""

    ready = field("filteruid")


class NotSaved(LamScreen):
    """The tab again: an error of the directory, or something that LAM misses."""

    ready = (css(".lam-status-message"), button("Save"))


class PasswordDialog(LamScreen):
    ready = field("newPassword2")


class PasswordNoted(LamScreen):
    """LAM has noted the password, and says so in a message that lies over the page."""

    ready = (css(".swal2-popup .lam-status-message"), css(".swal2-confirm"))
