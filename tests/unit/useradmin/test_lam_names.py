"""Names of a directory's tree, as LAM shows them, are taken apart without being taken for anything else."""

from __future__ import annotations

import pytest

from common.errors import UiChanged
from useradmin_svc.directory.port import Wanted
from useradmin_svc.screens.lam.distinguished import first_step, place_of
from useradmin_svc.screens.lam.listed import Filter


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("uid=olanor,ou=Skole,ou=Brukere,dc=tknett,dc=example", "Skole"),
        (r"uid=olanor,ou=Kultur\2C idrett \2B fritid,ou=Brukere,dc=tknett", "Kultur, idrett + fritid"),
        (r"uid=a\,b\\,ou=Kultur\, idrett,ou=Brukere", "Kultur, idrett"),
        (r"uid=olanor,ou=Gj\C3\B8vik,ou=Brukere", "Gjøvik"),
        ("uid=olanor,ou=Øst,ou=Brukere", "Øst"),
    ],
)
def test_the_place_of_an_account(name: str, place: str) -> None:
    assert place_of(name) == place


@pytest.mark.parametrize("name", ["", "olanor", "uid=olanor"])
def test_what_is_no_distinguished_name(name: str) -> None:
    with pytest.raises(UiChanged):
        place_of(name)


def test_the_first_step_of_a_readable_name() -> None:
    assert [first_step(name) for name in ("olanor > Skole > Brukere", "olanor", "")] == ["olanor", "olanor", ""]


@pytest.mark.parametrize(
    ("sought", "typed"),
    [
        ("Nordhaug Åsen", "^Nordhaug Åsen$"),
        ("Per-Ola", "^Per-Ola$"),
        ("O'Brien (uid=*)", "^O*Brien *uid*$"),
        ("***", "^*$"),
        ("a_b.c", "^a*b*c$"),
        ("", ""),
    ],
)
def test_a_filter_lets_through_what_is_sought_and_no_sign_of_it_is_a_command(sought: str, typed: str) -> None:
    assert Filter.of(Wanted(family_name=sought, given_name="Per")).family_name == typed
