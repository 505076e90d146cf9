"""`payroll-controls`: a robot that dies anywhere on the way leaves one mark, one hold and one task."""

from __future__ import annotations

from typing import Any

import pytest
from control_office import Office, a_report_row
from pay_runs_in_memory import ROBOT

from common.errors import ConflictInTarget, LeaseLost, TargetTimeout
from common.process import OutcomeCode
from payroll_svc.control.finding import Finding
from payroll_svc.control.reported import ReportedRow
from payroll_svc.screens.pay_row import Mark

NEGATIVE: dict[str, Any] = {"net": -100, "deductions": 2_780_100}
RIGHT: dict[str, Any] = {"net": 2_600_000, "deductions": 180_000}


def a_stop(office: Office) -> ReportedRow:
    row = a_report_row(**NEGATIVE)
    office.know(row)
    return row


def a_warning(office: Office) -> ReportedRow:
    row = a_report_row(contract_present=False)
    office.know(row)
    return row


def a_hold_to_lift(office: Office) -> ReportedRow:
    row = a_stop(office)
    office.control(row)
    return office.final_run(row, **RIGHT)


WAYS = {
    "stop": (a_stop, OutcomeCode.HELD, ["hits"]),
    "warning": (a_warning, OutcomeCode.REPORTED, ["hits"]),
    "lifting": (a_hold_to_lift, OutcomeCode.UPDATED, ["lifted"]),
}


def begun(office: Office, way: str) -> tuple[ReportedRow, Finding]:
    """A case that is about to run, as its batch leaves it."""
    row = WAYS[way][0](office)
    (finding,) = office.judge(row).findings
    office.system.saves.clear()
    office.new_case(finding)
    return row, finding


def deaths() -> list[tuple[str, str]]:
    """(way, point): everywhere a run can die on each of the ways."""
    found: list[tuple[str, str]] = []
    for way in WAYS:
        office = Office()
        office.perform(begun(office, way)[0])
        assert office.system.case.platform is not None
        found += [(way, point) for point in office.system.case.platform.reached]
    return found


def stands(office: Office, row: ReportedRow, way: str) -> None:
    control = office.control_of(row)
    expected = {
        "stop": (Mark.STOP, ("K01",), True, ROBOT),
        "warning": (Mark.WARN, ("K10",), False, ""),
        "lifting": (Mark.NONE, (), False, ""),
    }[way]
    assert (control.mark, control.codes, control.hold, control.hold_by) == expected


class TestDeath:
    @pytest.mark.parametrize(("way", "point"), deaths())
    def test_anywhere_is_made_good_by_the_next_run(self, way: str, point: str) -> None:
        office, (_, code, tasks) = Office(), WAYS[way]
        row, _ = begun(office, way)
        with pytest.raises(LeaseLost):
            office.perform(row, dies_at=point)
        outcome = office.perform(row)
        assert (outcome.code, [task.name for task in outcome.tasks]) == (code, tasks)
        assert len(office.system.saves) == 1
        stands(office, row, way)

    @pytest.mark.parametrize(("way", "point"), [each for each in deaths() if each[0] == "stop"])
    def test_a_hold_is_rogers_although_it_died(self, way: str, point: str) -> None:
        office = Office()
        row, _ = begun(office, way)
        with pytest.raises(LeaseLost):
            office.perform(row, dies_at=point)
        office.perform(row)
        final = office.final_run(row, **RIGHT)
        (outcome,) = office.control(final)
        assert outcome.code == OutcomeCode.UPDATED

    @pytest.mark.parametrize(("way", "point"), [each for each in deaths() if each[1].startswith("save")])
    def test_around_the_save_and_a_persons_retry(self, way: str, point: str) -> None:
        office, (_, _, tasks) = Office(), WAYS[way]
        row, _ = begun(office, way)
        with pytest.raises(LeaseLost):
            office.perform(row, dies_at=point)
        office.system.case.retried()
        outcome = office.perform(row)
        assert [task.name for task in outcome.tasks] == tasks
        assert len(office.system.saves) == 1
        stands(office, row, way)

    @pytest.mark.parametrize("way", WAYS)
    def test_a_save_that_failed_after_all_is_found(self, way: str) -> None:
        office, (_, code, tasks) = Office(), WAYS[way]
        row, _ = begun(office, way)

        def fail() -> None:
            raise TargetTimeout

        office.system.after_save = fail
        outcome = office.perform(row)
        assert (outcome.code, [task.name for task in outcome.tasks]) == (code, tasks)
        stands(office, row, way)

    def test_a_disagreement_is_held_once(self) -> None:
        points = self._points_of_a_disagreement()
        assert any(point.startswith("save") for point in points)
        for point in points:
            office, row = Office(), a_report_row()
            office.know(row, net=-100)
            office.new_case(office.judge(row).findings[0])
            with pytest.raises(LeaseLost):
                office.perform(row, dies_at=point)
            with pytest.raises(ConflictInTarget):
                office.perform(row)
            assert len(office.system.saves) == 1
            stands(office, row, "stop")

    def _points_of_a_disagreement(self) -> list[str]:
        office, row = Office(), a_report_row()
        office.know(row, net=-100)
        office.new_case(office.judge(row).findings[0])
        with pytest.raises(ConflictInTarget):
            office.perform(row)
        assert office.system.case.platform is not None
        return office.system.case.platform.reached


class TestMeanwhile:
    """Between an attempt that failed and the next one the row does not stand still."""

    def failed(self, office: Office, way: str) -> ReportedRow:
        row, _ = begun(office, way)
        with pytest.raises(LeaseLost):
            office.perform(row, dies_at="save:1")
        return row

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize(
        "touched", [{"hold": True, "hold_by": "kari.l"}, {"comment": "Ikke utbetal før jeg er tilbake"}]
    )
    def test_what_somebody_has_set_is_not_written_over(self, way: str, touched: dict[str, Any]) -> None:
        office = Office()
        row = self.failed(office, way)
        theirs = office.control_of(row).model_copy(update=touched)
        office.put(row, theirs)
        with pytest.raises(ConflictInTarget) as raised:
            office.perform(row)
        assert raised.value.detail == {"differ": ["row"]}
        assert office.control_of(row) == theirs

    @pytest.mark.parametrize("way", WAYS)
    def test_a_row_that_was_calculated_anew_is_not_decided_by_its_old_amounts(self, way: str) -> None:
        office = Office()
        row = self.failed(office, way)
        office.recalculate(row, net=1_234_500)
        with pytest.raises(ConflictInTarget):
            office.perform(row)
        assert office.system.saves == []

    def test_a_person_may_let_roger_look_again(self) -> None:
        office = Office()
        row = self.failed(office, "lifting")
        office.put(row, office.control_of(row).model_copy(update={"hold_by": "kari.l"}))
        with pytest.raises(ConflictInTarget):
            office.perform(row)
        office.system.case.retried()
        outcome = office.perform(row)
        assert (outcome.code, (outcome.detail or {})["note"]) == (OutcomeCode.REPORTED, "HOLD_LEFT")
        assert office.control_of(row).hold
