"""Notice which cases' children have all ended."""

from __future__ import annotations

from common.cases.children import Children
from common.errands.errand import Desk


async def children(desk: Desk) -> None:
    """Tell it in the log of each; whoever follows the events hears of it at once."""
    if ended := await Children(desk.pool).end():
        await desk.bell.ended(ended)
