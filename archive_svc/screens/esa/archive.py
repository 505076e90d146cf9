"""The page of ESA where every visit begins."""

from __future__ import annotations

from archive_svc.esa.port import Archive
from archive_svc.screens.esa.target import EsaScreen
from common.browser.locator import css


class EsaArchive(EsaScreen, Archive):
    """ESA is signed in to, and interrupted, as the office's other applications."""

    path = "/esa"
    ready = css("frameset")
