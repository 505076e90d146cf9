"""SOFIE as a target, and what may come in place of any of its windows."""

from __future__ import annotations

from datetime import timedelta

from archive_svc.screens.office import Office
from common.browser.canvas.screen import CanvasScreen
from common.browser.locator import button, heading
from common.browser.screen import Screen
from common.browser.target import WebTarget
from common.errors import TargetDown, UnexpectedDialog
from common.target import SecondLogin

Sofie = WebTarget(
    name="sofie",
    settle=timedelta(seconds=2),
    second_login=SecondLogin.ALLOWED,
    session_timeout=timedelta(minutes=20),
).running(Office)


class SofieScreen(CanvasScreen):
    target = Sofie


@Sofie.interrupts(UnexpectedDialog)
class MessageBox(SofieScreen):
    """Whatever the program has to say, until somebody has read it."""

    ready = (heading("Melding"), button("OK"))


@Sofie.interrupts(TargetDown)
class Broken(Screen):
    """The page beside the program: the connection to it has ended."""

    target = Sofie
    ready = heading("Forbindelsen er brutt")
