"""`assignment-hours`: the way of PAY-01 at a payroll system in memory."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from assignment_office import PERIOD, RATE, Office, an_assignment

from common.errors import (
    AmbiguousHit,
    ApplicationException,
    BusinessException,
    ConflictInTarget,
    DateOutOfRange,
    InvalidValue,
    LimitExceeded,
    NameMismatch,
    NeedsJudgement,
    PeriodClosed,
    ProtectedAddress,
    RecordLocked,
    RegisterMissing,
    SubjectBusy,
    SuspectedDuplicate,
    TargetRejected,
    TemporaryId,
    codes,
)
from common.process import OutcomeCode, Subject
from common.reasons import reason_of
from common.testing import MemoryRegisters, person
from payroll_svc.assignments.lines import line_of
from payroll_svc.service import payroll


@pytest.fixture
def office() -> Office:
    return Office()


class TestRegistered:
    def test_once_with_all_that_the_list_says(self, office: Office) -> None:
        claimed = office.a_list(km=24, expenses=120_50, receipt_ref="B-17")
        outcome = office.perform(claimed)
        assert outcome.code is OutcomeCode.CREATED
        assert outcome.detail == {"timesheet": "500001", "hours": "6.50", "amount": 6 * RATE + RATE // 2, "rates": 1}
        (sheet,) = office.standing
        assert (sheet.km, sheet.expenses, sheet.lines) == (24, 120_50, claimed.worked)
        (form,) = office.payroll.forms
        head = form.head
        assert (head.receipt, head.approved_by, head.decision) == ("B-17", "enhl03", "V-2026-3391")
        assert "120,50" in [field.text for field in head.fields()]
        assert (head.approved_at, head.reference) == (claimed.approved_at, str(office.payroll.case.id))

    def test_hours_without_times(self, office: Office) -> None:
        assert office.perform(office.a_list(lines=["2026-11-05 3,5"])).detail["hours"] == "3.50"
        assert office.texts == [["2026-11-05 3.50"]]

    def test_the_version_of_the_register_is_the_cases(self, office: Office) -> None:
        office.perform(office.a_list())
        assert office.payroll.case.used == {"assignment-rates": 1}

    def test_hours_of_other_periods_have_nothing_to_do_with_it(self, office: Office) -> None:
        office.payroll.put(office.assignment, "2026-10", line_of("2026-10-07 16:00-23:00"))
        assert office.perform(office.a_list()).code is OutcomeCode.CREATED

    def test_no_page_of_it_is_ever_kept(self) -> None:
        assert not payroll.processes["assignment-hours"].keeps_evidence

    @pytest.mark.parametrize("code", sorted(codes(BusinessException) | codes(ApplicationException)))
    def test_whatever_hinders_it_the_payroll_office_is_told(self, code: str) -> None:
        fallout = payroll.processes["assignment-hours"].fallout
        assert fallout is not None
        task = fallout(code)
        assert (task.role, task.name) == ("payroll-officer", "hours-not-registered")
        assert reason_of(code).situation in task.text


class TestThereAlready:
    def test_the_same_list_is_left_alone(self, office: Office) -> None:
        office.perform(office.a_list())
        outcome = office.case(office.a_list())
        assert (outcome.code, outcome.detail["timesheet"]) == (OutcomeCode.EXISTS, "500001")
        assert len(office.payroll.forms) == 1

    def test_however_its_lines_are_written_and_ordered(self, office: Office) -> None:
        office.perform(office.a_list())
        again = [{"date": "2026-11-18", "from": "16:00", "to": "19:30"}, "04.11.2026 16.00–19.00"]
        assert office.case(office.a_list(lines=again)).code is OutcomeCode.EXISTS

    def test_also_when_a_clerk_registered_it(self, office: Office) -> None:
        office.put("2026-11-04 16:00-19:00", "2026-11-18 16:00-19:30")
        assert office.perform(office.a_list()).code is OutcomeCode.EXISTS
        assert office.payroll.forms == []

    def test_also_when_its_period_has_been_closed_since(self, office: Office) -> None:
        office.perform(office.a_list())
        office.payroll.closed = {PERIOD}
        office.payroll.locked = True
        assert office.case(office.a_list()).code is OutcomeCode.EXISTS

    def test_with_another_amount_than_by_the_rates_is_for_a_person(self, office: Office) -> None:
        office.payroll.prices = dict.fromkeys(office.payroll.prices, RATE + 100)
        office.put("2026-11-04 16:00-19:00", "2026-11-18 16:00-19:30")
        with pytest.raises(ConflictInTarget):
            office.perform(office.a_list())

    def test_twice_is_for_a_person(self, office: Office) -> None:
        office.put("2026-11-04 16:00-19:00")
        office.put("2026-11-18 16:00-19:30")
        with pytest.raises(ConflictInTarget):
            office.perform(office.a_list())


class TestCorrected:
    def test_what_roger_made_by_a_list_that_was_approved_later(self, office: Office) -> None:
        office.perform(office.a_list())
        outcome = office.case(office.later())
        assert (outcome.code, outcome.detail["replaces"]) == (OutcomeCode.UPDATED, "500001")
        assert outcome.detail["hours"] == "5.50"
        assert office.texts == [["2026-11-04 16:00-19:00", "2026-11-18 16:00-18:30"]]

    @pytest.mark.parametrize("other", [{"km": 12}, {"expenses": 50_00, "receipt_ref": "B-1"}])
    def test_also_where_only_kilometres_or_expenses_differ(self, office: Office, other: dict[str, Any]) -> None:
        office.perform(office.a_list())
        again = office.a_list(approved_at="2026-11-20T08:00:00+01:00", **other)
        assert office.case(again).code is OutcomeCode.UPDATED

    def test_and_a_correction_can_be_corrected_also_back(self, office: Office) -> None:
        office.perform(office.a_list())
        office.case(office.later())
        back = office.a_list(approved_at="2026-11-21T08:00:00+01:00")
        assert office.case(back).code is OutcomeCode.UPDATED
        assert [sheet.lines for sheet in office.standing] == [back.worked]
        assert len(office.payroll.replaced) == 2

    @pytest.mark.parametrize("approved", ["2026-11-19T08:02:00+01:00", "2026-11-18T20:00:00+01:00"])
    def test_never_by_one_that_was_not_approved_after_it(self, office: Office, approved: str) -> None:
        office.perform(office.a_list())
        with pytest.raises(SuspectedDuplicate):
            office.case(office.later(approved_at=approved))
        assert len(office.payroll.forms) == 1

    def test_never_by_one_that_has_no_date_in_common(self, office: Office) -> None:
        office.perform(office.a_list(lines=["2026-11-04 16:00-19:00"]))
        other_half = {"lines": ["2026-11-18 16:00-19:30"]}
        with pytest.raises(SuspectedDuplicate):
            office.case(office.later(**other_half))
        assert office.case(office.later(**other_half, corrects="500001")).code is OutcomeCode.UPDATED

    def test_never_what_a_clerk_made(self, office: Office) -> None:
        office.put("2026-11-04 16:00-19:00")
        with pytest.raises(SuspectedDuplicate):
            office.perform(office.later())
        assert (len(office.standing), office.payroll.forms) == (1, [])

    def test_unless_the_list_names_it(self, office: Office) -> None:
        clerks = office.put("2026-11-04 16:00-19:00")
        assert office.perform(office.later(corrects=clerks.number)).code is OutcomeCode.UPDATED
        assert office.payroll.replaced == [clerks]

    def test_nor_what_a_clerk_made_of_rogers(self, office: Office) -> None:
        office.perform(office.a_list())
        office.standing.clear()
        office.put("2026-11-04 16:00-18:00")
        with pytest.raises(SuspectedDuplicate):
            office.case(office.later())

    @pytest.mark.parametrize("stands", [True, False])
    def test_naming_one_that_does_not_hold_is_for_a_person(self, office: Office, *, stands: bool) -> None:
        if stands:
            office.put("2026-11-04 16:00-19:00")
        with pytest.raises(ConflictInTarget):
            office.perform(office.later(corrects="499999"))

    def test_naming_one_that_stands_so_already_changes_nothing(self, office: Office) -> None:
        office.perform(office.a_list())
        assert office.case(office.a_list(corrects="500001")).code is OutcomeCode.EXISTS

    def test_not_when_the_period_is_closed(self, office: Office) -> None:
        office.perform(office.a_list())
        office.payroll.closed = {PERIOD}
        with pytest.raises(PeriodClosed):
            office.case(office.later())

    def test_to_more_than_the_decision_gives_is_for_a_person(self, office: Office) -> None:
        office.perform(office.a_list())
        with pytest.raises(LimitExceeded):
            office.case(office.later(lines=["2026-11-04 12:00-19:00", "2026-11-18 16:00-17:15"]))
        assert office.payroll.replaced == []


class TestForAPerson:
    """Who is not the right one, and what is not the right assignment; nothing is filled in."""

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"kind": "AVLASTER"}, ConflictInTarget),
            ({"decision": "V-2025-1"}, ConflictInTarget),
            ({"first_day": date(2026, 11, 5)}, DateOutOfRange),
            ({"last_day": date(2026, 11, 17)}, DateOutOfRange),
            ({"hours_per_month": 649}, LimitExceeded),
            ({"relation": "EMPLOYEE"}, NeedsJudgement),
        ],
    )
    def test_assignment(self, office: Office, changes: dict[str, Any], error: type[BusinessException]) -> None:
        office.change(**changes)
        with pytest.raises(error):
            office.perform(office.a_list())
        assert office.payroll.forms == []

    @pytest.mark.parametrize(
        "changes",
        [
            {"first_day": date(2026, 11, 4), "last_day": date(2026, 11, 18)},
            {"hours_per_month": 650},
            {"hours_per_month": 600, "carried_over": 50},
            {"decision": "v-2026-3391 "},
        ],
    )
    def test_at_the_boundary_it_is_registered(self, office: Office, changes: dict[str, Any]) -> None:
        office.change(**changes)
        assert office.perform(office.a_list()).code is OutcomeCode.CREATED

    def test_kilometres_that_the_contract_has_not(self, office: Office) -> None:
        office.change(km=False)
        assert office.perform(office.a_list()).code is OutcomeCode.CREATED
        office.standing.clear()
        with pytest.raises(InvalidValue):
            office.case(office.a_list(km=1))

    def test_no_such_assignment_or_two_of_them(self, office: Office) -> None:
        claimed = office.a_list()
        (one,) = office.payroll.assignments
        office.payroll.assignments = [one, an_assignment(person(), number=one.number)]
        with pytest.raises(AmbiguousHit):
            office.perform(claimed)
        office.payroll.assignments = []
        with pytest.raises(InvalidValue):
            office.case(claimed)

    @pytest.mark.parametrize(
        ("facts", "error"),
        [
            ({"remark": "Adressesperre kode 6"}, ProtectedAddress),
            ({"number": "17838410103"}, ConflictInTarget),
            ({"family_name": "Fjellheim"}, NameMismatch),
        ],
    )
    def test_holder(self, office: Office, facts: dict[str, str], error: type[BusinessException]) -> None:
        holder = office.assignment.holder.model_copy(update=facts)
        office.payroll.assignments = [office.assignment.model_copy(update={"holder": holder})]
        office.put("2026-11-04 16:00-19:00", "2026-11-18 16:00-19:30")  # not even that it stands is said
        with pytest.raises(error):
            office.perform(office.a_list())

    def test_a_holder_with_a_new_number_is_followed_and_worked_on_by_one_case(self, office: Office) -> None:
        new = person().number
        holder = office.assignment.holder.model_copy(
            update={"number": new, "remark": f"Tidligere nummer: {office.holder.number}"}
        )
        office.payroll.assignments = [office.assignment.model_copy(update={"holder": holder})]
        office.payroll.case.busy = {Subject("person", new)}
        with pytest.raises(SubjectBusy):
            office.perform(office.a_list())
        office.payroll.case.busy.clear()
        assert office.perform(office.a_list()).code is OutcomeCode.CREATED

    def test_a_number_that_does_not_last(self, office: Office) -> None:
        with pytest.raises(TemporaryId):
            office.perform(office.a_list(person_id="201512345678"))

    def test_a_locked_assignment(self, office: Office) -> None:
        office.payroll.locked = True
        with pytest.raises(RecordLocked):
            office.perform(office.a_list())
        assert office.standing == []

    def test_locked_between_the_check_and_the_save(self, office: Office) -> None:
        def lock() -> None:
            office.payroll.locked = True

        office.payroll.after_check = lock
        with pytest.raises(RecordLocked):
            office.perform(office.a_list())
        assert office.standing == []

    def test_closed_between_the_check_and_the_save(self, office: Office) -> None:
        office.payroll.after_check = lambda: office.payroll.closed.add(PERIOD)
        with pytest.raises(TargetRejected):
            office.perform(office.a_list())
        assert office.standing == []

    def test_hours_on_another_assignment_at_the_same_time(self, office: Office) -> None:
        office.payroll.elsewhere = [line_of("2026-11-18 18:45-20:00"), line_of("2026-11-05 08:00-12:00")]
        with pytest.raises(SuspectedDuplicate):
            office.perform(office.a_list())
        office.payroll.elsewhere = [line_of("2026-11-18 19:30-20:00"), line_of("2026-11-18 15:00-16:00")]
        assert office.case(office.a_list()).code is OutcomeCode.CREATED


class TestAmount:
    @pytest.mark.parametrize(("off", "fits"), [(15, True), (16, False), (-15, True), (-16, False)])
    def test_the_check_page_may_differ_by_a_krone(self, office: Office, off: int, *, fits: bool) -> None:
        office.payroll.prices = dict.fromkeys(office.payroll.prices, RATE + off)  # 15 × 6.5 is 97.5 øre
        if fits:
            assert office.perform(office.a_list()).code is OutcomeCode.CREATED
            return
        with pytest.raises(ConflictInTarget):
            office.perform(office.a_list())
        assert office.standing == []

    def test_another_amount_after_the_save_is_told(self, office: Office) -> None:
        def pay_more() -> None:
            office.standing[-1] = office.standing[-1].model_copy(update={"amount": office.standing[-1].amount + 200})

        office.payroll.after_save = pay_more
        with pytest.raises(ConflictInTarget):
            office.perform(office.a_list())
        assert len(office.standing) == 1

    def test_what_somebody_adds_meanwhile_is_told(self, office: Office) -> None:
        office.payroll.after_save = lambda: None if len(office.standing) > 1 else _add(office)
        with pytest.raises(ConflictInTarget):
            office.perform(office.a_list())

    def test_without_a_rate(self, office: Office) -> None:
        office.registers = MemoryRegisters()
        with pytest.raises(RegisterMissing):
            office.case(office.a_list())

    def test_of_a_benefit_that_the_register_does_not_name(self, office: Office) -> None:
        office.change(kind="SENSOR")
        with pytest.raises(InvalidValue):
            office.perform(office.a_list(ytelse_code="SENSOR"))


def _add(office: Office) -> None:
    office.put("2026-11-20 10:00-11:00")
