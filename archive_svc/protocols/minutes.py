"""The way to an item in the meeting module, and what is noted on it there."""

from __future__ import annotations

from archive_svc.protocols.decided_item import DecidedItem
from archive_svc.screens.meetings.item import ItemPage
from archive_svc.screens.meetings.search import ItemSearch, ItemToFind
from archive_svc.screens.meetings.target import ItemFacts
from common.errors import AmbiguousHit, InvalidValue
from common.process import Run


class Minutes:
    """What the meeting module has of one item, for one run."""

    def __init__(self, run: Run, item: DecidedItem) -> None:
        self._run, self._item = run, item

    def item(self) -> ItemFacts:
        """The item as it stands now; raises InvalidValue when there is none, AmbiguousHit for several."""
        return self._page().facts()

    def reference(self) -> list[str]:
        """Where the protocol is archived, as far as that is noted."""
        noted = self.item().reference
        return [noted] if noted else []

    def note(self, reference: str) -> None:
        """Note where the protocol is archived; raises RecordLocked and TargetRejected."""
        self._page().note_reference().save(reference)

    def _page(self) -> ItemPage:
        item = self._item
        sought = ItemToFind(body=item.body, meeting_date=item.meeting_date, number=item.item_no)
        hits = self._run.open(ItemSearch).search(sought)
        found = hits.items()
        if not found:
            raise InvalidValue("The meeting module has no such item")
        if len(found) > 1:
            raise AmbiguousHit("The meeting module has the item several times")
        return hits.open(found[0])
