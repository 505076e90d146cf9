"""How an account is to be, by what is ordered and by how it stands: pure rules (USR-02)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from common.errors import ConflictInTarget
from useradmin_svc.accounts.order import AccountOrder, Action
from useradmin_svc.directory.entry import Arrangement, Entry
from useradmin_svc.directory.owner import Owner
from useradmin_svc.units import UnitRow


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What an order asks for in one network, and what the register of units makes of it."""

    order: AccountOrder
    owner: Owner
    unit: UnitRow
    of_units: Mapping[str, frozenset[str]]
    """The groups in this network that all of a unit belong to, unit by unit."""
    ordered: frozenset[str] | None
    """The groups that the order names, as far as this network has them."""
    manager: str
    """The leader's user name; empty where there is none."""
    today: date

    @property
    def groups(self) -> frozenset[str]:
        """What somebody who works for this unit only belongs to."""
        return self.groups_of([self.unit.unit]) | (self.ordered or frozenset())

    def groups_of(self, units: Iterable[str]) -> frozenset[str]:
        return frozenset[str]().union(*(self.of_units.get(unit, frozenset()) for unit in units))

    def address(self, user_name: str) -> str:
        return f"{user_name}@{self.unit.mail_domain}"


def as_it_is(entry: Entry) -> Arrangement:
    """How an account stands, in one order of its units and groups."""
    shown = {name: getattr(entry, name) for name in Arrangement.model_fields}
    return Arrangement.model_validate(shown | {"units": _in_order(entry.units), "groups": _in_order(entry.groups)})


def new_account(wish: Wish, user_name: str) -> Arrangement:
    """An account that nobody has had before."""
    return Arrangement(
        family_name=wish.owner.family_name,
        given_name=wish.owner.given_name,
        employee_no=wish.owner.employee_no,
        person_key=wish.owner.person_key,
        units=(wish.unit.unit,),
        place=wish.unit.place,
        groups=_in_order(wish.groups),
        manager=wish.manager,
        mail=wish.address(user_name) if wish.order.mailbox else "",
        hidden=False,
        expires=wish.order.last_day,
        remark=f"Opprettet, bestilling {wish.order.order_id}",
    )


def opened_again(wish: Wish, entry: Entry) -> Arrangement:
    """A disabled account of somebody who is back: as a new one, but for its mailbox. Nothing of before comes back."""
    made = new_account(wish, entry.user_name)
    return made.model_copy(
        update={"mail": entry.mail or made.mail, "remark": f"Gjenåpnet, bestilling {wish.order.order_id}"}
    )


def arranged(wish: Wish, entry: Entry) -> Arrangement:
    """An account in use after the order; raises ConflictInTarget when it does not belong to the unit that is spoken of."""
    match wish.order.action:
        case Action.CHANGE:
            _require_of(wish.unit.unit, entry)
            return _changed(wish, _going_on(wish, entry))
        case Action.MOVE:
            # One that has been moved already may not have lost all that belonged to the old unit.
            if wish.unit.unit not in entry.units:
                _require_of(wish.order.from_unit or "", entry)
            return _moved(wish, _going_on(wish, entry))
        case _:
            return _added(wish, _going_on(wish, entry))


def _require_of(unit: str, entry: Entry) -> None:
    """An account from before units were kept may be anybody's."""
    if entry.units and unit not in entry.units:
        raise ConflictInTarget("The account does not belong to that unit", detail={"units": sorted(entry.units)})


def _going_on(wish: Wish, entry: Entry) -> Entry:
    """The account as far as it is not over: of one that has expired an order revives its own units' share only."""
    if wish.order.employment is None or not has_expired(entry, wish.today):
        return entry
    own = {*entry.units} & {*wish.order.units}
    over = wish.groups_of({*entry.units} - own) - wish.groups_of(own)
    groups = tuple(group for group in entry.groups if own and group not in over)
    return entry.model_copy(update={"units": _in_order(own), "groups": groups})


def has_expired(entry: Entry, today: date) -> bool:
    """Whether its last day is over: it keeps its owner out, although nobody has disabled it."""
    return entry.expires is not None and entry.expires < today


def _added(wish: Wish, entry: Entry) -> Arrangement:
    """One employment more, or the same one once again: nothing is taken away, and the later end holds."""
    units = {*entry.units, wish.unit.unit}
    only = units == {wish.unit.unit}
    return as_it_is(entry).model_copy(
        update=_known(wish, entry)
        | {
            "units": _in_order(units),
            "place": wish.unit.place if only else entry.place,
            "groups": _in_order({*entry.groups} | wish.groups),
            "manager": (only and wish.manager) or entry.manager or wish.manager,
            "mail": entry.mail or (wish.address(entry.user_name) if wish.order.mailbox else ""),
            "expires": _later(entry.expires, wish.order.last_day),
        }
    )


def _changed(wish: Wish, entry: Entry) -> Arrangement:
    """What the order says about the only employment holds exactly; beside others nothing of theirs is taken away."""
    only = {*entry.units} <= {wish.unit.unit}
    exact = only and wish.ordered is not None
    return as_it_is(entry).model_copy(
        update=_known(wish, entry)
        | {
            "family_name": wish.owner.family_name,
            "given_name": wish.owner.given_name,
            "units": _in_order({*entry.units, wish.unit.unit}),
            "place": wish.unit.place if only else entry.place,
            "groups": _in_order(wish.groups if exact else {*entry.groups} | wish.groups),
            "manager": wish.manager or entry.manager if only else entry.manager or wish.manager,
            "mail": _mail(wish, entry, only=only),
            "expires": entry.expires if wish.order.employment is None else _ends(wish, entry, only=only),
        }
    )


def _moved(wish: Wish, entry: Entry) -> Arrangement:
    """The unit that is left ends with all that belongs to it; of the units that remain nothing is taken away."""
    remain = {*entry.units} - {wish.order.from_unit, wish.unit.unit}
    only = not remain
    left = wish.groups_of([wish.order.from_unit or ""]) - wish.groups_of(remain)
    return as_it_is(entry).model_copy(
        update=_known(wish, entry)
        | {
            "units": _in_order({*remain, wish.unit.unit}),
            "place": wish.unit.place,
            "groups": _in_order(wish.groups if only else ({*entry.groups} - left) | wish.groups),
            "manager": wish.manager,
            "mail": entry.mail or (wish.address(entry.user_name) if wish.order.mailbox else ""),
            "expires": _ends(wish, entry, only=only),
        }
    )


def _known(wish: Wish, entry: Entry) -> dict[str, object]:
    """By what its owner is known; an account in use keeps the employee number by which others find it."""
    return {
        "employee_no": entry.employee_no or wish.owner.employee_no,
        "person_key": entry.person_key or wish.owner.person_key,
    }


def _mail(wish: Wish, entry: Entry, *, only: bool) -> str:
    match wish.order.mailbox:
        case True:
            return entry.mail or wish.address(entry.user_name)
        case False if only:
            return ""
        case _:
            return entry.mail


def _ends(wish: Wish, entry: Entry, *, only: bool) -> date | None:
    """The end of the only employment; beside others the later one."""
    return wish.order.last_day if only else _later(entry.expires, wish.order.last_day)


def _later(one: date | None, other: date | None) -> date | None:
    """The later of two last days; no last day comes after all."""
    return None if one is None or other is None else max(one, other)


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
