"""A night of control reports: a trial run, a final one after it, and two that are closed; what must come out."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from common.local.day import REFUSED, RESUBMITTED, Flow, Situation
from common.local.town import EXISTS, Made, situations
from payroll_svc.demo.payroll_runs import (
    COUPLE,
    EXCUSED,
    FULL_PAY,
    LAPSED,
    TOWN_HALL,
    in_positions,
    pay_day,
    registers_of,
    run_of,
    seeded,
    told,
)
from payroll_svc.demo.town import Town

NOOP, REPORTED, HELD, UPDATED = ("done", "NOOP"), ("done", "REPORTED"), ("done", "HELD"), ("done", "UPDATED")
CONFLICT, LOCKED = ("manual", "CONFLICT_IN_TARGET"), ("manual", "RECORD_LOCKED")
PROCESS = "payroll-controls"
_STOPPED: dict[str, Any] = {"net": -31_500, "deductions": FULL_PAY - 1_200_000 + 31_500}
"""What stops a row: more is deducted than there is."""
_CORRECTED, _STILL_WRONG = "H1", "H2"
"""The numbers of positions that come again in the final run."""


def _listed(town: Town, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Put rows into the trial run, and give them as its report has them."""
    town.pay_rows.extend(rows)
    return [told(town, row) for row in rows]


def _one(town: Town, ending: tuple[str, str], **facts: Any) -> Made:
    return _listed(town, seeded(town, **facts)), [ending]


def _clean(town: Town) -> Made:
    """Within the 30 % of last month that may be."""
    return _one(town, NOOP, gross_prev=FULL_PAY * town.chance.choice((78, 88, 95, 100, 100, 100, 104, 112, 127)) // 100)


def _more_deducted_than_there_is(town: Town) -> Made:
    return _one(town, HELD, **_STOPPED)


def _without_an_account(town: Town) -> Made:
    return _one(town, HELD, account="")


def _without_a_tax_card(town: Town) -> Made:
    return _one(town, REPORTED, tax_card="MISSING", tax=FULL_PAY // 2, net=FULL_PAY // 2)


def _without_a_tax_card_and_too_little_tax(town: Town) -> Made:
    return _one(town, HELD, tax_card="WRONG_EMPLOYER")


def _left(town: Town, kind: str) -> dict[str, Any]:
    """Somebody whose employment ended before the month."""
    end = pay_day(town).replace(day=1) - timedelta(days=1)
    return seeded(town, employment_end=end.isoformat(), pay_lines=[{"kind": kind, "amount": FULL_PAY}])


def _paid_after_leaving(town: Town) -> Made:
    return _listed(town, _left(town, "FASTLONN")), [HELD]


def _holiday_pay_after_leaving(town: Town) -> Made:
    return _listed(town, _left(town, "FERIEPENGER")), [NOOP]


def _paid_before_the_first_day(town: Town) -> Made:
    return _one(town, HELD, employment_start=(pay_day(town) + timedelta(days=1)).isoformat())


def _far_from_last_month(town: Town) -> Made:
    return _one(town, REPORTED, gross_prev=FULL_PAY // 2)


def _new_this_month(town: Town) -> Made:
    return _one(town, NOOP, gross_prev=0, employment_start=pay_day(town).replace(day=1).isoformat())


def _large(town: Town) -> Made:
    return _one(town, REPORTED, **_amount(16_000_000))


def _very_large(town: Town) -> Made:
    return _one(town, HELD, **_amount(51_000_000))


def _amount(gross: int) -> dict[str, Any]:
    """So much, every month."""
    lines = [{"kind": "FASTLONN", "amount": gross}]
    return {"gross": gross, "net": gross - 1_200_000, "gross_prev": gross, "fixed_pay": gross, "pay_lines": lines}


def _beside(row: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """Another row of the same employee."""
    return row | {"position_no": "B2"} | facts


def _over_100(town: Town) -> Made:
    row = seeded(town, percent=60_00)
    return _listed(town, row, _beside(row, percent=40_01)), [REPORTED, REPORTED]


def _one_position_twice(town: Town) -> Made:
    person = town.person()
    row, again = (seeded(town, person, percent=40_00) for _ in range(2))
    return _listed(town, row, again | {"account": row["account"]}), [REPORTED, REPORTED]


def _two_positions(town: Town) -> Made:
    row = seeded(town, percent=60_00)
    return _listed(town, row, _beside(row, percent=40_00)), [NOOP, NOOP]


def _without_a_contract(town: Town) -> Made:
    return _one(town, REPORTED, contract_present=False)


def _overtime(town: Town) -> Made:
    return _one(town, REPORTED, overtime={"week": 11_00, "w4": 20_00, "w52": 100_00})


def _overtime_that_was_agreed(town: Town) -> Made:
    return _one(town, NOOP, unit=TOWN_HALL, overtime={"week": 11_00, "w4": 20_00, "w52": 100_00})


def _no_id(town: Town) -> Made:
    return _one(town, HELD, national_id="17838410104")


def _two_on_one_account(town: Town) -> Made:
    row, other = seeded(town), seeded(town)
    return _listed(town, row, other | {"account": row["account"]}), [REPORTED, REPORTED]


def _couple_on_one_account(town: Town) -> Made:
    row, other = (seeded(town, position_no=COUPLE) for _ in range(2))
    return _listed(town, row, other | {"account": row["account"]}), [NOOP, NOOP]


def _no_tax(town: Town) -> Made:
    return _one(town, REPORTED, tax=0, net=FULL_PAY)


def _no_tax_with_an_exemption(town: Town) -> Made:
    return _one(town, NOOP, tax=0, net=FULL_PAY, tax_card="EXEMPT")


_NOTHING: dict[str, Any] = {"gross": 0, "net": 0, "tax": 0, "gross_prev": 0, "fixed_pay": 0, "pay_lines": []}


def _no_pay(town: Town) -> Made:
    return _one(town, REPORTED, **_NOTHING)


def _on_unpaid_leave(town: Town) -> Made:
    rows = _listed(town, seeded(town, **_NOTHING))
    return [rows[0] | {"unpaid_leave": True}], [NOOP]


def _excused(town: Town) -> Made:
    return _one(town, NOOP, position_no=EXCUSED, contract_present=False)


def _excused_until_last_year(town: Town) -> Made:
    return _one(town, ("manual", "NEEDS_JUDGEMENT"), position_no=LAPSED, contract_present=False)


def _report_is_stale(town: Town) -> Made:
    row = seeded(town)
    town.pay_rows.append(row | _STOPPED)
    return [told(town, row)], [CONFLICT]


def _not_in_the_run(town: Town) -> Made:
    return [told(town, seeded(town))], [CONFLICT]


def _twice_in_the_run(town: Town) -> Made:
    rows = _listed(town, seeded(town, contract_present=False))
    town.pay_rows.append(town.pay_rows[-1])
    return rows, [("manual", "AMBIGUOUS_HIT")]


def _locked(town: Town) -> Made:
    return _one(town, LOCKED, contract_present=False, locked_by="Turid Lønn")


def _held_by_somebody(town: Town) -> Made:
    return _one(town, REPORTED, hold=True, hold_by="Turid Lønn", comment="Venter på svar fra NAV")


def _marked_before(town: Town) -> Made:
    return _one(town, EXISTS, contract_present=False, mark="W", codes=["K10"])


def _told_twice(town: Town) -> Made:
    rows = _listed(town, seeded(town, percent=40_00, contract_present=False))
    return [*rows, dict(rows[0])], [REPORTED, EXISTS]


def _submitted_twice(town: Town) -> Made:
    (row,) = _listed(town, seeded(town))
    keyed = row | {"reference": town.reference("L")}
    return [keyed, dict(keyed)], [NOOP, (RESUBMITTED, "NOOP")]


def _of_no_month(town: Town) -> Made:
    return [told(town, seeded(town), period="2026-13")], [(REFUSED, "INVALID_INPUT")]


def _corrected_for_the_final_run(town: Town) -> Made:
    return _one(town, HELD, position_no=_CORRECTED, **_STOPPED)


def _as_wrong_in_the_final_run(town: Town) -> Made:
    return _one(town, HELD, position_no=_STILL_WRONG, **_STOPPED)


# How often each turns up; every one of them turns up at least once in a day of 60.
SITUATIONS = {
    _clean: 60,
    _more_deducted_than_there_is: 3,
    _far_from_last_month: 3,
    _without_a_contract: 3,
    _corrected_for_the_final_run: 3,
    _as_wrong_in_the_final_run: 2,
    _two_positions: 2,
    _without_an_account: 2,
    _without_a_tax_card: 1,
    _without_a_tax_card_and_too_little_tax: 1,
    _paid_after_leaving: 1,
    _holiday_pay_after_leaving: 1,
    _paid_before_the_first_day: 1,
    _new_this_month: 1,
    _large: 1,
    _very_large: 1,
    _over_100: 1,
    _one_position_twice: 1,
    _overtime: 1,
    _overtime_that_was_agreed: 1,
    _no_id: 1,
    _two_on_one_account: 1,
    _couple_on_one_account: 1,
    _no_tax: 1,
    _no_tax_with_an_exemption: 1,
    _no_pay: 1,
    _on_unpaid_leave: 1,
    _excused: 1,
    _excused_until_last_year: 1,
    _report_is_stale: 1,
    _not_in_the_run: 1,
    _twice_in_the_run: 1,
    _locked: 1,
    _held_by_somebody: 1,
    _marked_before: 1,
    _told_twice: 1,
    _submitted_twice: 1,
    _of_no_month: 1,
}
_SCARCE = {_corrected_for_the_final_run, _as_wrong_in_the_final_run, _excused, _excused_until_last_year}


def flow(town: Town, rows: int) -> Flow:
    """The report of the trial run: so many rows, all judged together, and the tables they are judged by."""
    made = situations(town, SITUATIONS, rows, first=_SCARCE, filling=_clean)
    return Flow(
        process=PROCESS,
        situations=made,
        seeds=[("payroll", "/_kontroll/runs", [run_of(town, "T1", town.pay_rows)])],
        registers={name: table for name, table in registers_of(town).items() if table},
        together=True,
    )


def afterwards(town: Town) -> list[Flow]:
    """The reports of two runs that are closed, and, when the trial run is done, of the final one, which inherits its holds."""
    again = [(row, HELD) for row in in_positions(town, _STILL_WRONG)]
    again += [(row | {"net": FULL_PAY - 1_200_000, "deductions": 0}, UPDATED) for row in in_positions(town, _CORRECTED)]
    closed = [_closed(town, "E1", "LOCKED", LOCKED), _closed(town, "E2", "PAID", ("manual", "PERIOD_CLOSED"))]
    if not again:
        return closed
    final = Flow(
        process=PROCESS,
        situations=[_situation("in_the_final_run", told(town, row, "H1"), ending) for row, ending in again],
        seeds=[("payroll", "/_kontroll/runs", [run_of(town, "H1", [row for row, _ in again], carries_from="T1")])],
        checks=[("payroll", lambda summary: _lifted_once(summary, len(in_positions(town, _CORRECTED))))],
        after=1,
        together=True,
    )
    return [*closed, final]


def _closed(town: Town, letter: str, status: str, ending: tuple[str, str]) -> Flow:
    row = seeded(town)
    return Flow(
        process=PROCESS,
        situations=[_situation("closed_run", told(town, row, letter), ending)],
        seeds=[("payroll", "/_kontroll/runs", [run_of(town, letter, [row], status=status)])],
    )


def _situation(name: str, row: dict[str, Any], ending: tuple[str, str]) -> Situation:
    return Situation(name=name, rows=[row], expected=Counter([ending]))


def _lifted_once(summary: Any, corrected: int) -> str | None:
    lifted, repeated = summary["holds_lifted"], summary["controls_repeated"]
    if lifted != corrected:
        return f"{lifted} holds were lifted, {corrected} were no longer hit"
    return f"{repeated} controls were saved twice" if repeated else None
