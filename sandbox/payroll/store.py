"""All that Varde Lønn remembers, in one SQLite file."""

from pathlib import Path
from typing import Final

from sandbox.office.books import Row
from sandbox.payroll.assignment_books import AssignmentBooks
from sandbox.payroll.employee_books import EmployeeBooks
from sandbox.payroll.form_books import FormBooks
from sandbox.payroll.run_books import RunBooks
from sandbox.payroll.seeds import Lock

WRITES: Final = ("control", "activation", "timesheet", "correction")
LOOKS: Final = ("search", "employee", "workforce", "run_list", "pay_row", "form", "assignment", "hours")
LOCKED: Final = {
    "row": "update pay_row set locked_by = ? where run_id = ? and employee_no = ? and position_no = ?",
    "form": "update form set locked_by = ? where form_id = ?",
    "assignment": "update assignment set locked_by = ? where assignment_no = ?",
}


class Store(EmployeeBooks, RunBooks, FormBooks, AssignmentBooks):
    def __init__(self, path: Path) -> None:
        super().__init__(path)

    def lock(self, locks: list[Lock]) -> int:
        """Let somebody have these records open, or nobody; says how many records that are."""
        with self._db:
            _ = self._db.execute("begin immediate")
            return sum(self._db.execute(LOCKED[lock.record], (lock.locked_by, *lock.key)).rowcount for lock in locks)

    def counts(self) -> Row:
        return {
            **self.employee_counts(),
            **self.run_counts(),
            **self.form_counts(),
            **self.assignment_counts(),
            "last_seq": self.last_seq(),
        }
