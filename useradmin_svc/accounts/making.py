"""An account comes to stand as it is planned, and its owner is let in: once, whatever is killed in between (USR-02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from common.errors import ConflictInTarget, InvalidValue
from common.norway.calendar import months_later
from common.process import OutcomeCode, Run
from useradmin_svc.accounts.account_desk import AccountDesk
from useradmin_svc.accounts.order import SETTINGS, AccountOrder
from useradmin_svc.accounts.plan import Begun, Plan
from useradmin_svc.accounts.search import account_of
from useradmin_svc.directory.entry import Network

BEGUN, GIVEN = "account-begun", "initial-secret-given"
"""The ledger's kinds of accounts that a case has made or opened, and has let somebody into, by case, network and user name."""
ORDERED = "ordered-account"
"""The ledger's kind of accounts that somebody ordered."""
_FOR_GOOD = 50 * 12
"""Months that an account is remembered as ordered: as long as anybody works. A deletion is remembered beside it."""


def begun_before(run: Run, network: Network, user_name: str) -> Begun | None:
    """What this case has begun with an account; also known after a person lets Roger try again, when nothing is replayed.

    It says nothing of an account that the person has got from somebody else in the meantime.
    """
    about = _key(run, network, user_name)
    begun = run.remembered(BEGUN, about)
    if begun is None:
        return None
    return Begun(made=begun.value["made"], owes=run.remembered(GIVEN, about) is None)


def require_none_since(desks: Iterable[AccountDesk], plans: Iterable[Plan]) -> None:
    """Nobody gets a second account, nor another user name in the other network.

    Asked of every network before anything is made in one, where this attempt has not looked itself: raises
    ConflictInTarget when the person has got an account since an earlier one did, unless it is the one that is planned.
    """
    new = {plan.user_name for plan in plans if plan.standing is None}
    for desk in desks:
        entry = account_of(desk) if new and not desk.sought else None
        if entry is not None and entry.user_name not in new:
            told = {"network": desk.network, "user_name": entry.user_name}
            raise ConflictInTarget("The person has got an account meanwhile", detail=told)


def ensure_account(run: Run, desk: AccountDesk, plan: Plan) -> OutcomeCode:
    """See to it that the account stands just as planned, with its groups; nobody can use a new one yet."""
    if plan.made or plan.lets_in:
        run.remember(BEGUN, _key(run, plan.network, plan.user_name), {"made": plan.made}, until=_until(run))
    if plan.made:
        run.ensure(
            f"account in {plan.network}", of=str, find=lambda: desk.theirs(plan), create=lambda: desk.create(plan)
        )
    arranged = run.ensure(
        f"arrangement in {plan.network}", of=str, find=lambda: desk.arranged(plan), create=lambda: desk.arrange(plan)
    )
    if plan.made:
        return OutcomeCode.CREATED
    return OutcomeCode.UPDATED if arranged.created or plan.lets_in else OutcomeCode.EXISTS


def let_in(run: Run, desk: AccountDesk, plan: Plan, order: AccountOrder) -> None:
    """Send its owner a secret for it. After a crash a new one takes the place of the one that nobody got."""
    if not plan.lets_in:
        return
    run.entrust(
        f"secret in {plan.network}",
        to=require_mobile(order),
        about=plan.network.called,
        give=lambda secret: desk.let_in(plan, secret),
    )
    # Before the last look, which others may spoil: whoever has been sent a secret is not sent another for that.
    run.remember(GIVEN, _key(run, plan.network, plan.user_name), {}, until=_until(run))
    desk.require_in_use(plan)


def require_mobile(order: AccountOrder) -> str:
    """Where the secret goes; raises InvalidValue without a number."""
    if order.person.mobile is None:
        raise InvalidValue("The order has no mobile number to send an initial secret to")
    return order.person.mobile


def remember_ordered(run: Run, plan: Plan, order: AccountOrder) -> None:
    """That somebody ordered this account, for the comparison of directories with orders."""
    known = {
        "network": plan.network,
        "user_name": plan.user_name,
        "unit": order.unit,
        "employee_no": plan.arrangement.employee_no,
        "expires": plan.arrangement.expires,
    }
    # Order by order, for the last one counts: what is remembered is never changed.
    run.remember(ORDERED, _key(run, plan.network, plan.user_name), known, until=months_later(run.today(), _FOR_GOOD))


def _key(run: Run, network: Network, user_name: str) -> str:
    return f"{run.case.id}:{network}:{user_name}"


def _until(run: Run) -> date:
    return months_later(run.today(), SETTINGS.months_unused)
