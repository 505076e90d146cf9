"""The register's search for orderers."""

from __future__ import annotations

from typing import Annotated

from common.browser.locator import button, heading, label, link, table, text
from common.browser.screen import Form, Row
from common.errors import UiChanged
from useradmin_svc.screens.orderers.orderer import NewOrderer, OrdererPage
from useradmin_svc.screens.orderers.target import OrdererHit, Orderers, OrderersScreen


class OrdererToFind(Form):
    """By what an orderer is sought; an empty text leaves it open."""

    orderer_id: Annotated[str, label("Bestiller-ID")] = ""
    employee_no: Annotated[str, label("Ansattnr.")] = ""
    unit: Annotated[str, label("Enhet")] = ""
    """For which the orderer has, or has had, an authorisation."""


@Orderers.looked_at
class OrdererSearch(OrderersScreen):
    path = "/bestillere"
    ready = (heading("Finn bestiller"), label("Bestiller-ID"))
    untouched = (OrdererToFind, button("Finn bestiller"))

    def search(self, sought: OrdererToFind) -> OrdererHits:
        """Every orderer that has all that is sought, with or without the role."""
        return self.submit(sought, button("Finn bestiller"), expect=OrdererHits)


class OrdererHits(OrderersScreen):
    """What the search gave: a table of orderers, or "Ingen bestiller funnet"."""

    ready = (heading("Bestillertreff"), link("Ny bestiller"))
    none = text("Ingen bestiller funnet")
    hits = table("Bestillere")

    def orderers(self) -> list[OrdererHit]:
        return [] if self.shows(self.none) else [_hit(row) for row in self.rows(self.hits)]

    def open(self, hit: OrdererHit) -> OrdererPage:
        """Open one of the hits; raises UiChanged when it is not there any more."""
        for row in self.rows(self.hits):
            if _hit(row) == hit:
                return row.press(link("Åpne"), expect=OrdererPage)
        raise UiChanged("The orderer who was found is not in its own list of hits")

    def new(self) -> NewOrderer:
        """The form for somebody who is no orderer yet, with a first authorisation."""
        return self.press(link("Ny bestiller"), expect=NewOrderer)


def _hit(row: Row) -> OrdererHit:
    return OrdererHit(orderer_id=row["Bestiller-ID"], employee_no=row["Ansattnr."], name=row["Navn"])
