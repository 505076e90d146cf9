"""An account that stays when its owner leaves one of several units: without that unit and its groups (USR-03, scope UNIT)."""

from __future__ import annotations

from pydantic import BaseModel

from common.errors import InvalidValue
from common.process import Run
from useradmin_svc.accounts.arrangement import as_it_is
from useradmin_svc.directory.entry import Entry, Network
from useradmin_svc.removals.holder import Account, AccountSight
from useradmin_svc.removals.order import Removal
from useradmin_svc.removals.rules import require_no_administrator, require_unit_left
from useradmin_svc.units import UnitRow, units


class Left(BaseModel, frozen=True):
    """An account that says nothing of the unit any more."""

    network: Network
    user_name: str
    units: tuple[str, ...]
    """Those that are left."""


class UnitGroups:
    """Which groups go with a unit: its own, unless another of the person's units has them as well."""

    def __init__(self, run: Run, unit: str) -> None:
        """Raises RegisterMissing, and InvalidValue for a unit that the register does not name today."""
        self._rows = {row.unit: row for row in units.on(run, run.today()).rows}
        if unit not in self._rows:
            raise InvalidValue("The register of units does not name the unit")
        self._unit = unit

    def leaving(self, entry: Entry, network: Network) -> set[str]:
        """Those of the account's groups that end with the unit."""
        others = {group for unit in {*entry.units} - {self._unit} for group in self._of(unit, network)}
        return {*entry.groups} & ({*self._of(self._unit, network)} - others)

    def _of(self, unit: str, network: Network) -> tuple[str, ...]:
        row: UnitRow | None = self._rows.get(unit)
        return row.groups(network) if row else ()


class Leaving:
    """Sees to it that an account loses a unit, however often a robot dies over it."""

    def __init__(self, run: Run, order: Removal, account: Account, groups: UnitGroups) -> None:
        self._unit, self._groups = order.unit, groups
        self._network, self._user_name = account.network, account.user_name
        self._sight = AccountSight(run, account.network, account.user_name)

    def find(self) -> list[Left]:
        """The account, if nothing of the unit is left in it."""
        entry = self._sight.entry()
        if self.concerns(entry):
            return []
        return [Left(network=self._network, user_name=self._user_name, units=entry.units)]

    def concerns(self, entry: Entry) -> bool:
        """Whether the account has anything of the unit."""
        return self._unit in entry.units or bool(self._groups.leaving(entry, self._network))

    def leave(self) -> None:
        """Take the unit and what goes with it; place, manager and expiry stay, for an order to move says those.

        Raises what the rules raise, when the account has changed since they were asked first.
        """
        entry = self._sight.entry()
        require_no_administrator(entry)
        require_unit_left(entry, self._unit)
        ending = self._groups.leaving(entry, self._network)
        left = {
            "units": tuple(unit for unit in entry.units if unit != self._unit),
            "groups": tuple(group for group in entry.groups if group not in ending),
        }
        self._sight.act().arrange(self._user_name, as_it_is(entry).model_copy(update=left))
