"""What an order about an orderer asks for, given how the register stands: pure rules (USR-04)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from common.errors import NotAuthorised
from useradmin_svc.authorisation import SelfOrder
from useradmin_svc.directory.whose import Whereabouts
from useradmin_svc.orderers.desk import is_active
from useradmin_svc.orderers.ordered import Signature
from useradmin_svc.orderers.settings import OrdererSettings
from useradmin_svc.screens.orderers.target import Authorisation, OrdererFacts, UnitFacts


def require_another_signer(signature: Signature, employee_no: str, settings: OrdererSettings) -> None:
    """Nobody authorises themselves, unless leaders order by office; raises SelfOrder."""
    if signature.by == employee_no and not settings.leader_ex_officio:
        raise SelfOrder("The person has signed the order that is about them")


def require_leader(signature: Signature, unit: UnitFacts) -> None:
    """Whoever signed leads the unit; raises NotAuthorised."""
    if signature.by != unit.leader_employee_no:
        raise NotAuthorised("Somebody else has signed than who leads the unit", detail={"unit": unit.unit})


def require_left(units: Iterable[str], seen: Whereabouts) -> None:
    """Without a leader's signature an authorisation ends where the person works no more; raises NotAuthorised."""
    staying = sorted(unit for unit in units if not seen.has_left(unit))
    if staying:
        raise NotAuthorised(
            "The leader has not signed, and the person has not left the unit", detail={"units": staying}
        )


def covered(authorisation: Authorisation, last_day: date, today: date, settings: OrdererSettings) -> bool:
    """Whether it makes another one up to `last_day` needless: it holds as long, or is far from its end."""
    ends = authorisation.last_day
    return ends is None or ends >= last_day or ends > today + timedelta(days=settings.renewal_days)


def to_authorise(
    units: Iterable[str], before: OrdererFacts | None, last_day: date, today: date, settings: OrdererSettings
) -> dict[str, date]:
    """The units that need an authorisation, and from when: today, or after the one that ends soon."""
    standing = active_of(before)
    found: dict[str, date] = {}
    for unit in units:
        here = [each for each in standing if each.unit == unit]
        if not any(covered(each, last_day, today, settings) for each in here):
            ends = [each.last_day for each in here if each.last_day is not None]
            found[unit] = max(ends) + timedelta(days=1) if ends else today
    return found


def to_end(units: Collection[str], before: OrdererFacts | None) -> list[Authorisation]:
    """The authorisations that hold, or will, for the units that are named; for all where none is."""
    return [each for each in active_of(before) if not units or each.unit in units]


def active_of(orderer: OrdererFacts | None) -> list[Authorisation]:
    """All that hold, or will."""
    return [each for each in (orderer.authorisations if orderer else ()) if is_active(each)]
