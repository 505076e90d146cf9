"""ESA's menu, in a frame of its own above the content."""

from __future__ import annotations

from archive_svc.screens.esa.overviews import BacklogSearch
from archive_svc.screens.esa.post import PostSearch
from archive_svc.screens.esa.target import Esa, EsaScreen
from common.browser.locator import link


@Esa.looked_at
class Menu(EsaScreen):
    path = "/esa"
    frame = "topp"
    ready = (link("Søk saksmappe"), link("Søk journalpost"), link("Restanser"), link("Saksbehandlere"))
    leads_to = ((link("Søk journalpost"), PostSearch), (link("Restanser"), BacklogSearch))
