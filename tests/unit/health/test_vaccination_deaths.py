"""`vaccinations`: a robot that dies anywhere on the way leaves one dose."""

from __future__ import annotations

from uuid import uuid4

import pytest
from doses import a_dose, a_vaccination
from hspro_in_memory import facts, journal
from vaccination_office import Office

from common.errors import LeaseLost, SuspectedDuplicate, TargetTimeout
from common.process import OutcomeCode
from common.testing import person
from health_svc.doses.vaccination import Vaccination


def a_newcomer(office: Office) -> Vaccination:
    """Somebody only the register knows: the longest way there is."""
    newcomer = person()
    office.hspro.register.append(facts(newcomer))
    office.hspro.births[newcomer.number] = newcomer.birth_date
    return a_vaccination(newcomer)


def a_correction(office: Office) -> Vaccination:
    """Of a dose that stands."""
    kari = person()
    office.hspro.know(kari, journal())
    first = a_vaccination(kari)
    office.perform(first)
    office.new_case()
    return a_vaccination(kari, corrects=str(first.form_id), batch_no="SYN1240")


def a_correction_of_nothing(office: Office) -> Vaccination:
    """The form that it corrects made no dose."""
    kari = person()
    office.hspro.know(kari, journal())
    return a_vaccination(kari, corrects=str(uuid4()))


WAYS = {
    "new": (a_newcomer, OutcomeCode.CREATED),
    "correction": (a_correction, OutcomeCode.UPDATED),
    "instead": (a_correction_of_nothing, OutcomeCode.CREATED),
}


def deaths() -> list[tuple[str, str]]:
    """(way, point): everywhere a run can die on each of the ways."""
    found: list[tuple[str, str]] = []
    for name, (prepare, _) in WAYS.items():
        office = Office()
        office.perform(prepare(office))
        assert office.hspro.case.platform is not None
        found += [(name, point) for point in office.hspro.case.platform.reached]
    return found


class TestDeath:
    @pytest.mark.parametrize(("way", "point"), deaths())
    def test_anywhere_leaves_one_dose(self, way: str, point: str) -> None:
        office, (prepare, code) = Office(), WAYS[way]
        given = prepare(office)
        with pytest.raises(LeaseLost):
            office.perform(given, dies_at=point)
        assert office.perform(given).code is code
        (doses,) = office.hspro.doses.values()
        assert [(dose.number, dose.batch) for dose in doses] == [("V-1", given.batch_no)]
        assert len(office.hspro.dose_forms) == 1 + (way == "correction")

    @pytest.mark.parametrize(("way", "point"), [each for each in deaths() if each[1].startswith("dose")])
    def test_around_the_save_and_a_persons_retry(self, way: str, point: str) -> None:
        office = Office()
        given = WAYS[way][0](office)
        with pytest.raises(LeaseLost):
            office.perform(given, dies_at=point)
        office.hspro.case.retried()
        assert office.perform(given).detail["dose"] == "V-1"
        assert len(office.hspro.dose_forms) == 1 + (way == "correction")

    def test_before_the_save_and_what_a_person_registered_meanwhile_is_not_taken_for_ours(self) -> None:
        office, kari = Office(), person()
        office.hspro.know(kari, journal())
        given = a_vaccination(kari)
        with pytest.raises(LeaseLost):
            office.perform(given, dies_at="dose:1")
        office.standing(kari, a_dose(days_ago=0, batch="SYN1240"))
        with pytest.raises(SuspectedDuplicate):
            office.perform(given)
        assert len(office.doses(kari)) == 1

    @pytest.mark.parametrize("way", WAYS)
    def test_a_save_that_failed_after_all_is_found(self, way: str) -> None:
        office, (prepare, code) = Office(), WAYS[way]
        given = prepare(office)

        def fail() -> None:
            raise TargetTimeout

        office.hspro.after_save = fail
        assert office.perform(given).code is code
        (doses,) = office.hspro.doses.values()
        assert len(doses) == 1
