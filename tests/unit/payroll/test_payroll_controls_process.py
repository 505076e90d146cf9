"""`payroll-controls`: what comes of each row of a report, as PAY-02 wants it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from control_office import FINAL, HOME, NOW, TRIAL, Office, a_report_row, shown
from pay_runs_in_memory import ROBOT, UNTOUCHED

from common.errors import (
    AmbiguousHit,
    BusinessException,
    ConflictInTarget,
    LeaseLost,
    NeedsJudgement,
    NotConfirmed,
    PeriodClosed,
    RecordLocked,
    RegisterMissing,
)
from common.process import Outcome, OutcomeCode
from common.readings import Readings
from common.testing import MemoryRegisters, person
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.row import Overtime
from payroll_svc.screens.pay_row import Control, Mark
from payroll_svc.screens.run_list import RunState

HELD, REPORTED, EXISTS, NOOP, UPDATED = (
    OutcomeCode.HELD,
    OutcomeCode.REPORTED,
    OutcomeCode.EXISTS,
    OutcomeCode.NOOP,
    OutcomeCode.UPDATED,
)
NEGATIVE: dict[str, Any] = {"net": -100, "deductions": 2_780_100}
NO_CONTRACT: dict[str, Any] = {"contract_present": False}
SOMEBODY = Control(mark=Mark.NONE, codes=(), hold=True, hold_by="kari.l", comment="Venter på svar fra NAV")


def codes_of(*ended: Outcome | BusinessException) -> list[str]:
    return [each.code for each in ended]


def refusal(office: Office, row: ReportedRow, kind: type[BusinessException]) -> BusinessException:
    (ended,) = office.control(row)
    assert isinstance(ended, kind)
    return ended


class TestCleanRows:
    def test_opens_no_row_and_reads_the_list_once(self) -> None:
        office, rows = Office(), [a_report_row() for _ in range(5)]
        office.know(*rows)
        assert codes_of(*office.control(*rows)) == [NOOP] * 5
        assert (office.system.lists_read, office.system.pages_opened) == (1, 0)

    def test_alone_it_is_put_to_the_rules_as_well(self) -> None:
        office, row = Office(), a_report_row()
        office.know(row)
        assert office.case(row) == Outcome(NOOP, {"codes": {}})
        assert office.system.case.used == {"control-thresholds": 1}

    def test_in_a_report_it_needs_no_register(self) -> None:
        office, row = Office(), a_report_row()
        office.know(row)
        office.control(row)
        assert office.system.case.used == {}

    def test_what_the_list_says_otherwise_is_looked_at(self) -> None:
        office, row = Office(), a_report_row()
        office.know(row)
        office.system.stale_list = [shown(row, gross=1)]
        assert codes_of(*office.control(row)) == [NOOP]
        assert office.system.pages_opened == 1

    def test_each_worker_reads_the_list_for_itself(self) -> None:
        office, row = Office(), a_report_row()
        office.know(row)
        office.control(row)
        office.readings = Readings()  # another worker's
        office.control(row)
        assert office.system.lists_read == 2

    def test_what_is_accepted_is_noop_and_says_so(self) -> None:
        office, row = Office(), a_report_row(**NO_CONTRACT)
        office.know(row)
        office.accept(row, "K10", date(2026, 12, 1), date(2027, 11, 30))
        assert office.control(row) == [Outcome(NOOP, {"codes": {}, "excused": ["K10"]})]


class TestHits:
    def test_what_stops_is_held_and_read_back(self) -> None:
        office, row = Office(), a_report_row(**NEGATIVE)
        office.know(row)
        (outcome,) = office.control(row)
        assert isinstance(outcome, Outcome)
        assert (outcome.code, outcome.detail) == (HELD, {"codes": {"K01": "B"}, "held": True})
        assert office.control_of(row) == Control(
            mark=Mark.STOP,
            codes=("K01",),
            hold=True,
            hold_by=ROBOT,
            comment="Roger 2026-12-T1: K01 negativ nettolønn",
        )

    def test_what_warns_is_marked_and_not_held(self) -> None:
        office, row = Office(), a_report_row(**NO_CONTRACT)
        office.know(row)
        (outcome,) = office.control(row)
        assert isinstance(outcome, Outcome)
        assert (outcome.code, outcome.detail) == (REPORTED, {"codes": {"K10": "W"}, "held": False})
        control = office.control_of(row)
        assert (control.mark, control.codes, control.hold) == (Mark.WARN, ("K10",), False)

    def test_the_highest_severity_counts_and_all_codes_are_written(self) -> None:
        office, row = Office(), a_report_row(**NEGATIVE, **NO_CONTRACT)
        office.know(row)
        (outcome,) = office.control(row)
        assert outcome.code == HELD
        assert office.control_of(row).codes == ("K01", "K10")

    def test_what_needs_the_whole_report_is_found_there_only(self) -> None:
        office, one = Office(), a_report_row()
        other = a_report_row(account_no=one.account_no)
        office.know(one, other)
        assert codes_of(*office.control(one, other)) == [REPORTED, REPORTED]
        assert office.control_of(one).codes == ("K13",)
        office = Office()
        office.know(one, other)
        assert office.case(one).code is NOOP

    def test_a_row_that_this_run_has_marked_stands(self) -> None:
        office, rows = Office(), [a_report_row(**NEGATIVE), a_report_row(**NO_CONTRACT)]
        office.know(*rows)
        office.control(*rows)
        saves = len(office.system.saves)
        again = office.control(*rows)
        assert codes_of(*again) == [EXISTS, EXISTS]
        assert len(office.system.saves) == saves
        assert [outcome.tasks for outcome in again if isinstance(outcome, Outcome)] == [(), ()]
        assert [outcome.detail for outcome in again] == [
            {"codes": {"K01": "B"}, "held": True},
            {"codes": {"K10": "W"}, "held": False},
        ]

    def test_what_somebody_let_go_after_it_was_stopped_stays_so(self) -> None:
        office, row = Office(), a_report_row(**NEGATIVE)
        office.know(row)
        office.control(row)
        office.put(row, office.control_of(row).model_copy(update={"hold": False, "hold_by": ""}))
        (outcome,) = office.control(row)
        assert outcome.code == EXISTS
        assert outcome.detail == {"codes": {"K01": "B"}, "held": False, "note": "HOLD_LIFTED_BY_SOMEBODY"}
        assert not office.control_of(row).hold

    def test_other_codes_in_the_same_run_are_marked_anew(self) -> None:
        office, row = Office(), a_report_row(**NO_CONTRACT)
        office.know(row)
        office.control(row)
        office.system.rows = [shown(row, net=-100, control=office.control_of(row))]
        worse = ReportedRow.model_validate(row.model_dump(mode="json", exclude_unset=True) | {"net": -100})
        (outcome,) = office.control(worse)
        assert outcome.code == HELD
        assert office.control_of(row).codes == ("K01", "K10")
        assert office.control_of(row).comment == "Roger 2026-12-T1: K01 negativ nettolønn; K10 arbeidsavtale mangler"

    def test_fifteen_codes_fit_into_what_the_system_takes(self) -> None:
        office = Office()
        row = a_report_row(
            person_id="17838410104",
            account_no="1",
            tax_card_status="MISSING",
            gross=60_000_000,
            net=1,
            tax=0,
            gross_prev=1_000_000,
            employment_start="2026-12-15",
            employment_end="2026-11-01",
            stillingsprosent="120.00",
            contract_present=False,
            overtime_hours={"week": 11, "w4": 0, "w52": 0},
            pay_lines=["FASTLONN:60000000"],
        )
        office.know(row)
        assert codes_of(*office.control(row)) == [HELD]
        assert len(office.system.saves[0].codes) <= 60
        assert len(office.control_of(row).comment) <= 250

    @pytest.mark.parametrize(
        ("number", "production", "code"),
        [
            ("17838410103", False, NOOP),
            ("17838410103", True, HELD),
            ("17838410104", False, HELD),
            (None, False, HELD),
        ],
    )
    def test_made_up_persons_are_stopped_in_production(self, number: str | None, production: bool, code: str) -> None:  # noqa: FBT001
        office, row = Office(accepts_synthetic=not production), a_report_row(person_id=number)
        office.know(row)
        assert codes_of(*office.control(row)) == [code]
        assert office.control_of(row).codes == (("K12",) if code is HELD else ())


class TestSomebodyElse:
    def test_a_hold_that_somebody_set_stays_and_is_told(self) -> None:
        office, row = Office(), a_report_row()
        office.know(row, control=SOMEBODY)
        (outcome,) = office.control(row)
        assert isinstance(outcome, Outcome)
        assert outcome.code is REPORTED
        assert outcome.detail == {"codes": {}, "held": True, "note": "HOLD_LEFT"}
        assert [task.name for task in outcome.tasks] == ["left"]
        assert office.control_of(row) == SOMEBODY

    def test_so_does_a_mark(self) -> None:
        office, row = Office(), a_report_row()
        marked = Control(mark=Mark.WARN, codes=(), hold=False, hold_by="", comment="Se på denne")
        office.know(row, control=marked)
        (outcome,) = office.control(row)
        assert outcome.code == REPORTED
        assert outcome.detail == {"codes": {}, "held": False, "note": "MARK_LEFT"}
        assert office.control_of(row) == marked

    @pytest.mark.parametrize(
        ("changes", "mark", "code"), [(NEGATIVE, Mark.STOP, HELD), (NO_CONTRACT, Mark.WARN, REPORTED)]
    )
    def test_their_hold_and_their_words_stay_beside_ours(self, changes: dict[str, Any], mark: Mark, code: str) -> None:
        office, row = Office(), a_report_row(**changes)
        office.know(row, control=SOMEBODY)
        (outcome,) = office.control(row)
        control = office.control_of(row)
        assert (outcome.code, control.mark, control.hold, control.hold_by) == (code, mark, True, "kari.l")
        assert control.comment.startswith("Venter på svar fra NAV | Roger 2026-12-T1: K")
        assert (outcome.detail or {})["held"]
        assert (outcome.detail or {})["note"] == "HOLD_LEFT"

    def test_what_they_added_to_our_words_stays_too(self) -> None:
        office, row = Office(), a_report_row(**NEGATIVE)
        office.know(row)
        office.control(row)
        ours = office.control_of(row)
        office.put(row, ours.model_copy(update={"comment": f"{ours.comment} – sjekket mot vedtak"}))
        final = office.final_run(row)
        office.control(final)
        comment = office.control_of(final).comment
        assert comment == "– sjekket mot vedtak | Roger 2026-12-H1: K01 negativ nettolønn"

    def test_words_that_fill_the_field_are_not_cut(self) -> None:
        office, row = Office(), a_report_row(**NEGATIVE)
        full = "x" * 249
        office.know(row, control=UNTOUCHED.model_copy(update={"comment": full}))
        (outcome,) = office.control(row)
        assert (outcome.code, office.control_of(row).comment) == (HELD, full)


class TestDisagreement:
    def test_of_a_clean_report_the_system_is_trusted_and_holds(self) -> None:
        office, row = Office(), a_report_row()
        office.know(row, net=-100)
        refused = refusal(office, row, ConflictInTarget)
        assert refused.detail == {"codes": {"K01": "B"}, "held": True, "differ": ["net"], "by_report": {}}
        control = office.control_of(row)
        assert (control.mark, control.codes, control.hold) == (Mark.STOP, ("K01",), True)

    def test_both_sides_are_told(self) -> None:
        office, row = Office(), a_report_row(**NO_CONTRACT)
        office.know(row, contract_present=True, account="12345678900")
        refused = refusal(office, row, ConflictInTarget)
        assert refused.detail == {
            "codes": {"K03": "B"},
            "held": True,
            "differ": ["account", "contract_present"],
            "by_report": {"K10": "W"},
        }

    @pytest.mark.parametrize("changes", [{"gross": 3_980_001}, {"contract_present": False}])
    def test_where_the_system_stops_nothing_nothing_is_written(self, changes: dict[str, Any]) -> None:
        office, row = Office(), a_report_row(**NEGATIVE)
        office.know(row, net=2_600_000, deductions=180_000, **changes)
        refused = refusal(office, row, ConflictInTarget)
        assert (refused.detail or {})["by_report"] == {"K01": "B"}
        assert not (refused.detail or {})["held"]
        assert office.system.saves == []

    def test_alone_as_well(self) -> None:
        office, row = Office(), a_report_row()
        office.know(row, net=-100)
        with pytest.raises(ConflictInTarget) as refused:
            office.case(row)
        assert (refused.value.detail or {})["codes"] == {"K01": "B"}

    def test_what_the_report_alone_can_tell_is_kept(self) -> None:
        office, one = Office(), a_report_row()
        other = a_report_row(account_no=one.account_no)
        office.know(one, tax=0)
        office.know(other)
        refused, _ = office.control(one, other)
        assert refused.detail == {
            "codes": {"K13": "W", "K14": "W"},
            "held": False,
            "differ": ["tax"],
            "by_report": {"K13": "W"},
        }

    def test_a_person_may_retry_and_finds_the_hold(self) -> None:
        office, row = Office(), a_report_row()
        office.know(row, net=-100)
        refusal(office, row, ConflictInTarget)
        office.system.case.retried()
        with pytest.raises(ConflictInTarget):
            office.perform(row)
        assert len(office.system.saves) == 1

    @pytest.mark.parametrize(
        ("changes", "differ"),
        [
            ({"unit": HOME}, ["unit"]),
            ({"percent": 79_99}, ["percent"]),
            ({"employment_start": date(2019, 8, 2)}, ["employment_start"]),
            ({"employment_end": date(2030, 1, 1)}, ["employment_end"]),
            ({"name": "Østgård, Kari"}, ["name"]),
            ({"person_id": "21859610371"}, ["person_id"]),
            ({"overtime": Overtime(week=1)}, ["overtime_hours"]),
            ({"lines": ()}, ["pay_lines"]),
            ({"gross": 1, "net": 2, "tax": 3}, ["gross", "net", "tax"]),
        ],
    )
    def test_every_fact_is_compared(self, changes: dict[str, Any], differ: list[str]) -> None:
        office = Office()
        row = a_report_row(**NO_CONTRACT, family_name="Nordhaug", overtime_hours={"week": 0, "w4": 0, "w52": 0})
        office.know(row, **changes)
        assert (refusal(office, row, ConflictInTarget).detail or {})["differ"] == differ

    @pytest.mark.parametrize(
        ("left_out", "otherwise"),
        [
            ({"unit": None}, {"unit": HOME}),
            ({"family_name": None, "given_name": None}, {"name": "Nordhaug, Ola"}),
            ({"given_name": None}, {"name": "Nordhaug, Ola"}),
            ({"overtime_hours": None}, {"overtime": Overtime(week=500)}),
            ({"pay_lines": []}, {"lines": [{"kind": "TILLEGG", "amount": 1}]}),
        ],
    )
    def test_what_the_report_leaves_out_is_no_difference(
        self, left_out: dict[str, Any], otherwise: dict[str, Any]
    ) -> None:
        office, row = Office(), a_report_row(**NO_CONTRACT | left_out)
        office.know(row, **otherwise)
        assert codes_of(*office.control(row)) == [REPORTED]

    def test_names_and_numbers_are_compared_as_people_write_them(self) -> None:
        office, somebody = Office(), person(family_name="Berg-Hansen", given_name="Zoë Marie")
        spaced = f"{somebody.number[:6]} {somebody.number[6:]}"
        row = a_report_row(somebody, **NO_CONTRACT, person_id=spaced, account_no="1234.56.78903")
        office.know(row, name="BERG HANSEN, Zoe", person_id=somebody.number, account="12345678903")
        assert codes_of(*office.control(row)) == [REPORTED]


class TestExpiredExceptions:
    def expired(self, row: ReportedRow, rule: str) -> Office:
        office = Office()
        office.know(row)
        office.accept(row, rule, date(2025, 12, 1), date(2026, 11, 30))
        return office

    def test_a_person_says_whether_it_still_is_accepted(self) -> None:
        row = a_report_row(**NO_CONTRACT)
        office = self.expired(row, "K10")
        refused = refusal(office, row, NeedsJudgement)
        assert refused.detail == {"codes": {"K10": "W"}, "held": False, "expired": ["K10"]}
        assert office.system.saves == []

    def test_until_then_what_stops_is_held(self) -> None:
        row = a_report_row(**NEGATIVE)
        office = self.expired(row, "K01")
        refused = refusal(office, row, NeedsJudgement)
        assert refused.detail == {"codes": {"K01": "B"}, "held": True, "expired": ["K01"]}
        assert office.control_of(row).hold

    def test_where_its_rule_is_not_hit_nothing_is_asked(self) -> None:
        row = a_report_row()
        assert codes_of(*self.expired(row, "K10").control(row)) == [NOOP]


class TestWhatCannotBeDone:
    def test_a_row_that_is_not_in_the_run(self) -> None:
        office, row, other = Office(), a_report_row(), a_report_row()
        office.know(other)
        assert refusal(office, row, ConflictInTarget).detail == {"differ": ["row"], "not_in_report": 1}

    def test_a_row_that_is_there_twice(self) -> None:
        office, row = Office(), a_report_row()
        office.know(row, row)
        refusal(office, row, AmbiguousHit)

    def test_a_run_that_nobody_knows(self) -> None:
        office, row = Office(), a_report_row()
        assert refusal(office, row, ConflictInTarget).detail == {"differ": ["run_id"]}

    @pytest.mark.parametrize(("state", "kind"), [(RunState.LOCKED, RecordLocked), (RunState.PAID, PeriodClosed)])
    @pytest.mark.parametrize("changes", [{}, NEGATIVE])
    def test_a_run_that_is_closed(
        self, state: RunState, kind: type[BusinessException], changes: dict[str, Any]
    ) -> None:
        office, row = Office(), a_report_row(**changes)
        office.know(row)
        office.system.runs[TRIAL] = office.system.runs[TRIAL].model_copy(update={"state": state})
        refusal(office, row, kind)
        assert office.system.saves == []

    @pytest.mark.parametrize(
        ("name", "value"),
        [("run_type", "FINAL"), ("period", "2026-11"), ("pay_date", date(2026, 12, 10))],
    )
    def test_another_run_than_the_reports(self, name: str, value: Any) -> None:
        office, row = Office(), a_report_row()
        office.know(row)
        office.system.runs[TRIAL] = office.system.runs[TRIAL].model_copy(update={name: value})
        assert refusal(office, row, ConflictInTarget).detail == {"differ": [name]}

    def test_a_row_that_somebody_has_locked(self) -> None:
        office, row = Office(), a_report_row(**NEGATIVE)
        office.know(row, locked=True)
        refusal(office, row, RecordLocked)
        office.system.case.retried()
        office.system.rows = [shown(row)]
        assert office.perform(row).code is HELD

    def test_a_run_that_is_locked_while_its_rows_are_worked_on(self) -> None:
        office, first, row = Office(), a_report_row(), a_report_row(**NEGATIVE)
        office.know(first, row)
        office.case(first)  # and the worker knows for half a minute that the run is open
        office.system.runs[TRIAL] = office.system.runs[TRIAL].model_copy(update={"state": RunState.LOCKED})
        with pytest.raises(RecordLocked):
            office.case(row)
        assert not office.control_of(row).hold

    def test_without_limits_nothing_is_controlled(self) -> None:
        office, row = Office(), a_report_row()
        office.know(row)
        office.registers = MemoryRegisters()
        with pytest.raises(RegisterMissing):
            office.case(row)
        with pytest.raises(RegisterMissing):
            office.judge(row)

    def test_what_the_system_saves_otherwise_is_not_confirmed(self) -> None:
        office, row = Office(), a_report_row(**NEGATIVE)
        office.know(row)
        office.system.understands = lambda control: control.model_copy(update={"hold": False, "hold_by": ""})
        office.new_case()
        with pytest.raises(NotConfirmed):
            office.perform(row)


class TestFinalRun:
    def held(self, **changes: Any) -> tuple[Office, ReportedRow]:
        office, row = Office(), a_report_row(**NEGATIVE | changes)
        office.know(row)
        assert codes_of(*office.control(row)) == [HELD]
        return office, row

    def test_lifts_what_is_not_hit_any_more_and_tells(self) -> None:
        office, row = self.held()
        final = office.final_run(row, net=2_600_000, deductions=180_000)
        (outcome,) = office.control(final)
        assert isinstance(outcome, Outcome)
        assert (outcome.code, outcome.detail) == (UPDATED, {"codes": {}, "held": False, "lifted": TRIAL})
        assert [(task.name, task.role) for task in outcome.tasks] == [("lifted", "payroll-officer")]
        assert office.control_of(final) == Control(
            mark=Mark.NONE,
            codes=(),
            hold=False,
            hold_by="",
            comment="Roger 2026-12-H1: sperre fra 2026-12-T1 opphevet",
        )

    def test_holds_on_to_what_is_still_hit(self) -> None:
        office, row = self.held()
        final = office.final_run(row)
        (outcome,) = office.control(final)
        assert (outcome.code, outcome.detail) == (HELD, {"codes": {"K01": "B"}, "held": True})
        control = office.control_of(final)
        assert (control.mark, control.hold_by) == (Mark.STOP, ROBOT)
        assert control.comment == "Roger 2026-12-H1: K01 negativ nettolønn"

    def test_and_lifts_that_too_once_it_is_right(self) -> None:
        office, row = self.held()
        final = office.final_run(row)
        office.control(final)
        right = ReportedRow.model_validate(
            final.model_dump(mode="json", exclude_unset=True) | {"net": 2_600_000, "deductions": 180_000}
        )
        office.system.rows[-1] = shown(right, control=office.control_of(final))
        (outcome,) = office.control(right)
        assert (outcome.code, (outcome.detail or {})["lifted"]) == (UPDATED, FINAL)

    def test_warns_where_a_warning_is_left(self) -> None:
        office, row = self.held(**NO_CONTRACT)
        final = office.final_run(row, net=2_600_000, deductions=180_000)
        (outcome,) = office.control(final)
        assert isinstance(outcome, Outcome)
        assert (outcome.code, outcome.detail) == (
            REPORTED,
            {"codes": {"K10": "W"}, "held": False, "lifted": TRIAL},
        )
        assert [task.name for task in outcome.tasks] == ["hits", "lifted"]
        control = office.control_of(final)
        assert (control.mark, control.hold) == (Mark.WARN, False)
        assert control.comment == "Roger 2026-12-H1: K10 arbeidsavtale mangler; sperre fra 2026-12-T1 opphevet"

    @pytest.mark.parametrize(
        "touched",
        [
            {"hold_by": "kari.l"},  # let go, and set again by somebody
            {"comment": "Ikke utbetal før jeg er tilbake"},
            {"comment": "Roger 2026-11-T1: K01 negativ nettolønn"},  # no such hold is remembered
        ],
    )
    def test_leaves_what_is_not_surely_rogers(self, touched: dict[str, str]) -> None:
        office, row = self.held()
        office.put(row, office.control_of(row).model_copy(update=touched))
        final = office.final_run(row, net=2_600_000, deductions=180_000)
        (outcome,) = office.control(final)
        assert (outcome.code, outcome.detail) == (REPORTED, {"codes": {}, "held": True, "note": "HOLD_LEFT"})
        assert office.control_of(final).hold

    def test_leaves_a_hold_that_is_not_remembered_any_more(self) -> None:
        office, row = self.held()
        final = office.final_run(row, net=2_600_000, deductions=180_000)
        office.clock.forward(timedelta(days=200))
        assert codes_of(*office.control(final)) == [REPORTED]

    def test_leaves_what_somebody_held_before_roger_did(self) -> None:
        office, row = Office(), a_report_row(**NEGATIVE)
        office.know(row, control=SOMEBODY)
        office.control(row)
        final = office.final_run(row, net=2_600_000, deductions=180_000)
        (outcome,) = office.control(final)
        assert (outcome.code, (outcome.detail or {})["note"]) == (REPORTED, "HOLD_LEFT")
        assert office.control_of(final).hold_by == "kari.l"

    def test_a_trial_run_lifts_nothing(self) -> None:
        office, row = self.held()
        right = ReportedRow.model_validate(
            row.model_dump(mode="json", exclude_unset=True) | {"net": 2_600_000, "deductions": 180_000}
        )
        office.system.rows = [shown(right, control=office.control_of(row))]
        (outcome,) = office.control(right)
        assert (outcome.code, (outcome.detail or {})["note"]) == (REPORTED, "HOLD_LEFT")
        assert office.control_of(row).hold


class TestTasks:
    def tasks(self, *ended: Outcome | BusinessException) -> list[list[tuple[str, str]]]:
        return [[(task.role, task.title) for task in each.tasks] for each in ended if isinstance(each, Outcome)]

    def test_a_person_is_told_of_once_with_all_codes(self) -> None:
        office, somebody = Office(), person()
        one = a_report_row(somebody, stillingsprosent="40.00", **NO_CONTRACT)
        same: dict[str, Any] = {
            "employee_no": one.employee_no,
            "account_no": one.account_no,
            "stillingsprosent": "40.00",
        }
        clean = a_report_row(somebody, position_no="B2", **same)
        stopped = a_report_row(somebody, position_no="C3", **same | {"stillingsprosent": "10.00"}, **NEGATIVE)
        office.know(one, clean, stopped)
        ended = office.control(clean, one, stopped)
        assert codes_of(*ended) == [NOOP, REPORTED, HELD]
        assert self.tasks(*ended) == [[], [("payroll-officer", "Lønn er holdt tilbake: K01, K10")], []]

    def test_when_the_first_row_goes_to_a_person_the_next_one_tells(self) -> None:
        office, somebody = Office(), person()
        one = a_report_row(somebody, stillingsprosent="40.00", **NO_CONTRACT)
        same: dict[str, Any] = {
            "employee_no": one.employee_no,
            "account_no": one.account_no,
            "stillingsprosent": "40.00",
        }
        other = a_report_row(somebody, position_no="B2", **same, **NEGATIVE)
        office.know(one, tax=1)
        office.know(other)
        ended = office.control(one, other)
        assert codes_of(*ended) == ["CONFLICT_IN_TARGET", HELD]
        assert self.tasks(*ended) == [[("payroll-officer", "Lønn er holdt tilbake: K01, K10")]]

    @pytest.mark.parametrize(
        ("changes", "role"),
        [
            (NO_CONTRACT, "unit-leader"),
            ({"overtime_hours": {"week": 11}}, "unit-leader"),
            ({"stillingsprosent": "100.01"}, "unit-leader"),
            ({"gross": 0, "net": 0, "tax": 0, "deductions": 0, "gross_prev": 1}, "unit-leader"),
            ({**NO_CONTRACT, "gross_prev": 1}, "payroll-officer"),
            ({"gross_prev": 1}, "payroll-officer"),
            ({**NO_CONTRACT, "unit": None}, "payroll-officer"),
            ({**NO_CONTRACT, **NEGATIVE}, "payroll-officer"),
        ],
    )
    def test_who_is_told(self, changes: dict[str, Any], role: str) -> None:
        office, row = Office(), a_report_row(**changes)
        office.know(row)
        (outcome,) = office.control(row)
        assert isinstance(outcome, Outcome)
        (task,) = outcome.tasks
        assert (task.role, task.unit, task.due) == (role, row.unit, date(2026, 12, 10))

    def test_nobody_is_named(self) -> None:
        office, somebody = Office(), person(family_name="Bakkehaug", given_name="Aud-Kirsten")
        row = a_report_row(somebody, **NEGATIVE)
        office.know(row)
        (outcome,) = office.control(row)
        assert isinstance(outcome, Outcome)
        (task,) = outcome.tasks
        said = task.title + task.text
        for secret in (somebody.number, somebody.family_name, somebody.given_name, row.employee_no, "-100", "1,00"):
            assert secret not in said
        assert "K01 negativ nettolønn" in said
        assert "2026-12-T1" in said

    def test_who_comes_late_is_told_for_today(self) -> None:
        office, row = Office(), a_report_row(**NEGATIVE)
        office.know(row)
        office.clock.forward(timedelta(days=4))
        (outcome,) = office.control(row)
        assert isinstance(outcome, Outcome)
        assert outcome.tasks[0].due == NOW.date() + timedelta(days=4)


class TestWhatTheRunHasBesides:
    def test_one_case_sees_which_rows_the_report_lacks_and_that_they_are_held(self) -> None:
        office, rows = Office(), [a_report_row() for _ in range(3)]
        office.know(*rows, a_report_row())
        office.know(a_report_row(), control=SOMEBODY)
        first, *others = office.control(*rows)
        assert isinstance(first, Outcome)
        assert first.detail["not_in_report"] == 2
        assert first.detail["held_not_in_report"] == 1
        assert not any("not_in_report" in (each.detail or {}) for each in others)

    def test_a_whole_report_leaves_nothing(self) -> None:
        office, rows = Office(), [a_report_row() for _ in range(2)]
        office.know(*rows)
        first, _ = office.control(*rows)
        assert isinstance(first, Outcome)
        assert first.detail == {"codes": {}}

    def test_it_is_told_although_the_row_itself_goes_to_a_person(self) -> None:
        office, row = Office(), a_report_row()
        office.know(row, tax=0)
        office.know(a_report_row(), control=SOMEBODY)
        broken = refusal(office, row, ConflictInTarget)
        assert broken.detail is not None
        assert broken.detail["held_not_in_report"] == 1
        assert broken.detail["differ"] == ["tax"]


class TestAfterTheReportHasEnded:
    """A person lets Roger try a row again, and nobody reads the report of its run a second time."""

    def test_a_row_tells_although_another_of_the_persons_rows_has_told(self) -> None:
        office, somebody = Office(), person()
        one = a_report_row(somebody, stillingsprosent="40.00", **NO_CONTRACT)
        same: dict[str, Any] = {"employee_no": one.employee_no, "account_no": one.account_no}
        other = a_report_row(somebody, position_no="B2", stillingsprosent="40.00", **same, **NEGATIVE)
        office.know(one)
        office.know(other, locked=True)
        told, locked = office.control(one, other)
        assert isinstance(told, Outcome)
        assert [task.name for task in told.tasks] == ["hits"]
        assert isinstance(locked, RecordLocked)
        office.recalculate(other, locked=False)
        office.system.case.retried()
        outcome = office.perform(other)
        assert (outcome.code, [task.name for task in outcome.tasks]) == (HELD, ["hits"])

    @pytest.mark.parametrize(("retried", "told"), [(False, []), (True, ["held-not-in-report"])])
    def test_what_is_held_besides_is_told_by_the_case_that_sees_it(self, retried: bool, told: list[str]) -> None:  # noqa: FBT001
        office, row = Office(), a_report_row()
        office.know(row)
        office.know(a_report_row(), control=SOMEBODY)
        office.new_case(office.judge(row).findings[0])
        if retried:
            with pytest.raises(LeaseLost):
                office.perform(row, dies_at="open:1")
            office.system.case.retried()
        outcome = office.perform(row)
        assert outcome.detail["held_not_in_report"] == 1
        assert [task.name for task in outcome.tasks] == told
