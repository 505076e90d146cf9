"""The municipality's units as user administration needs them: the register `units`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from common.errors import InvalidValue
from common.norway.organisation import OrganisationNumber
from common.process import RegisterRow, Run
from common.refusals import FieldProblem
from useradmin_svc.directory.entry import Network
from useradmin_svc.order import EmployeeNo
from useradmin_svc.service import useradmin

Word = Annotated[str, StringConstraints(pattern=r"^[\w .&/-]{1,64}$")]


class UnitRow(RegisterRow):
    """One unit: who leads it, and where its people's accounts lie."""

    unit: OrganisationNumber = Field(description="Organisasjonsnummer", examples=["311874322"])
    name: Word = Field(description="Enhetens navn", examples=["Nordre skole"])
    unit_type: Word = Field(description="Type enhet, som i listen over programroller", examples=["SKOLE"])
    leader_employee_no: EmployeeNo = Field(description="Lederens ansattnummer", examples=["100201"])
    place: Word = Field(description="Mappe i katalogen for brukerne", examples=["Skole"])
    groups_tk: tuple[Word, ...] = Field(default=(), description="Grupper i TK-nett", examples=[["SKOLE-ALLE"]])
    groups_elev: tuple[Word, ...] = Field(default=(), description="Grupper i elevnett", examples=[["LAERERE"]])
    mail_domain: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{3,100}$")] = Field(
        description="Domene for e-postadressene", examples=["nordre.kommune.example"]
    )

    def groups(self, network: Network) -> tuple[str, ...]:
        """The groups that all of the unit belong to in a network."""
        return self.groups_tk if network is Network.TK else self.groups_elev


def _once(rows: Sequence[UnitRow]) -> Iterable[FieldProblem]:
    seen: set[str] = set()
    for place, row in enumerate(rows):
        if row.unit in seen:
            yield FieldProblem("unit", "INVALID_VALUE", "The unit stands twice", row=place)
        seen.add(row.unit)


units = useradmin.register("units", row=UnitRow, title="Enheter", entry="enhet", check=_once)


def unit_of(run: Run, unit: str, *, on: date) -> UnitRow:
    """The unit as the register has it on a day; raises RegisterMissing, and InvalidValue for a unit it does not name."""
    found = next((row for row in units.on(run, on).rows if row.unit == unit), None)
    if found is None:
        raise InvalidValue("The register of units does not name the unit")
    return found
