"""The demo's leavers, deletions and comparison: on every day of the year they are what the processes do, refuse or leave to a person."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from directory_in_memory import PLACES, MemoryDirectory
from orderers_in_memory import Employee, OrderersInMemory
from programs_in_memory import ProgramsInMemory
from pydantic import ValidationError

from common.errors import BusinessException
from common.local.day import REFUSED, RESUBMITTED, Flow, Situation
from common.process import CaseInput
from common.testing import FixedClock, MemoryCase, MemoryLedger, MemoryRegisters
from useradmin_svc.demo import account_deletions, account_removals, directory_reconciliations
from useradmin_svc.demo.town import Town
from useradmin_svc.directory.desk import directory_screen
from useradmin_svc.directory.entry import Network
from useradmin_svc.processes.account_deletions import delete_accounts
from useradmin_svc.processes.account_removals import remove_user
from useradmin_svc.processes.directory_reconciliations import Reconciliation, reconcile
from useradmin_svc.reconciliation.exceptions import ExceptedAccount
from useradmin_svc.removals.deletion import AccountDeletion
from useradmin_svc.removals.order import Removal
from useradmin_svc.screens.programs.target import AccessState, Holder
from useradmin_svc.units import UnitRow

PROCESSES: Mapping[str, tuple[type[CaseInput], Callable[..., Any]]] = {
    "account-removals": (Removal, remove_user),
    "account-deletions": (AccountDeletion, delete_accounts),
    "directory-reconciliations": (Reconciliation, reconcile),
}


def town(now: datetime) -> Town:
    return Town(random.Random(7), now)


class House:
    """The systems in memory, as the demo tells its stand-ins."""

    def __init__(self, there: Town, flow: Flow) -> None:
        self.there, self.flow = there, flow
        self.ledger, self.registers = MemoryLedger(), MemoryRegisters()
        long_ago = date(2020, 1, 1)
        self.registers.store("units", [UnitRow.model_validate(row) for row in there.units], valid_from=long_ago)
        excepted = [ExceptedAccount.model_validate(row) for row in flow.registers.get("directory-exceptions", ())]
        self.registers.store("directory-exceptions", excepted, valid_from=long_ago)
        self.directories = {Network.TK: MemoryDirectory(places=PLACES), Network.ELEV: MemoryDirectory(places=PLACES)}
        for network, target in ((Network.TK, "tknett"), (Network.ELEV, "elevnett")):
            for row in there.accounts[target]:
                known = {name: value for name, value in row.items() if name not in {"user_name", "secret"}}
                self.directories[network].put(row["user_name"], **known)
        self.orderers, self.programs = self._orderers(), self._programs()

    def _orderers(self) -> OrderersInMemory:
        found = OrderersInMemory(today=self.there.today)
        for row in self.there.units_at_register:
            found.unit(row["unit"], leader=row["leader"]["employee_no"])
        for row in self.there.authorisations:
            if row["user"] not in found.orderers:
                of = Employee(employee_no=row["employee_no"], name=row["name"], number=row["national_id"])
                found.put(row["user"], of)
            found.authorise(row["user"], row["unit"], first_day=row["from"], last_day=date.fromisoformat(row["to"]))
        return found

    def _programs(self) -> ProgramsInMemory:
        found = ProgramsInMemory()
        for row in self.there.accesses:
            found.program(row["program"], *row["roles"])
            holder = Holder(user_name=row["user_name"], number=row["person"], name=row["name"])
            state = AccessState[row["state"]]
            units = tuple(row["units"])
            found.put(row["program"], holder, *row["roles"], units=units, state=state, open_items=row["open_items"])
        return found

    def endings(self, situation: Situation) -> Counter[tuple[str, str]]:
        """What the rows come to, one after the other."""
        known: dict[str, str] = {}
        found: Counter[tuple[str, str]] = Counter()
        for row in situation.rows:
            given = taken(self.flow.process, row, self.there.now)
            if given is None:
                found[REFUSED, "INVALID_INPUT"] += 1
            elif given.reference is not None and given.reference in known:
                found[RESUBMITTED, known[given.reference]] += 1
            else:
                ending = self._performed(given)
                known[given.reference or ""] = ending[1]
                found[ending] += 1
        return found

    def _performed(self, given: CaseInput) -> tuple[str, str]:
        earliest = given.earliest(self.there.now)
        if earliest is not None and earliest > self.there.now:
            return "queued", ""
        case = MemoryCase(ledger=self.ledger, registers=self.registers, submitted_at=self.there.now)
        for there in (*self.directories.values(), self.orderers, self.programs):
            there.case = case
        screens = {directory_screen(network): of for network, of in self.directories.items()}
        run = case.run(
            {**screens, **self.orderers.screens(), **self.programs.screens()}, clock=FixedClock(self.there.now)
        )
        try:
            outcome = PROCESSES[self.flow.process][1](given, run)
        except BusinessException as broken:
            return "manual", broken.code
        return "done", outcome.code.value


def taken(process: str, row: dict[str, Any], now: datetime) -> CaseInput | None:
    try:
        given = PROCESSES[process][0].model_validate(row)
    except ValidationError:
        return None
    return None if list(given.breaches(now)) else given


FLOWS: Mapping[str, Callable[[Town], Flow]] = {
    "removals": lambda there: account_removals.flow(there, 60),
    "deletions": lambda there: account_deletions.flow(there, 30),
    "comparison": directory_reconciliations.flow,
}


def test_every_situation_turns_up_in_a_day_of_twenty() -> None:
    made = account_removals.flow(town(datetime(2026, 11, 23, 8, tzinfo=UTC)), 20)
    assert made.rows == 20
    assert {situation.name for situation in made.situations} == {
        make.__name__.strip("_") for make in account_removals.SITUATIONS
    }


def test_every_deletion_turns_up_in_a_day_of_seven() -> None:
    made = account_deletions.flow(town(datetime(2026, 11, 23, 8, tzinfo=UTC)), 7)
    assert {situation.name for situation in made.situations} == {
        make.__name__.strip("_") for make in account_deletions.SITUATIONS
    }


@pytest.mark.parametrize("hour", [0, 23])
def test_on_every_day_orders_are_refused_only_where_they_must_be(hour: int) -> None:
    for number in range(0, 366, 5):
        there = town(datetime(2026, 1, 1, hour, 30, tzinfo=UTC) + timedelta(days=number))
        for situation in account_removals.flow(there, 20).situations:
            refused = any(state == REFUSED for state, _ in situation.expected)
            for row in situation.rows:
                assert (taken("account-removals", row, there.now) is None) is refused, situation.name


@pytest.mark.parametrize("day", ["2026-01-01", "2026-02-28", "2026-11-23", "2026-12-31"])
@pytest.mark.parametrize("name", FLOWS)
def test_every_situation_comes_to_what_it_must(name: str, day: str) -> None:
    there = town(datetime.fromisoformat(f"{day}T08:00:00+01:00"))
    flow = FLOWS[name](there)
    house = House(there, flow)
    for situation in flow.situations:
        assert house.endings(situation) == situation.expected, situation.name
