"""What may be ordered in which program: the programs, their roles by type of unit, and roles that nobody has together (USR-01)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from common.errors import InvalidValue
from common.process import RegisterRow, Run
from common.refusals import FieldProblem
from useradmin_svc.order import EmployeeNo
from useradmin_svc.service import useradmin
from useradmin_svc.units import Word

ProgramCode = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z0-9ÆØÅæøå_-]{1,24}$")]
RoleCode = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z0-9ÆØÅæøå_-]{1,32}$")]

Held = tuple[str, str]
"""A role in a program: (program, role)."""


class ProgramRow(RegisterRow):
    """One program that accesses are ordered to."""

    program: ProgramCode = Field(description="Programmets kode", examples=["ESA"])
    name: Word = Field(description="Programmets navn", examples=["ESA sak og arkiv"])
    sensitive: bool = Field(
        default=False, description="Helse, barnevern, lønn: systemeieren må godkjenne hver bestilling"
    )
    system_owner: EmployeeNo | None = Field(
        default=None,
        description="Systemeierens ansattnummer; må fylles ut for sensitive programmer",
        examples=["100301"],
    )


class ProgramRole(RegisterRow):
    """A role that people of a type of unit may have."""

    program: ProgramCode = Field(description="Programmets kode", examples=["ESA"])
    role: RoleCode = Field(description="Rollens kode, som i programmet", examples=["SAKSBEHANDLER"])
    unit_type: Word = Field(description="Type enhet, som i registeret over enheter", examples=["SKOLE"])


class ForbiddenPair(RegisterRow):
    """Two roles that nobody may have at the same time, in one program or in two."""

    program: ProgramCode = Field(description="Det ene programmet", examples=["AGRESSO"])
    role: RoleCode = Field(description="Rollen der", examples=["BESTILLER"])
    other_program: ProgramCode = Field(description="Det andre programmet; kan være det samme", examples=["AGRESSO"])
    other_role: RoleCode = Field(description="Rollen som ikke kan kombineres med den", examples=["GODKJENNER"])

    @property
    def pair(self) -> frozenset[Held]:
        return frozenset({(self.program, self.role), (self.other_program, self.other_role)})


def _owned(rows: Sequence[ProgramRow]) -> Iterable[FieldProblem]:
    """A program stands once, and a sensitive one has an owner."""
    seen: set[str] = set()
    for place, row in enumerate(rows):
        if row.program in seen:
            yield FieldProblem("program", "INVALID_VALUE", "The program stands twice", row=place)
        if row.sensitive and row.system_owner is None:
            yield FieldProblem("system_owner", "MISSING_FIELD", "A sensitive program has a system owner", row=place)
        seen.add(row.program)


def _once(rows: Sequence[ProgramRole]) -> Iterable[FieldProblem]:
    seen: set[ProgramRole] = set()
    for place, row in enumerate(rows):
        if row in seen:
            yield FieldProblem("role", "INVALID_VALUE", "The role stands twice for this type of unit", row=place)
        seen.add(row)


def _of_two(rows: Sequence[ForbiddenPair]) -> Iterable[FieldProblem]:
    """A pair is two roles, and stands once, whichever of them comes first."""
    seen: set[frozenset[Held]] = set()
    for place, row in enumerate(rows):
        if len(row.pair) == 1:
            yield FieldProblem("other_role", "INVALID_VALUE", "A role cannot be forbidden beside itself", row=place)
        if row.pair in seen:
            yield FieldProblem("other_role", "INVALID_VALUE", "The pair stands twice", row=place)
        seen.add(row.pair)


programs = useradmin.register("programs", row=ProgramRow, title="Fagprogrammer", entry="program", check=_owned)
program_roles = useradmin.register(
    "program-roles", row=ProgramRole, title="Roller i fagprogrammer", entry="rolle", check=_once
)
forbidden_roles = useradmin.register(
    "forbidden-roles", row=ForbiddenPair, title="Roller som ikke kan kombineres", entry="par", check=_of_two
)


def program_of(run: Run, program: str) -> ProgramRow:
    """The program as its register has it today; raises RegisterMissing, and InvalidValue for one it does not name."""
    found = next((row for row in programs.on(run, run.today()).rows if row.program == program), None)
    if found is None:
        raise InvalidValue("The register of programs does not name the program")
    return found
