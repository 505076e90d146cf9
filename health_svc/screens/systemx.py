"""SystemX's pages for patients and billing cards: where they are, how to know them, what can be done there."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, SecretStr

from common.browser.locator import button, css, heading, label, link, table, text
from common.browser.screen import Form, Row, Screen
from common.browser.target import WebTarget
from common.errors import (
    AccountOut,
    FieldNotTaken,
    LoginFailed,
    TargetDown,
    TargetRejected,
    UiChanged,
    UnexpectedDialog,
)
from common.norway.money import ore
from common.person import PersonFacts, facts
from common.target import Account, SecondLogin

SystemX = WebTarget(
    name="systemx",
    settle=timedelta(seconds=2),
    second_login=SecondLogin.REPLACES,
    session_timeout=timedelta(minutes=20),
)
MOST_LINES = 6
"""How many tariff lines the form of a card has."""


class SystemXScreen(Screen):
    target = SystemX


class Credentials(Form):
    user: Annotated[str, label("Bruker-ID")]
    password: Annotated[SecretStr, label("Passord")]


@SystemX.signs_in
class SignIn(SystemXScreen):
    path = "/"
    ready = (heading("Pålogging"), button("Logg på"))
    untouched = (Credentials,)

    def sign_in(self, account: Account) -> None:
        """Sign in; raises AccountOut for a refused password or a locked account, LoginFailed for anything else."""
        credentials = Credentials(user=account.name, password=SecretStr(account.password))
        expected = (PatientSearch, WrongPassword, AccountLocked, AlreadySignedIn)
        match self.submit(credentials, button("Logg på"), expect=expected):
            case WrongPassword() | AccountLocked():
                raise AccountOut
            case AlreadySignedIn():
                raise LoginFailed("The account has a session already")
            case _:
                return


class WrongPassword(SystemXScreen):
    ready = text("Feil brukernavn eller passord")


class AccountLocked(SystemXScreen):
    ready = text("Kontoen er sperret")


class AlreadySignedIn(SystemXScreen):
    ready = text("Brukeren er allerede pålogget")


@SystemX.interrupts(TargetDown)
class ErrorPage(SystemXScreen):
    ready = heading("Systemfeil")


@SystemX.interrupts(UnexpectedDialog)
class Message(SystemXScreen):
    ready = css("[role=dialog]")


class NumberToFind(Form):
    number: Annotated[str, label("Fødselsnr.")]


@SystemX.looked_at
class PatientSearch(SystemXScreen):
    path = "/pasienter"
    ready = (heading("Finn pasient"), label("Fødselsnr."))
    untouched = (NumberToFind, button("Finn"))

    def search(self, number: str) -> PatientList:
        """Look a patient up by national id or D-number, former ones included."""
        return self.submit(NumberToFind(number=number), button("Finn"), expect=PatientList)


class PatientList(SystemXScreen):
    """What the search gave: a table of patients, or "Ingen pasient funnet"."""

    ready = heading("Pasientliste")
    none = text("Ingen pasient funnet")
    patients_found = table("Pasienter")

    def patients(self) -> list[PersonFacts]:
        return [] if self.shows(self.none) else [_facts(row) for row in self.rows(self.patients_found)]

    def file(self) -> PatientFile:
        """Open the file of the only hit."""
        (row,) = self.rows(self.patients_found)
        return row.press(link("Velg"), expect=PatientFile)

    def from_register(self) -> RegisterEntry | NotInRegister:
        """Ask the population register; the answer may be that it does not know the person either."""
        return self.press(button("Søk i Folkeregisteret"), expect=(NotInRegister, RegisterEntry))


class NotInRegister(SystemXScreen):
    ready = text("Finnes ikke i folkeregisteret")


class RegisterEntry(SystemXScreen):
    ready = (heading("Folkeregisteret"), button("Opprett pasient"))

    def person(self) -> PersonFacts:
        return _facts(self.terms())

    def register(self) -> PatientFile:
        """Make the person a patient in SystemX."""
        return self.press(button("Opprett pasient"), expect=PatientFile)


class CardEntry(BaseModel, frozen=True):
    """A line of the list of cards; amounts in øre."""

    number: int
    day: date
    refund: int
    share: int
    note: str

    def __repr__(self) -> str:
        return f"CardEntry({self.number})"


class PatientFile(SystemXScreen):
    ready = (heading("Pasient"), table("Regningskort"))
    card_list = table("Regningskort")

    def cards(self, day: date) -> list[CardEntry]:
        """The cards of one day, whoever made them and whatever became of them."""
        entries = [_card(row) for row in self._cards()]
        return [entry for entry in entries if entry.day == day]

    def tariffs_of_year(self, year: int) -> Counter[str]:
        """How often each tariff stands on the cards of one calendar year, whatever became of them."""
        standing: Counter[str] = Counter()
        for row in self._cards():
            if _day(row).year == year:
                for code, count in _lines(row["Takster"]):
                    standing[code] += count
        return standing

    def _cards(self) -> list[Row]:
        # An empty list is shown as one cell that says so.
        return [row for row in self.rows(self.card_list) if row["Regningsnr."].isdecimal()]

    def new_card(self) -> NewCard:
        return self.press(link("Nytt regningskort"), expect=NewCard)


class CardForm(Form):
    """The form of a billing card; None leaves a field alone."""

    at: Annotated[datetime, label("Dato og klokkeslett")]
    practice: Annotated[str, label("Praksis-ID")]
    practice_kind: Annotated[str, label("Praksistype")]
    practitioner: Annotated[str, label("Behandler (HPR-nr.)")]
    delegated_by: Annotated[str | None, label("Delegert av (HPR-nr.)")] = None
    diagnosis: Annotated[str, label("Diagnose")]
    code_system: Annotated[str, label("Kodeverk")]
    code1: Annotated[str, label("Takst 1")]
    count1: Annotated[int, label("Antall 1")]
    code2: Annotated[str | None, label("Takst 2")] = None
    count2: Annotated[int | None, label("Antall 2")] = None
    code3: Annotated[str | None, label("Takst 3")] = None
    count3: Annotated[int | None, label("Antall 3")] = None
    code4: Annotated[str | None, label("Takst 4")] = None
    count4: Annotated[int | None, label("Antall 4")] = None
    code5: Annotated[str | None, label("Takst 5")] = None
    count5: Annotated[int | None, label("Antall 5")] = None
    code6: Annotated[str | None, label("Takst 6")] = None
    count6: Annotated[int | None, label("Antall 6")] = None
    exemption: Annotated[str, label("Fritak egenandel")]
    share: Annotated[Decimal, label("Egenandel (kr)")] = Decimal("0.00")
    debtor: Annotated[str, label("Debitor")]
    note: Annotated[str | None, label("Internt notat")] = None


class NewCard(SystemXScreen):
    ready = (heading("Nytt regningskort"), button("Kontroller"))

    def fill_in(self, form: CardForm) -> CheckedCard:
        """Hand the card in for checking; raises TargetRejected when SystemX will not have it."""
        page = self.submit(form, button("Kontroller"), expect=(CheckedCard, RefusedCard))
        if isinstance(page, RefusedCard):
            raise TargetRejected
        return page


class RefusedCard(SystemXScreen):
    ready = text("Kortet kan ikke lages ennå")


class CheckedCard(SystemXScreen):
    """What SystemX has made of the form, before it is saved; amounts in øre."""

    ready = (heading("Kontroller kort"), button("Lagre kort"), table("Takstlinjer"))
    tariff_lines = table("Takstlinjer")

    def require_as_filled(self, form: CardForm) -> None:
        """Raises FieldNotTaken if SystemX has understood a field otherwise than it was meant."""
        shown = self.terms()
        for field in form.fields():
            if field.at.value in shown and _plain(shown[field.at.value]) != _plain(field.text):
                raise FieldNotTaken(f"SystemX understood {field.at.value} otherwise than it was filled in")

    def lines(self) -> dict[str, int]:
        """How often each tariff stands on the card."""
        return {row["Takst"]: int(row["Antall"]) for row in self.rows(self.tariff_lines)}

    def refund(self) -> int:
        return ore(self.terms()["Sum refusjon"])

    def share(self) -> int:
        return ore(self.terms()["Egenandel"])

    def save(self) -> SavedCard:
        return self.press(button("Lagre kort"), expect=SavedCard)


class SavedCard(SystemXScreen):
    ready = (heading("Regningskort"), link("Til pasienten"))

    def patient(self) -> PatientFile:
        return self.press(link("Til pasienten"), expect=PatientFile)


def _facts(shown: Row | dict[str, str]) -> PersonFacts:
    return facts(shown["Navn"], shown["Fødselsnr."], shown["Status"], shown["Merknad"])


def _card(row: Row) -> CardEntry:
    return CardEntry(
        number=int(row["Regningsnr."]),
        day=_day(row),
        refund=ore(row["Refusjon"]),
        share=ore(row["Egenandel"]),
        note=row["Notat"],
    )


def _day(row: Row) -> date:
    day, month, year = row["Dato"].partition(" ")[0].split(".")
    return date(int(year), int(month), int(day))


def _plain(text: str) -> str:
    """As a page shows it: runs of blanks, and ends of lines, as one blank."""
    return " ".join(text.split())


def _lines(shown: str) -> list[tuple[str, int]]:
    """Tariffs and counts of `SYN-T1 × 1, SYN-T2 × 3`; raises UiChanged for what is told otherwise."""
    found = [line.partition(" × ") for line in shown.split(", ") if line]
    if not all(code and count.isdecimal() for code, _, count in found):
        raise UiChanged("The tariffs of a card are shown in another form than `code × count`")
    return [(code, int(count)) for code, _, count in found]
