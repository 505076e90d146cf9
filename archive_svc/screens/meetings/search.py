"""The meeting module's search for items."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from archive_svc.screens.meetings.item import ItemPage
from archive_svc.screens.meetings.target import ItemHit, Meetings, MeetingsScreen
from common.browser.dates import day
from common.browser.locator import button, heading, label, link, table, text
from common.browser.screen import Form, Row
from common.errors import UiChanged


class ItemToFind(Form):
    """By what an item is sought: an empty text leaves it open."""

    body: Annotated[str, label("Utvalg")]
    meeting_date: Annotated[date | str, label("Møtedato")]
    number: Annotated[str, label("Saksnr.")]
    case_no: Annotated[str, label("Arkivsak")] = ""


@Meetings.looked_at
class ItemSearch(MeetingsScreen):
    path = "/saker"
    ready = (heading("Finn sak"), label("Saksnr."))
    untouched = (ItemToFind, button("Finn sak"))

    def search(self, sought: ItemToFind) -> ItemHits:
        """Every item that has all that is sought."""
        return self.submit(sought, button("Finn sak"), expect=ItemHits)


class ItemHits(MeetingsScreen):
    """What the search gave: a table of items, or "Ingen sak funnet"."""

    ready = (heading("Saker"), link("Nytt søk"))
    none = text("Ingen sak funnet")
    hits = table("Saker")

    def items(self) -> list[ItemHit]:
        return [] if self.shows(self.none) else [_hit(row) for row in self.rows(self.hits)]

    def open(self, hit: ItemHit) -> ItemPage:
        """Open one of the hits; raises UiChanged when it is not there any more."""
        for row in self.rows(self.hits):
            if _hit(row) == hit:
                return row.press(link("Åpne"), expect=ItemPage)
        raise UiChanged("The item that was found is not in its own list of hits")


def _hit(row: Row) -> ItemHit:
    return ItemHit(
        body=row["Utvalg"],
        meeting_date=day(row["Møtedato"]),
        number=row["Saksnr."],
        case_no=row["Arkivsak"],
    )
