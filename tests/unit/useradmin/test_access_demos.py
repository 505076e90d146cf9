"""The demo's accesses and orderers: on every day of the year they are what the processes take, refuse or leave to a person."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from town_in_memory import TownInMemory, taken

from common.local.day import REFUSED, Flow
from common.process import Register
from useradmin_svc.accesses.ordered import OrderedAccess
from useradmin_svc.accesses.registers import forbidden_roles, program_roles, programs
from useradmin_svc.demo import authorised_orderers, program_accesses
from useradmin_svc.demo.town import Town
from useradmin_svc.orderers.ordered import OrderedAuthorisation
from useradmin_svc.processes.authorised_orderers import authorised_orderer
from useradmin_svc.processes.program_accesses import program_access

DAYS = ["2026-01-01", "2026-02-28", "2026-11-23", "2028-02-29"]
FLOWS: list[tuple[Callable[[Town, int], Flow], Mapping[Any, int], int, type[Any]]] = [
    (program_accesses.flow, program_accesses.SITUATIONS, 40, OrderedAccess),
    (authorised_orderers.flow, authorised_orderers.SITUATIONS, 30, OrderedAuthorisation),
]


def town(now: datetime, *, hired: int = 0) -> Town:
    return Town(random.Random(7), now, hired=hired)


class TestEachDay:
    @pytest.mark.parametrize(("flow", "situations", "least"), [each[:3] for each in FLOWS])
    def test_has_every_situation(self, flow: Any, situations: Mapping[Any, int], least: int) -> None:
        made = flow(town(datetime(2026, 11, 23, 8, tzinfo=UTC)), least)
        assert made.rows == least
        assert {situation.name for situation in made.situations} == {make.__name__.strip("_") for make in situations}

    @pytest.mark.parametrize(("flow", "least", "model"), [(each[0], *each[2:]) for each in FLOWS])
    def test_orders_are_refused_only_where_they_must_be(self, flow: Any, least: int, model: Any) -> None:
        for hour in (0, 23):
            for number in range(0, 366, 9):
                there = town(datetime(2026, 1, 1, hour, 30, tzinfo=UTC) + timedelta(days=number))
                for situation in flow(there, least).situations:
                    refused = any(state == REFUSED for state, _ in situation.expected)
                    assert all((taken(row, model, there) is None) is refused for row in situation.rows), situation.name


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("hired", [0, 500])
class TestEverySituation:
    def test_of_accesses_comes_to_what_it_must(self, day: str, hired: int) -> None:
        there = town(datetime.fromisoformat(f"{day}T08:00:00+01:00"), hired=hired)
        made = program_accesses.flow(there, 80)
        played = TownInMemory(there, program_accesses.PROGRAMS)
        played.store(program_accesses.registers(there))
        for situation in made.situations:
            assert played.endings(situation, OrderedAccess, program_access) == situation.expected, situation.name

    def test_of_orderers_comes_to_what_it_must(self, day: str, hired: int) -> None:
        there = town(datetime.fromisoformat(f"{day}T08:00:00+01:00"), hired=hired)
        made = authorised_orderers.flow(there, 60)
        played = TownInMemory(there)
        for situation in made.situations:
            found = played.endings(situation, OrderedAuthorisation, authorised_orderer)
            assert found == situation.expected, situation.name


def test_the_registers_are_such_as_can_be_handed_in() -> None:
    handed_in = program_accesses.registers(town(datetime(2026, 11, 23, 8, tzinfo=UTC)))
    declared: list[Register[Any]] = [programs, program_roles, forbidden_roles]
    for register in declared:
        assert register.check
        assert list(register.check([register.row.model_validate(row) for row in handed_in[register.name]])) == []
