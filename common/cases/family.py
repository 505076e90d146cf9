"""What may be read of a case's children: how many there are and where, and the tree of those whom the reader may see.

Nothing here is ever long: of each case so many children are shown, so many generations, and so many cases in all; what
is left out is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from common.cases.children import SQL
from common.cases.queries import CaseView, Queries
from common.cases.sight import Sight
from common.cases.states import State
from common.db.pool import Pool

COUNTED = 10_000
"""Children are counted no further: who asks must not read millions."""
GENERATIONS = 5
WIDTH = 50
"""Most children of one case that a tree shows."""
_CASES = 300  # in one tree


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many children a case has, whoever may see them, and where they are."""

    states: Mapping[State, int]
    ended_at: datetime | None
    """When the last of them, and of all that came of them, had ended."""

    @property
    def number(self) -> int:
        return sum(self.states.values())


@dataclass(frozen=True, kw_only=True)
class Member:
    """A case in a tree."""

    case: CaseView
    count: Count | None
    """None of one that has handed nothing over."""
    children: Sequence[Member] = field(default=())

    @property
    def left_out(self) -> int:
        """How many children are not shown: there are too many, or they are not for the reader to see."""
        return max(0, self.count.number - len(self.children)) if self.count else 0

    def everybody(self) -> list[Member]:
        """Itself and all below it."""
        return [self, *(member for child in self.children for member in child.everybody())]


class Family:
    """Reads of the service's own database, each one short statement."""

    def __init__(self, pool: Pool, queries: Queries) -> None:
        self._pool, self._queries = pool, queries

    async def count(self, *cases: UUID) -> dict[UUID, Count]:
        """The children of each of these that has handed anything over."""
        rows = await self._rows(SQL["count_children"], {"parents": list(cases), "most": COUNTED})
        return {
            row["parent"]: Count(
                states={State(state): number for state, number in row["states"].items()}, ended_at=row["ended_at"]
            )
            for row in rows
        }

    async def tree(self, root: UUID, sight: Sight) -> Member:
        """A case and what came of it, generation by generation; raises CaseUnknown.

        A child that lies outside the reader's sight is counted, and neither it nor what came of it is shown.
        """
        top = await self._queries.one(root, sight)
        views, below = {root: top}, dict[UUID, list[UUID]]()
        youngest = [root] if top.handed_over else []
        for _ in range(GENERATIONS):
            room = _CASES - len(views)
            if not youngest or room <= 0:
                break
            born = (await self._children(youngest, sight))[:room]
            found = await self._queries.some([child for _, child in born], sight)
            for parent, child in born:
                if child in found:
                    below.setdefault(parent, []).append(child)
            views |= found
            youngest = [case for case, view in found.items() if view.handed_over]
        counts = await self.count(*(case for case, view in views.items() if view.handed_over))
        return _member(root, views, below, counts)

    async def _children(self, parents: Sequence[UUID], sight: Sight) -> list[tuple[UUID, UUID]]:
        values = sight.values | {"parents": list(parents), "limit": WIDTH}
        return [(row["parent"], row["id"]) for row in await self._rows(SQL["children_of"], values)]

    async def _rows(self, statement: LiteralString, values: dict[str, Any]) -> list[dict[str, Any]]:
        async with self._pool.connection() as connection:
            return await (await connection.execute(statement, values)).fetchall()


def _member(
    case: UUID, views: Mapping[UUID, CaseView], below: Mapping[UUID, Sequence[UUID]], counts: Mapping[UUID, Count]
) -> Member:
    children = [_member(child, views, below, counts) for child in below.get(case, ())]
    return Member(case=views[case], count=counts.get(case), children=children)
