"""Varde Lønn behaves as an ordinary payroll system: runs, their rows, and the control that is written on a row."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.payroll_seeds import NINA, row, run
from tests.sandbox.visitor import Payroll, Visitor, details, heading, rows, text_of

CONTROL = {
    "kontrollmerke": "B",
    "regelkoder": "K01, K06",
    "sperre": "ja",
    "merknad": "Netto under null",
}
TRIAL, FINAL = "2026-12-T1", "2026-12-H1"


def run_list(officer: Visitor) -> httpx.Response:
    """The list of the newest run."""
    return officer.follow(officer.get("/kjoringer"), "Vis liste")


def search(officer: Visitor, **asked: str) -> httpx.Response:
    return officer.press(officer.get("/lonnsrader"), "Finn", **({"ansattnr": "104417"} | asked))


def opened(officer: Visitor, **asked: str) -> httpx.Response:
    return officer.follow(search(officer, **asked), "Åpne")


def controlled(officer: Visitor, page: httpx.Response, **different: str) -> httpx.Response:
    return officer.press(page, "Lagre kontroll", **(CONTROL | different))


def stored(payroll: Payroll, run_id: str = TRIAL) -> dict[str, Any]:
    (only,) = payroll.get("rows", run=run_id)
    return {name: only[name] for name in ("mark", "codes", "hold", "hold_by", "comment")}


def test_runs_and_the_list_of_their_rows(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("runs", [run(row()), run(run_id="2026-11-E1", run_type="EXTRA", period="2026-11", status="PAID")])
    runs = officer.get("/kjoringer")
    assert heading(runs) == "Lønnskjøringer"
    assert rows(runs, "Kjøringer") == [
        [TRIAL, "Prøvekjøring", "2026-12", "11.12.2026", "Beregnet", "1", "Vis liste"],
        ["2026-11-E1", "Ekstrakjøring", "2026-11", "11.12.2026", "Utbetalt", "0", "Vis liste"],
    ]

    listed = officer.follow(runs, "Vis liste")

    assert heading(listed) == "Kjøringsliste"
    assert details(listed) == {
        "Kjøring": TRIAL,
        "Type": "Prøvekjøring",
        "Periode": "2026-12",
        "Utbetaling": "11.12.2026",
        "Status": "Beregnet",
        "Antall rader": "1",
        "Sum brutto": "12\u00a0500,00",
        "Sum netto": "-315,00",
        "Side": "1 av 1",
    }
    money = ["80,00", "12 500,00", "-315,00", "4 300,00", "8 515,00", "39 800,00", "39 800,00"]
    assert rows(listed, "Lønnsrader") == [
        ["104417", "A1", "Nordhaug, Ola", "311874322", *money, "12345678903", "Mangler", "", "", "Nei", ""]
    ]
    assert row()["national_id"] not in listed.text


def test_the_list_comes_in_pages(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("runs", [run(*(row(employee_no=f"{n:03}") for n in reversed(range(251))))])
    first = run_list(officer)
    assert ([one[0] for one in rows(first)][:2], len(rows(first)), details(first)["Side"]) == (
        ["000", "001"],
        250,
        "1 av 2",
    )
    second = officer.follow(first, "Neste side")
    assert ([one[0] for one in rows(second)], details(second)["Antall rader"]) == (["250"], "251")
    assert "Neste side" not in second.text
    assert [look["number"] for look in payroll.get("looks")] == [f"{TRIAL} 1", f"{TRIAL} 2"]


def test_exactly_one_page_has_no_next(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("runs", [run(*(row(employee_no=str(n)) for n in range(250)))])
    page = run_list(officer)
    assert (details(page)["Side"], "Neste side" in page.text) == ("1 av 1", False)


def test_what_is_no_run_and_no_page(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("runs", [run(row())])
    for path in ("/kjoringer/2026-12-T9", f"/kjoringer/{TRIAL}?side=0", f"/kjoringer/{TRIAL}?side=en"):
        assert officer.get(path).status_code == 404
    assert rows(officer.get(f"/kjoringer/{TRIAL}?side=9")) == []


def test_a_row_is_found_and_opened(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("runs", [run(row(), row(position_no="B1", unit="312900114"))])
    hits = search(officer, kjoring=TRIAL)
    assert heading(hits) == "Radtreff"
    assert [hit[2] for hit in rows(hits, "Treff")] == ["A1", "B1"]
    page = officer.follow(search(officer, stillingsnr="A1"), "Åpne")
    assert heading(page) == "Lønnsrad"
    assert {name: told.replace("\u00a0", " ") for name, told in details(page).items()} == {
        "Kjøring": TRIAL,
        "Type": "Prøvekjøring",
        "Periode": "2026-12",
        "Utbetaling": "11.12.2026",
        "Status": "Beregnet",
        "Ansattnr.": "104417",
        "Stillingsnr.": "A1",
        "Navn": "Nordhaug, Ola",
        "Fødselsnr.": row()["national_id"],
        "Enhet": "311874322",
        "Prosent": "80,00",
        "Brutto": "12 500,00",
        "Netto": "-315,00",
        "Skatt": "4 300,00",
        "Trekk": "8 515,00",
        "Forrige": "39 800,00",
        "Fastlønn": "39 800,00",
        "Skattekort": "Mangler",
        "Konto": "12345678903",
        "Ansatt fra": "01.08.2019",
        "Ansatt til": "",
        "Arbeidsavtale": "Nei",
        "Overtid uke": "2,50",
        "Overtid 4 uker": "6,00",
        "Overtid 52 uker": "12,00",
        "Lønnsarter": "FASTLONN 11 300,00; OVERTID 1 200,00",
        "Kontroll": "Ingen",
        "Koder": "",
        "Sperre": "Nei",
        "Sperret av": "",
        "Kommentar": "",
    }


def test_no_row_is_found(officer: Visitor) -> None:
    assert "Ingen lønnsrad funnet" in text_of(search(officer).text)
    assert "Fyll ut ansattnummer." in search(officer, ansattnr="").text


def test_a_control_is_saved_and_can_be_taken_back(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("runs", [run(row())])
    saved = controlled(officer, opened(officer))
    assert heading(saved) == "Kontroll lagret"
    written = {"Kontroll": "Stans", "Koder": "K01, K06", "Sperre": "Ja", "Sperret av": "robot1"}
    assert details(saved).items() >= (written | {"Kommentar": "Netto under null"}).items()
    assert rows(run_list(officer))[0][-4:] == ["Stans", "K01, K06", "Ja", "robot1"]

    again = officer.follow(saved, "Til lønnsraden")
    assert '<option value="B" selected>Stans</option>' in again.text
    form = {"kontrollmerke": "INGEN", "regelkoder": "", "merknad": "Sjekket"}
    lifted = officer.press(again, "Lagre kontroll", **form)

    assert details(lifted).items() >= {"Kontroll": "Ingen", "Sperre": "Nei", "Sperret av": ""}.items()
    assert stored(payroll) == {"mark": "", "codes": "", "hold": 0, "hold_by": "", "comment": "Sjekket"}
    summary = payroll.get("summary")
    counted = ("rows_marked", "rows_held", "controls", "controls_repeated", "holds_lifted")
    assert [summary[name] for name in counted] == [0, 0, 2, 0, 1]
    assert [(write["kind"], write["number"]) for write in payroll.get("writes")] == [
        ("control", f"{TRIAL}/104417/A1"),
        ("control", f"{TRIAL}/104417/A1"),
    ]


def test_the_same_control_twice_is_two_saves(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("runs", [run(row())])
    page = opened(officer)
    controlled(officer, page)
    controlled(officer, page)
    summary = payroll.get("summary")
    assert (summary["controls"], summary["controls_repeated"], summary["rows_held"]) == (2, 1, 1)


def test_whoever_held_it_first_is_named(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("runs", [run(row(hold=True, hold_by="lonn04"))])
    assert details(controlled(officer, opened(officer)))["Sperret av"] == "lonn04"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kontrollmerke", "X"),
        ("kontrollmerke", ""),
        ("regelkoder", "K" * 61),
        ("regelkoder", "<K01>"),
        ("merknad", "m" * 251),
    ],
)
def test_a_control_that_does_not_fit_is_refused(payroll: Payroll, officer: Visitor, field: str, value: str) -> None:
    payroll.post("runs", [run(row())])
    page = controlled(officer, opened(officer), **{field: value})
    assert heading(page) == "Lønnsrad"
    assert "Kontrollen kan ikke lagres" in text_of(page.text)
    assert payroll.get("writes") == []


def test_the_longest_control_fits(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("runs", [run(row())])
    saved = controlled(officer, opened(officer), regelkoder="K" * 60, merknad="æ" * 250)
    assert heading(saved) == "Kontroll lagret"


def test_a_locked_row_says_so_and_refuses(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("runs", [run(row(locked_by="lonn04"))])
    page = opened(officer)
    assert (heading(page), "Raden er låst av lonn04" in text_of(page.text)) == ("Lønnsrad", True)
    refused = controlled(officer, page)
    assert (heading(refused), "Raden er låst av lonn04" in text_of(refused.text)) == ("Lønnsrad", True)
    assert payroll.get("writes") == []

    assert payroll.post("locks", [{"record": "row", "key": [TRIAL, "104417", "A1"]}]) == {"records": 1}

    assert "låst" not in opened(officer).text
    assert heading(controlled(officer, page)) == "Kontroll lagret"


@pytest.mark.parametrize("status", ["LOCKED", "PAID"])
def test_a_run_that_is_locked_takes_no_control(payroll: Payroll, officer: Visitor, status: str) -> None:
    payroll.post("runs", [run(row(), status=status)])
    page = opened(officer)
    assert "Kjøringen er låst" not in page.text
    assert "Kjøringen er låst" in text_of(controlled(officer, page).text)
    assert payroll.get("writes") == []


def test_the_final_run_inherits_holds_and_comments_but_no_marks(payroll: Payroll, officer: Visitor) -> None:
    both = row(), row(employee_no="118203", national_id=NINA)
    payroll.post("runs", [run(*both)])
    controlled(officer, opened(officer))
    payroll.post("runs", [run(*both, run_id=FINAL, run_type="FINAL", carries_from=TRIAL)])
    held, free = payroll.get("rows", run=FINAL)
    assert (held["hold"], held["hold_by"], held["comment"]) == (1, "robot1", "Netto under null")
    assert (held["mark"], held["codes"]) == ("", "")
    assert (free["hold"], free["hold_by"], free["comment"]) == (0, "", "")


def test_of_several_positions_only_the_same_one_inherits(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("runs", [run(row(hold=True, hold_by="robot1"), row(position_no="B1"))])
    later = run(row(), row(position_no="B1"), row(position_no="C1"), run_id=FINAL, carries_from=TRIAL)
    payroll.post("runs", [later])
    assert [one["hold"] for one in payroll.get("rows", run=FINAL)] == [1, 0, 0]


def test_a_run_that_is_calculated_anew_replaces_its_rows(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("runs", [run(row(), row(position_no="B1"))])
    payroll.post("runs", [run(row(gross=100), status="LOCKED")])
    (only,) = payroll.get("rows", run=TRIAL)
    assert (only["gross"], payroll.get("summary")["runs"]) == (100, 1)
    assert details(run_list(officer))["Status"] == "Låst"
