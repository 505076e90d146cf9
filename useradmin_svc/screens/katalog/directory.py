"""The page of Katalog where every errand in a directory begins."""

from __future__ import annotations

from common.browser.screen import Screen
from common.browser.target import WebTarget
from useradmin_svc.directory.port import Directory

Katalog = WebTarget(name="katalog")


class KatalogDirectory(Screen, Directory):
    target = Katalog
    path = "/"
