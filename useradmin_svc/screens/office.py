"""The web applications of user administration that are signed in to alike: how, what may interrupt, and what its pages share.

A product that no process names: each target of this kind is one that runs it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import SecretStr

from common.browser.locator import button, css, heading, label, text
from common.browser.screen import Form, Row, Screen
from common.browser.target import WebTarget
from common.errors import AccountOut, LoginFailed, NotConfirmed, TargetDown, UnexpectedDialog
from common.target import Account

Office = WebTarget(name="office")


class OfficeScreen(Screen):
    target = Office


class Credentials(Form):
    user: Annotated[str, label("Bruker")]
    password: Annotated[SecretStr, label("Passord")]


@Office.signs_in
class SignIn(OfficeScreen):
    path = "/"
    ready = (heading("Pålogging"), button("Logg på"))
    untouched = (Credentials,)

    def sign_in(self, account: Account) -> None:
        """Sign in; raises AccountOut for a refused password or a locked account, LoginFailed for anything else."""
        credentials = Credentials(user=account.name, password=SecretStr(account.password))
        expected = (SignedIn, WrongPassword, AccountLocked, AlreadySignedIn)
        match self.submit(credentials, button("Logg på"), expect=expected):
            case WrongPassword() | AccountLocked():
                raise AccountOut
            case AlreadySignedIn():
                raise LoginFailed("The account has a session already")
            case _:
                return


class SignedIn(OfficeScreen):
    """Any page of somebody who is signed in."""

    ready = button("Logg av")


class WrongPassword(OfficeScreen):
    ready = text("Feil brukernavn eller passord")


class AccountLocked(OfficeScreen):
    ready = text("Kontoen er sperret")


class AlreadySignedIn(OfficeScreen):
    ready = text("Brukeren er allerede pålogget")


@Office.interrupts(TargetDown)
class ErrorPage(OfficeScreen):
    ready = heading("Systemfeil")


@Office.interrupts(UnexpectedDialog)
class Message(OfficeScreen):
    ready = css("[role=dialog]")


@Office.interrupts(NotConfirmed)
class Gone(OfficeScreen):
    """What was open is not there any more: the next attempt looks it up again."""

    ready = heading("Siden finnes ikke")


def filled(row: Row) -> bool:
    """An empty list is shown as one cell that says so."""
    return len(row) > 1


def pieces(listed: str) -> tuple[str, ...]:
    """What a page lists in one text, `312900114, 311874322`, sorted and each once."""
    return tuple(sorted({piece for each in listed.split(",") if (piece := each.strip()) not in {"", "–"}}))
