"""Which of a network's accounts is somebody's (USR-02)."""

from __future__ import annotations

from collections.abc import Sequence

from common.errors import AmbiguousHit, ConflictInTarget, NeedsJudgement, NotConfirmed
from useradmin_svc.accounts.account_desk import AccountDesk
from useradmin_svc.directory.entry import AccountState, Entry, Sighting
from useradmin_svc.directory.port import Wanted


def account_of(desk: AccountDesk) -> Entry | None:
    """All about somebody's account in a network: sought by employee number, by whose it is, and then by name.

    Of several the one that is active. Raises ConflictInTarget (another person has the employee number, or several are
    active), AmbiguousHit (several, and none active), NameMismatch and NeedsJudgement: an account of that name does
    not say whose it is.
    """
    found = desk.owned()
    if not found:
        _require_no_old_account(desk)
    chosen = _the_one(found)
    if chosen is None:
        return None
    entry = desk.entry(chosen.user_name)
    if entry is None:
        raise NotConfirmed("An account that was found is not in the directory any more")
    return entry


def _the_one(found: Sequence[Sighting]) -> Sighting | None:
    active = [account for account in found if account.state is AccountState.ACTIVE]
    if len(active) > 1:
        raise ConflictInTarget("The person has several active accounts in one network")
    if not active and len(found) > 1:
        raise AmbiguousHit("The person has several accounts in one network, and none is active")
    return next(iter(active or found), None)


def _require_no_old_account(desk: AccountDesk) -> None:
    """Somebody of the same name is no obstacle, unless nobody can tell whether it is the same person."""
    named = desk.find(Wanted(family_name=desk.owner.family_name, given_name=desk.owner.given_name))
    old = sorted(one.user_name for one in named if not (one.employee_no or one.person_key))
    if old:
        raise NeedsJudgement(
            "An account of that name says neither an employee number nor whose it is",
            detail={"network": desk.network, "user_names": old},
        )
