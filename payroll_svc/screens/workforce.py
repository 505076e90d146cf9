"""The payroll system's overview of all positions of a month: some hundred pages, read one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel

from common.browser.locator import button, heading, label, link, table
from common.browser.screen import Form
from common.errors import UiChanged
from payroll_svc.positions.holding import Position
from payroll_svc.screens.employees import position_of
from payroll_svc.screens.payroll_target import PayrollScreen, PayrollSystem

_PAGE = re.compile(r"(\d+) av (\d+)", re.ASCII)
_BLANKS = re.compile(r"\s")


class ListedPosition(BaseModel, frozen=True):
    """A line of the overview: whose position, and which."""

    number: str
    """The national id as the payroll system shows it."""
    position: Position

    def __repr__(self) -> str:
        return "ListedPosition(…)"

    __str__ = __repr__


class MonthToShow(Form):
    month: Annotated[str, label("Måned")]


@PayrollSystem.looked_at
class Workforce(PayrollScreen):
    path = "/stillinger"
    ready = (heading("Stillingsoversikt"), label("Måned"))
    untouched = (MonthToShow, button("Vis"))

    def show(self, month: str) -> WorkforcePage:
        """The first page of the positions that hold on any day of `2026-11`."""
        return self.submit(MonthToShow(month=month), button("Vis"), expect=WorkforcePage)


class WorkforcePage(PayrollScreen):
    ready = (heading("Stillinger i måneden"), table("Stillinger"))
    positions_listed = table("Stillinger")

    def total(self) -> int:
        """How many positions the overview has at this moment, on all of its pages."""
        return int(_BLANKS.sub("", self.terms()["Antall stillinger"]))

    def positions(self) -> list[ListedPosition]:
        """The positions of this page; raises UiChanged for what cannot be read."""
        # An empty list is shown as one cell that says so.
        return [
            ListedPosition(number=row["Fødselsnr."], position=position_of(row, row["Ansattnr."]))
            for row in self.rows(self.positions_listed)
            if row["Fra"]
        ]

    def pages(self) -> Iterator[WorkforcePage]:
        """This page and all after it."""
        page = self
        while True:
            yield page
            number, of = page.place()
            if number >= of:
                return
            page = page.next_page()

    def next_page(self) -> WorkforcePage:
        return self.press(link("Neste side"), expect=WorkforcePage)

    def place(self) -> tuple[int, int]:
        """Which page it is, and of how many."""
        found = _PAGE.fullmatch(self.terms()["Side"].strip())
        if found is None:
            raise UiChanged("The overview of positions does not say which of its pages it shows")
        return int(found[1]), int(found[2])
