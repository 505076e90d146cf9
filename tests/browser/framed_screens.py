"""The screens of the page of frames, and of the windows that it opens."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from common.browser.locator import button, css, heading, label, link, table, text
from common.browser.screen import Form, Screen
from common.browser.target import WebTarget
from common.errors import UnexpectedDialog
from common.target import Account, SecondLogin

Framed = WebTarget(name="framed", settle=timedelta(seconds=1), second_login=SecondLogin.ALLOWED)


class FramedScreen(Screen):
    target = Framed


class WhoForm(Form):
    user: Annotated[str, label("Bruker")]


@Framed.signs_in
class SignIn(FramedScreen):
    path = "/framed/sign-in"
    ready = (heading("Logg inn"), button("Logg inn"))

    def sign_in(self, account: Account) -> None:
        self.submit(WhoForm(user=account.name), button("Logg inn"), expect=Around)


@Framed.interrupts(UnexpectedDialog)
class Message(FramedScreen):
    ready = css("[role=dialog]")


class Around(FramedScreen):
    """The page around the frames."""

    ready = css("frameset")


class Menu(FramedScreen):
    path = "/framed"
    frame = "topp"
    ready = link("Register")


class Content(FramedScreen):
    frame = "innhold"


class NameForm(Form):
    name: Annotated[str, label("Navn")]


class Register(Content):
    ready = (heading("Register"), button("Lagre"))


class Listed(Content):
    ready = heading("Liste")
    found = table("Poster")


class InnerList(FramedScreen):
    """In a frame of a frame."""

    path = "/framed"
    frame = "innerst"
    ready = heading("Liste")
    found = table("Poster")


class InnerRecord(FramedScreen):
    frame = "innerst"
    ready = heading("Post")


class Changed(Content):
    ready = heading("Endret")


class Start(Content):
    ready = heading("Velkommen")


class Home(Start):
    """Where visits begin."""

    path = "/framed"
    back_by = (Menu, link("Hjem"))


class Lost(Start):
    """What is to lead back to it is not there."""

    path = "/framed"
    back_by = (Menu, link("Finnes ikke"))


class Slow(Content):
    ready = heading("Langsom")


class PostbackForm(Form):
    fylke: Annotated[str, label("Fylke")]
    by: Annotated[str, label("By")]


class Postback(Content):
    ready = heading("Postback")


class FieldForm(Form):
    maske: Annotated[str, label("Maske")]
    tastet: Annotated[str, label("Tastet")]
    vanlig: Annotated[str, label("Vanlig")]
    fil: Annotated[Path, label("Fil")]


class Fields(Content):
    ready = heading("Sta")


class Uploaded(Content):
    ready = heading("Lagret")


class Record(Content):
    path = "/framed"
    ready = (heading("Post"), button("Ny"))


class NoSuchFrame(FramedScreen):
    frame = "borte"
    ready = heading("Post")


class RecordForm(Form):
    name: Annotated[str, label("Navn")]
    mask: Annotated[str | None, label("Maske")] = None
    file: Annotated[Path | None, label("Fil")] = None


class NewRecord(FramedScreen):
    window = "Ny post"
    ready = (heading("Ny post"), button("Lagre"))


class SlowToSave(NewRecord):
    """The same, where what is saved may take long."""

    patience = timedelta(seconds=20)


class Refused(NewRecord):
    ready = (heading("Ny post"), text("Kan ikke lagres"))


class Other(FramedScreen):
    ready = heading("Annen")
