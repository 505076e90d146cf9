"""What stands in for the targets on one machine: SOFIE's lays the files of a document where the service looks for them."""

from __future__ import annotations

from collections.abc import Mapping

from common.local.stand_in import StandIn


def stand_in(target: str, environment: Mapping[str, str]) -> StandIn | None:
    """Which program stands in for a target; None for the one of its name."""
    del environment
    if target != "sofie":
        return None
    return StandIn(
        module="sandbox.sofie",
        folders={"ROGER_SOFIE_EXCHANGE": "exchange"},
        said="a desktop program, shown as pixels",
    )
