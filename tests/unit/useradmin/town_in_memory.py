"""The demo's municipality in memory: the targets as the town tells them, its registers, and what orders come to there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from directory_in_memory import MemoryDirectory
from orderers_in_memory import Employee, OrderersInMemory
from programs_in_memory import ProgramsInMemory
from pydantic import ValidationError

from common.errors import BusinessException
from common.local.day import REFUSED, RESUBMITTED, Situation
from common.process import Outcome, Run
from common.testing import FixedClock, MemoryCase, MemoryRegisters
from useradmin_svc.demo.town import GROUPS, Town
from useradmin_svc.directory.desk import directory_screen
from useradmin_svc.directory.entry import Network
from useradmin_svc.order import Order
from useradmin_svc.screens.orderers.target import AuthorisationState
from useradmin_svc.screens.programs.target import AccessState, Holder
from useradmin_svc.service import useradmin

O = TypeVar("O", bound=Order)  # noqa: E741  O for order
LONG_AGO = date(2019, 1, 1)


@dataclass
class TownInMemory:
    """Everything a town has told its targets, once all its orders are made up."""

    town: Town
    programs: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """As the console of the program administration takes them."""

    def __post_init__(self) -> None:
        self._registers = MemoryRegisters()
        self.store({"units": self.town.units})
        self._tk = MemoryDirectory(known_groups={*GROUPS["tknett"]})
        for row in self.town.accounts["tknett"]:
            known = {name: value for name, value in row.items() if name not in {"user_name", "secret"}}
            self._tk.put(row["user_name"], **known)
        self._orderers = OrderersInMemory(today=self.town.today)
        self._tell_the_register()
        self._portal = ProgramsInMemory()
        for program in self.programs:
            self._portal.program(program["code"], *program["roles"], licences=program["licences"])
        for row in self.town.accesses:
            self._tell_the_portal(row)

    def store(self, registers: Mapping[str, list[dict[str, Any]]]) -> None:
        for name, rows in registers.items():
            model = useradmin.registers[name].row
            self._registers.store(name, [model.model_validate(row) for row in rows], valid_from=LONG_AGO)

    def _tell_the_register(self) -> None:
        for unit in self.town.units_at_register:
            leader = unit["leader"]["employee_no"]
            self._orderers.unit(unit["unit"], leader=leader, name=unit["name"], unit_type=unit["type"])
        for one in self.town.employees_at_register:
            self._orderers.employ(one["employee_no"], one["name"], one["national_id"])
        for row in self.town.authorisations:
            employee = Employee(employee_no=row["employee_no"], name=row["name"], number=row["national_id"])
            if row["user"] not in self._orderers.orderers:
                self._orderers.put(row["user"], employee, role=row.get("role", True))
            days: dict[str, Any] = {"first_day": date.fromisoformat(row["from"])}
            days["last_day"] = row["to"] and date.fromisoformat(row["to"])
            if row["state"] == "REVOKED":
                days["state"] = AuthorisationState.REVOKED
            self._orderers.authorise(row["user"], row["unit"], **days)

    def _tell_the_portal(self, row: dict[str, Any]) -> None:
        self._portal.put(
            row["program"],
            Holder(user_name=row["user_name"], number=row["person"], name=row["name"]),
            *row["roles"],
            units=tuple(row["units"]),
            first_day=date.fromisoformat(row["from"]),
            last_day=row["to"] and date.fromisoformat(row["to"]),
            state=AccessState.ACTIVE if row["state"] == "ACTIVE" else AccessState.DISABLED,
            locked=bool(row.get("locked_by")),
        )

    def endings(
        self, situation: Situation, model: type[O], perform: Callable[[O, Run], Outcome]
    ) -> Counter[tuple[str, str]]:
        """What the rows come to, one after the other."""
        known: dict[str, str] = {}
        found: Counter[tuple[str, str]] = Counter()
        for row in situation.rows:
            order = taken(row, model, self.town)
            if row["order_id"] in known:
                found[RESUBMITTED, known[row["order_id"]]] += 1
            elif order is None:
                found[REFUSED, "INVALID_INPUT"] += 1
            else:
                ending = self._performed(order, perform)
                known[row["order_id"]] = ending[1]
                found[ending] += 1
        return found

    def _performed(self, order: O, perform: Callable[[O, Run], Outcome]) -> tuple[str, str]:
        case = MemoryCase(registers=self._registers, submitted_at=self.town.now)
        self._tk.case = self._orderers.case = self._portal.case = case
        screens = {**self._orderers.screens(), **self._portal.screens(), directory_screen(Network.TK): self._tk}
        try:
            outcome = perform(order, case.run(screens, clock=FixedClock(self.town.now)))
        except BusinessException as broken:
            return "manual", broken.code
        return "done", outcome.code.value


def taken(row: dict[str, Any], model: type[O], town: Town) -> O | None:
    """The order as it would be taken in; None where it would be refused."""
    try:
        order = model.model_validate(row, context={"accepts_synthetic": True})
    except ValidationError:
        return None
    return None if list(order.breaches(town.now)) else order
