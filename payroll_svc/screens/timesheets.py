"""The payroll system's pages for the hours of a period: the timesheets that stand, one made, one corrected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel

from common.browser.locator import button, heading, link, table, text
from common.browser.screen import Press, Row
from common.errors import ConflictInTarget, FieldNotTaken, RecordLocked, TargetRejected
from common.norway.money import ore
from payroll_svc.assignments.lines import WorkedLine, in_order
from payroll_svc.screens.payroll_target import PayrollScreen
from payroll_svc.screens.timesheet_form import FilledTimesheet
from payroll_svc.screens.worked_lines import hundredths, known, line_in, span_in

W = TypeVar("W")

_EMPTY = "–"
_OPEN = {"Åpen": True, "Lukket": False}
_CURRENT = {"Gjeldende": True, "Erstattet": False}


class Timesheet(BaseModel, frozen=True):
    """A list of hours that stands; hours in hundredths, amounts in øre."""

    number: str
    hundredths: int
    km: int
    expenses: int
    amount: int
    """What its hours come to, without kilometres and expenses."""
    reference: str
    lines: tuple[WorkedLine, ...]

    def __repr__(self) -> str:
        return f"Timesheet({self.number})"


class HoursPage(PayrollScreen):
    ready = (heading("Timer"), table("Timelister"))
    timesheet_list = table("Timelister")
    line_list = table("Registrerte timer")
    elsewhere_list = table("Timer på andre oppdrag")

    def period(self) -> str:
        return self.terms()["Periode"]

    def is_open(self) -> bool:
        """Whether hours of the period may still be registered."""
        return known(_OPEN, self.terms()["Periodestatus"])

    def sums(self) -> tuple[int, int]:
        """Hours in hundredths and their amount in øre, of all that holds."""
        shown = self.terms()
        return hundredths(shown["Sum timer"]), ore(shown["Sum beløp"])

    def current(self) -> list[Timesheet]:
        """The timesheets that hold: not those that a correction has taken the place of."""
        return [_timesheet(row, self._lines_of(row["Timelistenr."])) for row in self._current_rows()]

    def elsewhere(self) -> list[WorkedLine]:
        """The holder's hours of the period on other assignments, as far as their times are known."""
        spans = [span_in(row) for row in self.rows(self.elsewhere_list) if row.get("Fra")]
        return [span for span in spans if span is not None]

    def new_timesheet(self) -> NewTimesheet:
        return self.press(link("Ny timeliste"), expect=NewTimesheet)

    def correct(self, number: str) -> CorrectTimesheet:
        """Open a timesheet that holds, to put another in its place; raises ConflictInTarget when it does not."""
        for row in self._current_rows():
            if row["Timelistenr."] == number:
                return row.press(link("Rett"), expect=CorrectTimesheet)
        raise ConflictInTarget("The timesheet that is to be corrected does not hold any more")

    def _current_rows(self) -> list[Row]:
        # An empty list is shown as one cell that says so.
        rows = [row for row in self.rows(self.timesheet_list) if row.get("Status")]
        return [row for row in rows if known(_CURRENT, row["Status"])]

    def _lines_of(self, number: str) -> tuple[WorkedLine, ...]:
        shown = (row for row in self.rows(self.line_list) if row.get("Timer"))
        return in_order(line_in(row) for row in shown if row["Timelistenr."] == number)


class TimesheetForm(PayrollScreen):
    def fill_in(self, sheet: FilledTimesheet, *, rows: int = 0) -> CheckedTimesheet:
        """Hand the timesheet in for checking; raises RecordLocked, and TargetRejected when it is not taken."""
        return _accepted(
            self.go(
                sheet.fields(rows),
                Press(button("Kontroller")),
                expect=(CheckedTimesheet, LockedAssignment, RefusedTimesheet),
            )
        )


class NewTimesheet(TimesheetForm):
    ready = (heading("Ny timeliste"), button("Kontroller"))


class CorrectTimesheet(TimesheetForm):
    ready = (heading("Rett timeliste"), button("Kontroller"))


class LockedAssignment(PayrollScreen):
    ready = text("Oppdraget er låst av")


class RefusedTimesheet(PayrollScreen):
    ready = text("Timelisten kan ikke lagres")


class CheckedTimesheet(PayrollScreen):
    """What the payroll system has made of the form, before it is saved; amounts in øre."""

    ready = (heading("Kontroller timeliste"), button("Lagre timeliste"), table("Linjer"))
    line_list = table("Linjer")

    def require_as_filled(self, sheet: FilledTimesheet) -> None:
        """Raises FieldNotTaken if a line or a field was understood otherwise than it was meant."""
        if tuple(line_in(row) for row in self.rows(self.line_list)) != sheet.lines:
            raise FieldNotTaken("The payroll system understood the lines otherwise than they were filled in")
        shown = self.terms()
        if ore(shown["Utlegg"]) != int(sheet.head.expenses * 100):
            raise FieldNotTaken("The payroll system understood Utlegg otherwise than it was filled in")
        for field in sheet.head.fields():
            understood = shown.get(field.at.value)
            if understood is not None and _plain(understood) != _plain(field.text):
                raise FieldNotTaken(f"The payroll system understood {field.at.value} otherwise than it was filled in")

    def hundredths(self) -> int:
        return ore(self.terms()["Sum timer"])

    def amount(self) -> int:
        return ore(self.terms()["Beløp"])

    def save(self) -> SavedTimesheet:
        """Save it; raises RecordLocked and TargetRejected when it is refused."""
        came = self.press(button("Lagre timeliste"), expect=(SavedTimesheet, LockedAssignment, RefusedTimesheet))
        return _accepted(came)


class SavedTimesheet(PayrollScreen):
    ready = (heading("Timelisten er lagret"), link("Til timene"))

    def hours(self) -> HoursPage:
        """The hours of the period, with what has just been saved."""
        return self.press(link("Til timene"), expect=HoursPage)


def _timesheet(row: Mapping[str, str], lines: tuple[WorkedLine, ...]) -> Timesheet:
    return Timesheet(
        number=row["Timelistenr."],
        hundredths=hundredths(row["Timer"]),
        km=int(row["Km"].strip() or 0),
        expenses=ore(row["Utlegg"]),
        amount=ore(row["Beløp"]),
        reference=row["Referanse"],
        lines=lines,
    )


def _accepted(came: W | LockedAssignment | RefusedTimesheet) -> W:
    if isinstance(came, LockedAssignment):
        raise RecordLocked
    if isinstance(came, RefusedTimesheet):
        raise TargetRejected
    return came


def _plain(shown: str) -> str:
    text = " ".join(shown.split())
    return "" if text == _EMPTY else text
