"""What Katalog's test console can do: seeds that must fit, sign-ins as at a workstation, faults, locks, a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.directory_seeds import GROUPS, OLA, PLACES, account
from tests.sandbox.visitor import Browser, Katalog, Visitor, heading, starting, text_of

Save = Callable[[Visitor], httpx.Response]
PASSWORD = "Hemmelig-14"
NEW = {"brukernavn": "perost", "etternavn": "Østgård", "fornavn": "Per", "plassering": "Helse"}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Katalog]:
    with starting(Katalog, tmp_path_factory) as start_one:
        yield start_one("--network", "elevnett")


@pytest.fixture
def katalog(standing: Katalog) -> Katalog:
    """A Katalog with an active account, olanor, and a disabled one, anneli."""
    standing.post("reset")
    standing.post("places", PLACES)
    standing.post("groups", GROUPS)
    standing.post("accounts", [account(manager="", secret=PASSWORD), account("anneli", state="DISABLED", groups=[])])
    return standing


@pytest.fixture
def clerk(katalog: Katalog, visitor_at: Browser) -> Visitor:
    clerk = visitor_at(katalog)
    clerk.sign_in()
    return clerk


def _act(link: str, button: str, user_name: str, **typed: str) -> Save:
    """What is done with an account: from its page to the form, and the form sent."""

    def save(clerk: Visitor) -> httpx.Response:
        hits = clerk.press(clerk.get("/kontoer"), "Søk", brukernavn=user_name)
        return clerk.press(clerk.follow(clerk.follow(hits, "Åpne"), link), button, **typed)

    return save


SAVES: dict[str, Save] = {
    "account": lambda clerk: clerk.press(clerk.get("/kontoer/ny"), "Opprett konto", **NEW),
    "arrangement": _act("Endre konto", "Lagre konto", "olanor", etternavn="A", fornavn="B", plassering="Helse"),
    "membership": _act("Endre grupper", "Lagre grupper", "olanor", grupper="ADM-ALLE"),
    "secret": _act("Sett passord", "Sett passord", "olanor", passord=PASSWORD, gjentatt=PASSWORD),
    "disabling": _act("Sperr konto", "Sperr konto", "olanor", merknad="Sperret"),
    "enabling": _act("Gjenåpne konto", "Gjenåpne konto", "anneli"),
    "moving": _act("Flytt til Slettes", "Flytt til Slettes", "anneli", merknad=""),
    "deletion": _act("Slett konto", "Slett konto", "anneli", bekreftet="ja"),
}


@pytest.mark.parametrize("what", SAVES)
@pytest.mark.parametrize(("fault", "saved"), [("error_before_save", 0), ("error_after_save", 1)])
def test_every_save_can_fail(katalog: Katalog, clerk: Visitor, what: str, fault: str, saved: int) -> None:
    katalog.fault(fault, what=what, times=1)
    page = SAVES[what](clerk)
    assert (page.status_code, heading(page)) == (500, "Systemfeil")
    assert [write["kind"] for write in katalog.get("writes")] == [what] * saved


@pytest.mark.parametrize("what", [what for what in SAVES if what != "account"])
def test_whoever_has_an_account_open_keeps_others_out(katalog: Katalog, clerk: Visitor, what: str) -> None:
    before = katalog.get("accounts")
    locks = [{"user_name": name, "locked_by": "Kari <1>"} for name in ("olanor", "anneli", "ingen")]
    assert katalog.post("locks", locks) == {"accounts": 2}
    page = SAVES[what](clerk)
    assert heading(page) == "Kontoen er låst"
    assert "Kontoen er låst av Kari &lt;1&gt;." in page.text
    assert katalog.get("accounts") == before
    katalog.post("locks", [{"user_name": name} for name in ("olanor", "anneli")])
    assert heading(SAVES[what](clerk)) != "Kontoen er låst"


def test_looks_are_logged_and_writes_follow(katalog: Katalog, clerk: Visitor) -> None:
    SAVES["membership"](clerk)
    clerk.get("/kontoer/alle")
    clerk.get("/grupper")
    looks, (write,) = katalog.get("looks"), katalog.get("writes")
    assert [(look["kind"], look["number"]) for look in looks] == [
        ("search", "brukernavn"),
        ("entry", "olanor"),
        ("list", "1"),
        ("group_list", ""),
    ]
    assert (write["kind"], write["number"], write["account"]) == ("membership", "olanor", "robot1")
    assert looks[1]["seq"] < write["seq"] < looks[2]["seq"] < katalog.get("summary")["last_seq"]
    assert katalog.get("writes", since=write["seq"]) == []


@pytest.mark.parametrize(
    ("user_name", "secret", "result"),
    [
        ("olanor", PASSWORD, "SIGNED_IN"),
        ("OLANOR", PASSWORD, "SIGNED_IN"),
        ("olanor", PASSWORD.lower(), "REFUSED"),
        ("olanor", "", "REFUSED"),
        ("anneli", PASSWORD, "REFUSED"),
        ("ingen", PASSWORD, "REFUSED"),
    ],
)
def test_signing_in_at_a_workstation(katalog: Katalog, user_name: str, secret: str, result: str) -> None:
    assert katalog.post("sign-ins", {"user_name": user_name, "secret": secret}) == {"result": result}


def test_what_is_seeded_reads_back(katalog: Katalog) -> None:
    assert katalog.get("accounts", user_name="olanor") == [OLA | {"manager": ""}]
    assert [one["user_name"] for one in katalog.get("accounts")] == ["anneli", "olanor"]


def test_an_account_that_is_seeded_again_is_replaced(katalog: Katalog) -> None:
    katalog.post("accounts", [account("OlaNor", groups=["ADM-ALLE"], state="PENDING_DELETE", place="")])
    (ola,) = katalog.get("accounts", user_name="olanor")
    assert (ola["user_name"], ola["groups"], ola["place"]) == ("OlaNor", ["ADM-ALLE"], "Slettes")


@pytest.mark.parametrize(
    "different", [{"state": "GONE"}, {"user_name": ""}, {"expires": "30.06.2027"}, {"password": "x"}]
)
def test_seeds_must_fit(katalog: Katalog, different: dict[str, Any]) -> None:
    refused = katalog.console.post("/_kontroll/accounts", json=[account("perost") | different])
    assert refused.status_code == 422
    assert len(katalog.get("accounts")) == 2


def test_the_summary_counts_everything(katalog: Katalog, clerk: Visitor) -> None:
    katalog.post("accounts", [account("old", state="PENDING_DELETE"), account("new", groups=[], employee_no="")])
    SAVES["account"](clerk)
    SAVES["deletion"](clerk)
    summary = katalog.get("summary")
    assert {name: count for name, count in summary.items() if name not in ("last_seq", "started")} == {
        "accounts": 4,
        "active": 2,
        "disabled": 1,
        "pending_delete": 1,
        "accounts_twice": 1,
        "without_groups": 1,
        "made_here": 1,
        "deletions": 1,
        "groups": 3,
        "places": 3,
        "sessions": {"robot1": 1},
    }


def test_everybody_can_be_removed_while_somebody_is_signed_in(katalog: Katalog, clerk: Visitor) -> None:
    SAVES["account"](clerk)
    assert katalog.console.delete("/_kontroll/accounts").is_success
    summary = katalog.get("summary")
    assert [summary[name] for name in ("accounts", "groups", "places")] == [0, 0, 0]
    assert len(katalog.get("writes")) == 1
    assert heading(clerk.get("/kontoer")) == "Finn konto"


def test_accounts_survive_a_restart(katalog: Katalog, clerk: Visitor) -> None:
    SAVES["account"](clerk)
    before = katalog.get("accounts")
    katalog.restart()
    assert katalog.get("accounts") == before
    assert katalog.post("sign-ins", {"user_name": "olanor", "secret": PASSWORD}) == {"result": "SIGNED_IN"}


def test_both_networks_are_told_apart(
    katalog: Katalog, tmp_path_factory: pytest.TempPathFactory, visitor_at: Browser
) -> None:
    with starting(Katalog, tmp_path_factory) as start_one:
        other = start_one("--network", "tknett")
        pages = [visitor_at(system).sign_in() for system in (katalog, other)]
        assert ["elevnett" in text_of(page.text) for page in pages] == [True, False]
        assert ["TK-nett" in text_of(page.text) for page in pages] == [False, True]
        cookies = [{name for step in page.history for name in step.cookies} for page in pages]
        assert not cookies[0] & cookies[1]


def test_a_network_must_be_said(standing: Katalog, tmp_path_factory: pytest.TempPathFactory) -> None:
    with starting(Katalog, tmp_path_factory) as start_one, pytest.raises(AssertionError):
        start_one("--network", "hjemmenett")
