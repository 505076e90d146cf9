"""The payroll system's pages for assignments: finding one, what stands of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel

from common.browser.dates import day, day_or_none
from common.browser.locator import button, heading, label, link, table, text
from common.browser.screen import Form
from common.person import PersonFacts, facts
from payroll_svc.assignments.benefit import BenefitKind, Relation
from payroll_svc.screens.payroll_target import PayrollScreen, PayrollSystem
from payroll_svc.screens.timesheets import HoursPage
from payroll_svc.screens.worked_lines import hundredths, known

BENEFITS = {
    "Støttekontakt": BenefitKind.STOTTEKONTAKT,
    "Avlaster": BenefitKind.AVLASTER,
    "Fosterhjem": BenefitKind.FOSTERHJEM,
    "Besøkshjem": BenefitKind.BESOKSHJEM,
    "Omsorgsstønad": BenefitKind.OMSORGSSTONAD,
    "Tolk": BenefitKind.TOLK,
    "Sensor": BenefitKind.SENSOR,
    "Annet": BenefitKind.OTHER,
}
RELATIONS = {"Oppdragstaker": Relation.CONTRACTOR, "Arbeidstaker": Relation.EMPLOYEE}
_ANSWERS = {"Ja": True, "Nei": False}


class Assignment(BaseModel, frozen=True):
    """What the payroll system shows of an assignment; hours in hundredths."""

    number: str
    holder: PersonFacts
    kind: BenefitKind
    first_day: date
    last_day: date | None
    decision: str
    hours_per_month: int
    carried_over: int
    km: bool
    """Whether its contract has kilometres."""
    relation: Relation

    def active(self, on: date) -> bool:
        return self.first_day <= on and (self.last_day is None or on <= self.last_day)

    def __repr__(self) -> str:
        return f"Assignment({self.number})"


class AssignmentToFind(Form):
    number: Annotated[str, label("Oppdragsnr.")]


@PayrollSystem.looked_at
class AssignmentSearch(PayrollScreen):
    path = "/oppdrag"
    ready = (heading("Finn oppdrag"), label("Oppdragsnr."))
    untouched = (AssignmentToFind, button("Finn oppdrag"))

    def search(self, number: str) -> AssignmentHits:
        return self.submit(AssignmentToFind(number=number), button("Finn oppdrag"), expect=AssignmentHits)


class AssignmentHits(PayrollScreen):
    """What the search gave: a table of assignments, or "Fant ikke oppdraget"."""

    ready = heading("Oppdragstreff")
    none = text("Fant ikke oppdraget")
    found = table("Oppdragsliste")

    def numbers(self) -> list[str]:
        """The numbers of the assignments found; one number may stand there twice."""
        return [] if self.shows(self.none) else [row["Oppdragsnr."] for row in self.rows(self.found)]

    def open(self) -> AssignmentPage:
        """Open the only hit."""
        (row,) = self.rows(self.found)
        return row.press(link("Åpne"), expect=AssignmentPage)


class PeriodToShow(Form):
    period: Annotated[str, label("Periode")]


class AssignmentPage(PayrollScreen):
    ready = (heading("Oppdrag"), button("Vis timer"))

    def facts(self) -> Assignment:
        shown = self.terms()
        return Assignment(
            number=shown["Oppdragsnr."],
            holder=facts(shown["Oppdragstaker"], shown["Fødselsnr."], "", shown["Merknad"]),
            kind=known(BENEFITS, shown["Ytelse"]),
            first_day=day(shown["Fra"]),
            last_day=day_or_none(shown["Til"]),
            decision=shown["Vedtak"],
            hours_per_month=hundredths(shown["Timer per måned"]),
            carried_over=hundredths(shown["Overført"]),
            km=known(_ANSWERS, shown["Km i kontrakten"]),
            relation=known(RELATIONS, shown["Tilknytning"]),
        )

    def hours(self, period: str) -> HoursPage:
        """The hours of a period, `2026-11`."""
        return self.submit(PeriodToShow(period=period), button("Vis timer"), expect=HoursPage)
