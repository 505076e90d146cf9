"""A synthetic day of orders to user administration, in one made-up municipality."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from common.local.day import Day, Flow, shared_out
from useradmin_svc.demo import (
    account_deletions,
    account_removals,
    authorised_orderers,
    directory_reconciliations,
    network_accounts,
    program_accesses,
)
from useradmin_svc.demo.town import GROUPS, PLACES, Town

FLOWS: dict[str, tuple[Callable[[Town, int], Flow], int]] = {
    "network-accounts": (network_accounts.flow, 4),
    "program-accesses": (program_accesses.flow, 3),
    "account-removals": (account_removals.flow, 3),
    "authorised-orderers": (authorised_orderers.flow, 2),
    "account-deletions": (account_deletions.flow, 1),
}
"""Process by process: who makes its rows, and its share of a day's."""
_NETWORKS = ("tknett", "elevnett")


def day(*, cases: int = 30, seed: int) -> Day:
    """A day of this many rows. The same seed gives the same people; times count back from now."""
    return day_of(shared_out(cases, {process: share for process, (_, share) in FLOWS.items()}), seed=seed)


def day_of(rows: Mapping[str, int], *, seed: int, born: int = 0) -> Day:
    """A day of so many rows of each process, in one municipality, and the comparison that follows it.

    `born` have been born on the days before.
    """
    town = Town(random.Random(seed), datetime.now(UTC), born=born, handed_in=born, hired=born)  # noqa: S311  made-up people
    flows = [FLOWS[process][0](town, number) for process, number in rows.items() if number]
    flows.append(directory_reconciliations.flow(town))
    return Day(
        flows=flows,
        common_seeds=seeds(town),
        common_registers={"units": town.units, **program_accesses.registers(town)},
        common_checks=[(network, _nobody_twice) for network in _NETWORKS],
    )


def seeds(town: Town) -> list[tuple[str, str, Any]]:
    """What the stand-ins are told of the town before the day begins."""
    directories = [
        (network, f"/_kontroll/{what}", content)
        for network in _NETWORKS
        for what, content in (("places", PLACES), ("groups", GROUPS[network]), ("accounts", town.accounts[network]))
    ]
    register = [
        ("orderers", "/_kontroll/units", town.units_at_register),
        ("orderers", "/_kontroll/employees", town.employees_at_register),
        ("orderers", "/_kontroll/authorisations", town.authorisations),
    ]
    programs = [
        ("programs", "/_kontroll/programs", program_accesses.PROGRAMS),
        ("programs", "/_kontroll/accesses", town.accesses),
    ]
    return [*directories, *register, *programs]


def _nobody_twice(summary: Any) -> str | None:
    return f"{summary['accounts_twice']} employees with two accounts" if summary["accounts_twice"] else None
