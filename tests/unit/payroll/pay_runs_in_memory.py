"""Payroll runs and their rows without a page: the same screens, answered from memory, with deaths and failures at every save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from common.browser.screen import Page
from common.errors import RecordLocked
from common.testing import MemoryCase
from payroll_svc.control.comparing import LISTED
from payroll_svc.screens.pay_row import (
    MARKS,
    Control,
    ControlForm,
    Mark,
    PayRowFacts,
    PayRowHits,
    PayRowPage,
    PayRowSearch,
    SavedControl,
)
from payroll_svc.screens.run_list import ListedRow, PayRuns, RunFacts, RunList, RunListPage, RunState

NO_PAGE = cast("Page", None)
ROBOT = "robot-1"
UNTOUCHED = Control(mark=Mark.NONE, codes=(), hold=False, hold_by="", comment="")


@dataclass
class PayRunsInMemory:
    """Runs with their rows. The same row may stand there twice."""

    case: MemoryCase = field(default_factory=MemoryCase)
    runs: dict[str, RunFacts] = field(default_factory=dict[str, RunFacts])
    rows: list[PayRowFacts] = field(default_factory=list[PayRowFacts])
    account: str = ROBOT
    """The robot's user name."""
    stale_list: list[PayRowFacts] | None = None
    """What the list shows instead of the rows."""
    lists_read: int = 0
    pages_opened: int = 0
    saves: list[ControlForm] = field(default_factory=list[ControlForm])
    understands: Callable[[Control], Control] = lambda control: control
    """What the system makes of what is saved."""
    after_save: Callable[[], None] = lambda: None

    def screens(self) -> dict[type, object]:
        return {PayRuns: _Runs(self), PayRowSearch: _Search(self)}

    def of_position(self, run_id: str, employee_no: str, position_no: str) -> list[PayRowFacts]:
        sought = (run_id, employee_no, position_no)
        return [row for row in self.rows if (row.run.run_id, row.employee_no, row.position_no) == sought]

    def write(self, row: PayRowFacts, control: Control) -> None:
        """Put a control on a row, as anybody at a screen could."""
        at = next(place for place, each in enumerate(self.rows) if each is row)
        self.rows[at] = row.model_copy(update={"control": control})

    def control_of(self, employee_no: str, position_no: str = "A1", run_id: str = "2026-12-T1") -> Control:
        (row,) = self.of_position(run_id, employee_no, position_no)
        return row.control

    def save(self, row: PayRowFacts, form: ControlForm) -> None:
        before = row.control
        hold = before.hold if form.hold is None else form.hold
        after = Control(
            mark=MARKS[form.mark],
            codes=tuple(filter(None, form.codes.split(", "))),
            hold=hold,
            hold_by=(before.hold_by or self.account) if hold else "",
            comment=before.comment if form.comment is None else form.comment,
        )
        self.write(row, self.understands(after))
        self.saves.append(form)


class _Runs(PayRuns):
    def __init__(self, system: PayRunsInMemory) -> None:
        super().__init__(NO_PAGE)
        self._system = system

    def run(self, run_id: str) -> RunFacts | None:
        return self._system.runs.get(run_id)

    def list_of(self, run_id: str) -> RunListPage:
        return _List(self._system, run_id)


class _List(RunListPage):
    def __init__(self, system: PayRunsInMemory, run_id: str) -> None:
        super().__init__(NO_PAGE)
        self._system, self._run_id = system, run_id

    def listed(self) -> RunList:
        self._system.lists_read += 1
        found: dict[tuple[str, str], list[ListedRow]] = {}
        for row in self._system.rows if self._system.stale_list is None else self._system.stale_list:
            if row.run.run_id == self._run_id:
                found.setdefault((row.employee_no, row.position_no), []).append(_listed(row))
        return found


def _listed(row: PayRowFacts) -> ListedRow:
    shown = {name: getattr(row, name) for name in LISTED}
    marked = row.control.mark is not Mark.NONE or bool(row.control.codes)
    return ListedRow(**shown, unit=row.unit, marked=marked, held=row.control.hold)


class _Search(PayRowSearch):
    def __init__(self, system: PayRunsInMemory) -> None:
        super().__init__(NO_PAGE)
        self._system = system

    def search(self, run_id: str, employee_no: str, position_no: str) -> PayRowHits:
        return _Hits(self._system, (run_id, employee_no, position_no))


class _Hits(PayRowHits):
    def __init__(self, system: PayRunsInMemory, sought: tuple[str, str, str]) -> None:
        super().__init__(NO_PAGE)
        self._system, self._sought = system, sought

    def count(self) -> int:
        return len(self._system.of_position(*self._sought))

    def pay_row(self) -> PayRowPage:
        (_,) = self._system.of_position(*self._sought)
        return _Page(self._system, self._sought)


class _Page(PayRowPage):
    """As a browser has it: what it shows is what stood there when it was opened."""

    def __init__(self, system: PayRunsInMemory, sought: tuple[str, str, str]) -> None:
        super().__init__(NO_PAGE)
        self._system, self._sought = system, sought
        (self._shown,) = system.of_position(*sought)
        system.pages_opened += 1

    def facts(self) -> PayRowFacts:
        return self._shown

    def save(self, form: ControlForm) -> SavedControl:
        system = self._system
        (row,) = system.of_position(*self._sought)
        if row.locked or system.runs[row.run.run_id].state is not RunState.CALCULATED:
            raise RecordLocked
        assert system.case.platform is not None
        system.case.platform.reach("save")
        system.save(row, form)
        system.case.platform.reach("save done")
        system.after_save()
        return _Saved(system, self._sought)


class _Saved(SavedControl):
    def __init__(self, system: PayRunsInMemory, sought: tuple[str, str, str]) -> None:
        super().__init__(NO_PAGE)
        self._system, self._sought = system, sought

    def pay_row(self) -> PayRowPage:
        return _Page(self._system, self._sought)
