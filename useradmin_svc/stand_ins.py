"""What stands in for the targets on one machine: a real directory where there is one to start, a small one otherwise."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from common.local.stand_in import StandIn
from useradmin_svc.directory.settings import Product

_SAID = {Product.LAM: "OpenLDAP with LDAP Account Manager", Product.KATALOG: "Katalog"}


def stand_in(target: str, environment: Mapping[str, str]) -> StandIn | None:
    """Which program stands in for a target; None for the one of its name.

    `ROGER_DIRECTORY_TKNETT` and `…_ELEVNETT` choose; what is not chosen is a real directory where the machine has one.
    """
    setting = f"ROGER_DIRECTORY_{target.upper()}"
    if target not in {"tknett", "elevnett"}:
        return None
    product = Product(environment.get(setting) or (Product.LAM if has_lam() else Product.KATALOG))
    return StandIn(
        module="sandbox.lam" if product is Product.LAM else "sandbox.directory",
        options=("--network", target),
        console_apart=product is Product.LAM,
        settings={setting: product.value},
        said=_SAID[product],
    )


def has_lam() -> bool:
    """Whether this machine has OpenLDAP and LAM; the sandbox knows, as a program of its own."""
    return (
        subprocess.run([sys.executable, "-m", "sandbox.lam.machine"], capture_output=True, check=False).returncode == 0
    )
