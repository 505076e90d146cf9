"""The page of Lam where every errand in a directory begins."""

from __future__ import annotations

from common.browser.screen import Screen
from common.browser.target import WebTarget
from useradmin_svc.directory.port import Directory

Lam = WebTarget(name="lam")


class LamDirectory(Screen, Directory):
    target = Lam
    path = "/"
