"""The payroll system's pages about one pay row: finding it, what stands on it, and the control that is written there."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel

from common.browser.dates import day_or_none
from common.browser.locator import button, heading, label, link, table, text
from common.browser.screen import Form
from common.errors import RecordLocked, TargetRejected, UiChanged
from common.norway.money import ore
from payroll_svc.control.row import Overtime, PayLine, TaxCard, plain_account
from payroll_svc.screens.payroll_target import PayrollScreen, PayrollSystem
from payroll_svc.screens.run_list import TAX_CARDS, RunFacts, known, run_facts, yes

_CODE = re.compile(r"K\d\d", re.ASCII)
_LONGEST_CODES = 60


class Mark(StrEnum):
    """The control mark of a row."""

    NONE = "NONE"
    WARN = "WARN"
    STOP = "STOP"


MARKS = {"": Mark.NONE, "Ingen": Mark.NONE, "Varsel": Mark.WARN, "Stans": Mark.STOP}
_WORDS = {Mark.NONE: "Ingen", Mark.WARN: "Varsel", Mark.STOP: "Stans"}


class Control(BaseModel, frozen=True):
    """What the control has written on a row, whoever wrote it."""

    mark: Mark
    codes: tuple[str, ...]
    hold: bool
    hold_by: str
    comment: str

    def __repr__(self) -> str:
        return f"Control({self.mark}, hold={self.hold})"


class PayRowFacts(BaseModel, frozen=True):
    """What stands on a row; amounts in øre, percentages and hours in hundredths."""

    run: RunFacts
    employee_no: str
    position_no: str
    name: str
    person_id: str
    unit: str
    percent: int
    gross: int
    net: int
    tax: int
    deductions: int
    gross_prev: int
    fixed_pay: int
    tax_card: TaxCard
    account: str
    employment_start: date | None
    employment_end: date | None
    contract_present: bool
    overtime: Overtime
    lines: tuple[PayLine, ...]
    locked: bool
    control: Control

    def __repr__(self) -> str:
        return "PayRowFacts(…)"

    __str__ = __repr__


class RowToFind(Form):
    run_id: Annotated[str, label("Kjøring")]
    employee_no: Annotated[str, label("Ansattnr.")]
    position_no: Annotated[str, label("Stillingsnr.")]


@PayrollSystem.looked_at
class PayRowSearch(PayrollScreen):
    path = "/lonnsrader"
    ready = (heading("Finn lønnsrad"), label("Stillingsnr."))
    untouched = (RowToFind, button("Finn"))

    def search(self, run_id: str, employee_no: str, position_no: str) -> PayRowHits:
        """Look up the row of a position in a run."""
        sought = RowToFind(run_id=run_id, employee_no=employee_no, position_no=position_no)
        return self.submit(sought, button("Finn"), expect=PayRowHits)


class PayRowHits(PayrollScreen):
    """What the search gave: a table of rows, or "Ingen lønnsrad funnet"."""

    ready = heading("Radtreff")
    none = text("Ingen lønnsrad funnet")
    hits = table("Treff")

    def count(self) -> int:
        return 0 if self.shows(self.none) else len(self.rows(self.hits))

    def pay_row(self) -> PayRowPage:
        """Open the only hit."""
        (row,) = self.rows(self.hits)
        return row.press(link("Åpne"), expect=PayRowPage)


class ControlForm(Form):
    """The form on a row; None leaves a field alone."""

    mark: Annotated[str, label("Kontrollmerke")]
    codes: Annotated[str, label("Regelkoder")]
    hold: Annotated[bool | None, label("Sperre utbetaling")] = None
    comment: Annotated[str | None, label("Merknad til rad")] = None

    @classmethod
    def of(cls, mark: Mark, codes: tuple[str, ...], *, hold: bool | None, comment: str | None) -> ControlForm:
        """The form that says this, in the words of the payroll system."""
        spaced = ", ".join(codes)
        written = spaced if len(spaced) <= _LONGEST_CODES else ",".join(codes)
        return cls(mark=_WORDS[mark], codes=written, hold=hold, comment=comment)


class PayRowPage(PayrollScreen):
    ready = (heading("Lønnsrad"), button("Lagre kontroll"))
    locked = text("Raden er låst av")

    def facts(self) -> PayRowFacts:
        shown = self.terms()
        return PayRowFacts(
            run=run_facts(shown),
            employee_no=shown["Ansattnr."],
            position_no=shown["Stillingsnr."],
            name=shown["Navn"],
            person_id=shown["Fødselsnr."],
            unit=shown["Enhet"],
            percent=ore(shown["Prosent"]),
            gross=ore(shown["Brutto"]),
            net=ore(shown["Netto"]),
            tax=ore(shown["Skatt"]),
            deductions=ore(shown["Trekk"]),
            gross_prev=ore(shown["Forrige"]),
            fixed_pay=ore(shown["Fastlønn"]),
            tax_card=known(TAX_CARDS, shown["Skattekort"]),
            account=plain_account(shown["Konto"]),
            employment_start=day_or_none(shown["Ansatt fra"]),
            employment_end=day_or_none(shown["Ansatt til"]),
            contract_present=yes(shown["Arbeidsavtale"]),
            overtime=Overtime(
                week=ore(shown["Overtid uke"]), w4=ore(shown["Overtid 4 uker"]), w52=ore(shown["Overtid 52 uker"])
            ),
            lines=_lines(shown["Lønnsarter"]),
            locked=self.shows(self.locked),
            control=_control(shown),
        )

    def save(self, form: ControlForm) -> SavedControl:
        """Write the control on the row; raises RecordLocked and TargetRejected when the system will not have it."""
        answers = (SavedControl, LockedRow, LockedRun, RefusedControl)
        match self.submit(form, button("Lagre kontroll"), expect=answers):
            case SavedControl() as saved:
                return saved
            case LockedRow() | LockedRun():
                raise RecordLocked
            case _:
                raise TargetRejected


class LockedRow(PayrollScreen):
    ready = text("Raden er låst av")


class LockedRun(PayrollScreen):
    ready = text("Kjøringen er låst")


class RefusedControl(PayrollScreen):
    ready = text("Kontrollen kan ikke lagres")


class SavedControl(PayrollScreen):
    ready = (heading("Kontroll lagret"), link("Til lønnsraden"))

    def pay_row(self) -> PayRowPage:
        return self.press(link("Til lønnsraden"), expect=PayRowPage)


def _control(shown: dict[str, str]) -> Control:
    return Control(
        mark=known(MARKS, shown["Kontroll"]),
        codes=tuple(sorted(_CODE.findall(shown["Koder"]))),
        hold=yes(shown["Sperre"]),
        hold_by=shown["Sperret av"],
        comment=" ".join(shown["Kommentar"].split()),
    )


def _lines(shown: str) -> tuple[PayLine, ...]:
    """The pay lines of `FASTLONN 39 800,00; OVERTID 1 200,00`; raises UiChanged for anything else."""
    lines: list[PayLine] = []
    for part in filter(None, map(str.strip, shown.split(";"))):
        kind, _, amount = part.partition(" ")
        try:
            lines.append(PayLine(kind.upper(), ore(amount)))
        except ValueError:
            raise UiChanged("The payroll system writes pay lines otherwise") from None
    return tuple(lines)
