"""Which spellings are the same person, and which a person must look at."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.norway.names import same_person

NAMES = st.text(st.characters(categories=["L", "Mn"]), min_size=1)


@pytest.mark.parametrize(
    ("family_a", "given_a", "family_b", "given_b"),
    [
        ("Nordhaug", "Ola", "NORDHAUG", "ola"),
        ("Bakkehaug", "Kari Ånes", "Bakkehaug", "Kari"),
        ("Bakkehaug", "Kari", "Bakkehaug", "Karin"),
        ("Bakkehaug", "K.", "Bakkehaug", "Kari"),
        ("Østgård", "Per", unicodedata.normalize("NFD", "Østgård"), "Per"),
        ("Muller", "Andre", "Müller", "André"),
        ("Saba", "Marja", "Šábá", "Márjá"),
        ("Berg-Hansen", "Anne-Marie", "Berg  Hansen", "Anne Marie"),
        ("Berg\u2011Hansen", "Anne", "Berg Hansen", "Anne-Marie"),
        ("O\u2019Brien", "Sean", "O'Brien", "Seán"),
        (" Yusuf ", "Ahmed", "Yusuf", " Ahmed"),
        ("Strauß", "Eva", "Strauss", "Eva"),
        ("İnan", "İpek", "inan", "ipek"),
    ],
)
def test_the_same(family_a: str, given_a: str, family_b: str, given_b: str) -> None:
    assert same_person(family_a, given_a, family_b, given_b)
    assert same_person(family_b, given_b, family_a, given_a)


@pytest.mark.parametrize(
    ("family_a", "given_a", "family_b", "given_b"),
    [
        ("Nordhaug", "Ola", "Nordhaug", "Ole"),
        ("Nordhaug", "Ola", "Nordhagen", "Ola"),
        ("Hansen", "Anne", "Berg Hansen", "Anne"),
        ("Hansen", "Anne Marie", "Hansen", "Marie"),
        ("Østgård", "Per", "Ostgard", "Per"),
        ("Østgård", "Per", "Oestgaard", "Per"),
        ("Nærø", "Åse", "Naerø", "Åse"),
        ("Lund", "Åse", "Lund", "Ase"),
        ("Đorđević", "Ana", "Dordevic", "Ana"),
        ("Ola", "Nordhaug", "Nordhaug", "Ola"),
        ("", "Ola", "", "Ola"),
        ("Nordhaug", "", "Nordhaug", "Ola"),
        ("Nordhaug", "-", "Nordhaug", "."),
        ("\uae40", "\ud638", "\uae38", "\ud638"),
    ],
)
def test_for_a_person_to_look_at(family_a: str, given_a: str, family_b: str, given_b: str) -> None:
    assert not same_person(family_a, given_a, family_b, given_b)
    assert not same_person(family_b, given_b, family_a, given_a)


@given(st.text(), st.text(), st.text(), st.text())
def test_takes_any_text_and_does_not_depend_on_the_order(a: str, b: str, c: str, d: str) -> None:
    assert same_person(a, b, c, d) == same_person(c, d, a, b)


@given(st.from_regex(r"[a-zæøå]+", fullmatch=True), st.from_regex(r"[a-zæøå]+", fullmatch=True))
def test_everybody_is_the_same_as_himself_however_it_is_written(family: str, given_name: str) -> None:
    assert same_person(family, given_name, unicodedata.normalize("NFD", family.upper()), given_name.title())
