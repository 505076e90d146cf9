"""`account-removals`: whoever leaves a unit loses what belongs to it; whoever leaves the municipality loses the account (USR-03)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from common.process import Outcome, OutcomeCode, Retention, Run
from useradmin_svc.authorisation import authorised
from useradmin_svc.directory.desk import Elevnett, TkNett
from useradmin_svc.directory.entry import AccountState
from useradmin_svc.removals.children import handovers
from useradmin_svc.removals.deletion import delete_day
from useradmin_svc.removals.holder import Account, accounts_of
from useradmin_svc.removals.leaving import Leaving, Left, UnitGroups
from useradmin_svc.removals.order import Removal, Scope
from useradmin_svc.removals.rights import endings_of, ordering_right
from useradmin_svc.removals.rules import (
    require_at_unit,
    require_last_employment,
    require_no_administrator,
    require_unit_left,
)
from useradmin_svc.removals.shutting import Shut, Shutting
from useradmin_svc.removals.tasks import deserted_units, open_case_files, tell_user_administration
from useradmin_svc.screens.orderers.target import Orderers
from useradmin_svc.screens.programs.target import Programs
from useradmin_svc.service import useradmin


@useradmin.process(
    "account-removals",
    called="Fjerning av brukere",
    targets=[TkNett, Elevnett, Programs, Orderers],
    manual_minutes=8.0,
    due=timedelta(hours=1),
    retention=Retention.ORDERS,
    fallout=tell_user_administration,
)
def remove_user(order: Removal, run: Run) -> Outcome:
    """See to it that nobody can use what a leaver had: first the account itself, then all that hangs on it."""
    authorised(run, order)
    accounts = run.step("accounts", accounts_of, run, order)
    for account in accounts:
        require_no_administrator(account.entry)
    if order.scope is Scope.TK_NETT:
        return _out_of_the_networks(order, run, accounts)
    return _out_of_the_unit(order, run, accounts)


def _out_of_the_networks(order: Removal, run: Run, accounts: Sequence[Account]) -> Outcome:
    for account in accounts:
        require_last_employment(account.entry, order.unit)
    require_at_unit((account.entry for account in accounts), order.unit)
    desks = {account: Shutting(run, order, account) for account in accounts}
    ensured = [
        run.ensure(f"shut:{account.key}", of=Shut, find=desk.find, create=desk.shut) for account, desk in desks.items()
    ]
    shut = [each.value for each in ensured]
    detail = {"accounts": [_shut(each, order) for each in shut], "noted_before": _noted(accounts)}
    changed = any(each.created or each.value.order_id == order.order_id for each in ensured)
    return _ended(order, run, accounts, detail, changed=changed, shut=shut)


def _out_of_the_unit(order: Removal, run: Run, accounts: Sequence[Account]) -> Outcome:
    groups = UnitGroups(run, order.unit)
    in_use = [account for account in accounts if account.entry.state is not AccountState.PENDING_DELETE]
    desks = {account: Leaving(run, order, account, groups) for account in in_use}
    concerned = [account for account, desk in desks.items() if desk.concerns(account.entry)]
    for account in concerned:
        require_unit_left(account.entry, order.unit)
    left = [
        run.ensure(f"left:{account.key}", of=Left, find=desks[account].find, create=desks[account].leave)
        for account in concerned
    ]
    detail = {"accounts": [each.value.model_dump() for each in left]}
    return _ended(order, run, accounts, detail, changed=any(each.created for each in left))


def _ended(
    order: Removal,
    run: Run,
    accounts: Sequence[Account],
    detail: dict[str, Any],
    *,
    changed: bool,
    shut: Sequence[Shut] = (),
) -> Outcome:
    """What hangs on the accounts is handed over; it is looked up last, for the account is what cannot wait."""
    endings = run.step("endings", endings_of, run, order, [account.user_name for account in accounts])
    right = run.step("ordering", ordering_right, run, order)
    detail |= {"programs": sorted({each.program for each in endings}), "orderer_for": right.units}
    outcome = Outcome(_code(order, accounts, changed=changed), detail)
    tasks = [*open_case_files(order, endings), *deserted_units(order, right)]
    return outcome.telling(*tasks).handing_over(*handovers(run, order, endings, right, shut))


def _code(order: Removal, accounts: Sequence[Account], *, changed: bool) -> OutcomeCode:
    if changed:
        return OutcomeCode.UPDATED
    return OutcomeCode.EXISTS if accounts and order.scope is Scope.TK_NETT else OutcomeCode.NOOP


def _shut(account: Shut, order: Removal) -> dict[str, Any]:
    told: dict[str, Any] = {"network": account.network, "user_name": account.user_name}
    if account.held:
        return told | {"kept": "LEGAL_HOLD"}
    if account.order_id != order.order_id:
        return told | {"removed_by": account.order_id}
    return told | {"delete_after": delete_day(order.last_day, account.since)}


def _noted(accounts: Sequence[Account]) -> dict[str, str]:
    """What the administrators had noted, which the removal's remark has taken the place of."""
    return {account.key: account.entry.remark for account in accounts if account.entry.remark}
