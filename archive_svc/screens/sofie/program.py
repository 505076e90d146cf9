"""The program behind the canvas, at the window where every visit begins."""

from __future__ import annotations

from archive_svc.screens.sofie.target import SofieScreen
from archive_svc.sofie.port import Sofie
from common.browser.locator import css


class SofieProgram(SofieScreen, Sofie):
    """What a run opens to work in SOFIE."""

    path = "/okt"
    ready = css("canvas")
