"""The demo's orders for accounts: on every day of the year they are what the process takes, refuses or leaves to a person."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from directory_in_memory import MemoryDirectory
from town_in_memory import TownInMemory, taken

from common.errors import BusinessException
from common.local.day import REFUSED
from common.process import Outcome
from common.testing import FixedClock, MemoryCase, MemoryLedger
from useradmin_svc.accounts.order import AccountOrder
from useradmin_svc.demo.network_accounts import SITUATIONS, flow
from useradmin_svc.demo.town import GROUPS, Town
from useradmin_svc.directory.desk import directory_screen
from useradmin_svc.directory.entry import AccountState, Network
from useradmin_svc.processes.network_accounts import ordered_accounts


def town(now: datetime) -> Town:
    return Town(random.Random(7), now)


class Networks(TownInMemory):
    """The town with both its directories, and what cases make known to each other."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.elev = MemoryDirectory(known_groups={*GROUPS["elevnett"]})
        for row in self.town.accounts["elevnett"]:
            known = {name: value for name, value in row.items() if name not in {"user_name", "secret"}}
            self.elev.put(row["user_name"], **known)
        self.ledger = MemoryLedger()

    @property
    def tk(self) -> MemoryDirectory:
        return self._tk

    def _performed(self, order: Any, perform: Any) -> tuple[str, str]:
        earliest = order.earliest(self.town.now)
        if earliest is not None and earliest > self.town.now:
            return "queued", ""
        case = MemoryCase(registers=self._registers, ledger=self.ledger, submitted_at=self.town.now)
        self.tk.case = self.elev.case = self._orderers.case = case
        directories = {directory_screen(Network.TK): self.tk, directory_screen(Network.ELEV): self.elev}
        try:
            outcome: Outcome = perform(
                order, case.run({**self._orderers.screens(), **directories}, clock=FixedClock(self.town.now))
            )
        except BusinessException as broken:
            return "manual", broken.code
        return "done", outcome.code.value


def test_every_situation_turns_up_in_a_day_of_forty() -> None:
    made = flow(town(datetime(2026, 11, 23, 8, tzinfo=UTC)), 40)
    assert made.rows == 40
    assert {situation.name for situation in made.situations} == {make.__name__.strip("_") for make in SITUATIONS}


@pytest.mark.parametrize("hour", [0, 23])
def test_on_every_day_orders_are_refused_only_where_they_must_be(hour: int) -> None:
    for number in range(0, 366, 9):
        there = town(datetime(2026, 1, 1, hour, 30, tzinfo=UTC) + timedelta(days=number))
        for situation in flow(there, 40).situations:
            refused = any(state == REFUSED for state, _ in situation.expected)
            assert all((taken(row, AccountOrder, there) is None) is refused for row in situation.rows), situation.name


@pytest.mark.parametrize("day", ["2026-01-01", "2026-02-28", "2026-11-23", "2026-12-31"])
def test_every_situation_comes_to_what_it_must(day: str) -> None:
    there = town(datetime.fromisoformat(f"{day}T08:00:00+01:00"))
    situations = flow(there, 120).situations
    played = Networks(there)
    for situation in situations:
        assert played.endings(situation, AccountOrder, ordered_accounts) == situation.expected, situation.name
    for directory in (played.tk, played.elev):
        active = [one.employee_no for one in directory.accounts.values() if one.state is AccountState.ACTIVE]
        assert [number for number, times in Counter(active).items() if times > 1 and number] == []
