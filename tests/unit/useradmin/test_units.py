"""The register of units: one row for a unit, and an unknown unit goes to a person."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from common.errors import InvalidValue, RegisterMissing
from common.testing import MemoryCase
from useradmin_svc.directory.entry import Network
from useradmin_svc.units import UnitRow, unit_of, units

DAY = date(2026, 11, 23)
SCHOOL = UnitRow(
    unit="311874322",
    name="Nordre skole",
    unit_type="SKOLE",
    leader_employee_no="100201",
    place="Skole",
    groups_tk=("SKOLE-ALLE",),
    groups_elev=("LAERERE",),
    mail_domain="skole.kommune.example",
)


def test_a_unit_has_groups_in_each_network() -> None:
    case = MemoryCase()
    case.registers.store("units", [SCHOOL], valid_from=date(2026, 1, 1))
    found = unit_of(case.run(), "311874322", on=DAY)
    assert (found.groups(Network.TK), found.groups(Network.ELEV)) == (("SKOLE-ALLE",), ("LAERERE",))


def test_an_unknown_unit_is_for_a_person() -> None:
    case = MemoryCase()
    with pytest.raises(RegisterMissing):
        unit_of(case.run(), "311874322", on=DAY)
    case.registers.store("units", [SCHOOL], valid_from=date(2026, 1, 1))
    with pytest.raises(InvalidValue):
        unit_of(case.run(), "312900114", on=DAY)


def test_no_unit_stands_twice() -> None:
    assert units.check is not None
    assert [(problem.field, problem.row) for problem in units.check([SCHOOL, SCHOOL])] == [("unit", 1)]


@pytest.mark.parametrize("change", [{"place": "ou=Skole,ou=x"}, {"name": "<b>"}, {"groups_tk": ["*"]}])
def test_names_with_signs_that_a_directory_reads_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        UnitRow.model_validate(SCHOOL.model_dump() | change)
