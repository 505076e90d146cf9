"""The demo's control reports: on every day of the year they come to what they must, here with the system in memory."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from control_office import Office
from pydantic import ValidationError

from common.errors import BusinessException
from common.local.day import REFUSED, RESUBMITTED, Flow
from common.process import Outcome
from payroll_svc.control.registers import ExceptionRow, SharedAccount, ThresholdRow
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.row import Overtime, PayLine
from payroll_svc.demo.payroll_controls import SITUATIONS, afterwards, flow
from payroll_svc.demo.town import Town
from payroll_svc.screens.pay_row import Control, Mark, PayRowFacts
from payroll_svc.screens.run_list import RunFacts

MARKS = {"": Mark.NONE, "W": Mark.WARN, "B": Mark.STOP}
ROWS = {
    "control-thresholds": ThresholdRow,
    "control-exceptions": ExceptionRow,
    "control-shared-accounts": SharedAccount,
}


def town(now: datetime) -> Town:
    return Town(random.Random(7), now)


def test_every_situation_turns_up_in_a_day_of_sixty() -> None:
    made = flow(town(datetime(2026, 11, 23, 8, tzinfo=UTC)), 60)
    assert made.rows == 60
    assert {situation.name for situation in made.situations} == {make.__name__.strip("_") for make in SITUATIONS}


class Night:
    """A demo's night without browsers: what the console is told becomes the payroll system in memory."""

    def __init__(self, now: datetime) -> None:
        self.office = Office()
        self.office.clock.now = now
        self._seen: dict[str, tuple[str, str]] = {}

    def tell(self, made: Flow) -> None:
        for name, rows in made.registers.items():
            kept = [ROWS[name].model_validate(row) for row in rows]
            self.office.registers.store(name, kept, valid_from=date(2020, 1, 1))
        for _, _, (run,) in made.seeds:
            self._seed(run)

    def _seed(self, run: dict[str, Any]) -> None:
        facts = RunFacts(
            run_id=run["run_id"],
            run_type=run["run_type"],
            period=run["period"],
            pay_date=run["pay_date"],
            state=run["status"],
        )
        self.office.system.runs[facts.run_id] = facts
        for row in run["rows"]:
            before = self.office.system.of_position(run["carries_from"] or "", row["employee_no"], row["position_no"])
            self.office.system.rows.append(_shown(row, facts, before[0].control if before else None))

    def hand_in(self, made: Flow) -> list[Counter[tuple[str, str]]]:
        """How each situation ended; all rows are judged together."""
        endings: list[Counter[tuple[str, str]]] = [Counter() for _ in made.situations]
        taken: list[tuple[int, ReportedRow]] = []
        references: dict[str, int] = {}
        for place, row in ((place, row) for place, one in enumerate(made.situations) for row in one.rows):
            try:
                given = ReportedRow.model_validate(row)
            except ValidationError:
                endings[place][REFUSED, "INVALID_INPUT"] += 1
                continue
            if given.reference is not None and given.reference in references:
                endings[place][RESUBMITTED, "NOOP"] += 1
                continue
            references[given.reference or ""] = place
            taken.append((place, given))
        for (place, _), ended in zip(taken, self.office.control(*(row for _, row in taken)), strict=True):
            endings[place][_ending(ended)] += 1
        return endings


def _ending(ended: Outcome | BusinessException) -> tuple[str, str]:
    return ("done" if isinstance(ended, Outcome) else "manual"), ended.code


def _shown(row: dict[str, Any], run: RunFacts, inherited: Control | None) -> PayRowFacts:
    control = Control(
        mark=MARKS[row.get("mark", "")],
        codes=tuple(row.get("codes", ())),
        hold=inherited.hold if inherited else row.get("hold", False),
        hold_by=inherited.hold_by if inherited else row.get("hold_by", ""),
        comment=inherited.comment if inherited else row.get("comment", ""),
    )
    same = ("employee_no", "position_no", "unit", "percent", "gross", "net", "tax", "deductions", "gross_prev")
    more = ("fixed_pay", "tax_card", "account", "employment_start", "employment_end", "contract_present")
    return PayRowFacts.model_validate(
        {name: row[name] for name in (*same, *more)}
        | {
            "run": run,
            "name": f"{row['family_name']}, {row['given_name']}",
            "person_id": row["national_id"],
            "overtime": Overtime(**row["overtime"]),
            "lines": tuple(PayLine(line["kind"], line["amount"]) for line in row["pay_lines"]),
            "locked": bool(row.get("locked_by")),
            "control": control,
        }
    )


@pytest.mark.parametrize("number", range(0, 366, 30))
def test_on_every_day_each_situation_ends_as_it_must(number: int) -> None:
    now = datetime(2026, 1, 9, 23, 30, tzinfo=UTC) + timedelta(days=number)
    there, night = town(now), Night(now)
    trial = flow(there, 60)
    later = afterwards(there)
    assert [made.after for made in later] == [0, 0, 1]
    for made in (trial, *later):
        night.tell(made)
        for situation, ending in zip(made.situations, night.hand_in(made), strict=True):
            assert ending == situation.expected, situation.name
    ((_, check),) = later[-1].checks
    corrected = sum(situation.name == "corrected_for_the_final_run" for situation in trial.situations)
    assert check({"holds_lifted": corrected, "controls_repeated": 0}) is None
    assert check({"holds_lifted": corrected - 1, "controls_repeated": 0}) is not None
    assert check({"holds_lifted": corrected, "controls_repeated": 1}) is not None


def test_a_short_night_may_have_no_final_run() -> None:
    there = town(datetime(2026, 11, 23, 8, tzinfo=UTC))
    there.pay_rows.clear()
    assert [made.after for made in afterwards(there)] == [0, 0]
