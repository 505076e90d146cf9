"""Register rows that hold for some days only: a tariff, a vaccine in use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from pydantic import Field

from common.process import RegisterRow
from common.refusals import FieldProblem


class RowOfPeriod(RegisterRow):
    """A row that holds from its first day through its last one, both included."""

    first_day: date = Field(description="Første dag raden gjelder", examples=["2020-12-27"])
    last_day: date | None = Field(default=None, description="Siste dag raden gjelder; tom: fremdeles")

    def in_use(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


P = TypeVar("P", bound=RowOfPeriod)


def overlaps(rows: Sequence[P], key: Callable[[P], object]) -> Iterable[FieldProblem]:
    """On no day two rows may speak of the same thing, and no period may end before it begins."""
    earlier: dict[object, list[P]] = {}
    for place, row in enumerate(rows):
        if row.last_day is not None and row.last_day < row.first_day:
            yield FieldProblem("last_day", "INVALID_VALUE", "The period ends before it begins", row=place)
        same = earlier.setdefault(key(row), [])
        if any(other.in_use(row.first_day) or row.in_use(other.first_day) for other in same):
            yield FieldProblem("first_day", "INVALID_VALUE", "Another row holds for the same days", row=place)
        same.append(row)
