"""The rules of national ids, on published and synthetic vectors and on every number the mathematics allows."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from stdnum.no import fodselsnummer

from common.errors import IdInvalid
from common.norway.check_digits import K1_WEIGHTS, K2_WEIGHTS, check_digit
from common.norway.national_id import (
    IdKind,
    NationalId,
    NationalIdText,
    parse,
)
from common.norway.synthetic import national_id
from common.process import CaseInput

OLD_BIRTHS = st.dates(date(1854, 1, 1), date(2039, 12, 31))
KINDS = st.sampled_from([IdKind.FNR, IdKind.DNR])
SERIALS = st.integers(0, 199)
SEPARATORS = st.sampled_from(["", " ", "-", ":", "\u00a0", "\u202f", "\u2013", "\u2011"])


def old_numbers() -> st.SearchStrategy[str]:
    return st.builds(national_id, OLD_BIRTHS, SERIALS, KINDS)


def numbers_of_2032() -> st.SearchStrategy[str]:
    return st.builds(lambda *a: national_id(*a, rule_2032=True), OLD_BIRTHS, SERIALS, KINDS)


def completed(nine: str) -> str | None:
    """These nine digits with the check digits of the old rule, where they have any."""
    first = check_digit(nine, K1_WEIGHTS)
    second = check_digit(f"{nine}{first}", K2_WEIGHTS)
    return None if 10 in {first, second} else f"{nine}{first}{second}"


def refused(text: str, *, accept_2032: bool = True) -> bool:
    try:
        parse(text, accept_2032=accept_2032)
    except IdInvalid:
        return True
    return False


def shown(text: str, *, accept: bool = True, declared: IdKind | None = None) -> str:
    """All that can be seen of a number, or of its refusal."""
    try:
        found = parse(text, accept_synthetic=accept, accept_2032=accept, declared=declared)
    except IdInvalid as error:
        return f"{error} {error!r} {error.__cause__!r} {error.__context__!r}"
    return f"{found} {found!r} {found.masked} {[found]}"


class TestVectors:
    @pytest.mark.parametrize(
        ("number", "kind", "birth"),
        [
            ("17838410103", IdKind.FNR, date(1984, 3, 17)),
            ("52849310119", IdKind.DNR, date(1993, 4, 12)),
            ("29820450017", IdKind.FNR, date(2004, 2, 29)),
            ("17438610162", IdKind.FNR, date(1986, 3, 17)),
        ],
    )
    def test_synthetic_numbers_of_the_old_rule(self, number: str, kind: IdKind, birth: date) -> None:
        assert parse(number) == NationalId(number, kind, synthetic=True, birth_date_hint=birth)
        assert parse(number, accept_2032=False) == parse(number)

    @pytest.mark.parametrize("number", ["17839399987", "30108299939"])
    def test_numbers_of_2032_have_no_birth_date_and_are_refused_under_the_old_rule(self, number: str) -> None:
        found = parse(number)
        assert found.only_2032
        assert found.birth_date_hint is None
        assert refused(number, accept_2032=False)

    def test_a_number_of_either_rule(self) -> None:
        found = parse("02013299997", accept_2032=False)
        assert (found.only_2032, found.synthetic, found.birth_date_hint) == (False, False, date(2032, 1, 2))

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("17838410104", "check digits"),
            ("30828810185", "not a date"),
            ("1783841010", "not a date"),
            ("178384101", "11 digits"),
            ("1783841010312", "11 digits"),
            ("", "digits only"),
            ("1783841010x", "digits only"),
            ("9925810077.0", "digits only"),
            ("\uff11\uff17\uff18\uff13\uff18\uff14\uff11\uff10\uff11\uff10\uff13", "digits only"),
            ("\u0661\u0667\u0668\u0663\u0668\u0664\u0661\u0660\u0661\u0660\u0663", "digits only"),
            ("1" * 1_000_000, "11 digits"),
        ],
    )
    def test_refused_with_the_rule_that_is_broken(self, text: str, rule: str) -> None:
        with pytest.raises(IdInvalid, match=rule):
            parse(text)

    def test_a_lost_leading_zero_is_put_back_once_and_told(self) -> None:
        found = parse("9925810077")
        assert (found.number, found.padded) == ("09925810077", True)
        assert not parse("09925810077").padded

    @pytest.mark.parametrize("text", ["178384 10103", "17.83.84-10103", " 17 83 84 101 03 ", "\ufeff178384\u201310103"])
    def test_separators_people_use(self, text: str) -> None:
        assert parse(text).number == "17838410103"


class TestKinds:
    @given(old_numbers())
    def test_old_numbers(self, number: str) -> None:
        found = parse(number, accept_2032=False)
        assert found.kind is (IdKind.DNR if number[0] in "4567" else IdKind.FNR)
        assert (found.synthetic, found.only_2032) == (True, False)

    @given(OLD_BIRTHS, SERIALS, KINDS)
    def test_the_hint_is_the_birth_date(self, birth: date, serial: int, kind: IdKind) -> None:
        assert parse(national_id(birth, serial, kind)).birth_date_hint == birth

    @given(numbers_of_2032())
    def test_numbers_of_2032(self, number: str) -> None:
        found = parse(number)
        assert (found.synthetic, found.only_2032, found.birth_date_hint) == (True, True, None)
        assert refused(number, accept_2032=False)

    @given(st.sampled_from("89"), st.from_regex(r"[0-9]{8}", fullmatch=True))
    def test_fh_numbers_hold_no_date_and_follow_the_old_rule_only(self, first: str, eight: str) -> None:
        number = completed(first + eight)
        assume(number)
        assert number
        assert parse(number) == NationalId(number, IdKind.FHN)
        assert parse(number).temporary
        k1 = (int(number[9]) + 1) % 10
        k2 = check_digit(f"{number[:9]}{k1}", K2_WEIGHTS)
        assert refused(f"{number[:9]}{k1}{k2 % 10}")

    @given(st.from_regex(r"[0-9]{12}", fullmatch=True))
    def test_duf_numbers_have_no_check_digits(self, number: str) -> None:
        found = parse(number)
        assert (found.kind, found.temporary) == (IdKind.DUF, True)

    @given(OLD_BIRTHS, st.integers(0, 999))
    def test_month_plus_40_is_an_h_number_where_declared_or_where_nothing_synthetic_is_accepted(
        self, birth: date, individual: int
    ) -> None:
        number = completed(f"{birth.day:02}{birth.month + 40}{birth.year % 100:02}{individual:03}")
        assume(number)
        assert number
        assert parse(number).kind is IdKind.FNR
        assert parse(number).synthetic
        assert parse(number, declared=IdKind.HNR).kind is IdKind.HNR
        assert not parse(number, declared=IdKind.HNR).synthetic
        assert parse(number, accept_synthetic=False).kind is IdKind.HNR
        assert parse(number, accept_synthetic=False).temporary
        with pytest.raises(IdInvalid, match="synthetic"):
            parse(number, accept_synthetic=False, declared=IdKind.FNR)

    @pytest.mark.parametrize("offset", [40, 65, 80])
    @pytest.mark.parametrize("month", [1, 12])
    @pytest.mark.parametrize(("day", "kind"), [(1, IdKind.FNR), (41, IdKind.DNR)])
    def test_every_synthetic_month_combines_with_every_day(
        self, day: int, kind: IdKind, month: int, offset: int
    ) -> None:
        number = next(filter(None, (completed(f"{day:02}{month + offset}84{n:03}") for n in range(100))))
        assert parse(number) == NationalId(number, kind, synthetic=True, birth_date_hint=date(1984, month, 1))

    @pytest.mark.parametrize("month", [0, 13, 40, 53, 65, 78, 80, 93, 99])
    def test_other_months_are_no_dates(self, month: int) -> None:
        number = next(filter(None, (completed(f"01{month:02}84{n:03}") for n in range(100))))
        with pytest.raises(IdInvalid, match="not a date"):
            parse(number)

    @given(st.one_of(old_numbers(), numbers_of_2032()))
    def test_production_refuses_synthetic_numbers(self, number: str) -> None:
        with pytest.raises(IdInvalid, match="synthetic"):
            parse(number, accept_synthetic=False)

    def test_a_declared_kind_must_not_contradict_the_number(self) -> None:
        assert parse("52849310119", declared=IdKind.FNR).kind is IdKind.DNR
        with pytest.raises(IdInvalid, match="HNR"):
            parse("17838410103", declared=IdKind.HNR)
        with pytest.raises(IdInvalid, match="DUF"):
            parse("17838410103", declared=IdKind.DUF)

    @pytest.mark.parametrize("stem", ["298200", "018245"])
    def test_a_number_whose_series_was_never_issued_can_only_be_of_2032(self, stem: str) -> None:
        """29 February 1900 never was, and nobody born in 1945 has individual digits 500 to 899."""
        series = range(100) if stem == "298200" else range(500, 600)
        number = next(filter(None, (completed(f"{stem}{n:03}") for n in series)))
        assert parse(number).only_2032
        assert refused(number, accept_2032=False)


class TestDetection:
    @given(st.one_of(old_numbers(), numbers_of_2032()), st.integers(0, 10), st.integers(1, 9))
    def test_one_wrong_digit_is_always_noticed(self, number: str, place: int, shift: int) -> None:
        """No weight of the second check digit is a multiple of 11, and it tolerates no remainder."""
        wrong = (int(number[place]) + shift) % 10
        assert refused(f"{number[:place]}{wrong}{number[place + 1 :]}")

    @given(st.one_of(old_numbers(), numbers_of_2032()), st.integers(0, 9))
    def test_two_neighbours_exchanged_are_always_noticed(self, number: str, place: int) -> None:
        """No two neighbouring weights of the second check digit are equal modulo 11."""
        assume(number[place] != number[place + 1])
        assert refused(number[:place] + number[place + 1] + number[place] + number[place + 2 :])

    def test_the_weights_are_such(self) -> None:
        weights = (*K2_WEIGHTS, 1)
        assert all(weight % 11 for weight in weights)
        assert all((a - b) % 11 for a, b in pairwise(weights))

    @given(
        st.dates(date(1855, 1, 1), date(2025, 12, 31)),
        st.integers(0, 999),
        st.sampled_from([0, 40]),
        st.integers(0, 99),
    )
    def test_agrees_with_python_stdnum_on_numbers_of_today(
        self, birth: date, individual: int, extra: int, checks: int
    ) -> None:
        """Ordinary months, in memory only; those that stdnum takes for future dates are left out."""
        day = birth.day + extra
        nine = f"{day:02}{birth.month:02}{birth.year % 100:02}{individual:03}"
        for number in filter(None, (completed(nine), f"{nine}{checks:02}")):
            ours = None if refused(number, accept_2032=False) else parse(number).birth_date_hint
            assume(ours is None or ours < date(2026, 1, 1))
            assert fodselsnummer.is_valid(number) == (ours is not None)
            if ours:
                assert fodselsnummer.get_birth_date(number) == ours


class TestNothingLeaks:
    @given(st.text())
    @example("17838410104")
    @example("17838410103" * 4)
    def test_any_text_is_parsed_or_refused_without_being_quoted(self, text: str) -> None:
        for accept in (True, False):
            assert not re.search(r"\d{3}", shown(text, accept=accept))

    @given(st.from_regex(r"[0-9]{9,13}", fullmatch=True), SEPARATORS)
    def test_digits_are_never_shown(self, digits: str, separator: str) -> None:
        for declared in (None, *IdKind):
            assert not re.search(r"\d{3}", shown(digits[:6] + separator + digits[6:], declared=declared))


class PatientCase(CaseInput):
    person: NationalIdText


class Patient(BaseModel, hide_input_in_errors=True):
    person: NationalIdText


class TestInAForm:
    @given(old_numbers(), SEPARATORS)
    def test_is_normalised(self, number: str, separator: str) -> None:
        assert Patient(person=f" {number[:6]}{separator}{number[6:]} ").person == number
        if number[0] == "0":
            assert Patient(person=number[1:]).person == number

    def test_temporary_numbers_pass_as_a_person_decides_about_them(self) -> None:
        assert Patient(person="201512345678").person == "201512345678"

    def test_is_refused_with_our_code_and_without_the_number(self) -> None:
        with pytest.raises(ValidationError) as caught:
            Patient(person="17838410104")
        assert "17838410104" not in str(caught.value)
        (problem,) = caught.value.errors(include_input=False)
        assert problem["type"] == "ID_INVALID"
        assert problem["msg"] == "The check digits of the national id do not fit its other digits"

    def test_a_number_is_not_a_text(self) -> None:
        with pytest.raises(ValidationError):
            Patient.model_validate({"person": 17838410103})

    def test_stays_out_of_the_text_of_a_case(self) -> None:
        case = PatientCase(person="17838410103")
        assert "17838410103" not in f"{case!r} {case}"

    def test_the_schema_says_what_it_is(self) -> None:
        schema = Patient.model_json_schema()["properties"]["person"]
        assert schema["type"] == "string"
        assert "11 digits" in schema["description"]
        assert parse(schema["examples"][0]).synthetic
