"""HsPro goes wrong when it is told to, and comes back after a restart."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.sandbox.visitor import PER, Browser, HsPro, Visitor, card, confirmation, heading, rows, text_of


def test_error_after_save_leaves_a_journal(hspro: HsPro, visitor: Visitor, kari: dict[str, Any]) -> None:
    hspro.fault("error_after_save", times=1)
    page = visitor.press(confirmation(visitor), "Bekreft")
    assert (page.status_code, heading(page)) == (500, "Det oppstod en feil")
    assert len(hspro.get("journals", national_id=kari["national_id"])) == 1


def test_error_before_save_leaves_nothing(hspro: HsPro, visitor: Visitor, kari: dict[str, Any]) -> None:
    hspro.fault("error_before_save", times=1)
    check = confirmation(visitor)
    assert visitor.press(check, "Bekreft").status_code == 500
    assert hspro.get("journals", national_id=kari["national_id"]) == []
    assert heading(visitor.press(check, "Bekreft")) == "Journal"


def test_the_save_of_a_person_can_fail_too(hspro: HsPro, visitor: Visitor) -> None:
    hspro.post("register", [PER])
    hspro.fault("error_after_save", what="person")
    found = visitor.press(visitor.search(PER["national_id"]), "Hent fra folkeregisteret")
    assert visitor.press(found, "Registrer person").status_code == 500
    assert hspro.get("summary")["people"] == 1


def test_error_page_skips_and_counts(hspro: HsPro, visitor: Visitor) -> None:
    hspro.fault("error_page", after=1, times=2)
    assert [visitor.get("/personer").status_code for _ in range(4)] == [200, 500, 500, 200]
    (standing,) = hspro.get("faults")
    assert (standing["fault"], standing["matched"], standing["fired"], standing["spent"]) == ("error_page", 4, 2, True)


def test_faults_can_be_cleared(hspro: HsPro, visitor: Visitor) -> None:
    hspro.fault("error_page")
    assert visitor.get("/personer").status_code == 500
    assert hspro.console.delete("/_kontroll/faults").json() == []
    assert visitor.get("/personer").status_code == 200
    assert hspro.get("faults") == []


def test_a_fault_without_its_parameters_is_refused(hspro: HsPro) -> None:
    for fault in ({"fault": "slow"}, {"fault": "renamed_label", "from": "Lagre"}, {"fault": "rain"}):
        assert hspro.console.post("/_kontroll/faults", json=fault).status_code == 422


def test_sign_out_hits_the_path_it_names(hspro: HsPro, visitor: Visitor, kari: dict[str, Any]) -> None:
    hspro.fault("sign_out", times=1, path_contains="/journaler/bekreft/", method="POST")
    page = visitor.press(confirmation(visitor), "Bekreft")
    assert "Økten er utløpt. Logg inn på nytt." in page.text
    assert hspro.get("writes", since=0) == []


def test_slow_pages_outlast_an_impatient_visitor(hspro: HsPro, visitor: Visitor) -> None:
    hspro.fault("slow", seconds=30, path_prefix="/personer")
    with pytest.raises(httpx.ReadTimeout):
        visitor.http.get("/personer", timeout=0.3)
    assert hspro.get("faults")[0]["fired"] == 1


def test_a_late_save_takes_effect_although_the_visitor_left(
    hspro: HsPro, visitor: Visitor, kari: dict[str, Any]
) -> None:
    check = confirmation(visitor)
    hspro.fault("save_delay", seconds=2, times=1)
    action = re.search(r'action="([^"]*/bekreft/\d+)"', check.text)
    assert action
    with pytest.raises(httpx.ReadTimeout):
        visitor.http.post(action[1], timeout=0.2)
    visitor.http.close()
    assert hspro.get("writes", since=0) == []
    # A request that takes longer than the delay: no sleeping here, and no guess about how fast the other one is.
    hspro.fault("slow", seconds=3, times=1)
    assert httpx.get(hspro.url, timeout=30).is_success
    assert len(hspro.get("journals", national_id=kari["national_id"])) == 1


def test_dialogs_cover_the_page(hspro: HsPro, visitor: Visitor) -> None:
    hspro.fault("dialog", text="Nedetid kl. 22 & utover", kind="alert", times=1)
    assert 'data-varsel="Nedetid kl. 22 &amp; utover"' in visitor.get("/personer").text
    hspro.fault("dialog", text="Ny versjon", kind="modal", times=1)
    page = visitor.get("/personer").text
    assert 'role="dialog"' in page
    assert "Ny versjon" in text_of(page)
    assert "Ny versjon" not in visitor.get("/personer").text


def test_an_account_can_be_locked(hspro: HsPro, visitor_at: Browser) -> None:
    hspro.fault("account_locked", account="robot2")
    stranger = visitor_at(hspro)
    assert "Kontoen er sperret" in stranger.sign_in("robot2").text
    assert heading(stranger.sign_in("robot1")) == "Personsøk"
    assert hspro.console.delete("/_kontroll/faults").is_success
    assert heading(visitor_at(hspro).sign_in("robot2")) == "Personsøk"


def test_a_label_can_change_its_name(hspro: HsPro, visitor: Visitor, kari: dict[str, Any]) -> None:
    hspro.fault("renamed_label", **{"from": "Lagre", "to": "Lagre journal"})
    hspro.fault("renamed_label", **{"from": "Åpnet dato", "to": "Dato <åpnet>"})
    form = visitor.follow(card(visitor), "Ny journal")
    assert re.search(r"<button[^>]*>Lagre journal</button>", form.text)
    assert '<label for="apnet_dato">Dato &lt;åpnet&gt;</label>' in form.text
    assert [fault["matched"] for fault in hspro.get("faults")] == [1, 1]


def test_a_restart_keeps_data_and_ends_sessions(hspro: HsPro, visitor_at: Browser, kari: dict[str, Any]) -> None:
    before = visitor_at(hspro)
    before.sign_in()
    before.press(confirmation(before), "Bekreft")
    url, writes, counted = hspro.url, hspro.get("writes", since=0), hspro.get("summary")
    hspro.fault("error_page")

    hspro.restart()

    assert hspro.url == url
    assert hspro.get("writes", since=0) == writes
    again = hspro.get("summary")
    assert {name: again[name] for name in ("people", "journals")} == {
        name: counted[name] for name in ("people", "journals")
    }
    assert again["started"] > counted["started"]
    after = visitor_at(hspro)
    after.http.cookies.update(before.http.cookies)
    assert "Økten er utløpt" in after.get("/personer").text
    after.sign_in()
    assert len(rows(card(after))) == 1


def test_reset_empties_everything_but_the_accounts(hspro: HsPro, visitor: Visitor, kari: dict[str, Any]) -> None:
    visitor.press(confirmation(visitor), "Bekreft")
    hspro.post("reset")
    summary = hspro.get("summary")
    assert (summary["people"], summary["journals"]["SMITTEVERN"], summary["sessions"]) == (0, 0, {})
    assert hspro.get("writes", since=0) == hspro.get("looks", since=0) == []
    assert heading(visitor.sign_in()) == "Personsøk"


def test_who_is_signed_in_may_stay_so_when_all_is_emptied(hspro: HsPro, visitor: Visitor, kari: dict[str, Any]) -> None:
    visitor.press(confirmation(visitor), "Bekreft")
    hspro.empty()
    summary = hspro.get("summary")
    assert (summary["people"], summary["journals"]["SMITTEVERN"], summary["sessions"]) == (0, 0, {"robot1": 1})
    assert hspro.get("writes", since=0) == hspro.get("looks", since=0) == hspro.get("sign-ins", since=0) == []
    assert heading(visitor.get("/personer")) == "Personsøk"


def test_an_unknown_page_says_so(visitor: Visitor) -> None:
    for path in ("/personer/4711", "/journaler/4711", "/finnes-ikke"):
        page = visitor.get(path)
        assert (page.status_code, heading(page)) == (404, "Siden finnes ikke")
