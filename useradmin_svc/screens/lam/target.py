"""LDAP Account Manager (LAM 8): how one signs in, what may interrupt, and what each of its pages has in common.

A product that no process names: a network's directory is a target that runs it.
"""

from __future__ import annotations

from typing import Annotated, Self, TypeVar

from pydantic import SecretStr

from common.browser.locator import Locator, button, css, heading, link, text
from common.browser.screen import Form, Screen
from common.browser.target import WebTarget
from common.errors import AccountOut, LoginFailed, TargetDown, TargetRejected
from common.target import Account

Lam = WebTarget(name="lam")

_AWAY = ("Can't contact LDAP server", "Cannot connect to specified LDAP server")
"""What LAM says when its directory does not answer."""


def field(name: str) -> Locator:
    """A control by its name: what LAM writes beside it is not tied to it."""
    return css(f"#{name}")


class LamScreen(Screen):
    target = Lam
    error = css(".statusError")

    def require_taken(self) -> None:
        """Raise what LAM's complaint means: TargetDown when its directory does not answer, else TargetRejected."""
        if (said := self.text(self.error)) is not None:
            raise (
                TargetDown("LAM cannot reach its directory")
                if any(words in said for words in _AWAY)
                else TargetRejected
            )


L = TypeVar("L", bound="ListPage")


class ListPage(LamScreen):
    """A page of a list of entries."""

    here = field("listNavPage")

    def next_page(self) -> Self | None:
        """The next page of the list; None on its last."""
        here = self.text(self.here)
        after = link(str(int(here) + 1)) if here else None
        return self.press(after, expect=type(self)) if after and self.shows(after) else None


class Credentials(Form):
    user: Annotated[str, field("username")]
    password: Annotated[SecretStr, field("passwd")]


class ListSettings(Form):
    """How much LAM's lists show; LAM keeps it in the browser."""

    rows: Annotated[str, css(".swal2-popup #L_SIZE")] = "1000"
    status: Annotated[bool, css(".swal2-popup #LU_AS")] = True


@Lam.signs_in
class SignIn(LamScreen):
    path = "/templates/login.php"
    ready = (field("passwd"), button("Login"))
    untouched = (Credentials,)

    def sign_in(self, account: Account) -> None:
        """Sign in and let the lists show what the robot reads; raises AccountOut for a refused password."""
        credentials = Credentials(user=account.name, password=SecretStr(account.password))
        match self.submit(credentials, button("Login"), expect=(Home, WrongPassword, UnknownUser, NotSignedIn)):
            case Home() as home:
                home.show_all()
            case WrongPassword() | UnknownUser():
                raise AccountOut
            case refused:
                refused.require_taken()
                raise LoginFailed


class Home(LamScreen):
    """Where LAM leads whoever has signed in: the list of users."""

    ready = (heading("Users"), css("#filteruid"))
    status = css("td[data-label='Account status']")

    def show_all(self) -> None:
        """Let lists show many rows at once, and whether an account is locked."""
        if not self.shows(self.status):
            settings = self.press(css("a[title='Change settings']"), expect=Settings)
            settings.submit(ListSettings(), button("Ok"), expect=HomeWithStatus)


class Settings(LamScreen):
    ready = css(".swal2-popup #LU_AS")


class HomeWithStatus(LamScreen):
    ready = (css("#filteruid"), css("td[data-label='Account status']"))


class WrongPassword(LamScreen):
    ready = text("Wrong password/user name combination")


class UnknownUser(LamScreen):
    ready = text("Unable to find the user name")


class NotSignedIn(LamScreen):
    """Anything else that LAM has against a sign-in, such as a directory that does not answer."""

    ready = css(".statusError")
