"""`test-journals`: every rule of HLT-01, at an HsPro in memory."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hspro_in_memory import HsProInMemory, facts, journal
from pydantic import ValidationError

from common.errors import (
    AmbiguousHit,
    BusinessException,
    ConflictInTarget,
    DeceasedOrEmigrated,
    IdInvalid,
    LeaseLost,
    NameMismatch,
    PersonNotFound,
    ProtectedAddress,
    SubjectBusy,
    TargetTimeout,
    TemporaryId,
)
from common.norway.national_id import IdKind
from common.person import PersonFacts
from common.process import Outcome, OutcomeCode, Subject
from common.testing import FixedClock, Person, person
from health_svc.processes import test_journals as process

NOW = FixedClock()()
OTHER_FAMILY = "Heltannet"


def a_test(of: Person, **changes: Any) -> process.TestedPerson:
    """A test of this person, as the booking system hands it over."""
    row = {
        "person_id": of.number,
        "family_name": of.family_name,
        "given_name": of.given_name,
        "test_time": (NOW - timedelta(hours=2)).isoformat(),
        "test_site": "TRD-LEANGEN",
        "test_type": "PCR",
    }
    return process.TestedPerson.model_validate(row | changes)


def perform(hspro: HsProInMemory, tested: process.TestedPerson, dies_at: str | None = None) -> Outcome:
    return process.journal_of_tested_person(tested, hspro.case.run(hspro.screens(), dies_at=dies_at))


@pytest.fixture
def hspro() -> HsProInMemory:
    return HsProInMemory()


@pytest.fixture
def kari() -> Person:
    return person()


class TestCreatedOrThere:
    def test_a_missing_journal_is_created(self, hspro: HsProInMemory, kari: Person) -> None:
        hspro.know(kari)
        assert perform(hspro, a_test(kari)) == Outcome(OutcomeCode.CREATED, {"journal": "J-1"})
        assert [entry.type for entry in hspro.journals[kari.number]] == ["Smittevern"]

    def test_one_that_is_there_is_left_alone(self, hspro: HsProInMemory, kari: Person) -> None:
        hspro.know(kari, journal(number="J-7"))
        assert perform(hspro, a_test(kari)) == Outcome(OutcomeCode.EXISTS, {"journal": "J-7"})
        assert hspro.forms == []

    @pytest.mark.parametrize("state", ["Aktiv", "Avsluttet"])
    def test_other_kinds_do_not_count(self, hspro: HsProInMemory, kari: Person, state: str) -> None:
        hspro.know(kari, journal("Helsestasjon", state), journal("Skolehelse", state))
        assert perform(hspro, a_test(kari)).code is OutcomeCode.CREATED

    def test_the_second_test_of_a_person_finds_the_first_ones_journal(self, hspro: HsProInMemory, kari: Person) -> None:
        hspro.know(kari)
        perform(hspro, a_test(kari))
        second = HsProInMemory(persons=hspro.persons, journals=hspro.journals)
        assert perform(second, a_test(kari)).code is OutcomeCode.EXISTS

    @pytest.mark.parametrize("state", ["Avsluttet", "Arkivert"])
    @pytest.mark.parametrize("others", [[], [journal()]])
    def test_a_closed_one_is_for_a_person(
        self, hspro: HsProInMemory, kari: Person, state: str, others: list[Any]
    ) -> None:
        hspro.know(kari, journal(state=state), *others)
        with pytest.raises(ConflictInTarget):
            perform(hspro, a_test(kari))
        assert hspro.forms == []

    def test_two_of_them_are_for_a_person(self, hspro: HsProInMemory, kari: Person) -> None:
        hspro.know(kari, journal(number="J-1"), journal(number="J-2"))
        with pytest.raises(ConflictInTarget):
            perform(hspro, a_test(kari))


class TestWhoItIs:
    def test_several_hits_are_for_a_person(self, hspro: HsProInMemory, kari: Person) -> None:
        hspro.know(kari)
        hspro.know(kari)
        with pytest.raises(AmbiguousHit):
            perform(hspro, a_test(kari))

    @pytest.mark.parametrize(
        ("found", "code"),
        [
            ({"remark": "Adressesperre (kode 6)"}, ProtectedAddress),
            ({"remark": "Adressesperre (kode 7)"}, ProtectedAddress),
            ({"status": "Død"}, DeceasedOrEmigrated),
            ({"status": "Utvandret"}, DeceasedOrEmigrated),
            ({"status": "Død", "remark": "Adressesperre"}, ProtectedAddress),
        ],
    )
    @pytest.mark.parametrize("where", ["hspro", "register"])
    def test_nobody_who_needs_care_is_touched(
        self, hspro: HsProInMemory, kari: Person, found: dict[str, str], code: type[BusinessException], where: str
    ) -> None:
        if where == "hspro":
            hspro.know(kari, **found)
        else:
            hspro.register.append(facts(kari, **found))
        known = len(hspro.persons)
        with pytest.raises(code):
            perform(hspro, a_test(kari))
        assert (len(hspro.persons), hspro.forms) == (known, [])

    @pytest.mark.parametrize("where", ["hspro", "register"])
    def test_nobody_of_another_name(self, hspro: HsProInMemory, kari: Person, where: str) -> None:
        if where == "hspro":
            hspro.know(kari)
        else:
            hspro.register.append(facts(kari))
        known = len(hspro.persons)
        with pytest.raises(NameMismatch):
            perform(hspro, a_test(kari, family_name=OTHER_FAMILY))
        assert (len(hspro.persons), hspro.forms) == (known, [])

    @pytest.mark.parametrize(
        ("family", "given"), [("ØSTGÅRD", "kari"), ("Østga\u030ard", "Kari Ånes"), ("Østgård", "K.")]
    )
    def test_spelling_is_no_other_name(self, hspro: HsProInMemory, family: str, given: str) -> None:
        kari = person(family_name="Østgård", given_name="Kari Ånes")
        hspro.know(kari)
        assert perform(hspro, a_test(kari, family_name=family, given_name=given)).code is OutcomeCode.CREATED

    def test_a_person_from_the_register_is_made_known_first(self, hspro: HsProInMemory, kari: Person) -> None:
        hspro.register.append(facts(kari))
        assert perform(hspro, a_test(kari)) == Outcome(OutcomeCode.CREATED, {"journal": "J-1", "person": "CREATED"})
        assert [found.number for found in hspro.persons] == [kari.number]

    def test_unknown_to_both_is_for_a_person(self, hspro: HsProInMemory, kari: Person) -> None:
        with pytest.raises(PersonNotFound):
            perform(hspro, a_test(kari))


class TestNumbers:
    def test_a_d_number_is_as_good(self, hspro: HsProInMemory) -> None:
        someone = person(IdKind.DNR)
        hspro.know(someone)
        assert perform(hspro, a_test(someone)).code is OutcomeCode.CREATED

    def test_of_2032_too(self, hspro: HsProInMemory) -> None:
        someone = person(rule_2032=True)
        hspro.know(someone)
        assert perform(hspro, a_test(someone)).code is OutcomeCode.CREATED

    def replaced(self, hspro: HsProInMemory, kari: Person) -> process.TestedPerson:
        former = person(IdKind.DNR)
        hspro.know(kari, remark=f"Tidligere nummer: {former.number}")
        return a_test(kari, person_id=former.number)

    def test_a_replaced_one_leads_to_the_present_one_and_holds_it(self, hspro: HsProInMemory, kari: Person) -> None:
        outcome = perform(hspro, self.replaced(hspro, kari))
        assert outcome.detail["note"] == "FOUND_UNDER_CURRENT_NUMBER"
        assert kari.number not in str(outcome.detail)
        assert hspro.case.platform is not None
        assert hspro.case.platform.held[0] == Subject("person", kari.number)
        reached = hspro.case.platform.reached
        assert reached.index("hold:1") < reached.index("journal:1")

    def test_and_waits_while_somebody_works_for_the_present_one(self, hspro: HsProInMemory, kari: Person) -> None:
        tested = self.replaced(hspro, kari)
        hspro.case.busy.add(Subject("person", kari.number))
        with pytest.raises(SubjectBusy):
            perform(hspro, tested)
        assert hspro.forms == []
        hspro.case.busy.clear()
        assert perform(hspro, tested).code is OutcomeCode.CREATED

    def test_a_hit_under_a_number_that_was_not_sought_is_a_conflict(self, kari: Person) -> None:
        class Careless(HsProInMemory):
            def find(self, number: str, among: list[PersonFacts]) -> list[PersonFacts]:
                del number
                return list(among)

        hspro = Careless()
        hspro.know(person(family_name=kari.family_name, given_name=kari.given_name), remark=f"Se {kari.number}")
        with pytest.raises(ConflictInTarget):
            perform(hspro, a_test(kari))
        assert hspro.forms == []

    @pytest.mark.parametrize("number", [None, "800000000000"])
    def test_without_a_lasting_one_it_is_for_a_person(
        self, hspro: HsProInMemory, kari: Person, number: str | None
    ) -> None:
        with pytest.raises(TemporaryId):
            perform(hspro, a_test(kari, person_id=number))

    def test_an_h_number_is_temporary_when_it_is_said_to_be_one_and_wherever_nobody_is_synthetic(
        self, kari: Person
    ) -> None:
        h_number = "17438610162"  # month + 40
        for hspro, changes in (
            (HsProInMemory(), {"id_type": "HNR"}),
            (HsProInMemory(), {}),
        ):
            hspro.case.accepts_synthetic = bool(changes)
            with pytest.raises(TemporaryId):
                perform(hspro, a_test(kari, person_id=h_number, **changes))

    def test_a_synthetic_one_is_none_in_production(self, hspro: HsProInMemory, kari: Person) -> None:
        hspro.know(kari)
        hspro.case.accepts_synthetic = False
        with pytest.raises(IdInvalid):
            perform(hspro, a_test(kari))
        assert hspro.forms == []

    def test_one_that_is_none_is_not_even_taken_in(self, kari: Person) -> None:
        wrong = kari.number[:-1] + str((int(kari.number[-1]) + 1) % 10)
        with pytest.raises(ValidationError) as refused:
            a_test(kari, person_id=wrong)
        assert wrong not in str(refused.value)


class TestTimes:
    @pytest.mark.parametrize(
        ("taken", "fits"),
        [
            (NOW - timedelta(days=30), True),
            (NOW - timedelta(days=30, microseconds=1), False),
            (NOW + timedelta(days=1), True),
            (NOW + timedelta(days=1, microseconds=1), False),
            (NOW, True),
        ],
    )
    def test_within_the_last_30_days_and_the_next(self, kari: Person, taken: datetime, fits: bool) -> None:  # noqa: FBT001
        broken = list(a_test(kari, test_time=taken.isoformat()).breaches(NOW))
        assert [problem.code for problem in broken] == ([] if fits else ["DATE_OUT_OF_RANGE"])

    def test_without_a_zone_is_refused(self, kari: Person) -> None:
        with pytest.raises(ValidationError):
            a_test(kari, test_time="2026-11-22T09:40:00")

    def test_the_journal_is_opened_on_the_norwegian_day(self, hspro: HsProInMemory, kari: Person) -> None:
        hspro.know(kari)
        clock = FixedClock(datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
        process.journal_of_tested_person(a_test(kari), hspro.case.run(hspro.screens(), clock=clock))
        assert hspro.forms[0].opened == date(2026, 11, 23)


class TestWhatIsWritten:
    def test_into_the_form(self, hspro: HsProInMemory, kari: Person) -> None:
        hspro.know(kari)
        perform(hspro, a_test(kari, reference="T-1", phone="41234567", address="Østre gate 1", postnr="7011"))
        (form,) = hspro.forms
        assert (form.type, form.reason, form.contact, form.source) == ("Smittevern", "Test", "SMS", "T-1")
        assert (form.test_site, form.test_type, form.postal_code) == ("Leangen", "PCR", "7011")

    def test_a_station_that_hspro_does_not_know_and_nobody_to_call(self, hspro: HsProInMemory, kari: Person) -> None:
        hspro.know(kari)
        perform(hspro, a_test(kari, test_site="ANNET-STED", test_type="ANTIGEN"))
        (form,) = hspro.forms
        assert (form.test_site, form.test_type, form.contact, form.phone) == ("Annet", "Antigen", "Brev", None)

    @pytest.mark.parametrize("field", ["result", "test_result", "svar"])
    def test_never_a_result(self, kari: Person, field: str) -> None:
        with pytest.raises(ValidationError):
            a_test(kari, **{field: "POSITIVE"})

    def test_nothing_of_the_person_in_what_may_be_printed(self, kari: Person) -> None:
        tested = a_test(kari)
        for shown in (repr(tested), str(tested), repr(tested.subject), repr(facts(kari))):
            assert kari.number not in shown
            assert kari.family_name not in shown


def a_newcomer() -> tuple[HsProInMemory, process.TestedPerson]:
    """Somebody only the register knows: the longest way there is."""
    kari = person()
    return HsProInMemory(register=[facts(kari)]), a_test(kari)


def points() -> list[str]:
    hspro, tested = a_newcomer()
    perform(hspro, tested)
    assert hspro.case.platform is not None
    return hspro.case.platform.reached


class TestDeath:
    @pytest.mark.parametrize("point", points())
    def test_anywhere_leaves_one_person_and_one_journal(self, point: str) -> None:
        hspro, tested = a_newcomer()
        with pytest.raises(LeaseLost):
            perform(hspro, tested, dies_at=point)
        assert perform(hspro, tested) == Outcome(OutcomeCode.CREATED, {"journal": "J-1", "person": "CREATED"})
        assert (len(hspro.persons), len(hspro.forms)) == (1, 1)

    @pytest.mark.parametrize("point", points())
    def test_anywhere_and_a_persons_retry(self, point: str) -> None:
        hspro, tested = a_newcomer()
        with contextlib.suppress(LeaseLost):
            perform(hspro, tested, dies_at=point)
        hspro.case.retried()
        assert perform(hspro, tested).detail["journal"] == "J-1"
        assert (len(hspro.persons), len(hspro.forms)) == (1, 1)

    def test_a_save_that_failed_after_all_is_found(self) -> None:
        hspro, tested = a_newcomer()
        failures = iter([True, True])

        def fail() -> None:
            if next(failures, False):
                raise TargetTimeout

        hspro.after_save = fail
        assert perform(hspro, tested).code is OutcomeCode.CREATED
        assert (len(hspro.persons), len(hspro.forms)) == (1, 1)
