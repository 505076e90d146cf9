"""HsPro as a target: how it behaves towards whoever is signed in, and what each of its pages has in common."""

from __future__ import annotations

from datetime import timedelta

from common.browser.screen import Screen
from common.browser.target import WebTarget
from common.target import SecondLogin

HsPro = WebTarget(
    name="hspro",
    settle=timedelta(seconds=2),
    second_login=SecondLogin.REPLACES,
    session_timeout=timedelta(minutes=20),
)


class HsProScreen(Screen):
    target = HsPro
