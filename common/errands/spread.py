"""Make deliveries of the feed's events for every webhook that wants them."""

from __future__ import annotations

from common.cases.feed import Feed, FeedPage, Position
from common.errands.errand import Desk
from common.errands.renumber import renumber
from common.webhooks.outbox import Outbox

_PAGES = 50  # of one webhook in one go; the others get their turn, and the next go continues


async def spread(desk: Desk) -> None:
    """Bring every webhook up to the feed's end. Most stand at the same place: what one reads, all use."""
    await renumber(desk.pool)
    feed, outbox = Feed(desk.pool), Outbox(desk.pool)
    targets = await outbox.behind()
    if not targets:
        return
    pages: dict[Position, FeedPage] = {}
    stored = False
    for _ in range(_PAGES):
        moved = False
        for target in targets:
            if target.position not in pages:
                pages[target.position] = await feed.page(target.position)
            page = pages[target.position]
            # A position that moved at every look would be written every second for nothing.
            if page.moves or page.more:
                moved = await outbox.spread(target, page, desk.clock()) or moved
                stored = stored or any(target.wants(move) for move in page.moves)
        if not moved:
            break
        targets = await outbox.behind()
    if stored:
        await desk.bell.errand("deliver")
