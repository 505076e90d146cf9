"""Varde Lønn behaves as an ordinary payroll system: the queue of forms, and their activation."""

from __future__ import annotations

import httpx
import pytest

from tests.sandbox.payroll_seeds import OLA, employee, form
from tests.sandbox.visitor import Payroll, Visitor, details, heading, rows, text_of


def search(officer: Visitor, number: str = "SKJ-300145") -> httpx.Response:
    return officer.press(officer.get("/skjemaer"), "Finn skjema", skjemanr=number)


def opened(officer: Visitor) -> httpx.Response:
    return officer.follow(search(officer), "Åpne")


def test_a_form_is_found_and_opened(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("employees", [employee()])
    payroll.post("periods", [{"period": f"2026-{month}", "state": "OPEN"} for month in (12, 11)])
    leave = form(form_id="SKJ-300146", form_type="LEAVE", effective_to="2027-01-31", status="SUBMITTED")
    payroll.post("forms", [form(), leave, form(form_id="SKJ-300147", employee_no="118203")])
    hits = search(officer)
    assert heading(hits) == "Skjematreff"
    assert rows(hits, "Skjemaer") == [["SKJ-300145", "1", "Endret prosent", "Godkjent", "Åpne"]]

    page = officer.follow(hits, "Åpne")

    assert heading(page) == "Skjema"
    assert details(page) == {
        "Skjemanr.": "SKJ-300145",
        "Versjon": "1",
        "Type": "Endret prosent",
        "Ansattnr.": "104417",
        "Navn": "Nordhaug, Ola",
        "Fødselsnr.": OLA,
        "Gjelder fra": "01.12.2026",
        "Gjelder til": "",
        "Status": "Godkjent",
        "Opplysninger": "Prosent: 75,00; Lønnstrinn: 48",
        "Eldste åpne periode": "2026-11",
        "Framtidige lønnslinjer": "2",
    }
    assert rows(page, "Godkjenninger") == [["LEDER", "enhl09", "20.11.2026 12:00", "Ja"]]
    assert rows(page, "Andre skjemaer") == [["SKJ-300146", "Permisjon", "01.12.2026", "31.01.2027", "Innsendt"]]
    assert rows(page, "Aktiveringer") == []


def test_no_form_is_found(payroll: Payroll, officer: Visitor) -> None:
    assert "Fant ikke skjemaet" in text_of(search(officer).text)
    assert "Fyll ut skjemanummer." in search(officer, "").text
    payroll.post("forms", [form()])
    nobody = details(opened(officer))
    assert (nobody["Navn"], nobody["Fødselsnr."], nobody["Eldste åpne periode"]) == ("", "", "")


def test_the_newest_version_stands_first(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("forms", [form(), form(version=2, status="SUBMITTED"), form(status="WITHDRAWN")])
    assert [hit[1::2] for hit in rows(search(officer))] == [["2", "Innsendt"], ["1", "Trukket"]]


def test_a_form_is_activated(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("employees", [employee()])
    payroll.post("forms", [form(effective_to="2026-12-31")])
    confirm = officer.press(opened(officer), "Aktiver")
    assert heading(confirm) == "Bekreft aktivering"
    assert details(confirm) == {
        "Skjemanr.": "SKJ-300145",
        "Type": "Endret prosent",
        "Ansattnr.": "104417",
        "Navn": "Nordhaug, Ola",
        "Gjelder fra": "01.12.2026",
        "Gjelder til": "31.12.2026",
        "Opplysninger": "Prosent: 75,00; Lønnstrinn: 48",
    }
    assert payroll.get("writes") == []

    done = officer.press(confirm, "Bekreft")

    assert heading(done) == "Skjemaet er aktivert"
    assert details(done) == {"Skjemanr.": "SKJ-300145", "Status": "Aktiv", "Aktiveringsnr.": "900001"}
    page = officer.follow(done, "Til skjemaet")
    assert details(page)["Status"] == "Aktiv"
    ((number, _, by),) = rows(page, "Aktiveringer")
    assert (number, by) == ("900001", "robot1")
    (write,) = payroll.get("writes")
    assert (write["kind"], write["number"], write["national_id"]) == ("activation", "SKJ-300145", OLA)
    (known,) = payroll.get("forms")
    assert (known["status"], len(known["activations"])) == ("ACTIVE", 1)


def test_confirming_twice_activates_twice(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("forms", [form()])
    confirm = officer.press(opened(officer), "Aktiver")
    numbers = [details(officer.press(confirm, "Bekreft"))["Aktiveringsnr."] for _ in range(2)]
    assert numbers == ["900001", "900002"]
    assert [one[0] for one in rows(opened(officer), "Aktiveringer")] == numbers
    summary = payroll.get("summary")
    assert (summary["activations"], summary["forms_activated_twice"], summary["forms"]) == (2, 1, {"ACTIVE": 1})


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"status": "SUBMITTED"}, "Skjemaet kan ikke aktiveres"),
        ({"status": "WITHDRAWN"}, "Skjemaet kan ikke aktiveres"),
        ({"locked_by": "lonn04"}, "Skjemaet er låst av lonn04"),
    ],
)
def test_a_form_may_not_be_activated(payroll: Payroll, officer: Visitor, state: dict[str, str], message: str) -> None:
    payroll.post("forms", [form(**state)])
    refused = officer.press(opened(officer), "Aktiver")
    assert (heading(refused), message in text_of(refused.text)) == ("Skjema", True)


def test_a_form_may_be_refused_at_the_last_moment(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("forms", [form()])
    confirm = officer.press(opened(officer), "Aktiver")
    assert payroll.post("locks", [{"record": "form", "key": ["SKJ-300145"], "locked_by": "lonn04"}]) == {"records": 1}
    refused = officer.press(confirm, "Bekreft")
    assert (heading(refused), "Skjemaet er låst av lonn04" in text_of(refused.text)) == ("Skjema", True)
    assert "Skjemaet er låst av lonn04" in text_of(opened(officer).text)
    assert payroll.get("writes") == []
    payroll.post("locks", [{"record": "form", "key": ["SKJ-300145"]}])
    assert heading(officer.press(confirm, "Bekreft")) == "Skjemaet er aktivert"
