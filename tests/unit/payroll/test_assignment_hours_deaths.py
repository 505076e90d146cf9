"""`assignment-hours`: a robot that dies anywhere on the way leaves the list once."""

from __future__ import annotations

import pytest
from assignment_office import Office

from common.errors import LeaseLost, SuspectedDuplicate, TargetTimeout, UnknownStateAfterSave
from common.process import OutcomeCode
from payroll_svc.assignments.claimed_hours import ClaimedHours


def a_new_list(office: Office) -> ClaimedHours:
    """Nothing stands in the period."""
    return office.a_list(km=24)


def a_correction(office: Office) -> ClaimedHours:
    """Of what another case of Roger's made."""
    office.perform(office.a_list())
    office.new_case()
    return office.later()


def a_correction_of_a_clerks(office: Office) -> ClaimedHours:
    """The list names the timesheet that it corrects."""
    return office.later(corrects=office.put("2026-11-04 16:00-20:00").number)


WAYS = {
    "new": (a_new_list, OutcomeCode.CREATED),
    "correction": (a_correction, OutcomeCode.UPDATED),
    "named": (a_correction_of_a_clerks, OutcomeCode.UPDATED),
}
SAVES = {"new": 1, "correction": 2, "named": 1}


def deaths() -> list[tuple[str, str]]:
    """(way, point): everywhere a run can die on each of the ways."""
    found: list[tuple[str, str]] = []
    for name, (prepare, _) in WAYS.items():
        office = Office()
        office.perform(prepare(office))
        assert office.payroll.case.platform is not None
        found += [(name, point) for point in office.payroll.case.platform.reached]
    return found


def around_the_save() -> list[tuple[str, str]]:
    return [each for each in deaths() if each[1].startswith("save")]


def test_every_way_has_its_points() -> None:
    assert {way for way, _ in deaths()} == set(WAYS)
    assert len(around_the_save()) == 2 * len(WAYS)


class TestDeath:
    @pytest.mark.parametrize(("way", "point"), deaths())
    def test_anywhere_leaves_the_list_once(self, way: str, point: str) -> None:
        office, (prepare, code) = Office(), WAYS[way]
        claimed = prepare(office)
        with pytest.raises(LeaseLost):
            office.perform(claimed, dies_at=point)
        assert office.perform(claimed).code is code
        assert [sheet.lines for sheet in office.standing] == [claimed.worked]
        assert len(office.payroll.forms) == SAVES[way]

    @pytest.mark.parametrize(("way", "point"), deaths())
    def test_anywhere_and_the_list_can_be_corrected_afterwards(self, way: str, point: str) -> None:
        office, (prepare, _) = Office(), WAYS[way]
        claimed = prepare(office)
        with pytest.raises(LeaseLost):
            office.perform(claimed, dies_at=point)
        office.perform(claimed)
        last = office.later(lines=["2026-11-04 17:00-18:00"], approved_at="2026-11-22T08:00:00+01:00")
        assert office.case(last).code is OutcomeCode.UPDATED

    @pytest.mark.parametrize(("way", "point"), around_the_save())
    def test_around_the_save_and_a_persons_retry(self, way: str, point: str) -> None:
        office = Office()
        claimed = WAYS[way][0](office)
        with pytest.raises(LeaseLost):
            office.perform(claimed, dies_at=point)
        office.payroll.case.retried()
        office.perform(claimed)
        assert [sheet.lines for sheet in office.standing] == [claimed.worked]
        assert len(office.payroll.forms) == SAVES[way]

    @pytest.mark.parametrize("way", WAYS)
    def test_before_the_save_and_what_a_clerk_registered_meanwhile_is_not_replaced(self, way: str) -> None:
        office = Office()
        claimed = WAYS[way][0](office)
        with pytest.raises(LeaseLost):
            office.perform(claimed, dies_at="save:1")
        office.standing.clear()
        clerks = office.put("2026-11-04 10:00-12:00")
        with pytest.raises(SuspectedDuplicate):
            office.perform(claimed)
        assert office.standing == [clerks]

    def test_before_the_save_and_the_same_list_by_a_clerk_is_not_taken_for_rogers(self) -> None:
        office = Office()
        claimed = office.a_list()
        with pytest.raises(LeaseLost):
            office.perform(claimed, dies_at="save:1")
        office.put("2026-11-04 16:00-19:00", "2026-11-18 16:00-19:30")
        assert office.perform(claimed).code is OutcomeCode.EXISTS
        with pytest.raises(SuspectedDuplicate):
            office.case(office.later())

    def test_the_same_list_by_a_clerk_besides_is_undecidable(self) -> None:
        office = Office()
        claimed = office.a_list()
        with pytest.raises(LeaseLost):
            office.perform(claimed, dies_at="saved:1")
        office.put("2026-11-04 16:00-19:00", "2026-11-18 16:00-19:30")
        with pytest.raises(UnknownStateAfterSave):
            office.perform(claimed)

    @pytest.mark.parametrize("way", WAYS)
    def test_a_save_that_failed_after_all_is_found(self, way: str) -> None:
        office, (prepare, code) = Office(), WAYS[way]
        claimed = prepare(office)

        def fail() -> None:
            raise TargetTimeout

        office.payroll.after_save = fail
        assert office.perform(claimed).code is code
        assert [sheet.lines for sheet in office.standing] == [claimed.worked]
