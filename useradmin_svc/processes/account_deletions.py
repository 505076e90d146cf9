"""`account-deletions`: an account that was removed is deleted for good when nobody has wanted it back (USR-03)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.norway.calendar import months_later
from common.process import Outcome, OutcomeCode, Retention, Run
from useradmin_svc.accounts.naming import let_rest
from useradmin_svc.directory.desk import Elevnett, TkNett
from useradmin_svc.removals.deletion import AccountDeletion, Deleting, RemovedAccount, Verdict
from useradmin_svc.service import useradmin

DELETED = "account-deleted"
"""The ledger's kind of accounts that Roger has deleted: whoever compares orders with directories must not miss them."""
_FOR_GOOD = 50 * 12
"""Months, as long as that they were ordered is remembered."""


@useradmin.process(
    "account-deletions",
    called="Sletting av kontoer",
    targets=[TkNett, Elevnett],
    manual_minutes=3.0,
    due=timedelta(days=2),
    retention=Retention.ORDERS,
)
def delete_accounts(deletion: AccountDeletion, run: Run) -> Outcome:
    """Delete what a removal has set aside, unless it is in use again or must be kept; the user name rests for two years."""
    desks = {account: Deleting(run, deletion, account) for account in deletion.accounts}
    # All are looked at before the first is deleted: what a person must decide about one concerns the others, too.
    verdicts = {account: run.step(f"verdict:{account.key}", desk.verdict) for account, desk in desks.items()}
    for account in desks:
        # Also what somebody has deleted by hand: nobody else has told anybody. And before anything is deleted, so that
        # whoever dies in between leaves no name that is free too early.
        if verdicts[account] in {Verdict.DELETE, Verdict.GONE}:
            _remember(run, account)
    deleted = [_deleted(run, account, desks[account]) for account in desks if verdicts[account] is Verdict.DELETE]
    code = OutcomeCode.UPDATED if deleted else OutcomeCode.NOOP
    return Outcome(code, {"accounts": [_told(account, verdict) for account, verdict in verdicts.items()]})


def _remember(run: Run, account: RemovedAccount) -> None:
    let_rest(run, account.network, account.user_name)
    value = {"network": account.network, "user_name": account.user_name}
    run.remember(DELETED, account.key, value, until=months_later(run.today(), _FOR_GOOD))


def _deleted(run: Run, account: RemovedAccount, desk: Deleting) -> RemovedAccount:
    run.ensure(f"deleted:{account.key}", of=str, find=desk.find, create=desk.delete)
    return account


def _told(account: RemovedAccount, verdict: Verdict) -> dict[str, Any]:
    became = "DELETED" if verdict is Verdict.DELETE else verdict.value
    return {"network": account.network, "user_name": account.user_name, "became": became}
