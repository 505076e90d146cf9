"""The demo's pay forms: on every day of the year they are what the process takes, refuses or leaves to a person."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from forms_in_memory import FormsInMemory
from pydantic import ValidationError

from common.clock import OSLO
from common.errors import BusinessException
from common.local.day import REFUSED, RESUBMITTED, Situation
from common.testing import FixedClock, MemoryCase, MemoryRegisters
from payroll_svc.demo.payroll_form_activations import DEMANDED, SITUATIONS, flow
from payroll_svc.demo.town import Town
from payroll_svc.pay_forms.approvals import DemandedApproval, form_approvals
from payroll_svc.pay_forms.fields import WORDS, FormType
from payroll_svc.pay_forms.form import PayForm
from payroll_svc.processes.payroll_form_activations import activate_pay_form
from payroll_svc.screens.employees import EmployeeFacts
from payroll_svc.screens.form_queue import FormFacts, FormStatus, FormTerms, OtherForm, ShownApproval, pieces

ROWS = [DemandedApproval.model_validate(row) for row in DEMANDED]


def town(now: datetime) -> Town:
    return Town(random.Random(7), now)


def test_every_situation_turns_up_in_a_day_of_forty_five() -> None:
    made = flow(town(datetime(2026, 11, 23, 8, tzinfo=UTC)), 45)
    assert made.rows == 45
    assert {situation.name for situation in made.situations} == {make.__name__.strip("_") for make in SITUATIONS}


def test_the_register_is_one_that_the_office_could_hand_in() -> None:
    assert form_approvals.check
    assert list(form_approvals.check(ROWS)) == []


@pytest.mark.parametrize("hour", [0, 23])
def test_on_every_day_forms_are_refused_only_where_they_must_be(hour: int) -> None:
    for number in range(0, 366, 5):
        there = town(datetime(2026, 1, 1, hour, 30, tzinfo=UTC) + timedelta(days=number))
        for situation in flow(there, 45).situations:
            refused = any(state == REFUSED for state, _ in situation.expected)
            assert all((_taken(row, there.now) is None) is refused for row in situation.rows), situation.name


@pytest.mark.parametrize("day", ["2026-01-01", "2026-02-28", "2026-11-23", "2026-12-31"])
def test_every_situation_comes_to_what_it_must(day: str) -> None:
    there = town(datetime.fromisoformat(f"{day}T08:00:00+01:00"))
    situations = flow(there, 90).situations
    payroll, registers = _payroll(there), MemoryRegisters()
    registers.store("form-approvals", ROWS, valid_from=date(2025, 1, 1))
    for situation in situations:
        assert _endings(situation, there, payroll, registers) == situation.expected, situation.name


def _endings(
    situation: Situation, there: Town, payroll: FormsInMemory, registers: MemoryRegisters
) -> Counter[tuple[str, str]]:
    """What the rows come to, one after the other."""
    known: dict[str, str] = {}
    found: Counter[tuple[str, str]] = Counter()
    for row in situation.rows:
        form, reference = _taken(row, there.now), row["reference"]
        if reference in known:
            found[RESUBMITTED, known[reference]] += 1
        elif form is None:
            found[REFUSED, "INVALID_INPUT"] += 1
        else:
            ending = _performed(form, there, payroll, registers)
            known[reference] = ending[1]
            found[ending] += 1
    return found


def _performed(form: PayForm, there: Town, payroll: FormsInMemory, registers: MemoryRegisters) -> tuple[str, str]:
    payroll.case = MemoryCase(registers=registers)
    try:
        outcome = activate_pay_form(form, payroll.case.run(payroll.screens(), clock=FixedClock(there.now)))
    except BusinessException as broken:
        return "manual", broken.code
    return "done", outcome.code.value


def _taken(row: dict[str, Any], now: datetime) -> PayForm | None:
    try:
        form = PayForm.model_validate(row)
    except ValidationError:
        return None
    return None if list(form.breaches(now)) else form


def _payroll(there: Town) -> FormsInMemory:
    """The payroll system in memory, as the demo tells its stand-in."""
    payroll = FormsInMemory()
    payroll.employees = [_employee(row) for row in there.employees]
    payroll.forms = [_form(row, there, payroll.employees) for row in there.forms]
    return payroll


def _employee(row: dict[str, Any]) -> EmployeeFacts:
    remarks = [f"Tidligere nummer: {number}" for number in row.get("previous_ids", ())]
    return EmployeeFacts(
        employee_no=row["employee_no"],
        number=row["national_id"],
        family_name=row["family_name"],
        given_name=row["given_name"],
        status="Sluttet" if row.get("status") == "LEFT" else "Aktiv",
        remark="; ".join([*remarks, *(["Adressesperre: kode 6"] if row.get("protection") else [])]),
    )


def _form(row: dict[str, Any], there: Town, employees: list[EmployeeFacts]) -> FormFacts:
    of = next((each for each in employees if each.employee_no == row["employee_no"]), None)
    others = [each for each in there.forms if each["employee_no"] == row["employee_no"]]
    return FormFacts(
        terms=FormTerms(
            form_id=row["form_id"],
            type=WORDS[FormType(row["form_type"])],
            employee_no=row["employee_no"],
            name=f"{of.family_name}, {of.given_name}" if of else "",
            first_day=row["effective_from"],
            last_day=row["effective_to"],
            details=pieces("; ".join(f"{label}: {value}" for label, value in row["details"].items())),
        ),
        version=row.get("version", 1),
        number=of.number if of else "",
        status=_status(row),
        locked="locked_by" in row,
        oldest_open=there.first_day(-1),
        future_lines=row.get("future_lines", 0),
        approvals=[
            ShownApproval.model_validate(one | {"at": datetime.fromisoformat(one["at"]).replace(tzinfo=OSLO)})
            for one in row["approvals"]
        ],
        others=[_other(each) for each in others if each["form_id"] != row["form_id"]],
        activations=[],
    )


def _other(row: dict[str, Any]) -> OtherForm:
    return OtherForm(
        form_id=row["form_id"],
        type=WORDS[FormType(row["form_type"])],
        first_day=row["effective_from"],
        last_day=row["effective_to"],
        status=_status(row),
    )


def _status(row: dict[str, Any]) -> FormStatus:
    return FormStatus[row.get("status", "APPROVED")]
