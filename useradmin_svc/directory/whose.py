"""The accounts that the subject of an order has in TK-nett: whether they can use what is ordered, or have left."""

from __future__ import annotations

from pydantic import BaseModel

from common.errors import ConflictInTarget
from common.process import Run
from useradmin_svc.directory.desk import directory
from useradmin_svc.directory.entry import AccountState, Network, Sighting
from useradmin_svc.directory.owner import Owner, owned, owner_of
from useradmin_svc.directory.port import Wanted
from useradmin_svc.order import Order


def account_in_use(run: Run, order: Order) -> Sighting:
    """The subject's account in TK-nett, active and not expired.

    Raises ConflictInTarget when there is none (or several): it is ordered first; and NameMismatch.
    """
    active = _active(owned(run, Network.TK, owner_of(order, run)))
    if not active:
        raise ConflictInTarget("There is no active account in TK-nett: order network-accounts first")
    if len(active) > 1:
        raise ConflictInTarget("There are several active accounts in TK-nett: have them put right first")
    if active[0].expires is not None and active[0].expires < run.today():
        raise ConflictInTarget("The account in TK-nett has expired: order network-accounts first")
    return active[0]


class Whereabouts(BaseModel, frozen=True):
    """For which units somebody works, as their accounts in TK-nett tell.

    That is what proves that somebody has left, for no order can claim it.
    """

    user_names: tuple[str, ...]
    """Of all their accounts, whatever those are worth."""
    units: tuple[str, ...]
    """None once they have left: no account of theirs is active any more."""
    known: bool
    """Not where an active account names no unit, or none can be found and some are not marked with whose they are."""

    @property
    def gone(self) -> bool:
        """Whether they work nowhere any more."""
        return self.known and not self.units

    def has_left(self, unit: str) -> bool:
        """Whether they do not work for that unit; they may never have done."""
        return self.known and unit not in self.units


def whereabouts(run: Run, order: Order) -> Whereabouts:
    """Where the subject works now; raises ConflictInTarget for somebody else's account, and NameMismatch."""
    owner = owner_of(order, run)
    found = owned(run, Network.TK, owner)
    active = _active(found)
    return Whereabouts(
        user_names=tuple(sorted({one.user_name for one in found})),
        units=tuple(sorted({unit for one in active for unit in one.units})),
        known=all(one.units for one in active) and (bool(found) or _is_nobodys(run, owner)),
    )


def _is_nobodys(run: Run, owner: Owner) -> bool:
    """Whether somebody of whom no account is found has none: not where one in use, of that name, is from before marks."""
    if not owner.person_key:
        return False
    named = directory(run, Network.TK).find(Wanted(family_name=owner.family_name, given_name=owner.given_name))
    return all(one.person_key for one in _active(named))


def _active(found: list[Sighting]) -> list[Sighting]:
    return [one for one in found if one.state is AccountState.ACTIVE]
