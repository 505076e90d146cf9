"""SystemX behaves as the real one: patients, billing cards, claim messages and HELFO's receipts."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.sandbox.visitor import KARI, PER, Browser, SystemX, Visitor, details, heading, rows, someone, text_of

TARIFFS = [
    {"code": "SYN-T1", "refund": 15050, "share": 4500, "valid_from": "2021-01-01"},
    {"code": "SYN-OLD", "refund": 9900, "valid_from": "2020-01-01", "valid_to": "2020-12-31"},
    {"code": "SYN-P", "refund": 123456, "valid_from": "2021-01-01"},
]
CARD = {
    "tidspunkt": "15.02.2021 09:40",
    "praksis": "1000099999",
    "praksistype": "KOFA",
    "behandler": "9999201",
    "diagnose": "R992",
    "kodeverk": "ICPC-2",
    "fritak": "A",
    "debitor": "1",
    "takst1": "SYN-T1",
    "antall1": "1",
}


@pytest.fixture
def clerk(systemx: SystemX, visitor_at: Browser) -> Visitor:
    """Somebody who has signed in, at a SystemX that has tariffs."""
    systemx.post("tariffs", TARIFFS)
    clerk = visitor_at(systemx)
    assert heading(clerk.sign_in()) == "Finn pasient"
    return clerk


@pytest.fixture
def kari(systemx: SystemX) -> dict[str, Any]:
    systemx.post("people", [KARI])
    return KARI


def search(clerk: Visitor, number: str) -> httpx.Response:
    return clerk.post("/pasienter", fodselsnummer=number)


def file_of(clerk: Visitor, number: str = KARI["national_id"]) -> httpx.Response:
    return clerk.follow(search(clerk, number), "Velg")


def checked(clerk: Visitor, number: str = KARI["national_id"], **different: str) -> httpx.Response:
    form = clerk.follow(file_of(clerk, number), "Nytt regningskort")
    return clerk.press(form, "Kontroller", **(CARD | different))


def card(clerk: Visitor, number: str = KARI["national_id"], **different: str) -> httpx.Response:
    return clerk.press(checked(clerk, number, **different), "Lagre kort")


def claim(clerk: Visitor) -> httpx.Response:
    """The message over the unsent cards of the first practice."""
    unsent = clerk.follow(clerk.get("/oppgjor"), "Vis")
    return clerk.press(unsent, "Lag oppgjør")


def test_a_card_is_checked_and_saved(systemx: SystemX, clerk: Visitor, kari: dict[str, Any]) -> None:
    check = checked(clerk, takst2="SYN-P", antall2="2")
    assert heading(check) == "Kontroller kort"
    shown = details(check)
    assert (shown["Sum refusjon"], shown["Egenandel"]) == ("2\u00a0619,62", "0,00")
    assert rows(check) == [["SYN-T1", "1", "150,50"], ["SYN-P", "2", "2 469,12"]]

    saved = clerk.press(check, "Lagre kort")
    assert (heading(saved), details(saved)["Regningsnr."], details(saved)["Status"]) == (
        "Regningskort",
        "700001",
        "Usendt",
    )
    (listed,) = rows(clerk.follow(saved, "Til pasienten"))
    assert listed[:7] == [
        "700001",
        "15.02.2021 09:40",
        "1000099999",
        "SYN-T1 × 1, SYN-P × 2",
        "2 619,62",
        "0,00",
        "Usendt",
    ]
    assert [write["kind"] for write in systemx.get("writes")] == ["card"]
    assert not re.search(r"\d{11}", " ".join(clerk.visited))


def test_the_share_is_the_tariffs_own_without_exemption(clerk: Visitor, kari: dict[str, Any]) -> None:
    assert details(checked(clerk, fritak=""))["Egenandel"] == "45,00"
    assert details(checked(clerk, fritak="", egenandel="12,50"))["Egenandel"] == "12,50"


@pytest.mark.parametrize(
    "wrong",
    [
        ("tidspunkt", "2021-02-15", "Skriv tidspunktet som dd.mm.åååå tt:mm."),
        ("praksis", "1000077777", "Ukjent kode."),
        ("behandler", "", "Må fylles ut."),
        ("takst1", "SYN-X", "Ukjent takst."),
        ("takst1", "SYN-OLD", "Taksten gjelder ikke på datoen."),
        ("takst1", "", "Ukjent takst."),
        ("antall1", "0", "Antall er 1–99."),
        ("egenandel", "ti", "Skriv beløpet som 0,00."),
    ],
)
def test_a_wrong_value_brings_the_card_back(
    systemx: SystemX, clerk: Visitor, kari: dict[str, Any], wrong: tuple[str, str, str]
) -> None:
    field, value, message = wrong
    page = checked(clerk, **{field: value})
    assert heading(page) == "Nytt regningskort"
    assert message in text_of(page.text)
    assert systemx.get("writes") == []


def test_cards_of_a_day(systemx: SystemX, clerk: Visitor) -> None:
    lines = [{"code": "SYN-T1"}]
    cards = [{"at": f"2021-02-{day}T08:00:00", "lines": lines} for day in (14, 15, 16)]
    systemx.post("people", [someone(cards=cards)])
    patient = file_of(clerk)
    assert [row[1] for row in rows(patient)] == ["16.02.2021 08:00", "15.02.2021 08:00", "14.02.2021 08:00"]
    (one,) = rows(clerk.press(patient, "Vis", dato="15.02.2021"))
    assert (one[1], one[8]) == ("15.02.2021 08:00", "Import")


def test_a_patient_comes_from_the_register(systemx: SystemX, clerk: Visitor) -> None:
    systemx.post("register", [PER])
    found = clerk.press(search(clerk, PER["national_id"]), "Søk i Folkeregisteret")
    assert heading(clerk.press(found, "Opprett pasient")) == "Pasient"
    assert systemx.get("summary")["people"] == 1


def test_saving_twice_makes_two_cards(systemx: SystemX, clerk: Visitor, kari: dict[str, Any]) -> None:
    check = checked(clerk)
    numbers = [details(clerk.press(check, "Lagre kort"))["Regningsnr."] for _ in range(2)]
    assert numbers == ["700001", "700002"]
    assert systemx.get("summary")["cards_twice"] == 1


def test_a_claim_is_made_sent_and_answered(systemx: SystemX, clerk: Visitor, kari: dict[str, Any]) -> None:
    systemx.post("people", [PER])
    systemx.post("judgements", [{"national_id": PER["national_id"], "result": "REJECTED", "code": "K13"}])
    card(clerk)
    card(clerk, PER["national_id"], takst1="SYN-P")
    message = claim(clerk)
    shown = details(message)
    assert (shown["Antall"], shown["Sum refusjon"], shown["Status"]) == ("2", "1\u00a0385,06", "Klar til sending")
    assert rows(message) == [["700001", "150,50"], ["700002", "1 234,56"]]

    assert details(clerk.press(message, "Send til HELFO"))["Status"] == "Sendt"

    receipts = clerk.get("/kvitteringer")
    assert rows(receipts)[0][6] == "Mottatt"
    assert rows(clerk.follow(receipts, "Vis")) == [
        ["700001", "150,50", "Godkjent", ""],
        ["700002", "1 234,56", "Avvist", "K13"],
    ]
    summary = systemx.get("summary")
    assert (summary["cards"], summary["sendings"]) == ({"ACCEPTED": 1, "REJECTED": 1}, 1)


def test_answers_may_wait(systemx: SystemX, clerk: Visitor, kari: dict[str, Any]) -> None:
    systemx.post("receipts", {"held": True})
    card(clerk)
    clerk.press(claim(clerk), "Send til HELFO")
    assert rows(clerk.get("/kvitteringer"))[0][6] == "Venter"
    systemx.post("receipts", {"held": False})
    assert rows(clerk.get("/kvitteringer"))[0][6] == "Mottatt"


def test_the_same_message_twice_is_a_duplicate(systemx: SystemX, clerk: Visitor, kari: dict[str, Any]) -> None:
    card(clerk)
    sent = clerk.press(claim(clerk), "Send til HELFO")
    clerk.press(sent, "Send på nytt")
    assert [row[6] for row in rows(clerk.get("/kvitteringer"))] == ["DUPLIKAT_KRAV", "Mottatt"]
    assert systemx.get("summary")["messages_sent_twice"] == 1


def test_a_message_may_be_refused_as_a_whole_and_sent_anew(
    systemx: SystemX, clerk: Visitor, kari: dict[str, Any]
) -> None:
    systemx.post("refusal", {"code": "UKJENT_PRAKSISID"})
    card(clerk)
    sent = clerk.press(claim(clerk), "Send til HELFO")
    receipts = clerk.get("/kvitteringer")
    assert rows(receipts)[0][6] == "UKJENT_PRAKSISID"
    assert "Ingen resultater" in clerk.follow(receipts, "Vis").text
    assert systemx.get("summary")["cards"] == {"SENT": 1}
    systemx.post("refusal", {"code": ""})
    clerk.press(sent, "Send på nytt")
    assert [row[6] for row in rows(clerk.get("/kvitteringer"))] == ["Mottatt", "UKJENT_PRAKSISID"]
    assert systemx.get("summary")["cards"] == {"ACCEPTED": 1}


def test_a_second_card_of_the_day_is_a_duplicate(systemx: SystemX, clerk: Visitor, kari: dict[str, Any]) -> None:
    card(clerk)
    card(clerk)
    clerk.press(claim(clerk), "Send til HELFO")
    assert systemx.get("summary")["cards"] == {"ACCEPTED": 1, "DUPLICATE": 1}


def test_a_rejected_card_is_sent_again_under_its_number(systemx: SystemX, clerk: Visitor, kari: dict[str, Any]) -> None:
    systemx.post("judgements", [{"national_id": KARI["national_id"], "result": "REJECTED", "code": "K13"}])
    card(clerk)
    clerk.press(claim(clerk), "Send til HELFO")
    clerk.press(clerk.get("/avviste"), "Klar for ny innsending")
    assert rows(claim(clerk)) == [["700001", "150,50"]]
    assert systemx.get("summary")["messages"] == 2


@pytest.mark.parametrize(("fault", "sendings"), [("error_after_save", 1), ("error_before_save", 0)])
def test_sending_may_fail(systemx: SystemX, clerk: Visitor, kari: dict[str, Any], fault: str, sendings: int) -> None:
    card(clerk)
    message = claim(clerk)
    systemx.fault(fault, what="claim", times=1)
    page = clerk.press(message, "Send til HELFO")
    assert (page.status_code, heading(page)) == (500, "Systemfeil")
    assert systemx.get("summary")["sendings"] == sendings


def test_what_is_not_saved_here_cannot_fail(systemx: SystemX) -> None:
    refused = systemx.console.post("/_kontroll/faults", json={"fault": "error_after_save", "what": "journal"})
    assert refused.status_code == 422
    assert "card, message, claim" in refused.text


def test_data_survive_a_restart(systemx: SystemX, clerk: Visitor, kari: dict[str, Any], visitor_at: Browser) -> None:
    card(clerk)
    systemx.restart()
    again = visitor_at(systemx)
    again.sign_in()
    assert rows(file_of(again))[0][0] == "700001"
