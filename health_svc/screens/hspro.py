"""HsPro's pages up to a person's journals: where they are, how to know them, what can be done there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, SecretStr

from common.browser.locator import button, css, heading, label, link, table, text
from common.browser.screen import Form, Row
from common.errors import AccountOut, FieldNotTaken, LoginFailed, TargetDown, UnexpectedDialog
from common.person import PersonFacts, facts
from common.target import Account
from health_svc.screens.hspro_target import HsPro, HsProScreen
from health_svc.screens.hspro_vaccination import Vaccinations


class Credentials(Form):
    user: Annotated[str, label("Brukernavn")]
    password: Annotated[SecretStr, label("Passord")]


@HsPro.signs_in
class SignIn(HsProScreen):
    path = "/"
    ready = (heading("Logg inn"), button("Logg inn"))
    untouched = (Credentials,)

    def sign_in(self, account: Account) -> None:
        """Sign in; raises AccountOut for a refused password or a locked account, LoginFailed for anything else."""
        credentials = Credentials(user=account.name, password=SecretStr(account.password))
        expected = (PersonSearch, WrongPassword, AccountLocked, AlreadySignedIn)
        match self.submit(credentials, button("Logg inn"), expect=expected):
            case WrongPassword() | AccountLocked():
                raise AccountOut
            case AlreadySignedIn():
                raise LoginFailed("The account has a session already")
            case _:
                return


class WrongPassword(HsProScreen):
    ready = text("Feil brukernavn eller passord")


class AccountLocked(HsProScreen):
    ready = text("Kontoen er sperret")


class AlreadySignedIn(HsProScreen):
    ready = text("Brukeren er allerede pålogget")


@HsPro.interrupts(TargetDown)
class ErrorPage(HsProScreen):
    ready = heading("Det oppstod en feil")


@HsPro.interrupts(UnexpectedDialog)
class Message(HsProScreen):
    ready = css("[role=dialog]")


class NumberToFind(Form):
    number: Annotated[str, label("Fødselsnummer")]


@HsPro.looked_at
class PersonSearch(HsProScreen):
    path = "/personer"
    ready = (heading("Personsøk"), label("Fødselsnummer"))
    untouched = (NumberToFind, button("Søk"))

    def search(self, number: str) -> Hits:
        """Look a person up by national id or D-number, former ones included."""
        return self.submit(NumberToFind(number=number), button("Søk"), expect=Hits)


class Hits(HsProScreen):
    """What the search gave: a table of persons, or "Ingen treff"."""

    ready = heading("Søkeresultat")
    none = text("Ingen treff")
    persons_found = table("Treff")

    def persons(self) -> list[PersonFacts]:
        return [] if self.shows(self.none) else [_facts(row) for row in self.rows(self.persons_found)]

    def card(self) -> PersonCard:
        """Open the card of the only hit."""
        (row,) = self.rows(self.persons_found)
        return row.press(link("Åpne"), expect=PersonCard)

    def from_register(self) -> RegisterEntry | NotInRegister:
        """Ask the population register; the answer may be that it does not know the person either."""
        return self.press(button("Hent fra folkeregisteret"), expect=(NotInRegister, RegisterEntry))


class NotInRegister(HsProScreen):
    ready = text("Finnes ikke i folkeregisteret")


class RegisterEntry(HsProScreen):
    ready = (heading("Folkeregisteret"), button("Registrer person"))

    def person(self) -> PersonFacts:
        return _facts(self.terms())

    def register(self) -> PersonCard:
        """Make the person known in HsPro."""
        return self.press(button("Registrer person"), expect=PersonCard)


class JournalEntry(BaseModel, frozen=True):
    """A line of the journal list; its content is none of the robot's business."""

    number: str
    type: str
    state: str


class PersonCard(HsProScreen):
    ready = (heading("Personkort"), table("Journaler"))
    journal_list = table("Journaler")

    def journals(self) -> list[JournalEntry]:
        rows = self.rows(self.journal_list)
        # An empty list is shown as one cell that says so.
        listed = [row for row in rows if "Type" in row]
        return [JournalEntry(number=row["Journalnr"], type=row["Type"], state=row["Status"]) for row in listed]

    def new_journal(self) -> NewJournal:
        return self.press(link("Ny journal"), expect=NewJournal)

    def vaccinations(self) -> Vaccinations:
        return self.press(link("Vaksinasjoner"), expect=Vaccinations)


class JournalForm(Form):
    """The new-journal form. Fields after the reason appear when the reason is a test; None leaves a field alone."""

    type: Annotated[str, label("Journaltype")]
    unit: Annotated[str, label("Enhet")]
    opened: Annotated[date, label("Åpnet dato")]
    reason: Annotated[str, label("Årsak")]
    test_site: Annotated[str | None, label("Teststed")] = None
    test_type: Annotated[str | None, label("Testtype")] = None
    test_time: Annotated[datetime | None, label("Prøvetidspunkt")] = None
    phone: Annotated[str | None, label("Telefon")] = None
    address: Annotated[str | None, label("Adresse")] = None
    postal_code: Annotated[str | None, label("Postnummer")] = None
    contact: Annotated[str, label("Kontaktform")]
    interpreter: Annotated[bool, label("Behov for tolk")] = False
    consent: Annotated[bool, label("Informert samtykke")] = True
    source: Annotated[str | None, label("Kilde")] = None
    remark: Annotated[str | None, label("Merknad")] = None


class NewJournal(HsProScreen):
    ready = (heading("Ny journal"), button("Lagre"))

    def fill_in(self, form: JournalForm) -> ConfirmJournal:
        return self.submit(form, button("Lagre"), expect=ConfirmJournal)


class ConfirmJournal(HsProScreen):
    ready = (heading("Kontroller og bekreft"), button("Bekreft"))

    def confirm(self, form: JournalForm) -> Journal:
        """Confirm, if HsPro has understood every field as it was meant; raises FieldNotTaken otherwise."""
        shown = self.terms()
        for field in form.fields():
            if " ".join(shown.get(field.at.value, "").split()) != _as_shown(field.text, on=field.value.get("on")):
                raise FieldNotTaken(f"HsPro understood {field.at.value} otherwise than it was filled in")
        return self.press(button("Bekreft"), expect=Journal)


class Journal(HsProScreen):
    ready = (heading("Journal"), link("Til personkortet"))

    def card(self) -> PersonCard:
        return self.press(link("Til personkortet"), expect=PersonCard)


def _as_shown(typed: str, *, on: bool | None) -> str:
    # A page shows runs of blanks as one.
    return " ".join(typed.split()) if on is None else "Ja" if on else "Nei"


def _facts(shown: Row | dict[str, str]) -> PersonFacts:
    return facts(shown["Navn"], shown["Fødselsnummer"], shown["Status"], shown["Merknad"])
