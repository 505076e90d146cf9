"""User names: three letters of each name, spelt with a to z, and never two people with the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import NeedsJudgement
from useradmin_svc.accounts.user_name import MOST, candidates, stem


@pytest.mark.parametrize(
    ("given_name", "family_name", "expected"),
    [
        ("Ola", "Nordhaug", "olanor"),
        ("Ane", "Løvås", "anelov"),
        ("Øyvind", "Åsen", "oyvase"),
        ("Ægir", "Ærlig", "aegaer"),
        ("Zoë", "Müller", "zoemul"),
        ("Kari Ånes", "Berg-Hansen", "karber"),
        ("Áilu", "Ŋiŋŧe", "ailnin"),
        ("Đorđe", "Łukasz", "dorluk"),
        ("Þór", "Ðan", "thodan"),
        ("Eßer", "Groß", "essgro"),
        ("O'Neil", "D’Arc", "onedar"),
        ("Anne", "van der Berg", "annvan"),
        ("Åse", "Ǽrø", "aseaer"),
        ("İbrahim", "Yıldız", "ibryil"),
    ],
)
def test_it_is_spelt_with_the_letters_that_every_system_takes(given_name: str, family_name: str, expected: str) -> None:
    assert stem(given_name, family_name) == expected


@pytest.mark.parametrize(
    ("given_name", "family_name", "expected"),
    [
        ("Bo", "Berg", "boberg"),
        ("Anders", "Bo", "andebo"),
        ("Ole", "Bo", "olebox"),
        ("Bo", "Li", "bolixx"),
        ("Æ", "Å", "aeaxxx"),
        ("Иван", "Lien", "lienxx"),
        ("Li", "张", "lixxxx"),
    ],
)
def test_what_one_name_is_short_of_the_other_gives(given_name: str, family_name: str, expected: str) -> None:
    assert stem(given_name, family_name) == expected


@pytest.mark.parametrize(("given_name", "family_name"), [("Иван", "Петров"), ("1", "-"), ("伟", "张")])
def test_a_name_without_such_letters_is_for_a_person(given_name: str, family_name: str) -> None:
    with pytest.raises(NeedsJudgement):
        stem(given_name, family_name)


def test_those_who_come_later_get_a_number() -> None:
    names = list(candidates("Ola", "Nordhaug"))
    assert names[:3] == ["olanor", "olanor2", "olanor3"]
    assert len(names) == len(set(names)) == MOST
    assert max(map(len, names)) <= 20


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_people_are_called_it_is_six_letters_or_a_persons_matter(given_name: str, family_name: str) -> None:
    try:
        name = stem(given_name, family_name)
    except NeedsJudgement:
        assert not re.search(r"[a-zA-ZæøåÆØÅ]", given_name + family_name)
    else:
        assert re.fullmatch(r"[a-z]{6}", name)
