"""The accounts that the subject of an order has in TK-nett: whether they can use what is ordered, or have left."""

from __future__ import annotations

from pydantic import BaseModel

from common.errors import ConflictInTarget, NameMismatch
from common.norway.names import same_person
from common.process import Run
from useradmin_svc.directory.desk import directory
from useradmin_svc.directory.entry import AccountState, Network, Sighting
from useradmin_svc.directory.port import Wanted
from useradmin_svc.order import Order
from useradmin_svc.person_key import person_key


def account_in_use(run: Run, order: Order) -> Sighting:
    """The subject's account in TK-nett, active and not expired.

    Raises ConflictInTarget when there is none (or several): it is ordered first; and NameMismatch.
    """
    active = _active(_by_number(run, order)) or _active(_by_key(run, order))
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
    """Not where an active account names no unit, or none can be found and accounts are not marked with whose they are."""

    @property
    def gone(self) -> bool:
        """Whether they work nowhere any more."""
        return self.known and not self.units

    def has_left(self, unit: str) -> bool:
        """Whether they do not work for that unit; they may never have done."""
        return self.known and unit not in self.units


def whereabouts(run: Run, order: Order) -> Whereabouts:
    """Where the subject works now; raises ConflictInTarget for somebody else's account, and NameMismatch."""
    found = [*_by_number(run, order), *_by_key(run, order)]
    active = _active(found)
    return Whereabouts(
        user_names=tuple(sorted({one.user_name for one in found})),
        units=tuple(sorted({unit for one in active for unit in one.units})),
        known=all(one.units for one in active) and bool(found or _key_of(order)),
    )


def _by_number(run: Run, order: Order) -> list[Sighting]:
    found = directory(run, Network.TK).find(Wanted(employee_no=order.person.employee_no))
    _require_theirs(found, order)
    return found


def _by_key(run: Run, order: Order) -> list[Sighting]:
    """Where a person has had another employee number."""
    key = _key_of(order)
    found = directory(run, Network.TK).find(Wanted(person_key=key)) if key else []
    _require_theirs(found, order)
    return found


def _require_theirs(found: list[Sighting], order: Order) -> None:
    key = _key_of(order)
    for one in found:
        if key and one.person_key and one.person_key != key:
            raise ConflictInTarget("The account in TK-nett with this employee number is another person's")
        if not same_person(one.family_name, one.given_name, order.person.family_name, order.person.given_name):
            raise NameMismatch


def _active(found: list[Sighting]) -> list[Sighting]:
    return [one for one in found if one.state is AccountState.ACTIVE]


def _key_of(order: Order) -> str:
    return person_key(order.person.person_id)
