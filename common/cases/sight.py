"""Whose cases somebody may see. What lies outside is not refused but not there: every statement leaves it out itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from sqlmodel import col

from common.db.tables import Case

if TYPE_CHECKING:
    from common.cases.feed import Move


class _Selection(Protocol):
    def where(self, *conditions: Any) -> Self: ...


_Query = TypeVar("_Query", bound=_Selection)


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What a reader's view is narrowed to; `None` leaves that open."""

    caller: str | None = None
    """Only what this caller handed in."""
    processes: Collection[str] | None = None
    units: Collection[str] | None = None
    """Only cases of these units; one without a unit is for who is not bound to any."""

    def sees(self, move: Move) -> bool:
        """Whether a move of the feed, which many readers share, is of a case that lies within."""
        return (
            (self.caller is None or move.caller == self.caller)
            and (self.processes is None or move.process in self.processes)
            and (self.units is None or move.unit in self.units)
        )

    def of(self, query: _Query) -> _Query:
        """The query on cases, narrowed to what lies within."""
        if self.caller is not None:
            query = query.where(col(Case.caller) == self.caller)
        if self.processes is not None:
            query = query.where(col(Case.process).in_(self.processes))
        if self.units is not None:
            query = query.where(col(Case.unit).in_(self.units))
        return query

    @property
    def values(self) -> dict[str, Any]:
        """The same for a named statement."""
        return {
            "caller": self.caller,
            "processes": None if self.processes is None else list(self.processes),
            "units": None if self.units is None else list(self.units),
        }


ALL = Sight()
