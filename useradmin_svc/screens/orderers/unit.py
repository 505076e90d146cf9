"""The register's pages about units: who leads one, and who may order for it."""

from __future__ import annotations

from typing import Annotated

from common.browser.dates import day, day_or_none
from common.browser.locator import button, heading, label, table, text
from common.browser.screen import Form, Row
from useradmin_svc.screens.office import filled
from useradmin_svc.screens.orderers.target import Orderers, OrderersScreen, UnitFacts, UnitOrderer, known_state


class UnitToFind(Form):
    unit: Annotated[str, label("Enhet")]


@Orderers.looked_at
class UnitSearch(OrderersScreen):
    path = "/enheter"
    ready = (heading("Finn enhet"), label("Enhet"))
    untouched = (UnitToFind, button("Finn enhet"))

    def find(self, unit: str) -> UnitPage | None:
        """The page of the unit with this organisation number; None when the register has no such unit."""
        came = self.submit(UnitToFind(unit=unit), button("Finn enhet"), expect=(UnitPage, NoSuchUnit))
        return came if isinstance(came, UnitPage) else None


class NoSuchUnit(OrderersScreen):
    ready = text("Fant ikke enheten")


class UnitPage(OrderersScreen):
    ready = (heading("Enhet"), table("Enhetens bestillere"))
    orderer_list = table("Enhetens bestillere")

    def facts(self) -> UnitFacts:
        shown = self.terms()
        return UnitFacts(
            unit=shown["Enhet"],
            name=shown["Navn"],
            unit_type=shown["Type"],
            leader_name=shown["Leder"],
            leader_employee_no=shown["Leders ansattnr."],
            active_orderers=int(shown["Antall bestillere"]),
            orderers=tuple(_orderer(row) for row in self.rows(self.orderer_list) if filled(row)),
        )


def _orderer(row: Row) -> UnitOrderer:
    return UnitOrderer(
        orderer_id=row["Bestiller-ID"],
        employee_no=row["Ansattnr."],
        name=row["Navn"],
        first_day=day(row["Fra"]),
        last_day=day_or_none(row["Til"]),
        state=known_state(row["Status"]),
    )
