"""How somebody's accesses stand in the programs, and what an order makes of the one that it is about (USR-01)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel

from common.errors import ConflictInTarget, DateOutOfRange, PersonNotFound
from useradmin_svc.accesses.ordered import Action, OrderedAccess
from useradmin_svc.accesses.registers import Held
from useradmin_svc.directory.entry import Sighting
from useradmin_svc.screens.programs.target import Access, AccessHit, AccessState, Grant


class Standing(BaseModel, frozen=True):
    """All accesses of one person."""

    here: Access | None
    """To the program of the order."""
    elsewhere: tuple[AccessHit, ...]
    """To other programs, whatever they are worth."""

    def __repr__(self) -> str:
        return "Standing(…)"

    def is_like(self, other: Standing) -> bool:
        """Whether nothing differs that decides anything: somebody may work in the program meanwhile."""
        return (_decisive(self.here), self.elsewhere) == (_decisive(other.here), other.elsewhere)

    def roles_elsewhere(self, today: date) -> frozenset[Held]:
        """Roles in other programs that can be used, or will be."""
        return frozenset(
            (hit.program, role)
            for hit in self.elsewhere
            if usable(hit.state, hit.grant, today)
            for role in hit.grant.roles
        )


def _decisive(access: Access | None) -> tuple[object, ...] | None:
    return None if access is None else (access.program, access.holder, access.grant, access.state)


class Act(StrEnum):
    """What is done in the program's user administration."""

    CREATE = "CREATE"
    SAVE = "SAVE"
    REOPEN = "REOPEN"
    DISABLE = "DISABLE"


class Plan(BaseModel, frozen=True):
    """What is to be done, and what is to stand afterwards."""

    act: Act
    grant: Grant
    grants: bool
    """Whether somebody may do more than before, or for longer: what only takes away needs no approval."""
    units: tuple[str, ...]
    """Those for which something changes: whoever ordered must be authorised for each."""

    def stands(self, access: Access) -> bool:
        wanted = AccessState.DISABLED if self.act is Act.DISABLE else AccessState.ACTIVE
        return access.state is wanted and access.grant == self.grant


def usable(state: AccessState, grant: Grant, today: date) -> bool:
    """Whether an access lets somebody in, today or on a day to come."""
    return state is AccessState.ACTIVE and (grant.last_day is None or grant.last_day >= today)


def plan_of(order: OrderedAccess, here: Access | None, account: Sighting | None, today: date) -> Plan | None:
    """What is to be done about the access that stands; None where it is as ordered already.

    Raises ConflictInTarget and DateOutOfRange, and PersonNotFound for a CHANGE of what is not there.
    """
    if account is not None and here is not None and here.holder.user_name != account.user_name:
        raise ConflictInTarget("The person has an access to the program under another user name than at TK-nett")
    match order.action:
        case Action.NEW:
            return _new(order, here, _last_day(order, account), today)
        case Action.CHANGE:
            return _changed(order, here, _last_day(order, account), today)
        case Action.DELETE:
            return _ended(here, today)


def _new(order: OrderedAccess, here: Access | None, last: date | None, today: date) -> Plan | None:
    grant = Grant(roles=order.roles, units=order.data_scope, first_day=order.valid_from or today, last_day=last)
    if here is None:
        return Plan(act=Act.CREATE, grant=grant, grants=True, units=grant.units)
    if here.state is AccessState.DISABLED:
        return Plan(act=Act.REOPEN, grant=grant, grants=True, units=grant.units)
    if not usable(here.state, here.grant, today):
        return Plan(act=Act.SAVE, grant=grant, grants=True, units=grant.units)
    if (here.grant.roles, here.grant.units) != (grant.roles, grant.units):
        raise ConflictInTarget(
            "The person has an access with other roles or units: order a CHANGE that names all they shall have",
            detail={"roles": here.grant.roles, "units": here.grant.units},
        )
    first = min(here.grant.first_day, grant.first_day)
    return _saved(here, grant.model_copy(update={"first_day": first}))


def _changed(order: OrderedAccess, here: Access | None, last: date | None, today: date) -> Plan | None:
    """Exactly these roles and units from now on; without a last day of its own it ends when it would have ended."""
    if here is None:
        raise PersonNotFound("The person has no access to the program that could be changed")
    if not usable(here.state, here.grant, today):
        raise ConflictInTarget("The access that is to be changed is disabled, or has ended: order a NEW one")
    ends = here.grant.last_day if order.valid_to is None else last
    wanted = {"roles": order.roles, "units": order.data_scope, "last_day": ends}
    return _saved(here, here.grant.model_copy(update=wanted))


def _ended(here: Access | None, today: date) -> Plan | None:
    """Nobody can use it any more; it ends today, if it has not ended before, and never before it begins."""
    if here is None or here.state is AccessState.DISABLED:
        return None
    last = max(here.grant.first_day, min(here.grant.last_day or today, today))
    grant = here.grant.model_copy(update={"last_day": last})
    return Plan(act=Act.DISABLE, grant=grant, grants=False, units=here.grant.units)


def _saved(here: Access, wanted: Grant) -> Plan | None:
    before = here.grant
    if before == wanted:
        return None
    all_units = {*before.units, *wanted.units}
    same_but_units = before.model_copy(update={"units": wanted.units}) == wanted
    units = {*before.units} ^ {*wanted.units} if same_but_units else all_units
    return Plan(act=Act.SAVE, grant=wanted, grants=_grants(before, wanted), units=tuple(sorted(units)))


def _grants(before: Grant, wanted: Grant) -> bool:
    more = not ({*wanted.roles} <= {*before.roles} and {*wanted.units} <= {*before.units})
    return more or wanted.first_day < before.first_day or _ends(wanted) > _ends(before)


def _ends(grant: Grant) -> date:
    return grant.last_day or date.max


def _last_day(order: OrderedAccess, account: Sighting | None) -> date | None:
    """As ordered, or with the employment: when the order says it ends, or the account in TK-nett does.

    Raises DateOutOfRange for a last day that comes after that.
    """
    known = [day for day in (order.employed_until, account and account.expires) if day is not None]
    ends = min(known, default=None)
    if order.valid_to is not None and ends is not None and order.valid_to > ends:
        raise DateOutOfRange("The access would go on after the account in TK-nett has expired", detail={"ends": ends})
    return order.valid_to or ends
