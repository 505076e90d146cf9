"""Lists as ESA shows them: sorted by a column, page by page, on the server."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlencode

from sandbox.office.gate import Visit, missing

T = TypeVar("T")
U = TypeVar("U")
_NUMBER: Final = re.compile(r"[1-9]\d{0,5}")
DOWN: Final = "synkende"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A header, and what the list is sorted by when somebody clicks on it."""

    header: str
    name: str
    """In the address."""
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How a list is asked for: its columns, the page, the column it is sorted by."""

    columns: Sequence[Column]
    size: int
    address: str
    """Where it is, without page and order."""
    asked: Mapping[str, str]
    """What else stands in the address."""
    number: int = 1
    sorted_by: str = ""
    down: bool = False
    first: str = "number"
    """The order when nobody has chosen one; unique, so that no row is on two pages or on none."""

    @property
    def order(self) -> str:
        chosen = next((each.sql for each in self.columns if each.name == self.sorted_by), None)
        return f"{chosen} {'desc' if self.down else 'asc'}, {self.first}" if chosen else self.first

    def page_address(self, number: int) -> str:
        return self._at(number, self.sorted_by, down=self.down)

    def sort_address(self, column: Column) -> str:
        """The first page sorted by a column; the other way round when it is sorted by it already."""
        return self._at(1, column.name, down=column.name == self.sorted_by and not self.down)

    def direction(self, column: Column) -> str:
        """As `aria-sort` says it."""
        return "" if column.name != self.sorted_by else "descending" if self.down else "ascending"

    def _at(self, number: int, sorted_by: str, *, down: bool) -> str:
        order = {"sorter": sorted_by, **({"retning": DOWN} if down else {})} if sorted_by else {}
        asked = {**self.asked, **({"side": str(number)} if number > 1 else {}), **order}
        return f"{self.address}?{urlencode(asked)}" if asked else self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of a list."""

    rows: list[T]
    total: int
    listing: Listing

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.listing.size))

    @property
    def number(self) -> int:
        return self.listing.number

    def of(self, made: Callable[[Any], U]) -> "Page[U]":
        return Page(rows=[made(row) for row in self.rows], total=self.total, listing=self.listing)


def asked_for(visit: Visit, listing: Listing) -> Listing:
    """The list as an address asks for it; raises HTTPException for a page or order that cannot be."""
    given = visit.request.query_params
    number, sorted_by = given.get("side", "1"), given.get("sorter", "")
    if not _NUMBER.fullmatch(number) or sorted_by not in ("", *(each.name for each in listing.columns)):
        raise missing()
    return replace(listing, number=int(number), sorted_by=sorted_by, down=given.get("retning", "") == DOWN)
