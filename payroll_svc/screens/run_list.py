"""The payroll system's pages about runs: which there are, and the list of all rows of one, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel

from common.browser.dates import day
from common.browser.locator import heading, link, table
from common.browser.screen import Row
from common.errors import TargetDown, UiChanged
from common.norway.money import ore
from payroll_svc.control.row import RunType, TaxCard, plain_account
from payroll_svc.screens.payroll_target import PayrollScreen, PayrollSystem

W = TypeVar("W")

_PAGE = re.compile(r"(\d+) av (\d+)", re.ASCII)


class RunState(StrEnum):
    """How far a run has come."""

    CALCULATED = "CALCULATED"
    LOCKED = "LOCKED"
    PAID = "PAID"


RUN_TYPES = {"Prøvekjøring": RunType.TRIAL, "Hovedkjøring": RunType.FINAL, "Ekstrakjøring": RunType.EXTRA}
RUN_STATES = {"Beregnet": RunState.CALCULATED, "Låst": RunState.LOCKED, "Utbetalt": RunState.PAID}
TAX_CARDS = {
    "Elektronisk": TaxCard.OK,
    "Mangler": TaxCard.MISSING,
    "Annen arbeidsgiver": TaxCard.WRONG_EMPLOYER,
    "Frikort": TaxCard.EXEMPT,
}
_YES_NO = {"Ja": True, "Nei": False}


class RunFacts(BaseModel, frozen=True):
    """What the payroll system says of a run."""

    run_id: str
    run_type: RunType
    period: str
    pay_date: date
    state: RunState


@dataclass(frozen=True, slots=True, repr=False)
class ListedRow:
    """A line of the list: what is paid, and whether anybody has marked it."""

    unit: str
    percent: int
    gross: int
    net: int
    tax: int
    deductions: int
    gross_prev: int
    fixed_pay: int
    account: str
    tax_card: TaxCard
    marked: bool
    held: bool


RunList = Mapping[tuple[str, str], list[ListedRow]]
"""The rows of a run by employee and position; more than one under a key is nothing that a robot sorts out."""


@PayrollSystem.looked_at
class PayRuns(PayrollScreen):
    path = "/kjoringer"
    ready = (heading("Lønnskjøringer"), table("Kjøringer"))
    run_table = table("Kjøringer")

    def run(self, run_id: str) -> RunFacts | None:
        """What the system says of a run; None for one it does not know."""
        row = self._row(run_id)
        return None if row is None else run_facts(row)

    def list_of(self, run_id: str) -> RunListPage:
        """The first page of a run's list; raises UiChanged for a run that was there a moment ago."""
        row = self._row(run_id)
        if row is None:
            raise UiChanged("The payroll system does not list the run any more")
        return row.press(link("Vis liste"), expect=RunListPage)

    def _row(self, run_id: str) -> Row | None:
        return next((row for row in self.rows(self.run_table) if row["Kjøring"] == run_id), None)


class RunListPage(PayrollScreen):
    ready = (heading("Kjøringsliste"), table("Lønnsrader"))
    pay_rows = table("Lønnsrader")

    def listed(self) -> RunList:
        """All rows of the run, read page after page; raises TargetDown when the list changes meanwhile.

        Where one row goes and another comes, the number stays the same, and the row that moved across the edge of a page
        has been missed: so what was read must come to the sums that the list shows, too.
        """
        found: dict[tuple[str, str], list[ListedRow]] = {}
        page, number, gross, net = self, 0, 0, 0
        for page in self._pages():
            for row in page.rows(page.pay_rows):
                listed = _listed(row)
                found.setdefault((row["Ansattnr."], row["Stillingsnr."]), []).append(listed)
                number, gross, net = number + 1, gross + listed.gross, net + listed.net
        shown = page.terms()
        if (number, gross, net) != (int(shown["Antall rader"]), ore(shown["Sum brutto"]), ore(shown["Sum netto"])):
            raise TargetDown("The list of the run changed while it was read")
        return found

    def _pages(self) -> Iterator[RunListPage]:
        page, number = self, 1
        while True:
            shown = _PAGE.fullmatch(page.terms()["Side"])
            if shown is None or int(shown[1]) != number:
                raise UiChanged("The list of the run shows another page than the next one")
            yield page
            if number >= int(shown[2]):
                return
            page, number = page.press(link("Neste side"), expect=RunListPage), number + 1


def run_facts(shown: Mapping[str, str]) -> RunFacts:
    """What a row or a page says of a run."""
    return RunFacts(
        run_id=shown["Kjøring"],
        run_type=known(RUN_TYPES, shown["Type"]),
        period=shown["Periode"],
        pay_date=day(shown["Utbetaling"]),
        state=known(RUN_STATES, shown["Status"]),
    )


def _listed(row: Row) -> ListedRow:
    return ListedRow(
        unit=row["Enhet"],
        percent=ore(row["Prosent"]),
        gross=ore(row["Brutto"]),
        net=ore(row["Netto"]),
        tax=ore(row["Skatt"]),
        deductions=ore(row["Trekk"]),
        gross_prev=ore(row["Forrige"]),
        fixed_pay=ore(row["Fastlønn"]),
        account=plain_account(row["Konto"]),
        tax_card=known(TAX_CARDS, row["Skattekort"]),
        marked=bool(row["Kontroll"].strip() or row["Koder"].strip()),
        held=yes(row["Sperre"]),
    )


def yes(shown: str) -> bool:
    return known(_YES_NO, shown)


def known(words: Mapping[str, W], shown: str) -> W:
    """What a word of the payroll system means; raises UiChanged for one nobody has heard of."""
    if shown not in words:
        raise UiChanged(f"The payroll system shows another word than {', '.join(words)}")
    return words[shown]
