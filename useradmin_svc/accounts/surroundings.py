"""What an account needs around it in its network: groups that are there, and its owner's leader (USR-02)."""

from __future__ import annotations

from datetime import date, timedelta

from common.errors import InvalidValue, NotAuthorised
from common.process import Run
from useradmin_svc.accounts.order import AccountOrder
from useradmin_svc.accounts.plan import Plan, require_no_power
from useradmin_svc.authorisation import Authority
from useradmin_svc.directory.desk import directory
from useradmin_svc.directory.entry import AccountState, Network
from useradmin_svc.directory.port import Wanted
from useradmin_svc.units import UnitRow, units

FRESH = timedelta(minutes=10)
"""Leaders and lists of groups may be as old as that: many start in one unit on the same day."""


def groups_ordered(run: Run, order: AccountOrder) -> dict[Network, frozenset[str]]:
    """The groups that the order names, network by network: no group of one is any good in the other.

    Raises InvalidValue for one that none of them has, and NeedsJudgement for one that gives power over a network.
    """
    wanted = frozenset(order.groups or ())
    require_no_power(wanted, {})
    found = {network: _there(run, network, wanted) for network in order.networks}
    if unknown := wanted - frozenset[str]().union(*found.values()):
        raise InvalidValue("None of the networks has such a group", detail={"groups": sorted(unknown)})
    return found


def require_groups_of(run: Run, unit: UnitRow, network: Network) -> None:
    """Raises InvalidValue when the register of units names a group that the network does not have, and NeedsJudgement."""
    require_no_power(unit.groups(network), {"network": network, "unit": unit.unit})
    wanted = frozenset(unit.groups(network))
    if unknown := wanted - _there(run, network, wanted):
        raise InvalidValue(
            "The register of units names a group that the network does not have",
            detail={"network": network, "groups": sorted(unknown)},
        )


def require_given_by_its_unit(run: Run, plan: Plan, authority: Authority, day: date) -> None:
    """A group of other units is ordered by who may order for one of them; raises NotAuthorised. Others are anybody's."""
    rows = units.on(run, run.today()).rows
    for group in sorted(plan.gives(run.today())):
        of = sorted(row.unit for row in rows if group in row.groups(plan.network))
        if of and not any(authority.may(unit, day) for unit in of):
            told = {"network": plan.network, "group": group, "units": of}
            raise NotAuthorised("Whoever ordered has no authorisation for a unit whose group was ordered", detail=told)


def leader_of(run: Run, unit: UnitRow, network: Network) -> str:
    """The user name of the unit's leader; empty when there is no account in use, or no telling which."""

    def look() -> str:
        found = directory(run, network).find(Wanted(employee_no=unit.leader_employee_no))
        active = [one.user_name for one in found if one.state is AccountState.ACTIVE]
        return active[0] if len(active) == 1 else ""

    return run.reading("leader", f"{network}:{unit.leader_employee_no}", look, fresh=FRESH)


def _there(run: Run, network: Network, wanted: frozenset[str]) -> frozenset[str]:
    """Which of these groups the network has. What seems to be missing may have been made since the list was read."""
    if not wanted:
        return wanted

    def look() -> list[str]:
        return list(directory(run, network).groups())

    known = wanted.intersection(run.reading("groups", network, look, fresh=FRESH))
    return known if known == wanted else wanted.intersection(look())
