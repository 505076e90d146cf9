"""Registers: dated tables that their owner unit replaces (tariffs, thresholds, whitelists), as a process sees them.

In force on a day is the highest version among those that are valid from that day or earlier. So a later version with
the same or an earlier first day takes the place of all before it, from its own first day on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from common.errors import RobotFault
from common.exact import require_exact
from common.refusals import FieldProblem

if TYPE_CHECKING:
    from common.run import Run


class RegisterRow(BaseModel):
    """One row of a register; its fields are the columns. Never about a person: registers are not encrypted."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, str_strip_whitespace=True, hide_input_in_errors=True
    )

    @field_validator("*", mode="before")
    @classmethod
    def nothing_is_guessed(cls, value: Any, info: ValidationInfo) -> Any:
        """A value is taken for what its column declares."""
        require_exact(cls, info.field_name, value)
        return value


R = TypeVar("R", bound=RegisterRow)


@dataclass(frozen=True)
class InForce(Generic[R]):
    """The version of a register that a case is decided by."""

    version: int
    valid_from: date
    rows: tuple[R, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RegisterTable:
    """One version as it is stored: its rows as JSON has them."""

    version: int
    valid_from: date
    rows: Sequence[Any] = field(repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Register(Generic[R]):
    """A declared register: its rows, and the rule over all of them."""

    name: str
    title: str
    row: type[R]
    check: Callable[[Sequence[R]], Iterable[FieldProblem]] | None = None
    """What is wrong with the rows together (periods that overlap); a problem's `row` is its place among them, from 0."""
    entry: str = "oppføring"
    """What one row is, in Norwegian, as its template says it: `sats`, `vaksine`."""

    def on(self, run: Run, day: date) -> InForce[R]:
        """The version in force on a day, the same one each time this case asks; raises RegisterMissing."""
        return run.register(self, on=day)

    def read(self, table: RegisterTable) -> InForce[R]:
        """The typed rows of a stored version; raises RobotFault when the declaration has changed too much since."""
        try:
            rows = tuple(self.row.model_validate(row) for row in table.rows)
        except ValidationError:
            raise RobotFault(
                f"Version {table.version} of the register {self.name} does not fit its declaration any more: "
                "hand the table in again"
            ) from None
        return InForce(table.version, table.valid_from, rows)
