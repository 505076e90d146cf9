"""`network-accounts`: whoever works for the municipality has the accounts that were ordered, in TK-nett and elevnett (USR-02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from common.errors import PersonNotFound
from common.norway.calendar import oslo_date
from common.process import NoticeRule, Outcome, OutcomeCode, Retention, Run
from useradmin_svc.accounts.account_desk import AccountDesk
from useradmin_svc.accounts.arrangement import Wish
from useradmin_svc.accounts.making import (
    begun_before,
    ensure_account,
    let_in,
    remember_ordered,
    require_mobile,
    require_none_since,
)
from useradmin_svc.accounts.naming import free_user_name, require_unused
from useradmin_svc.accounts.order import AccountOrder, Action
from useradmin_svc.accounts.plan import Plan, planned, require_touchable
from useradmin_svc.accounts.search import account_of
from useradmin_svc.accounts.surroundings import groups_ordered, leader_of, require_given_by_its_unit, require_groups_of
from useradmin_svc.accounts.tasks import tell_of_missing_leader, tell_orderer, tell_user_administration
from useradmin_svc.authorisation import authorised
from useradmin_svc.directory.desk import Elevnett, TkNett
from useradmin_svc.directory.entry import Entry, Network
from useradmin_svc.directory.owner import owner_of
from useradmin_svc.screens.orderers.target import Orderers
from useradmin_svc.service import useradmin
from useradmin_svc.units import unit_of, units

Standing = Mapping[Network, Entry | None]
Desks = Mapping[Network, AccountDesk]


@useradmin.process(
    "network-accounts",
    called="Kontoer i TK-nett og elevnett",
    targets=[Orderers, TkNett, Elevnett],
    manual_minutes=10.0,
    due=timedelta(days=1),
    retention=Retention.ORDERS,
    # At the start of a semester one orderer gets the answers to hundreds of orders.
    notices=NoticeRule(gather=timedelta(minutes=15)),
    fallout=tell_user_administration,
)
def ordered_accounts(order: AccountOrder, run: Run) -> Outcome:
    """See to it that the account stands in each network as ordered, with its groups, once, and that its owner gets in."""
    authority = authorised(run, order, *order.units)
    order.require_current(run.today())
    owner = owner_of(order, run, renamed=order.action is Action.CHANGE)
    desks = {network: AccountDesk(run, network, owner) for network in Network}

    standing = {network: _look(run, desks[network]) for network in order.networks}
    names = _user_names(order, run, desks, standing)
    ordered = run.step("groups", groups_ordered, run, order)
    plans = [
        run.step(
            f"plan for {network}",
            _plan,
            order,
            run,
            desks[network],
            entry,
            user_name=names[network],
            ordered=ordered[network],
        )
        for network, entry in standing.items()
    ]
    for plan in plans:
        require_given_by_its_unit(run, plan, authority, oslo_date(order.ordered(run)))
    if any(plan.lets_in for plan in plans):
        require_mobile(order)

    require_none_since(desks.values(), plans)
    # First every account with all that belongs to it, and only then is anybody let in.
    codes = {plan.network: ensure_account(run, desks[plan.network], plan) for plan in plans}
    for plan in plans:
        let_in(run, desks[plan.network], plan, order)
        remember_ordered(run, plan, order)
    return _outcome(order, plans, codes, run)


def _look(run: Run, desk: AccountDesk) -> Entry | None:
    """The account in a network; raises NeedsJudgement for one that is not for a robot to touch."""
    entry = run.step(f"standing in {desk.network}", account_of, desk)
    if entry is not None:
        require_touchable(entry, desk.network)
    return entry


def _user_names(order: AccountOrder, run: Run, desks: Desks, standing: Standing) -> dict[Network, str]:
    """Network by network; whoever has an account in one of them gets the same user name in the other."""
    known = {network: entry.user_name for network, entry in standing.items() if entry is not None}
    missing = [network for network in order.networks if network not in known]
    if missing and order.action is not Action.NEW:
        raise PersonNotFound("There is no account to be found: order a new one", detail={"networks": missing})
    if not missing:
        return known
    own = next(iter(known.values()), None) or _elsewhere(order, run, desks)
    if own is None:
        own = run.step("user name", free_user_name, run, owner=desks[missing[0]].owner, desks=desks)
    else:
        for network in missing:
            run.step(f"user name in {network}", require_unused, own, desks[network])
    return known | dict.fromkeys(missing, own)


def _elsewhere(order: AccountOrder, run: Run, desks: Desks) -> str | None:
    """The user name in a network for which nothing is ordered."""
    for network in (each for each in Network if each not in order.networks):
        entry = _look(run, desks[network])
        if entry is not None:
            return entry.user_name
    return None


def _plan(
    order: AccountOrder, run: Run, desk: AccountDesk, standing: Entry | None, *, user_name: str, ordered: frozenset[str]
) -> Plan:
    """What is to become of the account in one network."""
    unit = unit_of(run, order.unit, on=run.today())
    if order.from_unit is not None:
        unit_of(run, order.from_unit, on=run.today())
    require_groups_of(run, unit, desk.network)
    leads = unit.leader_employee_no == order.person.employee_no
    wish = Wish(
        order=order,
        owner=desk.owner,
        unit=unit,
        of_units={row.unit: frozenset(row.groups(desk.network)) for row in units.on(run, run.today()).rows},
        ordered=None if order.groups is None else ordered,
        manager="" if leads else leader_of(run, unit, desk.network),
        today=run.today(),
    )
    return planned(
        wish, standing, begun_before(run, desk.network, user_name), network=desk.network, user_name=user_name
    )


def _outcome(order: AccountOrder, plans: Sequence[Plan], codes: Mapping[Network, OutcomeCode], run: Run) -> Outcome:
    """CREATED if an account was made anywhere, else UPDATED if one was changed."""
    code = next(
        (each for each in (OutcomeCode.CREATED, OutcomeCode.UPDATED) if each in codes.values()), OutcomeCode.EXISTS
    )
    detail = {
        "user_names": {plan.network: plan.user_name for plan in plans},
        "networks": dict(codes),
        "expires": {plan.network: plan.arrangement.expires for plan in plans},
    }
    unit = unit_of(run, order.unit, on=run.today())
    without = [plan for plan in plans if not plan.arrangement.manager]
    missing = without if unit.leader_employee_no != order.person.employee_no else []
    return Outcome(code, detail).telling(
        tell_orderer(order, plans), *(tell_of_missing_leader(order, unit, plan) for plan in missing)
    )
