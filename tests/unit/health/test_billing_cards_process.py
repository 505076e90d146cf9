"""`billing-cards`: every rule of HLT-04, at a SystemX in memory."""

from __future__ import annotations

import contextlib
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hspro_in_memory import facts
from pydantic import ValidationError
from systemx_in_memory import SystemXInMemory, card

from common.clock import OSLO
from common.errors import (
    AmbiguousHit,
    BusinessException,
    ConflictInTarget,
    DeceasedOrEmigrated,
    FieldNotTaken,
    InvalidValue,
    LeaseLost,
    LimitExceeded,
    NameMismatch,
    NeedsJudgement,
    PeriodClosed,
    PersonNotFound,
    ProtectedAddress,
    RegisterMissing,
    SubjectBusy,
    SuspectedDuplicate,
    TargetRejected,
    TargetTimeout,
    TemporaryId,
)
from common.norway.national_id import IdKind
from common.process import Outcome, OutcomeCode, Subject
from common.testing import FixedClock, MemoryCase, MemoryLedger, MemoryRegisters, Person, person
from health_svc.processes import billing_cards as process
from health_svc.refunds.performed_test import PerformedTest
from health_svc.refunds.tariffs import MappedLine, Tariff, tariffs
from health_svc.screens.systemx import CardEntry

DAY = date(2026, 8, 24)
NOW = datetime(2026, 11, 23, 10, tzinfo=OSLO)
T1, T2 = "SYN-T1", "SYN-T2"
FIRST_DAY = date(2026, 3, 1)


def a_test(of: Person, **changes: Any) -> PerformedTest:
    """A performed test of this person, as the test station hands it over."""
    row = {
        "test_id": "T-88121",
        "person_id": of.number,
        "family_name": of.family_name,
        "given_name": of.given_name,
        "test_time": datetime(DAY.year, DAY.month, DAY.day, 9, 40, tzinfo=OSLO).isoformat(),
        "test_site": "TRD-LEANGEN",
        "test_type": "PCR",
        "test_reason": "SYMPTOM",
        "practitioner_hpr": "9999201",
        "praksis_id": "1000099999",
        "praksistype": "KOFA",
        "diagnosis_code": "R992",
    }
    return PerformedTest.model_validate(row | changes)


def on(day: date, hour: int = 9) -> str:
    return datetime(day.year, day.month, day.day, hour, tzinfo=OSLO).isoformat()


def tariff(code: str = T1, refund: int = 15050, **changes: Any) -> Tariff:
    return Tariff.model_validate({"code": code, "refund": refund, "first_day": FIRST_DAY} | changes)


def line(code: str = T1, **changes: Any) -> MappedLine:
    row = {"test_type": "PCR", "test_site": "TRD-LEANGEN", "staff": "DOCTOR", "code": code, "first_day": FIRST_DAY}
    return MappedLine.model_validate(row | changes)


class Town:
    """A SystemX, the registers and the ledger, for several cases one after the other."""

    def __init__(self) -> None:
        self.registers, self.ledger = MemoryRegisters(), MemoryLedger()
        self.systemx = SystemXInMemory(case=self.case(), prices={T1: 15050, T2: 2000})

    def case(self) -> MemoryCase:
        return MemoryCase(registers=self.registers, ledger=self.ledger)

    def sign(self, tariffs: list[Tariff], mapping: list[MappedLine], valid_from: date = FIRST_DAY) -> None:
        self.registers.store("refund-tariffs", tariffs, valid_from=valid_from)
        self.registers.store("refund-mappings", mapping, valid_from=valid_from)

    def perform(
        self, test: PerformedTest, *, now: datetime = NOW, again: bool = False, dies_at: str | None = None
    ) -> Outcome:
        """One run of a new case, or another one of the case before."""
        if not again:
            self.systemx.case = self.case()
        run = self.systemx.case.run(self.systemx.screens(), clock=FixedClock(now), dies_at=dies_at)
        return process.card_of_performed_test(test, run)

    def refused(self, test: PerformedTest, code: type[BusinessException], *, now: datetime = NOW) -> None:
        """A person takes over, and nothing has been made in SystemX."""
        before = len(self.systemx.forms)
        with pytest.raises(code):
            self.perform(test, now=now)
        assert len(self.systemx.forms) == before


@pytest.fixture
def kari() -> Person:
    return person()


@pytest.fixture
def town(kari: Person) -> Town:
    town = Town()
    town.sign([tariff()], [line()])
    town.systemx.know(kari)
    return town


class TestTheCard:
    def test_is_made_with_what_the_registers_prescribe(self, town: Town, kari: Person) -> None:
        made = town.perform(a_test(kari))
        assert made == Outcome(
            OutcomeCode.CREATED, {"card": 700_001, "refund": 15050, "lines": {T1: 1}, "tariffs": 1, "mapping": 1}
        )
        (form,) = town.systemx.forms
        assert (form.code1, form.count1, form.code2, form.share, form.exemption) == (T1, 1, None, 0, "A")
        assert town.systemx.case.used == {"refund-tariffs": 1, "refund-mappings": 1}

    def test_counts_every_line_to_the_ore(self, town: Town, kari: Person) -> None:
        town.sign([tariff(combines_with=(T2,)), tariff(T2, 2000, most=3)], [line(), line(T2, count=3)])
        assert town.perform(a_test(kari)).detail["refund"] == 15050 + 3 * 2000

    @pytest.mark.parametrize("code", ["A", "B", "F", "G", "H"])
    def test_says_why_the_patient_pays_nothing(self, town: Town, kari: Person, code: str) -> None:
        town.perform(a_test(kari, exempt_share_code=code))
        (form,) = town.systemx.forms
        assert (form.exemption, form.share, form.debtor) == (code, 0, "1")

    @pytest.mark.parametrize("remark", ["Ringt inn", "x" * 120, "", "  "])
    def test_bears_the_remark_as_its_note(self, town: Town, kari: Person, remark: str) -> None:
        town.perform(a_test(kari, remark=remark))
        assert town.systemx.forms[0].note == (remark.strip() or None)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"exempt_share_code": "C"},
            {"exempt_share_code": ""},
            {"debitor": "0"},
            {"remark": "x" * 121},
            {"family_name": ""},
            {"given_name": " "},
            {"family_name": None},
            {"praksis_id": "100009999"},
            {"praksistype": "XXXX"},
            {"practitioner_hpr": "123456"},
            {"delegated_by_hpr": "1234567890"},
            {"diagnosis_system": "ICD-10"},
            {"takst_lines": []},
            {"takst_lines": [{"code": T1, "count": 0}]},
            {"test_reason": "OTHER"},
        ],
    )
    def test_of_a_field_beyond_its_bounds_is_refused_at_once(self, kari: Person, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError) as refused:
            a_test(kari, **wrong)
        assert {str(error["loc"][0]) for error in refused.value.errors()} == set(wrong)

    def test_names_who_delegated_the_work(self, town: Town, kari: Person) -> None:
        town.sign([tariff()], [line(staff="DELEGATED")])
        town.perform(a_test(kari, delegated_by_hpr="9999202"))
        assert (town.systemx.forms[0].practitioner, town.systemx.forms[0].delegated_by) == ("9999201", "9999202")

    def test_of_the_domains_example(self, town: Town) -> None:
        payload = {
            "test_id": "T-88121",
            "id_type": "FNR",
            "person_id": "02919110271",
            "family_name": "Bakkehaug",
            "given_name": "Kari Ånes",
            "test_time": "2021-02-15T09:40:00+01:00",
            "test_site": "TRD-LEANGEN",
            "test_type": "PCR",
            "test_reason": "SYMPTOM",
            "takst_lines": [{"code": "SYN-T1", "count": 1}],
            "diagnosis_code": "R992",
            "praksis_id": "1000099999",
            "praksistype": "KOFA",
            "practitioner_hpr": "9999201",
            "exempt_share_code": "A",
            "debitor": "1",
            "diagnosis_system": "ICPC-2",
        }
        then, clock = date(2021, 1, 1), datetime(2021, 8, 3, 1, tzinfo=OSLO)
        town.sign([tariff(first_day=then)], [line(first_day=then)], valid_from=then)
        kari = Person(
            number="02919110271", family_name="Bakkehaug", given_name="Kari Ånes", birth_date=date(1991, 11, 2)
        )
        town.systemx.know(kari)
        lists = [PerformedTest.model_validate(payload | {"source_id": name}) for name in ("list-1", "list-2")]
        assert [town.perform(test, now=clock).code for test in lists] == [OutcomeCode.CREATED, OutcomeCode.EXISTS]

    def test_of_somebody_systemx_does_not_know(self, town: Town) -> None:
        new = person()
        town.systemx.register.append(facts(new))
        assert town.perform(a_test(new)).code is OutcomeCode.CREATED

    def test_is_not_saved_when_systemx_counts_a_patient_share(self, town: Town, kari: Person) -> None:
        town.systemx.share = 4500
        town.refused(a_test(kari), ConflictInTarget)

    def test_is_not_saved_when_systemx_counts_another_refund(self, town: Town, kari: Person) -> None:
        town.systemx.prices[T1] = 15051
        town.refused(a_test(kari), ConflictInTarget)

    def test_is_not_saved_when_systemx_has_understood_a_field_otherwise(self, town: Town, kari: Person) -> None:
        town.systemx.misread = True
        with pytest.raises(FieldNotTaken):
            town.perform(a_test(kari))
        assert town.systemx.forms == []

    @pytest.mark.parametrize("cannot", [{"insured_abroad": True}, {"test_site": "TRD-HEIMDAL"}, {"debitor": "3"}])
    def test_that_cannot_be_claimed_makes_nobody_a_patient(self, town: Town, cannot: dict[str, Any]) -> None:
        new = person()
        town.systemx.register.append(facts(new))
        known = list(town.systemx.patients)
        town.refused(a_test(new, **cannot), NeedsJudgement)
        assert town.systemx.patients == known

    @pytest.mark.parametrize("otherwise", [{"refund": 15051}, {"share": 1}])
    def test_that_stands_with_other_amounts_than_were_checked_is_for_a_person(
        self, town: Town, kari: Person, otherwise: dict[str, int]
    ) -> None:
        def stand_otherwise() -> None:
            cards = town.systemx.cards[kari.number]
            cards[-1] = cards[-1].model_copy(update=otherwise)

        town.systemx.after_save = stand_otherwise
        with pytest.raises(ConflictInTarget, match="amount"):
            town.perform(a_test(kari))

    def test_that_systemx_will_not_have_goes_to_a_person(self, town: Town, kari: Person) -> None:
        del town.systemx.prices[T1]
        town.refused(a_test(kari), TargetRejected)


class TestTheTariff:
    @pytest.mark.parametrize(
        "unlike",
        [
            {"test_type": "ANTIGEN"},
            {"test_site": "TRD-HEIMDAL"},
            {"praksistype": "SYPL"},
            {"delegated_by_hpr": "9999202"},
            {"test_time": on(FIRST_DAY + timedelta(days=200))},
        ],
    )
    def test_of_what_is_not_mapped_is_for_a_person(self, town: Town, kari: Person, unlike: dict[str, Any]) -> None:
        town.sign([tariff()], [line(last_day=FIRST_DAY + timedelta(days=199))])
        town.refused(a_test(kari, **unlike), NeedsJudgement)

    @pytest.mark.parametrize("claimed", [[(T1, 1)], None])
    def test_may_be_named_or_left_out(self, town: Town, kari: Person, claimed: list[tuple[str, int]] | None) -> None:
        lines = [{"code": code, "count": count} for code, count in claimed] if claimed else None
        assert town.perform(a_test(kari, takst_lines=lines)).code is OutcomeCode.CREATED

    def test_named_without_a_count_is_one(self, town: Town, kari: Person) -> None:
        assert town.perform(a_test(kari, takst_lines=[{"code": T1}])).code is OutcomeCode.CREATED

    @pytest.mark.parametrize("claimed", [[(T2, 1)], [(T1, 2)], [(T1, 1), (T2, 1)], [(T1, 1), (T1, 1)]])
    def test_named_otherwise_than_mapped_is_for_a_person(
        self, town: Town, kari: Person, claimed: list[tuple[str, int]]
    ) -> None:
        lines = [{"code": code, "count": count} for code, count in claimed]
        town.refused(a_test(kari, takst_lines=lines), NeedsJudgement)

    @pytest.mark.parametrize("days", [0, 9])
    def test_holds_from_its_first_day_through_its_last(self, town: Town, kari: Person, days: int) -> None:
        town.sign([self.of_ten_days(DAY - timedelta(days=days))], [line()])
        assert town.perform(a_test(kari)).code is OutcomeCode.CREATED

    @pytest.mark.parametrize("days", [-1, 10])
    def test_does_not_hold_the_day_before_and_after(self, town: Town, kari: Person, days: int) -> None:
        town.sign([self.of_ten_days(DAY - timedelta(days=days))], [line()])
        town.refused(a_test(kari), InvalidValue)

    @staticmethod
    def of_ten_days(first: date) -> Tariff:
        return tariff(first_day=first, last_day=first + timedelta(days=9))

    def test_that_is_mapped_and_unknown_is_invalid(self, town: Town, kari: Person) -> None:
        town.sign([tariff(T2)], [line(T1)])
        town.refused(a_test(kari), InvalidValue)

    def test_at_most_as_often_as_it_may_stand(self, town: Town, kari: Person) -> None:
        town.sign([tariff(most=2)], [line(count=2)])
        assert town.perform(a_test(kari)).code is OutcomeCode.CREATED
        town.sign([tariff(most=1)], [line(count=2)])
        town.refused(a_test(kari, test_id="T-2"), LimitExceeded)

    @pytest.mark.parametrize(("first", "second"), [((), ()), ((T2,), ()), ((), (T1,))])
    def test_beside_another_only_where_one_of_them_says_so(
        self, town: Town, kari: Person, first: tuple[str, ...], second: tuple[str, ...]
    ) -> None:
        town.sign([tariff(combines_with=first), tariff(T2, 2000, combines_with=second)], [line(), line(T2)])
        if first or second:
            assert town.perform(a_test(kari)).code is OutcomeCode.CREATED
        else:
            town.refused(a_test(kari), InvalidValue)

    @pytest.mark.parametrize(("requires", "fits"), [((T1,), True), ((T1, "SYN-9"), True), (("SYN-9",), False)])
    def test_with_one_of_those_it_demands_on_the_same_card(
        self, town: Town, kari: Person, requires: tuple[str, ...], *, fits: bool
    ) -> None:
        """And what it demands it may stand beside."""
        combines = () if fits else (T1,)
        town.sign([tariff(), tariff(T2, 2000, combines_with=combines, requires=requires)], [line(), line(T2)])
        if fits:
            assert town.perform(a_test(kari)).detail["lines"] == {T1: 1, T2: 1}
        else:
            town.refused(a_test(kari), InvalidValue)

    def test_never_alone_where_it_demands_another(self, town: Town, kari: Person) -> None:
        town.sign([tariff(requires=(T1, T2))], [line()])
        town.refused(a_test(kari), InvalidValue)

    def test_with_the_diagnosis_it_demands(self, town: Town, kari: Person) -> None:
        town.sign([tariff(diagnoses=("R991", "R992"))], [line()])
        town.refused(a_test(kari, diagnosis_code="A23"), InvalidValue)
        assert town.perform(a_test(kari)).code is OutcomeCode.CREATED

    @pytest.mark.parametrize("minutes", [20, 45])
    def test_that_demands_a_least_time_and_gets_it(self, town: Town, kari: Person, minutes: int) -> None:
        town.sign([tariff(least_minutes=20)], [line()])
        assert town.perform(a_test(kari, minutes=minutes)).code is OutcomeCode.CREATED

    @pytest.mark.parametrize(("minutes", "code"), [(19, LimitExceeded), (0, LimitExceeded), (None, NeedsJudgement)])
    def test_that_demands_more_time_than_it_took_or_nobody_knows(
        self, town: Town, kari: Person, minutes: int | None, code: type[BusinessException]
    ) -> None:
        town.sign([tariff(least_minutes=20)], [line()])
        town.refused(a_test(kari, minutes=minutes), code)

    def test_of_another_line_may_demand_it_too(self, town: Town, kari: Person) -> None:
        town.sign([tariff(combines_with=(T2,)), tariff(T2, 2000, least_minutes=20)], [line(), line(T2)])
        town.refused(a_test(kari, minutes=19), LimitExceeded)

    def test_without_a_least_time_asks_for_none(self, town: Town, kari: Person) -> None:
        assert town.perform(a_test(kari, minutes=0)).code is OutcomeCode.CREATED

    def test_is_the_one_of_the_day_of_the_test(self, town: Town, kari: Person) -> None:
        town.sign([tariff(refund=99)], [line()], valid_from=DAY + timedelta(days=1))
        assert town.perform(a_test(kari)).detail["refund"] == 15050

    def test_without_registers_is_for_a_person(self, town: Town, kari: Person) -> None:
        town.registers = MemoryRegisters()
        town.refused(a_test(kari), RegisterMissing)

    def test_of_more_lines_than_a_card_has_is_for_a_person(self, town: Town, kari: Person) -> None:
        codes = [f"SYN-{number}" for number in range(7)]
        town.sign([tariff(code, combines_with=codes) for code in codes], [line(code) for code in codes])
        town.refused(a_test(kari), NeedsJudgement)


class TestTheYear:
    """A tariff that may stand three times on somebody's cards of one calendar year."""

    @pytest.fixture
    def limited(self, town: Town) -> Town:
        town.sign([tariff(most=3, most_per_year=3)], [line()])
        return town

    @pytest.mark.parametrize(("stand", "fits"), [(0, True), (2, True), (3, False), (4, False)])
    def test_has_room_for_so_many(self, limited: Town, kari: Person, stand: int, *, fits: bool) -> None:
        for days in range(1, stand + 1):
            limited.systemx.add_card(kari.number, DAY - timedelta(days=days), 15050, lines={T1: 1})
        if fits:
            assert limited.perform(a_test(kari)).code is OutcomeCode.CREATED
        else:
            limited.refused(a_test(kari), LimitExceeded)

    @pytest.mark.parametrize(("on_this_card", "fits"), [(1, True), (2, False)])
    def test_counts_lines_and_not_cards(self, limited: Town, kari: Person, on_this_card: int, *, fits: bool) -> None:
        limited.sign([tariff(most=3, most_per_year=3)], [line(count=on_this_card)])
        limited.systemx.add_card(kari.number, DAY + timedelta(days=9), 30100, lines={T1: 2, T2: 7})
        if fits:
            assert limited.perform(a_test(kari)).code is OutcomeCode.CREATED
        else:
            limited.refused(a_test(kari), LimitExceeded)

    @pytest.mark.parametrize(
        ("other", "fits"),
        [
            (date(DAY.year - 1, 12, 31), True),
            (date(DAY.year, 1, 1), False),
            (date(DAY.year, 12, 31), False),
            (date(DAY.year + 1, 1, 1), True),
        ],
    )
    def test_is_the_calendar_year_of_the_test(self, limited: Town, kari: Person, other: date, *, fits: bool) -> None:
        limited.systemx.add_card(kari.number, other, 45150, lines={T1: 3})
        if fits:
            assert limited.perform(a_test(kari)).code is OutcomeCode.CREATED
        else:
            limited.refused(a_test(kari), LimitExceeded)

    def test_is_the_norwegian_one(self, limited: Town, kari: Person) -> None:
        then, new_year = date(2025, 1, 1), datetime(2026, 1, 1, 12, tzinfo=OSLO)
        limited.sign([tariff(most=3, most_per_year=3, first_day=then)], [line(first_day=then)], valid_from=then)
        limited.systemx.add_card(kari.number, date(2025, 12, 31), 45150, lines={T1: 3})
        after_midnight = a_test(kari, test_time="2025-12-31T23:30:00+00:00")
        assert limited.perform(after_midnight, now=new_year).code is OutcomeCode.CREATED

    def test_counts_what_roger_has_made_and_not_sent(self, limited: Town, kari: Person) -> None:
        days = [DAY - timedelta(days=days) for days in range(4)]
        tests = [a_test(kari, test_id=f"T-{number}", test_time=on(day)) for number, day in enumerate(days)]
        assert [limited.perform(test).code for test in tests[:3]] == [OutcomeCode.CREATED] * 3
        limited.refused(tests[3], LimitExceeded)
        assert limited.perform(tests[2]).code is OutcomeCode.EXISTS  # its own card does not stand in its way

    def test_counts_each_tariff_by_itself(self, limited: Town, kari: Person) -> None:
        limited.systemx.add_card(kari.number, DAY - timedelta(days=1), 0, lines={T2: 9})
        assert limited.perform(a_test(kari)).code is OutcomeCode.CREATED

    def test_is_not_asked_for_where_there_is_no_limit(self, town: Town, kari: Person) -> None:
        town.systemx.add_card(kari.number, DAY - timedelta(days=1), 0, lines={T1: 99})
        assert town.perform(a_test(kari)).code is OutcomeCode.CREATED

    def test_is_looked_at_before_the_card_is_made_and_never_after(self, limited: Town, kari: Person) -> None:
        """A run that dies after the save finds its own card among those of the year."""
        for days in (1, 2):
            limited.systemx.add_card(kari.number, DAY - timedelta(days=days), 15050, lines={T1: 1})
        with contextlib.suppress(LeaseLost):
            limited.perform(a_test(kari), dies_at="card done:1")
        assert limited.perform(a_test(kari), again=True).code is OutcomeCode.CREATED

    def test_may_not_hold_less_than_one_card(self) -> None:
        assert tariffs.check is not None
        rows = [tariff(most=3, most_per_year=3), tariff(T2, most=3, most_per_year=2)]
        assert [(found.field, found.row) for found in tariffs.check(rows)] == [("most_per_year", 1)]


class TestNothingToClaim:
    @pytest.mark.parametrize("reason", ["TRAVEL_CERTIFICATE", "EMPLOYER", "PRIVATE"])
    def test_for_what_is_not_refunded(self, town: Town, kari: Person, reason: str) -> None:
        assert town.perform(a_test(kari, test_reason=reason)) == Outcome(OutcomeCode.NOOP, {"reason": reason})

    @pytest.mark.parametrize("reason", ["SYMPTOM", "CLOSE_CONTACT", "QUARANTINE", "OUTBREAK"])
    def test_is_said_of_no_other_reason(self, town: Town, kari: Person, reason: str) -> None:
        assert town.perform(a_test(kari, test_reason=reason)).code is OutcomeCode.CREATED

    def test_for_who_was_turned_away(self, town: Town, kari: Person) -> None:
        told = Outcome(OutcomeCode.NOOP, {"reason": "NOT_ATTENDED"})
        assert town.perform(a_test(kari, attended=False)) == told

    @pytest.mark.parametrize("debtor", ["2", "3", "9"])
    def test_from_helfo_where_somebody_else_pays(self, town: Town, kari: Person, debtor: str) -> None:
        town.refused(a_test(kari, debitor=debtor), NeedsJudgement)
        told = Outcome(OutcomeCode.NOOP, {"reason": "EMPLOYER"})
        assert town.perform(a_test(kari, debitor=debtor, test_reason="EMPLOYER")) == told

    def test_insured_abroad_is_for_a_person(self, town: Town, kari: Person) -> None:
        town.refused(a_test(kari, insured_abroad=True), NeedsJudgement)


class TestTheTimeLimit:
    @pytest.mark.parametrize(
        ("day", "last"),
        [
            (date(2026, 5, 23), date(2026, 11, 23)),
            (date(2026, 3, 31), date(2026, 9, 30)),
            (date(2026, 8, 31), date(2027, 2, 28)),
            (date(2027, 8, 31), date(2028, 2, 29)),
            (date(2026, 6, 30), date(2026, 12, 30)),
        ],
    )
    def test_is_six_months_to_the_day(self, town: Town, kari: Person, day: date, last: date) -> None:
        assert process.last_day_of_claim(day, 6) == last
        midnight = datetime(last.year, last.month, last.day, 23, 59, tzinfo=OSLO)
        test = a_test(kari, test_time=on(day))
        town.refused(test, PeriodClosed, now=midnight + timedelta(minutes=1))
        assert town.perform(test, now=midnight).code is OutcomeCode.CREATED

    def test_counts_from_the_norwegian_day(self, town: Town, kari: Person) -> None:
        late = a_test(kari, test_time="2026-05-22T22:30:00+00:00")  # half past midnight in Norway
        assert late.day == date(2026, 5, 23)
        assert town.perform(late).code is OutcomeCode.CREATED

    def test_nothing_from_the_future(self, kari: Person) -> None:
        ahead = a_test(kari, test_time=(NOW + timedelta(minutes=5)).isoformat())
        assert [problem.code for problem in ahead.breaches(NOW)] == []
        assert [problem.code for problem in ahead.breaches(NOW - timedelta(seconds=1))] == ["DATE_OUT_OF_RANGE"]


class TestOnceOnly:
    def test_the_same_test_again_finds_its_card(self, town: Town, kari: Person) -> None:
        first = town.perform(a_test(kari))
        again = town.perform(a_test(kari, reference="another-list"))
        assert again == Outcome(OutcomeCode.EXISTS, {"card": first.detail["card"], "refund": 15050})

    def test_also_when_mapping_and_limit_have_changed_since(self, town: Town, kari: Person) -> None:
        town.perform(a_test(kari))
        town.sign([tariff()], [line(T2)])
        later = datetime(2027, 2, 25, tzinfo=OSLO)
        assert town.perform(a_test(kari), now=later).code is OutcomeCode.EXISTS

    def test_a_card_that_has_gone_is_for_a_person(self, town: Town, kari: Person) -> None:
        town.perform(a_test(kari))
        town.systemx.cards[kari.number].clear()
        town.refused(a_test(kari), ConflictInTarget)

    def test_another_test_of_that_day_is_for_a_person(self, town: Town, kari: Person) -> None:
        town.perform(a_test(kari))
        town.refused(a_test(kari, test_id="T-2", test_time=on(DAY, 23)), SuspectedDuplicate)

    def test_even_when_the_card_has_gone(self, town: Town, kari: Person) -> None:
        town.perform(a_test(kari))
        town.systemx.cards[kari.number].clear()
        town.refused(a_test(kari, test_id="T-2"), SuspectedDuplicate)

    def test_the_next_day_is_another_one(self, town: Town, kari: Person) -> None:
        town.perform(a_test(kari))
        later = a_test(kari, test_id="T-2", test_time=on(DAY + timedelta(days=1), 0))
        assert town.perform(later).code is OutcomeCode.CREATED

    @pytest.mark.parametrize("cards", [[card(DAY)], [card(DAY), card(DAY, 600_002, note="T-88121")]])
    def test_a_card_that_roger_did_not_make_is_for_a_person(
        self, town: Town, kari: Person, cards: list[CardEntry]
    ) -> None:
        town.systemx.cards[kari.number] = cards
        town.refused(a_test(kari), SuspectedDuplicate)

    def test_one_of_another_day_does_not_matter(self, town: Town, kari: Person) -> None:
        town.systemx.cards[kari.number] = [card(DAY - timedelta(days=1)), card(DAY + timedelta(days=1), 600_002)]
        assert town.perform(a_test(kari)).code is OutcomeCode.CREATED

    def test_one_that_carries_the_tests_id_is_its_card(self, town: Town, kari: Person) -> None:
        town.systemx.cards[kari.number] = [card(DAY, note="Ført for T-88121", refund=7)]
        assert town.perform(a_test(kari)) == Outcome(OutcomeCode.EXISTS, {"card": 600_001, "refund": 7})
        town.refused(a_test(kari, test_id="T-2"), SuspectedDuplicate)

    def test_a_number_that_was_given_before_is_for_a_person(self, town: Town, kari: Person) -> None:
        """SystemX came back from an old copy: whose card it is that the claim holds, nobody knows."""
        town.perform(a_test(kari))
        ola = person()
        town.systemx.know(ola)
        town.systemx.numbers = count(700_001)
        with pytest.raises(ConflictInTarget, match="number"):
            town.perform(a_test(ola, test_id="T-2"))

    @pytest.mark.parametrize("note", ["T-881210", "XT-88121"])
    def test_another_id_that_only_begins_so_is_not(self, town: Town, kari: Person, note: str) -> None:
        town.systemx.cards[kari.number] = [card(DAY, note=note)]
        town.refused(a_test(kari), SuspectedDuplicate)


class TestWhoItIs:
    @pytest.mark.parametrize("kind", [IdKind.FNR, IdKind.DNR])
    def test_lasting_numbers_will_do(self, town: Town, kind: IdKind) -> None:
        known = person(kind)
        town.systemx.know(known)
        assert town.perform(a_test(known, id_type=kind.value)).code is OutcomeCode.CREATED

    @pytest.mark.parametrize(
        "number",
        [
            {"person_id": None},
            {"person_id": "201012345611", "id_type": "DUF"},
            {"person_id": "17438610162", "id_type": "HNR"},
            {"person_id": "SE-19640823-3234", "id_type": "PNR"},
            {"person_id": "A 7", "id_type": "UID"},
            {"person_id": "x" * 40, "id_type": "UID"},
        ],
    )
    def test_any_other_is_for_a_person(self, town: Town, kari: Person, number: dict[str, Any]) -> None:
        town.refused(a_test(kari, **number), TemporaryId)

    @pytest.mark.parametrize(
        "number",
        [
            {"person_id": "17838410104"},
            {"person_id": "A 7", "id_type": "FNR"},
            {"person_id": "", "id_type": "PNR"},
            {"person_id": "x" * 41, "id_type": "PNR"},
        ],
    )
    def test_a_number_that_cannot_be_is_refused(self, kari: Person, number: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            a_test(kari, **number)

    def test_the_right_one(self, town: Town, kari: Person) -> None:
        town.refused(a_test(kari, family_name="Heltannet"), NameMismatch)
        town.refused(a_test(person()), PersonNotFound)
        town.systemx.know(kari)
        town.refused(a_test(kari), AmbiguousHit)

    @pytest.mark.parametrize(
        ("found", "code"),
        [({"remark": "Adressesperre: kode 6"}, ProtectedAddress), ({"status": "Død"}, DeceasedOrEmigrated)],
    )
    @pytest.mark.parametrize("where", ["systemx", "register"])
    def test_nobody_who_needs_care_is_touched(
        self, town: Town, found: dict[str, str], code: type[BusinessException], where: str
    ) -> None:
        somebody = person()
        if where == "systemx":
            town.systemx.know(somebody, **found)
        else:
            town.systemx.register.append(facts(somebody, **found))
        known = list(town.systemx.patients)
        town.refused(a_test(somebody), code)
        assert town.systemx.patients == known

    def test_nobody_of_another_name_becomes_a_patient(self, town: Town) -> None:
        somebody = person()
        town.systemx.register.append(facts(somebody))
        known = list(town.systemx.patients)
        town.refused(a_test(somebody, family_name="Heltannet"), NameMismatch)
        assert town.systemx.patients == known

    def test_a_former_number_is_the_same_person(self, town: Town, kari: Person) -> None:
        now = person(family_name=kari.family_name, given_name=kari.given_name)
        town.systemx.patients.clear()
        town.systemx.know(now, remark=f"Tidligere nummer: {kari.number}")
        town.perform(a_test(kari))
        assert town.systemx.case.platform
        assert town.systemx.case.platform.held == [Subject("person", now.number)]
        town.refused(a_test(now, test_id="T-2"), SuspectedDuplicate)


class TestWhateverDies:
    def test_a_newcomer_becomes_a_patient_once_and_has_one_card(self, kari: Person) -> None:
        """Somebody whom only the register knows: the longest way there is."""
        whole = self.a_newcomers_town(kari)
        whole.perform(a_test(kari))
        assert whole.systemx.case.platform
        points = whole.systemx.case.platform.reached
        assert "register done:1" in points
        for point in points:
            town = self.a_newcomers_town(kari)
            with contextlib.suppress(LeaseLost):
                town.perform(a_test(kari), dies_at=point)
            assert town.perform(a_test(kari), again=True).code is OutcomeCode.CREATED, point
            assert len(town.systemx.patients) == len(town.systemx.cards[kari.number]) == 1, point

    def a_newcomers_town(self, kari: Person) -> Town:
        town = self.a_town(kari)
        town.systemx.patients.clear()
        town.systemx.register.append(facts(kari))
        return town

    def test_one_card_stands_and_is_remembered(self, kari: Person) -> None:
        """The run dies at each point there is; the next one ends with the one card."""
        whole = self.a_town(kari)
        whole.perform(a_test(kari))
        assert whole.systemx.case.platform
        points = whole.systemx.case.platform.reached
        assert "card done:1" in points
        for point in points:
            town = self.a_town(kari)
            with contextlib.suppress(LeaseLost):
                town.perform(a_test(kari), dies_at=point)
            outcome = town.perform(a_test(kari), again=True)
            assert (outcome.code, outcome.detail["card"]) == (OutcomeCode.CREATED, 700_001), point
            assert len(town.systemx.cards[kari.number]) == 1, point
            assert town.perform(a_test(kari)).code is OutcomeCode.EXISTS, point

    def test_the_same_test_under_a_former_number_waits_and_finds_the_card(self, kari: Person) -> None:
        """Two lists at the same moment: what was asked before it was this case's turn must not be believed."""
        town, now = self.a_town(kari), person(family_name=kari.family_name, given_name=kari.given_name)
        town.systemx.patients.clear()
        town.systemx.know(now, remark=f"Tidligere nummer: {kari.number}")
        waiting = town.case()
        waiting.busy.add(Subject("person", now.number))
        town.systemx.case = waiting
        with pytest.raises(SubjectBusy):
            town.perform(a_test(kari), again=True)
        first = town.perform(a_test(now))
        waiting.busy.clear()
        town.systemx.case = waiting
        again = town.perform(a_test(kari), again=True)
        assert again == Outcome(OutcomeCode.EXISTS, {"card": first.detail["card"], "refund": 15050})

    def test_a_save_that_answers_with_an_error_is_looked_at(self, town: Town, kari: Person) -> None:
        def fails() -> None:
            raise TargetTimeout

        town.systemx.after_save = fails
        assert town.perform(a_test(kari)).code is OutcomeCode.CREATED
        assert len(town.systemx.cards[kari.number]) == 1

    def test_a_person_lets_roger_try_again_after_the_card_was_made(self, town: Town, kari: Person) -> None:
        town.perform(a_test(kari))
        town.systemx.case.retried()
        assert town.perform(a_test(kari), again=True).code is OutcomeCode.EXISTS
        assert len(town.systemx.cards[kari.number]) == 1

    def test_a_card_made_meanwhile_by_somebody_else_is_for_a_person(self, town: Town, kari: Person) -> None:
        # The run dies between its look and its act; a clerk makes a card before the next one.
        with contextlib.suppress(LeaseLost):
            town.perform(a_test(kari), dies_at="committed:3")
        assert town.systemx.case.recorded["card before"].value is None
        town.systemx.cards[kari.number] = [card(DAY)]
        with pytest.raises(SuspectedDuplicate):
            town.perform(a_test(kari), again=True)
        assert town.systemx.forms == []

    @staticmethod
    def a_town(kari: Person) -> Town:
        town = Town()
        town.sign([tariff()], [line()])
        town.systemx.know(kari)
        return town
