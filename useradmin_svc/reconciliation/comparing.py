"""What differs between a directory and the orders: pure rules over two lists, of any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pydantic import BaseModel

from useradmin_svc.directory.entry import AccountState, Network, Sighting
from useradmin_svc.reconciliation.exceptions import Excepted


class OrderedAccount(BaseModel, frozen=True):
    """An account that was ordered, as `network-accounts` has made it known."""

    network: Network
    user_name: str
    unit: str
    employee_no: str
    expires: date | None


class Kind(StrEnum):
    """What differs."""

    NOT_ORDERED = "NOT_ORDERED"
    NO_ACCOUNT = "NO_ACCOUNT"
    EXPIRED_ENABLED = "EXPIRED_ENABLED"


class Finding(BaseModel, frozen=True):
    """One account that somebody should look at."""

    kind: Kind
    user_name: str
    employee_no: str
    units: tuple[str, ...]
    last_day: date | None = None
    """On which the account may be used, by the directory or else by its order."""
    state: AccountState | None = None
    """None for an account that is not there."""
    excepted_until: date | None = None
    """When an exception of it ran out."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What Roger remembers of a network's accounts."""

    ordered: dict[str, OrderedAccount] = field(default_factory=dict[str, OrderedAccount])
    """By user name, which the networks tell apart without regard to capitals."""
    deleted: frozenset[str] = frozenset()
    """User names of those that Roger has deleted."""


def compare(
    listed: Sequence[Sighting], before: Known, after: Known, excepted: Excepted, today: date
) -> Iterator[Finding]:
    """Whatever differs, by user name.

    What is done while the directory is being read is no difference: an account is missing only if it was ordered
    `before`, and unordered only if it is so `after`.
    """
    yield from _of_accounts(listed, after, excepted, today)
    yield from _of_orders({one.user_name.casefold() for one in listed}, before, after, today)


def _of_accounts(listed: Sequence[Sighting], known: Known, excepted: Excepted, today: date) -> Iterator[Finding]:
    """Accounts that wait to be deleted are done with."""
    for one in sorted(listed, key=lambda one: one.user_name):
        if one.state is AccountState.PENDING_DELETE:
            continue
        until = excepted.until(one.user_name)
        if until is not None and today <= until:
            continue
        order = known.ordered.get(one.user_name.casefold())
        if order is None:
            yield _found(Kind.NOT_ORDERED, one, one.expires, until)
        # A later order may have moved the day: where the directory tells one, that counts.
        last_day = one.expires or (order.expires if order else None)
        if one.state is AccountState.ACTIVE and last_day is not None and last_day < today:
            yield _found(Kind.EXPIRED_ENABLED, one, last_day, until)


def _found(kind: Kind, one: Sighting, last_day: date | None, excepted_until: date | None) -> Finding:
    return Finding(
        kind=kind,
        user_name=one.user_name,
        employee_no=one.employee_no,
        units=one.units,
        last_day=last_day,
        state=one.state,
        excepted_until=excepted_until,
    )


def _of_orders(there: set[str], before: Known, after: Known, today: date) -> Iterator[Finding]:
    for name, order in sorted(before.ordered.items()):
        over = order.expires is not None and order.expires < today
        if not (over or name in there or name in after.deleted):
            yield Finding(
                kind=Kind.NO_ACCOUNT,
                user_name=order.user_name,
                employee_no=order.employee_no,
                units=(order.unit,),
                last_day=order.expires,
            )
