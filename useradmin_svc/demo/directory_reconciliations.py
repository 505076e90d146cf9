"""The week's comparison of both directories with all orders, when all else is done."""

from __future__ import annotations

from collections import Counter

from common.local.day import Flow, Situation
from useradmin_svc.demo.town import HALL, Town

REPORTED = ("done", "REPORTED")
_NETWORKS = {"TK": "tknett", "ELEV": "elevnett"}


def flow(town: Town) -> Flow:
    """Both networks: each has an account that has expired and is open, and a service that the register excepts."""
    for target in _NETWORKS.values():
        town.account(target, town.employed(), HALL, groups=[], expires=town.ahead(-1))
        town.account(target, town.employed(), HALL, groups=[], user_name="tjeneste-kopi")
    rows = [{"network": network} for network in _NETWORKS]
    excepted = [
        {"network": network, "user_name": "tjeneste-*", "until": town.ahead(180), "reason": "Tjenestekontoer"}
        for network in _NETWORKS
    ]
    return Flow(
        process="directory-reconciliations",
        situations=[Situation(name="both_networks", rows=rows, expected=Counter([REPORTED, REPORTED]))],
        registers={"directory-exceptions": excepted},
        after=2,
    )
