"""Where a run goes to a network's directory: the targets, and which product's screens show them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import cast

from common.browser.target import WebTarget
from common.process import Run
from common.settings import load
from common.target import SecondLogin
from useradmin_svc.directory.entry import Network
from useradmin_svc.directory.port import Directory
from useradmin_svc.directory.settings import DirectorySettings, Product
from useradmin_svc.screens.katalog.directory import KatalogDirectory
from useradmin_svc.screens.lam.directory import LamDirectory

TkNett = WebTarget(
    name="tknett",
    settle=timedelta(seconds=2),
    second_login=SecondLogin.ALLOWED,
    session_timeout=timedelta(minutes=20),
)
Elevnett = WebTarget(
    name="elevnett",
    settle=timedelta(seconds=2),
    second_login=SecondLogin.ALLOWED,
    session_timeout=timedelta(minutes=20),
)

_TARGETS = {Network.TK: TkNett, Network.ELEV: Elevnett}


def directory(run: Run, network: Network) -> Directory:
    """The directory of a network, at the page where each visit begins; open it anew for the next."""
    return run.open(directory_screen(network))


def directory_screen(network: Network) -> type[Directory]:
    """The page where visits begin, of the product that the deployment names for the network."""
    target = _TARGETS[network]
    match load(DirectorySettings).product(network):
        case Product.LAM:
            return cast("type[Directory]", LamDirectory.at(target))
        case Product.KATALOG:
            return cast("type[Directory]", KatalogDirectory.at(target))


for _network, _target in _TARGETS.items():
    _target.looks_at(partial(directory_screen, _network))
