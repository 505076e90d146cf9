"""The screens of the pages that answer late."""

from __future__ import annotations

from typing import Annotated

from framed_screens import FramedScreen
from hard_screens import HardScreen

from common.browser.locator import button, css, heading, label
from common.browser.screen import Form


class Saying(HardScreen):
    """It says that it saves, while the answer is still to come."""

    path = "/late/saying"
    ready = (heading("Teller"), button("Lagre"))
    number = css("#nr")


class Quiet(Saying):
    """It keeps to itself that it is being left."""

    path = "/late/quiet"


class QuietFirst(Saying):
    """The same, before anybody else could hear it."""

    path = "/late/quiet/first"


class Guarded(Saying):
    """Against two clicks it closes its button, and posts a moment later."""

    path = "/late/guarded"


class Price(HardScreen):
    path = "/late/price"
    ready = heading("Pris")


class PriceForm(Form):
    item: Annotated[str, label("Vare")]


class Taken(HardScreen):
    path = "/late/taken"
    ready = heading("Tatt")


class Completed(HardScreen):
    path = "/late/completed"
    ready = heading("Utfylt")


class AddressForm(Form):
    street: Annotated[str, label("Gate")]
    code: Annotated[str, label("Postnummer")]


class Opener(HardScreen):
    path = "/late/opener"
    ready = heading("Post")
    number = css("#nr")


class New(HardScreen):
    window = "Ny"
    ready = (heading("Ny"), button("Lagre"))
    who = css("#hvem")


class Top(FramedScreen):
    path = "/late/frames"
    frame = "topp"
    ready = button("Begge")


class Tree(FramedScreen):
    frame = "tre"
    ready = heading("Tre")
    number = css("#nr")


class Count(FramedScreen):
    path = "/late/frames"
    frame = "innhold"
    ready = (heading("Teller"), button("Lagre"))
    number = css("#nr")


class FramedPrice(FramedScreen):
    path = "/late/frames/price"
    frame = "innhold"
    ready = heading("Pris")


class FramedSaved(FramedScreen):
    frame = "innhold"
    ready = heading("Lagret")
