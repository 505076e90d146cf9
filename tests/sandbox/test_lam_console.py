"""What the console of OpenLDAP with LAM can do: seeds that must fit, and what it tells is what the directory holds."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.lam.machine import missing
from tests.sandbox.visitor import Lam, starting

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"this machine lacks {', '.join(missing())}")
OLA: dict[str, Any] = {
    "user_name": "olanor",
    "family_name": "Nordhaug Åsen",
    "given_name": "Ola",
    "employee_no": "104417",
    "person_key": "8f14e45f",
    "units": ["312900114", "312900122"],
    "place": "Skole",
    "groups": ["SKOLE-ALLE"],
    "manager": "kariba",
    "mail": "ola@skole.example",
    "hidden": True,
    "expires": "2027-06-30",
    "remark": "Vikar (50 %) for Øystein, se \\sak* <3>",
    "state": "ACTIVE",
}
KARI = {"user_name": "kariba", "family_name": "Bakkehaug", "given_name": "Kari"}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lam]:
    with starting(Lam, tmp_path_factory) as start_one:
        yield start_one("--network", "tknett")


@pytest.fixture
def lam(standing: Lam) -> Lam:
    standing.post("reset")
    return standing


def search(lam: Lam, condition: str, *attributes: str) -> str:
    """What a robot's account finds in the directory itself."""
    who = ["-x", "-H", lam.directory, "-D", "uid=robot1,ou=Roboter,dc=tknett,dc=example", "-w", "robot1-secret"]
    command = ["ldapsearch", *who, "-LLL", "-b", "dc=tknett,dc=example", condition, *attributes]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_what_is_seeded_is_told_and_stands_in_the_directory(lam: Lam) -> None:
    lam.post("accounts", [OLA, KARI])
    assert lam.get("accounts", user_name="olanor") == [OLA]
    assert "memberUid: olanor" in search(lam, "(cn=SKOLE-ALLE)", "memberUid")
    assert "manager: uid=kariba,ou=Administrasjon,ou=Brukere" in search(lam, "(uid=olanor)", "manager")


def test_places_and_groups_are_there_once(lam: Lam) -> None:
    for _ in range(2):
        lam.post("places", ["Kultur, idrett + fritid", "Skole"])
        lam.post("groups", ["KULTUR-ALLE", "KULTUR-ALLE"])
    assert search(lam, "(cn=KULTUR-ALLE)", "cn").count("cn: ") == 1
    lam.post("accounts", [{**KARI, "place": "Kultur, idrett + fritid", "groups": ["KULTUR-ALLE"]}])
    [kari] = lam.get("accounts")
    assert (kari["place"], kari["groups"]) == ("Kultur, idrett + fritid", ["KULTUR-ALLE"])


@pytest.mark.parametrize("state", ["DISABLED", "PENDING_DELETE"])
def test_only_an_active_account_signs_in_with_its_own_secret(lam: Lam, state: str) -> None:
    lam.post(
        "accounts", [{**OLA, "manager": "", "secret": "Tyttebær-1"}, {**KARI, "secret": "Tyttebær-2", "state": state}]
    )
    asked = [
        ("olanor", "Tyttebær-1"),
        ("olanor", "Tyttebær-2"),
        ("olanor", ""),
        ("kariba", "Tyttebær-2"),
        ("ingen", "x"),
    ]
    said = [lam.post("sign-ins", {"user_name": name, "secret": secret})["result"] for name, secret in asked]
    assert said == ["SIGNED_IN", "REFUSED", "REFUSED", "REFUSED", "REFUSED"]
    assert lam.get("accounts", user_name="kariba")[0]["state"] == state


def test_the_summary_counts(lam: Lam) -> None:
    twice: dict[str, Any] = {**OLA, "user_name": "olanor2", "state": "DISABLED", "groups": [], "manager": ""}
    lam.post("accounts", [{**OLA, "manager": ""}, twice, {**KARI, "groups": [], "state": "PENDING_DELETE"}])
    summary = lam.get("summary")
    counted = {"accounts": 3, "active": 1, "disabled": 1, "pending_delete": 1, "accounts_twice": 1, "without_groups": 0}
    assert counted.items() <= summary.items()


@pytest.mark.parametrize("wrong", [{"state": "SOVENDE"}, {"farge": "blå"}, {"user_name": "olanor"}])
def test_what_does_not_fit_is_refused_with_the_reasons(lam: Lam, wrong: dict[str, str]) -> None:
    lam.post("accounts", [{**OLA, "manager": ""}])
    answer = lam.console.post("/_kontroll/accounts", json=[{**KARI, **wrong}])
    assert answer.status_code == 422
    assert answer.json()[0]["msg"]
    assert [one["user_name"] for one in lam.get("accounts")] == ["olanor"]


def test_only_what_the_robots_do_is_logged(lam: Lam) -> None:
    lam.post("accounts", [{**OLA, "manager": ""}])
    before = lam.get("looks")
    search(lam, "(uid=olanor)", "uid")
    [look] = lam.get("looks", since=before[-1]["seq"] if before else 0)
    assert (look["kind"], look["account"], look["condition"]) == ("search", "robot1", "(uid=olanor)")
    assert lam.get("writes") == []
    lam.post("reset")
    assert lam.get("looks") == []
