"""What is asked of the directories after a day: what it must find, and what it must let pass."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from common.local.day import Day
from tests.recovery.networks import KNOWN, Entrusted, Networks
from tests.sandbox.visitor import Katalog, starting
from useradmin_svc.demo import day_of
from useradmin_svc.demo.town import SCHOOL
from useradmin_svc.directory.entry import Network

Houses = dict[str, Katalog]
SECRET = "Nytt-passord-for-Kari-1"
KARI = {
    "user_name": "karinor",
    "family_name": "Nordhaug",
    "given_name": "Kari",
    "employee_no": "300001",
    "units": [SCHOOL],
    "place": "Skole",
    "groups": ["SKOLE-ALLE"],
    "remark": "Opprettet, bestilling BRK-1",
    "secret": SECRET,
}
OF_KARI_IN_ELEV = KARI | {"groups": ["LAERERE"]}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Generator[Houses]:
    with starting(Katalog, tmp_path_factory) as start:
        yield {network: start("--network", network) for network in ("tknett", "elevnett")}


@pytest.fixture
def houses(both: Houses) -> Houses:
    """Both directories, empty but for what a school needs."""
    for house in both.values():
        house.post("reset")
        house.post("places", ["Skole"])
        house.post("groups", ["SKOLE-ALLE", "LAERERE"])
    return both


@pytest.fixture(scope="module")
def day() -> Day:
    """A day on which somebody leaves."""
    return day_of({"account-removals": 1}, seed=1)


def after(houses: Houses, day: Day, tk: list[Any], elev: list[Any] | None = None) -> Networks:
    """Both directories as they are with these accounts."""
    houses["tknett"].post("accounts", tk)
    houses["elevnett"].post("accounts", elev or [])
    return Networks({network: house.url for network, house in houses.items()}, day)


def test_one_account_in_each_network_with_its_groups_is_right(houses: Houses, day: Day) -> None:
    networks = after(houses, day, [KARI], [OF_KARI_IN_ELEV])
    assert networks.problems() == []
    assert len(networks.made()) == 2


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        ({"user_name": "karinor2"}, "TK: 2 accounts of employee_no 300001"),
        ({"user_name": "ola", "employee_no": "2", "groups": []}, f"TK:ola of ['{SCHOOL}'] is without ['SKOLE-ALLE']"),
        ({"user_name": "ola", "employee_no": "2", "units": []}, "TK:ola of [] is without []"),
    ],
)
def test_finds(houses: Houses, day: Day, other: dict[str, Any], problem: str) -> None:
    assert after(houses, day, [KARI, KARI | other]).problems() == [problem]


def test_finds_two_people_of_one_user_name_in_two_networks(houses: Houses, day: Day) -> None:
    networks = after(houses, day, [KARI], [OF_KARI_IN_ELEV | {"employee_no": "2"}])
    assert networks.problems() == ["karinor is the user name of several people"]


def test_finds_a_leaver_who_still_gets_in(houses: Houses, day: Day) -> None:
    (leaver,) = Networks({network: house.url for network, house in houses.items()}, day).leavers()
    left = KARI | {"employee_no": leaver, "remark": "", "secret": KNOWN}
    networks = after(houses, day, [left])
    assert networks.problems() == ["TK:karinor of a leaver is ACTIVE and answers SIGNED_IN"]


def test_finds_who_was_let_in_without_a_secret_or_with_several(houses: Houses, day: Day) -> None:
    networks = after(houses, day, [KARI | {"secret": KNOWN}])
    got = Entrusted(Network.TK, "karinor", SECRET)
    wrong = "TK:karinor answers ['SIGNED_IN', 'REFUSED'] to an older secret and the one sent"
    assert networks.wrongly_opened([]) == ["TK:karinor got 0 secrets"]
    assert networks.wrongly_opened([got]) == [wrong]
    assert networks.wrongly_opened([got, got]) == ["TK:karinor got 2 secrets", wrong, wrong]
    assert (
        networks.wrongly_opened([got, Entrusted(Network.ELEV, "ola", SECRET)])[0] == "ELEV:ola got a secret for nothing"
    )
