"""Varde Lønn put together: its store, its pages and its console."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.applications import Starlette

from sandbox.office.money import kroner
from sandbox.office.system import Options, System
from sandbox.office.view import Brand
from sandbox.payroll import codes, forms_queue, hours_form, pay_rows
from sandbox.payroll.assignments import Assignments
from sandbox.payroll.control import answers
from sandbox.payroll.employees import Employees
from sandbox.payroll.forms_queue import FormsQueue
from sandbox.payroll.pay_rows import PayRows
from sandbox.payroll.runs import Runs
from sandbox.payroll.store import Store
from sandbox.payroll.timesheets import Timesheets
from sandbox.payroll.workforce import Workforce

PAYROLL: Final = Brand(
    name="payroll",
    home="/ansatte",
    folder=Path(__file__).parent,
    shared={"codes": codes, "hours_form": hours_form, "pay_rows": pay_rows},
    filters={
        "kr": kroner,
        "ja_nei": codes.yes_no,
        "lonnsarter": pay_rows.pay_lines,
        "opplysninger": forms_queue.details,
    },
)


def build(options: Options, restart: Callable[[], None]) -> Starlette:
    store = Store(options.database(PAYROLL.name))
    system = System(PAYROLL, options, saves=("control", "activation", "timesheet", "correction"))
    gate, view = system.gate, system.view
    pages = [
        *Employees(store=store, sessions=system.sessions, gate=gate, view=view).routes(),
        *Workforce(store=store, gate=gate, view=view).routes(),
        *Runs(store=store, gate=gate, view=view).routes(),
        *PayRows(store=store, gate=gate, view=view).routes(),
        *FormsQueue(store=store, gate=gate, view=view).routes(),
        *Assignments(store=store, gate=gate, view=view).routes(),
        *Timesheets(store=store, sessions=system.sessions, gate=gate, view=view).routes(),
    ]
    return system.application(store, pages, answers(store, system.sessions), restart)
