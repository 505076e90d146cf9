"""The screens of the hard pages, written as a service would write them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from common.browser.locator import button, css, heading, label, link, table, text
from common.browser.screen import Form, Screen
from common.browser.target import WebTarget
from common.errors import AccountOut, TargetDown, UnexpectedDialog
from common.target import Account, SecondLogin

Hard = WebTarget(name="hard", settle=timedelta(seconds=1))
App = WebTarget(name="app", settle=timedelta(seconds=1), second_login=SecondLogin.REFUSED)
Dead = WebTarget(name="dead", settle=timedelta(seconds=1))


class Sex(StrEnum):
    WOMAN = "Kvinne"
    MAN = "Mann"


class HardScreen(Screen):
    target = Hard


@Hard.interrupts(TargetDown)
class Sorry(HardScreen):
    ready = heading("Det oppstod en feil")


@Hard.interrupts(UnexpectedDialog)
class Expiring(HardScreen):
    ready = heading("Økten utløper snart")


class Saved(HardScreen):
    ready = heading("Lagret")


class EverythingForm(Form):
    navn: Annotated[str | None, label("Navn")] = None
    adresse: Annotated[str | None, label("Adresse")] = None
    epost: Annotated[str | None, label("E-post")] = None
    telefon: Annotated[str | None, label("Tele fon")] = None
    sok: Annotated[str | None, label("Skriv her")] = None
    kommune: Annotated[str | None, label("Kommune")] = None
    merknad: Annotated[str | None, label("Merknad")] = None
    kjonn: Annotated[Sex | None, label("Kjønn")] = None
    fodt: Annotated[date | None, label("Født")] = None
    fodt_tekst: Annotated[date | None, label("Født som tekst")] = None
    tid: Annotated[datetime | None, label("Tidspunkt")] = None
    tid_tekst: Annotated[datetime | None, label("Tidspunkt som tekst")] = None
    antall: Annotated[Decimal | None, label("Antall")] = None
    belop: Annotated[Decimal | None, label("Beløp")] = None
    symptomer: Annotated[str | None, label("Symptomer")] = None
    testet: Annotated[str | None, label("Testet før")] = None
    samtykke: Annotated[bool | None, label("Samtykke")] = None
    nyhetsbrev: Annotated[bool | None, label("Nyhetsbrev")] = None
    sprak: Annotated[tuple[str, ...] | None, label("Språk")] = None
    roller: Annotated[tuple[str, ...] | None, label("Roller")] = None
    notat: Annotated[str | None, label("Notat")] = None
    kode: Annotated[str | None, label("Kode")] = None
    uendret: Annotated[str | None, label("Uendret")] = None


class Everything(HardScreen):
    path = "/controls"
    ready = heading("Alle kontroller")


class Travel(HardScreen):
    path = "/conditional"
    ready = heading("Reise")


class TravelForm(Form):
    utland: Annotated[str, label("Vært i utlandet")]
    land: Annotated[str, label("Land")]
    hjem: Annotated[date, label("Hjemkomst")]


class Stubborn(HardScreen):
    path = "/stubborn"
    ready = heading("Sta")


class StubbornForm(Form):
    maske: Annotated[str | None, label("Maske")] = None
    tastet: Annotated[str | None, label("Tastet")] = None
    styrt: Annotated[str | None, label("Styrt")] = None
    tillit: Annotated[str | None, label("Tillit")] = None
    vanlig: Annotated[str | None, label("Vanlig")] = None


class Forgetful(HardScreen):
    path = "/forgetful"
    ready = heading("Glemsk")


class ForgetfulForm(Form):
    glemsk: Annotated[str, label("Glemsk felt")]


class NeverEnabled(HardScreen):
    path = "/never-enabled"
    ready = heading("Avvist")


class OneField(Form):
    felt: Annotated[str, label("Felt")]


class Register(HardScreen):
    path = "/again"
    ready = (heading("Register"), button("Lagre"))
    number = css("#nr")
    name = css("#navn")


class NameForm(Form):
    navn: Annotated[str, label("Navn")]


class Search(HardScreen):
    path = "/reactive"
    ready = heading("Søk")
    hits = table("Treff")


class Late(HardScreen):
    path = "/late"
    ready = heading("Sen")


class LateForm(Form):
    sent: Annotated[str, label("Sent felt")]


class LateButton(HardScreen):
    path = "/late-button"
    ready = heading("Sen")


class Upload(HardScreen):
    path = "/upload"
    ready = heading("Last opp")


class UploadForm(Form):
    vedlegg: Annotated[Path, label("Vedlegg")]
    tittel: Annotated[str, label("Tittel")]


class Postback(HardScreen):
    path = "/postback"
    ready = heading("Postback")


class PostbackForm(Form):
    navn: Annotated[str, label("Navn")]
    fylke: Annotated[str, label("Fylke")]
    by: Annotated[str, label("By")]


class Popups(HardScreen):
    path = "/popups"
    ready = heading("Vinduer")


class Other(HardScreen):
    path = "/other"
    ready = heading("Annen")


class Jump(HardScreen):
    path = "/jump"
    ready = heading("Annen")


class Persons(HardScreen):
    path = "/tables"
    ready = heading("Personer")
    hits = table("Treff")
    none = text("Ingen andre treff")


class Choices(HardScreen):
    path = "/choices"
    ready = heading("Valg")
    units = css("[name=enhet] option")
    groups = css("[name=grupper] option")
    unseen = css("select[hidden] option")


class LastDay(Form):
    day: Annotated[date | None, label("Siste dag")] = None
    time: Annotated[datetime | None, label("Tid")] = None
    locked: Annotated[date | None, label("Låst")] = None


class Calendar(HardScreen):
    path = "/calendar"
    ready = heading("Kalender")


class Person(HardScreen):
    ready = heading("Person")


class Broken(HardScreen):
    path = "/broken"
    ready = heading("Virker")


class Unfortunate(HardScreen):
    path = "/sorry"
    ready = heading("Virker")


class NeverReady(HardScreen):
    path = "/never-ready"
    ready = (heading("Noe annet"), button("Finnes ikke"))


class Slow(HardScreen):
    path = "/slow"
    ready = heading("Langsom")


class Unreachable(Screen):
    target = Dead
    path = "/"
    ready = heading("Virker")


class AppScreen(Screen):
    target = App


class Credentials(Form):
    user: Annotated[str, label("Bruker")]
    password: Annotated[str, label("Passord")]


class Menu(AppScreen):
    path = "/app/menu"
    ready = heading("Meny")
    who = css("#hvem")


class Refused(AppScreen):
    ready = (heading("Logg inn"), text("Feil brukernavn eller passord"))


@App.signs_in
class SignIn(AppScreen):
    path = "/app/login"
    ready = (heading("Logg inn"), button("Logg inn"))

    def sign_in(self, account: Account) -> None:
        credentials = Credentials(user=account.name, password=account.password)
        if isinstance(self.submit(credentials, button("Logg inn"), (Menu, Refused)), Refused):
            raise AccountOut


@App.signs_out
class SignOut(AppScreen):
    path = "/app/logout"
    ready = heading("Du er logget ut")

    def sign_out(self) -> None:
        """Being here is enough."""


class AppForm(AppScreen):
    path = "/app/form"
    ready = heading("Skjema")


class Done(AppScreen):
    ready = heading("Ferdig")


SAVE = button("Lagre")
OPEN = link("Åpne")
