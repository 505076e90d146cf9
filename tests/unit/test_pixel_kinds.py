"""What may stand in a field that is read off a picture, and what a reading is taken for."""

import pytest

from common.browser.canvas.kinds import (
    CERTAIN,
    DATE,
    LIKELY,
    NAME,
    NATIONAL_ID,
    ORGANISATION,
    PARTY,
    TEXT,
    Kind,
    Sighting,
    coded,
    one_of,
    signs,
)

NUMBER = coded("document number", "SOF-9999-9999999")
MIXED = coded("code", "AA-99", "A9-99")


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("SOF-2018-0004711", "SOF-2018-0004711"),
        ("5OF-2O18-00047l1", "SOF-2018-0004711"),
        ("S0F-20I8-ooo4711", "SOF-2018-0004711"),
        ("SOF - 2018 - 0004711", "SOF-2018-0004711"),
        ("SOF2018-0004711", "SOF-2018-0004711"),
        ("S0F20I80004711", "SOF-2018-0004711"),
        ("SOF-2018-000471", "SOF-2018-000471"),
        ("XOF-2018-0004711", "XOF-2018-0004711"),
    ],
)
def test_letters_and_digits_are_told_by_their_place(read: str, meant: str) -> None:
    assert NUMBER.settled(read) == meant
    assert NUMBER.fits(meant) is (meant == "SOF-2018-0004711")


def test_where_a_letter_may_stand_as_well_as_a_digit_it_is_left_as_it_was_read() -> None:
    assert MIXED.settled("A1-20") == "AI-20"
    assert MIXED.settled("A1-2X") == "A1-2X"


def test_overlooked_hyphens_and_full_stops_say_nothing_where_one_mask_takes_the_rest() -> None:
    pages = coded("page", "9/99", "99/9")
    assert DATE.settled("01072026") == "01.07.2026"
    assert DATE.settled("0107.026") == "0107.026"
    assert pages.settled("1/23") == "1/23"
    assert pages.settled("123") == "123"


@pytest.mark.parametrize(
    ("read", "swapped"),
    [
        ("SOF-2018-0004711", False),
        ("SOF2018 0004711", False),
        ("SOF-2O18-0004711", True),
        ("5OF-2018-0004711", True),
        ("SOF-2018-00047l1", True),
    ],
)
def test_a_letter_taken_for_a_digit_by_its_place_is_told(read: str, swapped: bool) -> None:  # noqa: FBT001
    assert NUMBER.is_swapped(read) is swapped


def test_only_what_the_mask_leaves_open_counts_for_how_certain_it_is() -> None:
    assert NUMBER.weakest("SOF-2018-0004711", [0.1] * 4 + [0.9] * 4 + [0.2] + [0.8] * 7) == 0.8
    assert NUMBER.weakest("SOF-2018", [0.1] * 8) == 0.1
    assert DATE.weakest("01.07.2026", [0.9] * 9 + [0.4]) == 0.4


@pytest.mark.parametrize("text", ["17838410103", "57838410110"])
def test_a_national_id_passes_by_its_check_digits(text: str) -> None:
    assert NATIONAL_ID.fits("17838410103")
    assert not NATIONAL_ID.fits("17838410108")
    assert not NATIONAL_ID.fits(text[:-1])
    assert not NATIONAL_ID.fits("")


def test_a_party_is_a_person_or_an_organisation() -> None:
    assert PARTY.fits("310456780")
    assert ORGANISATION.fits("310456780")
    assert PARTY.fits("17838410103")
    assert not PARTY.fits("310456788")
    assert not ORGANISATION.fits("NO310456780")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("01.07.2026", True),
        ("29.02.2024", True),
        ("29.02.2026", False),
        ("1.7.2026", False),
        ("01.07.26", False),
        ("31.06.2026", False),
        ("01.07.1899", False),
        ("01.07.2100", False),
        ("01072026", False),
    ],
)
def test_a_date_is_one_of_the_calendar(text: str, is_one: bool) -> None:  # noqa: FBT001
    assert DATE.fits(text) is is_one


def test_a_comma_in_a_name_is_easily_taken_for_another_sign() -> None:
    assert NAME.mended("Nordhaug. Ola") == "Nordhaug, Ola"
    assert NAME.mended(" Nordhaug ; Ola") == "Nordhaug, Ola"
    assert NAME.mended("Nordhaug, Ola") == "Nordhaug, Ola"
    assert NAME.mended("Østgård, På!") == NAME.mended("Østgård, PåI") == "Østgård, Pål"
    assert NAME.mended("Ibsen, Ida") == "Ibsen, Ida"


def test_what_may_not_be_wrong_must_be_more_certain() -> None:
    assert DATE.floor == NUMBER.floor == CERTAIN
    assert TEXT.floor == NAME.floor == LIKELY
    assert signs("officer", least=0.0).floor == 0.0
    assert one_of("yes or no", "Ja", "Nei").floor == CERTAIN


def test_kinds_of_one_name_are_the_same_and_a_sighting_never_shows_its_text() -> None:
    assert coded("a", "99") == coded("a", "99")
    assert coded("a", "99") != coded("a", "999")
    assert isinstance(NUMBER, Kind)
    assert "17838410103" not in repr(Sighting("17838410103", 0.99))
