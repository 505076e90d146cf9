"""Varde Lønn behaves as an ordinary payroll system: assignments, and the hours that are paid on them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.payroll_seeds import FORMER, NINA, assignment, timesheet
from tests.sandbox.visitor import Payroll, Visitor, details, heading, rows, text_of

RATES = [
    {"kind": "STOTTEKONTAKT", "from": "2026-01-01", "rate": 20000},
    {"kind": "STOTTEKONTAKT", "from": "2026-11-15", "rate": 21050},
]
PERIODS = [{"period": "2026-11", "state": "OPEN"}, {"period": "2026-10", "state": "CLOSED"}]
SEEDED = timesheet({"date": "2026-11-04", "start": "16:00", "end": "19:00"}, km=24, expenses=12500)
SHEET = {
    "dato1": "04.11.2026",
    "fra1": "16:00",
    "til1": "19:00",
    "dato3": "18.11.2026",
    "timer3": "3,50",
    "km": "24",
    "utlegg": "1 125,00",
    "bilag": "B-7",
    "godkjent_av": "enhl03",
    "godkjent_tid": "19.11.2026 08:02",
    "vedtaksnr": "V-2026-3391",
    "referanse": "R-2",
}


@pytest.fixture(autouse=True)
def _rates_and_periods(payroll: Payroll) -> None:
    payroll.post("rates", RATES)
    payroll.post("periods", PERIODS)


def search(officer: Visitor, number: str = "OPP-7781") -> httpx.Response:
    return officer.press(officer.get("/oppdrag"), "Finn oppdrag", oppdragsnr=number)


def opened(officer: Visitor) -> httpx.Response:
    return officer.follow(search(officer), "Åpne")


def hours(officer: Visitor, period: str = "2026-11") -> httpx.Response:
    return officer.press(opened(officer), "Vis timer", periode=period)


def checked(officer: Visitor, **different: str) -> httpx.Response:
    return officer.press(officer.follow(hours(officer), "Ny timeliste"), "Kontroller", **(SHEET | different))


def one_line(**different: str) -> dict[str, str]:
    """A form in which only the first line stands."""
    return {"dato3": "", "timer3": ""} | different


def test_an_assignment_is_found_and_opened(payroll: Payroll, officer: Visitor) -> None:
    payroll.post(
        "assignments",
        [assignment(protection=7, former=[FORMER], to="2020-12-31", relation="EMPLOYEE", carried_over=-150)],
    )
    hits = search(officer)
    assert heading(hits) == "Oppdragstreff"
    assert rows(hits, "Oppdragsliste") == [["OPP-7781", "Øyås, Nina", NINA, "Støttekontakt", "Avsluttet", "Åpne"]]
    page = officer.follow(hits, "Åpne")
    assert heading(page) == "Oppdrag"
    assert details(page) == {
        "Oppdragsnr.": "OPP-7781",
        "Oppdragstaker": "Øyås, Nina",
        "Fødselsnr.": NINA,
        "Ytelse": "Støttekontakt",
        "Fra": "01.01.2026",
        "Til": "31.12.2020",
        "Vedtak": "V-2026-3391",
        "Timer per måned": "8,00",
        "Overført": "-1,50",
        "Km i kontrakten": "Ja",
        "Tilknytning": "Arbeidstaker",
        "Merknad": f"Adressesperre: kode 7; Tidligere nummer: {FORMER}",
    }


def test_no_assignment_is_found(officer: Visitor) -> None:
    assert "Fant ikke oppdraget" in text_of(search(officer).text)
    assert "Fyll ut oppdragsnummer." in search(officer, "").text


def test_a_number_may_be_there_twice(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("assignments", [assignment(), assignment(kind="TOLK")])
    assert [hit[3:5] for hit in rows(search(officer))] == [["Støttekontakt", "Aktiv"], ["Tolk", "Aktiv"]]


def test_the_hours_of_a_period(payroll: Payroll, officer: Visitor) -> None:
    elsewhere = timesheet({"date": "2026-11-05", "start": "22:00", "end": "24:00"}, {"date": "2026-11-06", "hours": 50})
    other_month = timesheet({"date": "2026-12-05", "hours": 100}, period="2026-12")
    second = assignment(assignment_no="OPP-7782", timesheets=[elsewhere, other_month])
    stranger = assignment(assignment_no="OPP-9", national_id="17838410103", timesheets=[elsewhere])
    payroll.post("assignments", [assignment(timesheets=[SEEDED]), second, stranger])
    page = hours(officer)
    assert heading(page) == "Timer"
    assert details(page) == {
        "Oppdragsnr.": "OPP-7781",
        "Oppdragstaker": "Øyås, Nina",
        "Periode": "2026-11",
        "Periodestatus": "Åpen",
        "Eldste åpne periode": "2026-11",
        "Sum timer": "3,00",
        "Sum beløp": "600,00",
    }
    assert rows(page, "Timelister") == [
        ["500001", "3,00", "24", "125,00", "600,00", "enhl03", "Gjeldende", "R-1", "Rett"]
    ]
    assert rows(page, "Registrerte timer") == [["500001", "04.11.2026", "16:00", "19:00", "3,00"]]
    assert rows(page, "Timer på andre oppdrag") == [
        ["OPP-7782", "05.11.2026", "22:00", "24:00"],
        ["OPP-7782", "06.11.2026", "", ""],
    ]


@pytest.mark.parametrize("period", ["2026-10", "2026-09"])
def test_a_period_is_closed_unless_it_is_opened(payroll: Payroll, officer: Visitor, period: str) -> None:
    payroll.post("assignments", [assignment(timesheets=[SEEDED | {"period": period}])])
    page = hours(officer, period)
    assert details(page)["Periodestatus"] == "Lukket"
    assert (rows(page)[0][-1], "Ny timeliste" in page.text) == ("", False)
    form = officer.get(f"{page.url.path}/{period}/ny")
    refused = officer.press(
        form, "Kontroller", **one_line(dato1=f"04.{period[-2:]}.2026", timer1="1,00", godkjent_av="l")
    )
    assert heading(refused) == "Ny timeliste"
    assert "Timelisten kan ikke lagres: perioden er lukket." in text_of(refused.text)


def test_a_period_is_asked_for_again(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("assignments", [assignment()])
    page = hours(officer, "november")
    assert (heading(page), "Skriv perioden som åååå-mm." in page.text) == ("Oppdrag", True)


def test_a_timesheet_is_checked_and_saved(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("assignments", [assignment()])
    check = checked(officer)
    assert heading(check) == "Kontroller timeliste"
    assert {name: told.replace("\u00a0", " ") for name, told in details(check).items()} == {
        "Sum timer": "6,50",
        "Km": "24",
        "Utlegg": "1 125,00",
        "Beløp": "1 336,75",
        "Bilag": "B-7",
        "Godkjent av": "enhl03",
        "Godkjent tid": "19.11.2026 08:02",
        "Vedtaksnr.": "V-2026-3391",
        "Referanse": "R-2",
    }
    assert rows(check, "Linjer") == [
        ["04.11.2026", "16:00", "19:00", "3,00", "Støttekontakt", "200,00", "600,00"],
        ["18.11.2026", "", "", "3,50", "Støttekontakt", "210,50", "736,75"],
    ]
    assert payroll.get("writes") == []

    saved = officer.press(check, "Lagre timeliste")

    assert heading(saved) == "Timelisten er lagret"
    assert details(saved) == {"Timelistenr.": "500001", "Sum timer": "6,50", "Beløp": "1\u00a0336,75"}
    assert details(officer.follow(saved, "Til timene"))["Sum timer"] == "6,50"
    (write,) = payroll.get("writes")
    assert (write["kind"], write["number"], write["source"]) == ("timesheet", "500001", "R-2")
    (stored,) = payroll.get("timesheets", assignment="OPP-7781")
    assert (stored["receipt"], stored["approved_at"], stored["decision"]) == ("B-7", "2026-11-19T08:02", "V-2026-3391")


def test_saving_twice_makes_two_sheets(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("assignments", [assignment()])
    check = checked(officer)
    numbers = [details(officer.press(check, "Lagre timeliste"))["Timelistenr."] for _ in range(2)]
    assert numbers == ["500001", "500002"]
    summary = payroll.get("summary")
    assert (summary["timesheets"], summary["timesheets_current_twice"], summary["corrections"]) == (2, 1, 0)


def test_a_correction_replaces_a_sheet(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("assignments", [assignment(timesheets=[SEEDED])])
    form = officer.follow(hours(officer), "Rett")
    assert heading(form) == "Rett timeliste"
    for value in ("04.11.2026", "16:00", "19:00", "24", "125,00", "enhl03", "R-1"):
        assert f'value="{value}"' in form.text
    check = officer.press(form, "Kontroller", **(SHEET | {"til1": "18:00"}))
    saved = officer.press(check, "Lagre timeliste")
    assert details(saved)["Timelistenr."] == "500002"
    page = officer.follow(saved, "Til timene")
    assert [(one[0], one[6], one[8]) for one in rows(page, "Timelister")] == [
        ("500001", "Erstattet", ""),
        ("500002", "Gjeldende", "Rett"),
    ]
    assert [one[0] for one in rows(page, "Registrerte timer")] == ["500002", "500002"]
    assert [write["kind"] for write in payroll.get("writes")] == ["correction"]
    assert [one["replaces"] for one in payroll.get("timesheets", assignment="OPP-7781")] == [None, 500001]


def test_what_was_typed_can_be_changed(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("assignments", [assignment()])
    again = officer.press(checked(officer), "Endre")
    assert heading(again) == "Ny timeliste"
    assert 'value="18.11.2026"' in again.text


WRONG: list[tuple[dict[str, str], str]] = [
    ({"dato1": "2026-11-04"}, "Skriv datoen som dd.mm.åååå."),
    ({"dato1": "31.11.2026"}, "Skriv datoen som dd.mm.åååå."),
    ({"dato1": "01.12.2026"}, "Datoen er utenfor perioden."),
    ({"dato1": "31.10.2026"}, "Datoen er utenfor perioden."),
    ({"til1": "16:00"}, "Til må være etter fra."),
    ({"til1": ""}, "Skriv fra og til som tt:mm."),
    ({"fra1": "16"}, "Skriv fra og til som tt:mm."),
    ({"timer1": "3,00"}, "Fyll ut enten fra og til, eller timer."),
    ({"timer3": "0,00"}, "Skriv timene som 0,00; høyst 24,00."),
    ({"timer3": "24,01"}, "Skriv timene som 0,00; høyst 24,00."),
    ({"dato1": "", "fra1": "", "til1": "", "dato3": "", "timer3": ""}, "Listen må ha minst én linje."),
    ({"godkjent_av": ""}, "Må fylles ut."),
    ({"godkjent_tid": "19.11.2026"}, "Skriv tidspunktet som dd.mm.åååå tt:mm."),
    ({"utlegg": "mye"}, "Skriv beløpet som 0,00."),
    ({"km": "2,5"}, "Skriv hele kilometer."),
    ({"referanse": "r" * 61}, "Kan ha høyst 60 tegn."),
]


@pytest.mark.parametrize(("different", "message"), WRONG)
def test_a_wrong_value_brings_the_form_back(
    payroll: Payroll, officer: Visitor, different: dict[str, str], message: str
) -> None:
    payroll.post("assignments", [assignment()])
    page = checked(officer, **different)
    assert heading(page) == "Ny timeliste"
    assert "Timelisten kan ikke lagres: rett feltene som er merket." in text_of(page.text)
    assert message in text_of(page.text)


def test_a_day_may_last_until_midnight(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("assignments", [assignment()])
    check = checked(officer, **one_line(fra1="00:00", til1="24:00"))
    assert details(check)["Sum timer"] == "24,00"


def test_the_last_of_forty_lines_counts(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("assignments", [assignment()])
    check = checked(officer, dato40="30.11.2026", timer40="1,00")
    assert (details(check)["Sum timer"], len(rows(check, "Linjer"))) == ("7,50", 3)


@pytest.mark.parametrize(
    ("km", "heads"), [("1", "Ny timeliste"), ("0", "Kontroller timeliste"), ("", "Kontroller timeliste")]
)
def test_kilometres_must_be_agreed(payroll: Payroll, officer: Visitor, km: str, heads: str) -> None:
    payroll.post("assignments", [assignment(km=False)])
    page = checked(officer, km=km)
    assert (heading(page), "Kontrakten har ikke kilometer." in page.text) == (heads, km == "1")


@pytest.mark.parametrize(("day", "known"), [("31.12.2025", False), ("01.01.2026", True)])
def test_hours_need_a_rate(payroll: Payroll, officer: Visitor, day: str, known: bool) -> None:  # noqa: FBT001
    month = "-".join(day.split(".")[:0:-1])
    payroll.post("periods", [{"period": month, "state": "OPEN"}])
    payroll.post("assignments", [assignment()])
    form = officer.follow(hours(officer, month), "Ny timeliste")
    page = officer.press(form, "Kontroller", dato1=day, timer1="1,00", godkjent_av="enhl03")
    assert ("Ytelsen har ingen sats på datoen." in page.text) is not known
    assert (heading(page) == "Kontroller timeliste") is known


def test_a_locked_assignment_says_so_and_refuses(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("assignments", [assignment()])
    check = checked(officer)
    key: dict[str, Any] = {"record": "assignment", "key": ["OPP-7781"]}
    payroll.post("locks", [key | {"locked_by": "lonn04"}])
    message = "Oppdraget er låst av lonn04"
    refused = officer.press(check, "Lagre timeliste")
    assert (heading(refused), message in text_of(refused.text)) == ("Kontroller timeliste", True)
    refused = checked(officer)
    assert (heading(refused), message in text_of(refused.text)) == ("Ny timeliste", True)
    for page in (opened(officer), hours(officer), officer.follow(hours(officer), "Ny timeliste")):
        assert message in text_of(page.text)
    assert payroll.get("writes") == []
    payroll.post("locks", [key])
    assert heading(officer.press(check, "Lagre timeliste")) == "Timelisten er lagret"


def test_a_period_may_close_at_the_last_moment(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("assignments", [assignment()])
    check = checked(officer)
    payroll.post("periods", [{"period": "2026-11", "state": "CLOSED"}])
    refused = officer.press(check, "Lagre timeliste")
    assert heading(refused) == "Kontroller timeliste"
    assert "Timelisten kan ikke lagres: perioden er lukket." in text_of(refused.text)


def test_what_is_no_timesheet(payroll: Payroll, officer: Visitor) -> None:
    payroll.post("assignments", [assignment(timesheets=[SEEDED]), assignment(assignment_no="OPP-7782")])
    path = opened(officer).url.path
    other = officer.follow(search(officer, "OPP-7782"), "Åpne").url.path
    (sheet,) = (one["id"] for one in payroll.get("timesheets", assignment="OPP-7781"))
    wrong = [
        f"{other}/timer/2026-11/rett/{sheet}",
        f"{path}/timer/2026-10/rett/{sheet}",
        f"{path}/timer/2026-11/rett/999999",
    ]
    for address in (*wrong, f"{path}/timer/november/ny", "/timelister/999999", "/oppdrag/999999"):
        assert officer.get(address).status_code == 404, address
    assert officer.get(f"{path}/timer/2026-11/rett/{sheet}").status_code == 200
