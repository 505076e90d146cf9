"""What the console of Varde Lønn has besides the calls of `sandbox.office.console`: JSON under `/_kontroll/`, without sign-in.

Amounts are øre; percent and hours are hundredths; dates are ISO. The shapes are those of `seeds`.

POST   /_kontroll/employees    [employee…] → {"employees": n}      added, with their positions and leaves
POST   /_kontroll/runs         [run…] → {"rows": n}                a run of the same number is replaced; holds and
comments of the run it `carries_from` are on its rows from the start
POST   /_kontroll/forms        [form…] → {"forms": n}              a form of the same number and version is replaced
POST   /_kontroll/rates        [rate…] → {"rates": n}              a rate of the same kind and day is replaced
POST   /_kontroll/periods      [period…] → {"periods": n}          open and closed pay periods; others are closed
POST   /_kontroll/assignments  [assignment…] → {"assignments": n}  added, with their timesheets; rates first
POST   /_kontroll/locks        [lock…] → {"records": n}            who has a record open; "" for nobody
GET    /_kontroll/writes?since=SEQ    [{seq, at, kind: control|activation|timesheet|correction, account, session,
national_id, number, source}]
GET    /_kontroll/looks?since=SEQ     the same rows, kind: search|employee|workforce|run_list|pay_row|form|assignment|hours
GET    /_kontroll/rows?run=ID         every row of a run, all columns
GET    /_kontroll/forms               every form with its approvals and activations
GET    /_kontroll/timesheets?assignment=NO   every timesheet of the assignments of that number, all columns
GET    /_kontroll/summary      employees, positions, runs, rows, rows_marked, rows_held, controls, controls_repeated
(nothing was different), holds_lifted, forms by status, activations, forms_activated_twice, assignments, timesheets,
corrections, timesheets_current_twice (the same lines), sessions, last_seq, started
"""

from typing import Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.office.console import Answer, log_answer, seeding, summary_answer
from sandbox.office.sessions import Sessions
from sandbox.payroll.seeds import Lock, Period, Rate, SeededAssignment, SeededEmployee, SeededForm, SeededRun
from sandbox.payroll.store import LOOKS, WRITES, Store

EMPLOYEES: Final = TypeAdapter(list[SeededEmployee])
RUNS: Final = TypeAdapter(list[SeededRun])
FORMS: Final = TypeAdapter(list[SeededForm])
RATES: Final = TypeAdapter(list[Rate])
PERIODS: Final = TypeAdapter(list[Period])
ASSIGNMENTS: Final = TypeAdapter(list[SeededAssignment])
LOCKS: Final = TypeAdapter(list[Lock])


def answers(store: Store, sessions: Sessions) -> list[Answer]:
    async def rows(request: Request) -> Response:
        return JSONResponse(store.rows_of_run(request.query_params.get("run", "")))

    async def forms(_: Request) -> Response:
        return JSONResponse(store.all_forms())

    async def timesheets(request: Request) -> Response:
        return JSONResponse(store.timesheets_of_number(request.query_params.get("assignment", "")))

    return [
        ("POST", "employees", seeding("employees", EMPLOYEES, store.seed_employees)),
        ("POST", "runs", seeding("rows", RUNS, store.seed_runs)),
        ("POST", "forms", seeding("forms", FORMS, store.seed_forms)),
        ("POST", "rates", seeding("rates", RATES, store.seed_rates)),
        ("POST", "periods", seeding("periods", PERIODS, store.seed_periods)),
        ("POST", "assignments", seeding("assignments", ASSIGNMENTS, store.seed_assignments)),
        ("POST", "locks", seeding("records", LOCKS, store.lock)),
        ("GET", "writes", log_answer(store, WRITES)),
        ("GET", "looks", log_answer(store, LOOKS)),
        ("GET", "rows", rows),
        ("GET", "forms", forms),
        ("GET", "timesheets", timesheets),
        ("GET", "summary", summary_answer(store.counts, sessions)),
    ]
