"""ESA as a target: a page of frames, with the content beside the archive's tree."""

from __future__ import annotations

from datetime import timedelta

from archive_svc.screens.office import Office
from common.browser.screen import Screen
from common.browser.target import WebTarget
from common.target import SecondLogin

Esa = WebTarget(
    name="esa",
    settle=timedelta(seconds=2),
    second_login=SecondLogin.ALLOWED,
    session_timeout=timedelta(minutes=20),
).running(Office)


class EsaScreen(Screen):
    target = Esa


class Content(EsaScreen):
    """What is shown beside the tree."""

    frame = "innhold"
