"""The payroll system as a target: how one signs in, what may interrupt, and what each of its pages has in common."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import SecretStr

from common.browser.locator import button, css, heading, label, text
from common.browser.screen import Form, Screen
from common.browser.target import WebTarget
from common.errors import AccountOut, LoginFailed, NotConfirmed, TargetDown, UnexpectedDialog
from common.target import Account, SecondLogin

PayrollSystem = WebTarget(
    name="payroll",
    settle=timedelta(seconds=2),
    second_login=SecondLogin.REPLACES,
    session_timeout=timedelta(minutes=20),
)


class PayrollScreen(Screen):
    target = PayrollSystem


class Credentials(Form):
    user: Annotated[str, label("Bruker")]
    password: Annotated[SecretStr, label("Passord")]


@PayrollSystem.signs_in
class SignIn(PayrollScreen):
    path = "/"
    ready = (heading("Pålogging"), button("Logg på"))
    untouched = (Credentials,)

    def sign_in(self, account: Account) -> None:
        """Sign in; raises AccountOut for a refused password or a locked account, LoginFailed for anything else."""
        credentials = Credentials(user=account.name, password=SecretStr(account.password))
        expected = (Home, WrongPassword, AccountLocked, AlreadySignedIn)
        match self.submit(credentials, button("Logg på"), expect=expected):
            case WrongPassword() | AccountLocked():
                raise AccountOut
            case AlreadySignedIn():
                raise LoginFailed("The account has a session already")
            case _:
                return


class Home(PayrollScreen):
    """Where the payroll system leads whoever has signed in."""

    ready = heading("Finn ansatt")


class WrongPassword(PayrollScreen):
    ready = text("Feil brukernavn eller passord")


class AccountLocked(PayrollScreen):
    ready = text("Kontoen er sperret")


class AlreadySignedIn(PayrollScreen):
    ready = text("Brukeren er allerede pålogget")


@PayrollSystem.interrupts(TargetDown)
class ErrorPage(PayrollScreen):
    ready = heading("Systemfeil")


@PayrollSystem.interrupts(UnexpectedDialog)
class Message(PayrollScreen):
    ready = css("[role=dialog]")


@PayrollSystem.interrupts(NotConfirmed)
class Gone(PayrollScreen):
    """What was open is not there any more, a run calculated anew or a form taken back: the next attempt looks it up again."""

    ready = heading("Siden finnes ikke")
