"""Who gets which user name: claimed in the ledger before it is looked for, so that no two people ever get the same (USR-02).

Two orders for people of the same name may run at the same moment. Both reach for `olanor` in the ledger, where exactly
one is first, and only that one goes on to ask the directories; the other reaches for `olanor2`. That takes the place of
a second lock on the stem, which would have them wait for each other. The same names are used in both networks, so both
are asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from common.errors import ConflictInTarget, LimitExceeded
from common.norway.calendar import months_later
from common.process import Run
from useradmin_svc.accounts.account_desk import AccountDesk
from useradmin_svc.accounts.order import SETTINGS
from useradmin_svc.accounts.user_name import candidates
from useradmin_svc.directory.entry import Network
from useradmin_svc.directory.owner import Owner

USER_NAME = "user-name"
"""The ledger's kind of user names that were reached for, whether an account came of it or not."""
FREED = "user-name-freed"
"""The ledger's kind of user names whose accounts were deleted, by network: in each the name rests from its own day on."""

Desks = Mapping[Network, AccountDesk]


def free_user_name(run: Run, owner: Owner, desks: Desks) -> str:
    """A user name that is in neither directory and that nobody has, or has had lately; from now on it is this case's.

    One that was found taken stays claimed: it is. Raises LimitExceeded when all are taken, and NeedsJudgement.
    """
    for name in candidates(owner.given_name, owner.family_name):
        if _claimed(run, name) and all(desk.entry(name) is None for desk in desks.values()):
            return name
    raise LimitExceeded("All user names for that name are taken")


def require_unused(user_name: str, desk: AccountDesk) -> None:
    """Somebody with an account in the other network gets the same user name here: raises ConflictInTarget if it is taken."""
    if desk.entry(user_name) is not None:
        raise ConflictInTarget(
            "The person's user name in the other network is another person's in this one",
            detail={"network": desk.network, "user_name": user_name},
        )


def let_rest(run: Run, network: Network, user_name: str) -> None:
    """See to it that nobody gets the name of an account which is deleted, in either network, before its time is over."""
    run.remember(FREED, _freed(network, user_name), {}, until=_until(run))


def _claimed(run: Run, name: str) -> bool:
    if any(run.remembered(FREED, _freed(network, name)) for network in Network):
        return False
    return run.remember(USER_NAME, name, {"case": str(run.case.id)}, until=_until(run)).ours


def _freed(network: Network, user_name: str) -> str:
    """No network tells user names apart by capitals."""
    return f"{network}:{user_name.casefold()}"


def _until(run: Run) -> date:
    return months_later(run.today(), SETTINGS.months_unused)
