"""`vaccinations`: the way of HLT-03 at an HsPro in memory; its rules one by one are in test_dose_rules."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from doses import NOW, TODAY, VACCINES, a_dose, a_vaccination
from hspro_in_memory import facts, journal
from vaccination_office import Office

from common.errors import (
    BusinessException,
    ConflictInTarget,
    InvalidValue,
    LimitExceeded,
    NameMismatch,
    NeedsJudgement,
    RegisterMissing,
    SubjectBusy,
    SuspectedDuplicate,
    TargetRejected,
    TemporaryId,
)
from common.process import OutcomeCode, Subject
from common.testing import MemoryRegisters, Person, person
from health_svc.doses.questions import AskedQuestion
from health_svc.processes import test_journals
from health_svc.processes.booking_journals import Booking
from health_svc.screens.hspro_vaccination import Batch, Dose, Transfer

OLD_ENOUGH = timedelta(days=365 * 20)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def kari(office: Office) -> Person:
    kari = person()
    office.hspro.know(kari, journal(number="J-7"))
    return kari


class TestRegistered:
    def test_once_with_all_that_the_form_says(self, office: Office, kari: Person) -> None:
        given = a_vaccination(
            kari, prescriber_hpr="9999102", site="RIGHT_ARM", indication="RISK_GROUP", remark="Redd for sprøyter"
        )
        outcome = office.perform(given)
        assert outcome.code is OutcomeCode.CREATED
        assert outcome.detail == {"dose": "V-1", "journal": "J-7", "sysvak": "ACCEPTED"}
        (form,) = office.hspro.dose_forms
        assert (form.vaccine, form.batch, form.dose_no, form.day) == ("BNT03", "SYN1234", "1", given.day)
        assert (form.site, form.indication) == ("Høyre arm", "Risikogruppe")
        assert (form.vaccinator, form.prescriber, form.remark) == ("9999101", "9999102", "Redd for sprøyter")
        assert (form.consent, form.source) == (True, str(given.form_id))

    def test_the_journal_is_made_first_where_it_is_missing(self, office: Office) -> None:
        newcomer = person()
        office.hspro.register.append(facts(newcomer))
        office.hspro.births[newcomer.number] = newcomer.birth_date
        assert office.perform(a_vaccination(newcomer)).detail["journal"] == "J-1"
        (form,) = office.hspro.forms
        assert (form.type, form.reason) == ("Smittevern", "Vaksinasjon")

    def test_the_version_of_the_register_is_the_cases(self, office: Office, kari: Person) -> None:
        office.perform(a_vaccination(kari))
        assert office.hspro.case.used == {"vaccines": 1}

    def test_vaccines_outside_the_programme_do_not_count(self, office: Office, kari: Person) -> None:
        office.standing(kari, a_dose(days_ago=0, vaccine="INF01"), a_dose(days_ago=9, vaccine="INF01"))
        assert office.perform(a_vaccination(kari)).code is OutcomeCode.CREATED

    def test_a_second_dose_of_another_product_that_may_follow_is_marked(self, office: Office, kari: Person) -> None:
        office.standing(kari, a_dose(days_ago=90, vaccine="ASZ03"))
        outcome = office.perform(a_vaccination(kari, dose_no=2))
        assert (outcome.code, outcome.detail["warning"]) == (OutcomeCode.CREATED, "OTHER_PRODUCT_BEFORE")

    @pytest.mark.parametrize("answer", [Transfer.SENT, Transfer.ACCEPTED])
    def test_what_sysvak_has_said_is_noted(self, office: Office, kari: Person, answer: Transfer) -> None:
        office.hspro.transfers["SYN1234"] = answer
        assert office.perform(a_vaccination(kari)).detail["sysvak"] == answer.name


class TestThereAlready:
    def test_the_same_dose_is_left_alone(self, office: Office, kari: Person) -> None:
        office.perform(a_vaccination(kari))
        outcome = office.case(a_vaccination(kari))
        assert (outcome.code, outcome.detail["dose"]) == (OutcomeCode.EXISTS, "V-1")
        assert len(office.hspro.dose_forms) == 1

    def test_also_when_another_system_sends_the_same_form(self, office: Office, kari: Person) -> None:
        given = a_vaccination(kari)
        office.perform(given)
        assert office.case(given).code is OutcomeCode.EXISTS

    def test_also_when_its_batch_is_no_longer_listed(self, office: Office, kari: Person) -> None:
        office.perform(a_vaccination(kari))
        office.hspro.batches = []
        assert office.case(a_vaccination(kari)).code is OutcomeCode.EXISTS

    @pytest.mark.parametrize("other", [{"batch_no": "SYN1240"}, {"dose_no": 2}])
    def test_one_that_differs_is_for_a_person(self, office: Office, kari: Person, other: dict[str, Any]) -> None:
        office.perform(a_vaccination(kari))
        with pytest.raises(SuspectedDuplicate):
            office.case(a_vaccination(kari, **other))
        assert len(office.hspro.dose_forms) == 1

    def test_standing_twice_is_for_a_person(self, office: Office, kari: Person) -> None:
        office.standing(kari, a_dose(days_ago=0, batch="SYN1234"), a_dose(days_ago=0, batch="SYN1234"))
        with pytest.raises(ConflictInTarget):
            office.perform(a_vaccination(kari))


class TestCorrected:
    @pytest.mark.parametrize(
        "right",
        [
            {"batch_no": "SYN1240"},
            {"vaccinated_at": (NOW - timedelta(days=1)).isoformat()},
            {"vaccine_code": "MOD03", "batch_no": "M-1"},
        ],
    )
    def test_by_the_form_that_names_the_one_before(self, office: Office, kari: Person, right: dict[str, Any]) -> None:
        office.hspro.batches.append(Batch(vaccine="MOD03", number="M-1", expiry=TODAY))
        wrong = a_vaccination(kari)
        office.perform(wrong)
        correction = a_vaccination(kari, corrects=str(wrong.form_id), **right)
        outcome = office.case(correction)
        assert (outcome.code, outcome.detail["dose"]) == (OutcomeCode.UPDATED, "V-1")
        (dose,) = office.doses(kari)
        assert (dose.vaccine, dose.batch, dose.day) == (correction.vaccine_code, correction.batch_no, correction.day)

    def test_and_a_correction_can_be_corrected(self, office: Office, kari: Person) -> None:
        forms = [a_vaccination(kari)]
        office.perform(forms[0])
        for batch in ("SYN1240", "SYN1234"):
            forms.append(a_vaccination(kari, corrects=str(forms[-1].form_id), batch_no=batch))
            assert office.case(forms[-1]).code is OutcomeCode.UPDATED
        assert [dose.batch for dose in office.doses(kari)] == ["SYN1234"]

    def test_of_what_stands_so_already_a_person_is_told(self, office: Office, kari: Person) -> None:
        first = a_vaccination(kari)
        office.perform(first)
        outcome = office.case(a_vaccination(kari, corrects=str(first.form_id), site="OTHER"))
        assert (outcome.code, [task.name for task in outcome.tasks]) == (OutcomeCode.EXISTS, ["correction"])
        assert len(office.hspro.dose_forms) == 1

    def test_of_a_form_that_made_no_dose_it_takes_its_place(self, office: Office, kari: Person) -> None:
        wrong = a_vaccination(kari, batch_no="UKJENT")
        with pytest.raises(InvalidValue):
            office.perform(wrong)
        first = office.hspro.case
        right = a_vaccination(kari, corrects=str(wrong.form_id))
        assert office.case(right).code is OutcomeCode.CREATED
        office.hspro.case = first
        first.retried()  # a person lets Roger try the first form again
        outcome = office.perform(wrong)
        assert (outcome.code, outcome.detail["note"]) == (OutcomeCode.NOOP, "CORRECTED_BEFORE")
        assert len(office.hspro.dose_forms) == 1

    def test_in_whatever_order_the_forms_come_the_last_word_stands(self, office: Office, kari: Person) -> None:
        first = a_vaccination(kari, batch_no="UKJENT", reaction_observed=True)
        second = a_vaccination(kari, batch_no="UKJENT", corrects=str(first.form_id))
        third = a_vaccination(kari, corrects=str(second.form_id))
        outcomes = [office.case(form) for form in (third, second, first)]
        assert [outcome.code for outcome in outcomes] == [OutcomeCode.CREATED, OutcomeCode.NOOP, OutcomeCode.NOOP]
        assert [dose.batch for dose in office.doses(kari)] == [third.batch_no]
        assert [task.name for task in outcomes[-1].tasks] == ["follow-up"]  # what was seen must still be read

    def test_of_a_form_that_nobody_knows_it_changes_no_dose_of_others(self, office: Office, kari: Person) -> None:
        unknown = {"corrects": str(uuid4())}
        office.standing(kari, a_dose(days_ago=0))
        with pytest.raises(SuspectedDuplicate):
            office.case(a_vaccination(kari, **unknown))
        office.standing(kari, a_dose(days_ago=1))
        with pytest.raises(ConflictInTarget):
            office.case(a_vaccination(kari, **unknown))
        office.standing(kari, a_dose(days_ago=0, batch="SYN1234"))
        assert office.case(a_vaccination(kari, **unknown)).code is OutcomeCode.EXISTS

    def test_of_another_persons_form_is_for_a_person(self, office: Office, kari: Person) -> None:
        somebody = person()
        office.hspro.know(somebody, journal())
        theirs = a_vaccination(somebody)
        office.perform(theirs)
        with pytest.raises(ConflictInTarget):
            office.case(a_vaccination(kari, corrects=str(theirs.form_id)))
        assert office.doses(kari) == []

    def test_into_another_dose_that_stands_is_for_a_person(self, office: Office, kari: Person) -> None:
        office.standing(kari, a_dose(days_ago=30))
        second = a_vaccination(kari, dose_no=2)
        office.perform(second)
        onto_first = {"vaccinated_at": (NOW - timedelta(days=30)).isoformat(), "dose_no": 2}
        with pytest.raises(SuspectedDuplicate):
            office.case(a_vaccination(kari, corrects=str(second.form_id), **onto_first))

    def test_by_the_rules_for_any_dose(self, office: Office, kari: Person) -> None:
        first = a_vaccination(kari)
        office.perform(first)
        with pytest.raises(InvalidValue):
            office.case(a_vaccination(kari, corrects=str(first.form_id), batch_no="UKJENT"))

    def test_a_dose_that_sysvak_rejected_can_be(self, office: Office, kari: Person) -> None:
        office.hspro.transfers["SYN1234"] = Transfer.REJECTED
        first = a_vaccination(kari)
        with pytest.raises(TargetRejected):
            office.perform(first)
        right = a_vaccination(kari, corrects=str(first.form_id), batch_no="SYN1240")
        assert office.case(right).code is OutcomeCode.UPDATED


class TestForAPerson:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"given_abroad": True}, NeedsJudgement),
            ({"vaccine_code": "JAN03"}, InvalidValue),
            ({"person_id": "800000000000"}, TemporaryId),
            ({"family_name": "Heltannet"}, NameMismatch),
        ],
    )
    def test_before_anything_is_made(
        self, office: Office, changes: dict[str, Any], code: type[BusinessException]
    ) -> None:
        kari = person()
        office.hspro.know(kari)
        with pytest.raises(code):
            office.perform(a_vaccination(kari, **changes))
        assert (office.hspro.forms, office.hspro.dose_forms) == ([], [])

    @pytest.mark.parametrize(
        ("before", "changes", "code"),
        [
            ([], {"dose_no": 2}, ConflictInTarget),
            ([a_dose(days_ago=12)], {"dose_no": 2}, LimitExceeded),
            ([a_dose(days_ago=60, vaccine="MOD03")], {"dose_no": 2}, NeedsJudgement),
            ([], {"batch_no": "UKJENT"}, InvalidValue),
        ],
    )
    def test_by_what_stands_in_hspro(
        self, office: Office, kari: Person, before: list[Dose], changes: dict[str, Any], code: type[BusinessException]
    ) -> None:
        office.standing(kari, *before)
        with pytest.raises(code):
            office.perform(a_vaccination(kari, **changes))
        assert office.hspro.dose_forms == []

    def test_too_young_by_the_birth_date_that_hspro_shows(self, office: Office, kari: Person) -> None:
        office.hspro.births[kari.number] = TODAY.replace(year=TODAY.year - 16) + timedelta(days=1)
        with pytest.raises(LimitExceeded):
            office.perform(a_vaccination(kari))
        office.hspro.births[kari.number] -= timedelta(days=1)
        assert office.case(a_vaccination(kari)).code is OutcomeCode.CREATED

    def test_without_a_register_in_force(self, office: Office, kari: Person) -> None:
        office.registers = MemoryRegisters()
        office.registers.store("vaccines", VACCINES, valid_from=TODAY + timedelta(days=1))
        with pytest.raises(RegisterMissing):
            office.case(a_vaccination(kari))

    def test_rejected_by_sysvak(self, office: Office, kari: Person) -> None:
        office.hspro.transfers["SYN1234"] = Transfer.REJECTED
        with pytest.raises(TargetRejected):
            office.perform(a_vaccination(kari, remark="Se på denne"))
        assert len(office.doses(kari)) == 1


class TestFollowUp:
    @pytest.mark.parametrize(
        "said",
        [
            {"contraindication_answers": {"ALLERGIC_REACTION": False, "PREGNANT": True}},
            {"reaction_observed": True},
            {"remark": "Ønsker å bli ringt"},
        ],
    )
    def test_what_must_be_read_is_registered_and_told(self, office: Office, kari: Person, said: dict[str, Any]) -> None:
        outcome = office.perform(a_vaccination(kari, unit="310456780", **said))
        assert outcome.code is OutcomeCode.CREATED
        (task,) = outcome.tasks
        assert (task.name, task.role, task.unit, task.due) == (
            "follow-up",
            "vaccination-follow-up",
            "310456780",
            TODAY,
        )
        for told in (task.title, task.text):
            assert not {kari.number, kari.family_name, *said.get("remark", "").split()} & set(told.split())

    def test_also_when_the_dose_stood_there(self, office: Office, kari: Person) -> None:
        office.perform(a_vaccination(kari))
        assert [task.name for task in office.case(a_vaccination(kari, reaction_observed=True)).tasks] == ["follow-up"]

    @pytest.mark.parametrize("said", [{}, {"contraindication_answers": {}}, {"remark": "  "}])
    def test_nothing_is_told_of_an_ordinary_dose(self, office: Office, kari: Person, said: dict[str, Any]) -> None:
        assert office.perform(a_vaccination(kari, **said)).tasks == ()


class TestTheOfficesQuestions:
    """What the register asks on the day of the dose and a form leaves open is a reason to look at it, and no obstacle."""

    @pytest.mark.parametrize(
        ("answers", "left_open"),
        [
            ({"FAINTS": False, "PREGNANT": False, "OF_A_FORMER_FORM": False}, []),
            ({"FAINTS": False}, ["PREGNANT"]),
            ({}, ["FAINTS", "PREGNANT"]),
        ],
    )
    def test_are_followed_up_where_they_are_unanswered(
        self, office: Office, kari: Person, answers: dict[str, bool], left_open: list[str]
    ) -> None:
        self.ask(office, TODAY)
        outcome = office.perform(a_vaccination(kari, contraindication_answers=answers))
        assert (outcome.code, outcome.detail.get("unanswered", [])) == (OutcomeCode.CREATED, left_open)
        assert [task.name for task in outcome.tasks] == (["follow-up"] if left_open else [])
        assert office.hspro.case.used == {"vaccines": 1, "vaccination-questions": 1}

    @pytest.mark.parametrize(("days_ago", "tasks"), [(0, ["follow-up"]), (1, [])])
    def test_are_those_of_the_day_of_the_dose(
        self, office: Office, kari: Person, days_ago: int, tasks: list[str]
    ) -> None:
        self.ask(office, TODAY)
        given = (NOW - timedelta(days=days_ago)).isoformat()
        outcome = office.perform(a_vaccination(kari, vaccinated_at=given, contraindication_answers={}))
        assert (outcome.code, [task.name for task in outcome.tasks]) == (OutcomeCode.CREATED, tasks)

    def test_of_a_form_that_was_corrected_before_are_followed_up_too(self, office: Office, kari: Person) -> None:
        self.ask(office, TODAY)
        first = a_vaccination(kari, contraindication_answers={"FAINTS": False})
        answered = {"FAINTS": False, "PREGNANT": False}
        office.case(a_vaccination(kari, corrects=str(first.form_id), contraindication_answers=answered))
        outcome = office.case(first)
        assert (outcome.code, [task.name for task in outcome.tasks]) == (OutcomeCode.NOOP, ["follow-up"])

    @staticmethod
    def ask(office: Office, valid_from: date) -> None:
        rows = [AskedQuestion(code=code, text=code, about=code) for code in ("FAINTS", "PREGNANT")]
        office.registers.store("vaccination-questions", rows, valid_from=valid_from)


class TestOnePersonAtATime:
    def test_all_flows_in_hspro_lock_the_same_subject(self, kari: Person) -> None:
        of = {"person_id": kari.number, "family_name": kari.family_name, "given_name": kari.given_name}
        told = NOW.isoformat()
        tested = test_journals.TestedPerson.model_validate(
            of | {"test_time": told, "test_site": "TRD-LEANGEN", "test_type": "PCR"}
        )
        visit = {"booking_id": "B-1", "event": "BOOKED", "appointment_time": told, "vaccination_site": "TRD-SPEKTRUM"}
        booked = Booking.model_validate(of | visit)
        assert {tested.subject, booked.subject, a_vaccination(kari).subject} == {Subject("person", kari.number)}

    def test_found_under_a_newer_number_that_one_is_held_too(self, office: Office, kari: Person) -> None:
        former = person()
        office.hspro.persons = [facts(kari, remark=f"Tidligere nummer: {former.number}")]
        given = a_vaccination(kari, person_id=former.number)
        office.hspro.case.busy.add(Subject("person", kari.number))
        with pytest.raises(SubjectBusy):
            office.perform(given)
        office.hspro.case.busy.clear()
        assert office.perform(given).code is OutcomeCode.CREATED
        assert office.hspro.case.platform is not None
        assert Subject("person", kari.number) in office.hspro.case.platform.held
