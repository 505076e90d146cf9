"""What stands in for the targets on one machine: SOFIE's lays the files of a document where the service looks for them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from common.errors import ConfigurationError
from common.local.stand_in import StandIn


def stand_in(target: str, environment: Mapping[str, str]) -> StandIn | None:
    """Which program stands in for a target; None for the one of its name.

    Raises ConfigurationError where this machine cannot show a desktop program.
    """
    if target != "sofie":
        return None
    if "ROGER_TARGET_SOFIE_URL" not in environment and (lacking := _lacking()):
        raise ConfigurationError(
            f"SOFIE's stand-in is a desktop program, and this machine lacks what shows it: install {lacking} (on Debian "
            "with apt-get), then try again"
        )
    return StandIn(
        module="sandbox.sofie",
        folders={"ROGER_SOFIE_EXCHANGE": "exchange"},
        said="a desktop program, shown as pixels",
    )


def _lacking() -> str:
    """The packages that are missing; the sandbox knows, as a program of its own."""
    asked = subprocess.run([sys.executable, "-m", "sandbox.sofie.machine"], capture_output=True, text=True, check=False)
    return asked.stderr.strip() if asked.returncode else ""
