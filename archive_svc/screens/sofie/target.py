"""SOFIE as a target."""

from __future__ import annotations

from datetime import timedelta

from archive_svc.screens.office import Office
from common.browser.screen import Screen
from common.browser.target import WebTarget
from common.target import SecondLogin

Sofie = WebTarget(
    name="sofie",
    settle=timedelta(seconds=2),
    second_login=SecondLogin.ALLOWED,
    session_timeout=timedelta(minutes=20),
).running(Office)


class SofieScreen(Screen):
    target = Sofie
