"""The registers of programs, of their roles, and of roles that nobody has together (USR-01)."""

from __future__ import annotations

from typing import Any

import pytest
from access_office import PAIRS, PROGRAMS, ROLES
from pydantic import ValidationError

from useradmin_svc.accesses.registers import (
    ForbiddenPair,
    ProgramRole,
    ProgramRow,
    forbidden_roles,
    program_roles,
    programs,
)


def problems(register: Any, rows: list[Any]) -> list[tuple[int | None, str, str]]:
    return [(each.row, each.field, each.code) for each in register.check(rows)]


def test_the_usual_ones_can_be_handed_in() -> None:
    for register, rows in ((programs, PROGRAMS), (program_roles, ROLES), (forbidden_roles, PAIRS)):
        assert problems(register, rows) == []


class TestPrograms:
    def test_a_sensitive_one_has_an_owner(self) -> None:
        row = ProgramRow(program="HSPRO", name="HsPro", sensitive=True)
        assert problems(programs, [*PROGRAMS, row]) == [(3, "system_owner", "MISSING_FIELD")]

    def test_each_stands_once(self) -> None:
        assert problems(programs, [*PROGRAMS, ProgramRow(program="esa", name="ESA")]) == [
            (3, "program", "INVALID_VALUE")
        ]

    @pytest.mark.parametrize("program", ["", "E S A", "ESA,B", "x" * 25, "E\nA"])
    def test_a_code_is_one_word(self, program: str) -> None:
        with pytest.raises(ValidationError):
            ProgramRow(program=program, name="ESA")


class TestRoles:
    def test_each_stands_once_for_a_type_of_unit(self) -> None:
        row = ProgramRole(program="esa", role="leder", unit_type="ADM")
        place = len(ROLES)
        assert problems(program_roles, [*ROLES, row]) == [(place, "role", "INVALID_VALUE")]


class TestForbiddenPairs:
    def test_are_two_roles(self) -> None:
        row = ForbiddenPair(program="ESA", role="LEDER", other_program="ESA", other_role="LEDER")
        assert problems(forbidden_roles, [row]) == [(0, "other_role", "INVALID_VALUE")]

    def test_may_be_the_same_role_of_two_programs(self) -> None:
        row = ForbiddenPair(program="ESA", role="LEDER", other_program="AGRESSO", other_role="LEDER")
        assert problems(forbidden_roles, [row]) == []

    def test_stand_once_whichever_comes_first(self) -> None:
        first = PAIRS[1]
        turned = ForbiddenPair(
            program=first.other_program, role=first.other_role, other_program=first.program, other_role=first.role
        )
        assert problems(forbidden_roles, [*PAIRS, turned]) == [(2, "other_role", "INVALID_VALUE")]
