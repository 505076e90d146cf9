"""From what an owner unit hands in to the rows of a register: all of them right, or every problem by row and column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from common.errors import IdInvalid
from common.norway import national_id
from common.norway.national_id import IdKind
from common.privacy.masking import numbers
from common.process import composed
from common.refusals import FieldProblem, FileUnusable, InvalidInput, MalformedRequest
from common.register import Register, RegisterRow
from common.spreadsheet import columns_of, read
from common.spreadsheet.table import Table
from common.web.body import parse
from common.web.fields import field_problems

_TOLD = 100  # problems; nobody reads more, and an answer must stay small
_MOST_ROWS = 100_000
_PERSONS = {IdKind.FNR, IdKind.DNR, IdKind.HNR}


@dataclass(frozen=True)
class _Given:
    """One row as it came, and how its place is told."""

    values: Any
    index: int
    """From 0."""
    problems: tuple[FieldProblem, ...] = ()
    number: int | None = None
    """In a file: the row as a person sees it."""
    table: Table | None = None

    def told(self, problem: FieldProblem) -> FieldProblem:
        """The problem with the place of this row."""
        if self.table is None:
            field = ".".join(part for part in (str(self.index), problem.field) if part)
            return replace(problem, field=field, row=None)
        column = self.table.column_of(problem.field) if problem.field else None
        return replace(problem, row=self.number, column=column)


def rows_of_json(register: Register[Any], body: bytes) -> list[dict[str, Any]]:
    """The rows of a JSON array; raises MalformedRequest or InvalidInput."""
    try:
        given = composed(parse(body))
    except PydanticCustomError as unfit:
        raise MalformedRequest(unfit.message()) from None
    if not isinstance(given, list) or not given:
        raise InvalidInput((FieldProblem("", "INVALID_VALUE", "A register is a JSON array of at least one row"),))
    rows = cast("list[Any]", given)
    if len(rows) > _MOST_ROWS:
        raise InvalidInput((FieldProblem("", "TOO_LARGE", f"A register holds at most {_MOST_ROWS} rows"),))
    checked = _checked(register, (_Given(values, index) for index, values in enumerate(rows)))
    if isinstance(checked, tuple):
        raise InvalidInput(checked)
    return checked


def rows_of_file(register: Register[Any], file: bytes) -> list[dict[str, Any]]:
    """The rows of a CSV or XLSX file; raises FileUnusable. Takes a while: for a thread."""
    table = read(BytesIO(file), columns=columns_of(register.row))
    given = (_Given(row.values, index, row.problems, row.number, table) for index, row in enumerate(table))
    checked = _checked(register, given)
    if isinstance(checked, tuple):
        raise FileUnusable(checked)
    return checked


def _checked(register: Register[Any], given: Iterator[_Given]) -> list[dict[str, Any]] | tuple[FieldProblem, ...]:
    """The rows as they are stored, or what is wrong with them."""
    problems: list[FieldProblem] = []
    rows: list[RegisterRow] = []
    taken: list[_Given] = []
    for row in given:
        found = row.problems
        try:
            made: RegisterRow = register.row.model_validate(row.values)
        except ValidationError as invalid:
            errors = field_problems(invalid.errors(include_url=False, include_input=False))
            named = {problem.field for problem in found}
            found += tuple(row.told(problem) for problem in errors if problem.field not in named)
        else:
            found += tuple(row.told(problem) for problem in _about_persons(made))
            rows.append(made)
            taken.append(row)
        problems += found
        if len(problems) > _TOLD:
            break
    if not problems and register.check is not None:
        problems += _of_all(register.check(rows), taken)
    return tuple(problems[:_TOLD]) if problems else [row.model_dump(mode="json") for row in rows]


def _of_all(problems: Any, taken: Sequence[_Given]) -> list[FieldProblem]:
    """What the register's own rule found, at the places of the rows it names."""
    found: list[FieldProblem] = []
    for problem in cast("Iterator[FieldProblem]", problems):
        found.append(problem if problem.row is None else taken[problem.row].told(problem))
        if len(found) >= _TOLD:
            break
    return found


def _about_persons(row: RegisterRow) -> Iterator[FieldProblem]:
    """Registers are readable for everybody who decides by them: no national id belongs there."""
    for name, value in row.model_dump(mode="json").items():
        if any(_is_persons(number) for number in numbers(str(value))):
            yield FieldProblem(name, "PERSON_IN_REGISTER", f"{name} holds a national id: registers are not encrypted")


def _is_persons(number: str) -> bool:
    try:
        return national_id.parse(number).kind in _PERSONS
    except IdInvalid:
        return False
