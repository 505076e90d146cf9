"""Varde Lønn behaves as an ordinary payroll system: who is employed, and in which positions."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.sandbox.payroll_seeds import FORMER, NINA, OLA, employee, position
from tests.sandbox.visitor import Payroll, Visitor, details, heading, rows, text_of


def search(officer: Visitor, *, employee_no: str = "", national_id: str = "") -> httpx.Response:
    return officer.press(officer.get("/ansatte"), "Finn", ansattnr=employee_no, fodselsnr=national_id)


def month(officer: Visitor, month: str) -> httpx.Response:
    return officer.press(officer.get("/stillinger"), "Vis", maned=month)


def test_an_employee_is_found_and_opened(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("employees", [employee(protection=6, previous_ids=[FORMER])])
    hits = search(officer, employee_no="104417")
    assert heading(hits) == "Ansattliste"
    assert rows(hits, "Ansatte") == [
        ["104417", "Nordhaug, Ola", OLA, "311874322, 312900114", "Aktiv", "Velg"],
    ]

    opened = officer.follow(hits, "Velg")

    assert heading(opened) == "Ansatt"
    assert details(opened) == {
        "Ansattnr.": "104417",
        "Navn": "Nordhaug, Ola",
        "Fødselsnr.": OLA,
        "Status": "Aktiv",
        "Merknad": f"Adressesperre: kode 6; Tidligere nummer: {FORMER}",
        "Kontonummer": "12345678903",
        "Skattekort": "Elektronisk",
        "Ansatt fra": "01.08.2019",
        "Ansatt til": "",
    }
    assert rows(opened, "Stillinger") == [
        ["A1", "311874322", "Fast", "80,00", "01.08.2019", "", "01.11.2026–30.11.2026 50,00"],
        ["B1", "312900114", "Vikar", "20,50", "01.08.2019", "31.12.2026", ""],
    ]
    assert not re.search(r"\d{11}", " ".join(officer.visited))


def test_who_has_left_and_has_no_position(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("employees", [employee(status="LEFT", employment_end="2026-10-31", account=None, positions=[])])
    opened = officer.follow(search(officer, national_id=OLA), "Velg")
    shown = details(opened)
    assert (shown["Status"], shown["Ansatt til"], shown["Kontonummer"]) == ("Sluttet", "31.10.2026", "")
    assert rows(opened, "Stillinger") == []


def test_a_leave_may_have_no_end_and_not_be_the_only_one(payroll: Payroll, officer: Visitor) -> None:
    leaves = [{"from": "2026-01-01", "to": "2026-06-30", "percent": 2000}, {"from": "2026-11-01", "percent": 10000}]
    payroll.post("employees", [employee(positions=[position("A1", leaves=leaves)])])
    (only,) = rows(officer.follow(search(officer, national_id=OLA), "Velg"), "Stillinger")
    assert only[-1] == "01.01.2026–30.06.2026 20,00; 01.11.2026– 100,00"


def test_a_person_is_found_under_a_former_number_and_in_every_record(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("employees", [employee(previous_ids=[FORMER]), employee(employee_no="104418")])
    assert [hit[0] for hit in rows(search(officer, national_id=FORMER))] == ["104417"]
    assert [hit[0] for hit in rows(search(officer, national_id=OLA))] == ["104417", "104418"]
    assert [hit[0] for hit in rows(search(officer, national_id=OLA, employee_no="104418"))] == ["104418"]


def test_a_number_may_be_there_twice(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("employees", [employee(), employee(national_id=NINA, family_name="Øyås", given_name="Nina")])
    assert [hit[1] for hit in rows(search(officer, employee_no="104417"))] == ["Nordhaug, Ola", "Øyås, Nina"]


def test_nobody_is_found(payroll: Payroll, officer: Visitor) -> None:
    assert "Ingen ansatt funnet" in text_of(search(officer, employee_no="104417").text)
    assert "Fyll ut ansattnummer eller fødselsnummer." in search(officer).text
    assert [look["number"] for look in payroll.get("looks")] == ["104417"]


def test_the_positions_of_a_month(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("employees", [employee(employee_no="2"), employee(employee_no="1", national_id=NINA)])
    page = month(officer, "2026-11")
    assert heading(page) == "Stillinger i måneden"
    assert details(page) == {"Måned": "2026-11", "Antall stillinger": "4", "Side": "1 av 1"}
    assert [(one[0], one[3]) for one in rows(page, "Stillinger")] == [
        ("1", "A1"),
        ("1", "B1"),
        ("2", "A1"),
        ("2", "B1"),
    ]
    assert rows(page)[0] == [
        "1",
        NINA,
        "Nordhaug, Ola",
        "A1",
        "311874322",
        "Fast",
        "80,00",
        "01.08.2019",
        "",
        "01.11.2026–30.11.2026 50,00",
    ]


@pytest.mark.parametrize(
    ("asked", "found"), [("2026-10", ["A"]), ("2026-11", ["A", "B"]), ("2026-12", ["B"]), ("2026-09", [])]
)
def test_a_position_holds_from_its_first_to_its_last_day(
    payroll: Payroll, officer: Visitor, asked: str, found: list[str]
) -> None:
    first = position("A", **{"from": "2026-10-31", "to": "2026-11-01"})
    second = position("B", **{"from": "2026-11-30"})
    payroll.post("employees", [employee(positions=[first, second])])
    assert [one[3] for one in rows(month(officer, asked))] == found


def test_the_workforce_comes_in_pages(payroll: Payroll, officer: Visitor) -> None:
    people = [employee(employee_no=f"{n:03}", positions=[position("A"), position("B")]) for n in range(251)]
    payroll.post("employees", people)
    first = month(officer, "2026-11")
    assert (len(rows(first)), details(first)["Antall stillinger"], details(first)["Side"]) == (500, "502", "1 av 2")
    second = officer.follow(first, "Neste side")
    assert ([one[0] for one in rows(second)], details(second)["Side"]) == (["250", "250"], "2 av 2")
    assert "Neste side" not in second.text
    assert rows(officer.follow(second, "Forrige side")) == rows(first)
    assert [look["number"] for look in payroll.get("looks")] == ["2026-11 1", "2026-11 2", "2026-11 1"]


@pytest.mark.parametrize("wrong", ["", "2026", "2026-13", "november", "0000-01"])
def test_a_month_is_asked_for_again(officer: Visitor, wrong: str) -> None:
    page = month(officer, wrong)
    assert heading(page) == "Stillingsoversikt"
    assert "Skriv måneden som åååå-mm." in text_of(page.text)
