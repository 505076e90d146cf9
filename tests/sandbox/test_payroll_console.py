"""What the payroll system's test console can do: seeds that must fit, faults, a restart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.sandbox.payroll_seeds import assignment, employee, form, row, run, timesheet
from tests.sandbox.visitor import Browser, Payroll, Visitor, heading, text_of

Save = Callable[[Visitor], httpx.Response]


def _control(officer: Visitor) -> httpx.Response:
    page = officer.follow(officer.get("/lonnsrader/treff?ansattnr=104417"), "Åpne")
    return officer.press(page, "Lagre kontroll", kontrollmerke="W", regelkoder="K06")


def _activation(officer: Visitor) -> httpx.Response:
    page = officer.follow(officer.get("/skjemaer/treff?skjemanr=SKJ-300145"), "Åpne")
    return officer.press(officer.press(page, "Aktiver"), "Bekreft")


def _hours(officer: Visitor, link: str) -> httpx.Response:
    page = officer.follow(officer.get("/oppdrag/treff?oppdragsnr=OPP-7781"), "Åpne")
    form = officer.follow(officer.press(page, "Vis timer", periode="2026-11"), link)
    check = officer.press(form, "Kontroller", dato1="04.11.2026", timer1="1,00", godkjent_av="enhl03")
    return officer.press(check, "Lagre timeliste")


def _timesheet(officer: Visitor) -> httpx.Response:
    return _hours(officer, "Ny timeliste")


def _correction(officer: Visitor) -> httpx.Response:
    return _hours(officer, "Rett")


SAVES: dict[str, Save] = {
    "control": _control,
    "activation": _activation,
    "timesheet": _timesheet,
    "correction": _correction,
}


@pytest.fixture
def everything(payroll: Payroll) -> Payroll:
    """A payroll system with one of each."""
    payroll.post("employees", [employee()])
    payroll.post("runs", [run(row())])
    payroll.post("forms", [form()])
    payroll.post("rates", [{"kind": "STOTTEKONTAKT", "from": "2026-01-01", "rate": 20000}])
    payroll.post("periods", [{"period": "2026-11", "state": "OPEN"}])
    payroll.post("assignments", [assignment(timesheets=[timesheet({"date": "2026-11-03", "hours": 200})])])
    return payroll


@pytest.mark.parametrize("what", SAVES)
@pytest.mark.parametrize(("fault", "saved"), [("error_before_save", 0), ("error_after_save", 1)])
def test_every_save_can_fail(everything: Payroll, officer: Visitor, what: str, fault: str, saved: int) -> None:
    everything.fault(fault, what=what, times=1)
    page = SAVES[what](officer)
    assert (page.status_code, heading(page)) == (500, "Systemfeil")
    assert [write["kind"] for write in everything.get("writes")] == [what] * saved


def test_a_fault_that_names_no_save_hits_controls(everything: Payroll, officer: Visitor) -> None:
    everything.fault("error_before_save")
    assert _activation(officer).status_code == 200
    assert _control(officer).status_code == 500


def test_what_is_not_saved_here_cannot_fail(payroll: Payroll) -> None:
    refused = payroll.console.post("/_kontroll/faults", json={"fault": "error_after_save", "what": "journal"})
    assert refused.status_code == 422
    assert "control, activation, timesheet, correction" in refused.text


def test_looks_are_logged_and_writes_follow(everything: Payroll, officer: Visitor) -> None:
    _control(officer)
    _timesheet(officer)
    looks, writes = everything.get("looks"), everything.get("writes")
    assert [look["kind"] for look in looks] == ["search", "pay_row", "search", "assignment", "hours"]
    assert [look["number"] for look in looks] == [
        "/104417/",
        "2026-12-T1/104417/A1",
        "OPP-7781",
        "OPP-7781",
        "OPP-7781",
    ]
    assert [write["kind"] for write in writes] == ["control", "timesheet"]
    assert (
        looks[1]["seq"] < writes[0]["seq"] < looks[2]["seq"] < writes[1]["seq"] == everything.get("summary")["last_seq"]
    )
    assert everything.get("looks", since=looks[-1]["seq"]) == []


def test_the_summary_counts_everything(everything: Payroll, officer: Visitor) -> None:
    for save in SAVES.values():
        save(officer)
    summary = everything.get("summary")
    assert {name: count for name, count in summary.items() if name not in ("last_seq", "started")} == {
        "employees": 1,
        "positions": 2,
        "runs": 1,
        "rows": 1,
        "rows_marked": 1,
        "rows_held": 0,
        "controls": 1,
        "controls_repeated": 0,
        "holds_lifted": 0,
        "forms": {"ACTIVE": 1},
        "activations": 1,
        "forms_activated_twice": 0,
        "assignments": 1,
        "timesheets": 3,
        "corrections": 1,
        "timesheets_current_twice": 1,
        "sessions": {"robot1": 1},
    }


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("employees", employee(status="GONE")),
    ("employees", employee(colour="red")),
    ("runs", run(row(mark="X"))),
    ("runs", run(period="2026-13")),
    ("runs", run(run_id="2026/12")),
    ("forms", form(form_type="OTHER")),
    ("assignments", assignment(kind="FERIE")),
    ("periods", {"period": "2026-1", "state": "OPEN"}),
    ("rates", {"kind": "TOLK", "from": "2026-01-01", "rate": -1}),
    ("locks", {"record": "row", "key": ["2026-12-T1"]}),
]


@pytest.mark.parametrize(("path", "seed"), WRONG)
def test_what_does_not_fit_is_refused(payroll: Payroll, path: str, seed: dict[str, Any]) -> None:
    assert payroll.console.post(f"/_kontroll/{path}", json=[seed]).status_code == 422


def test_moods_show_on_its_pages(payroll: Payroll, officer: Visitor) -> None:
    payroll.fault("dialog", text="Nedetid kl. 22", kind="modal", times=1)
    assert "Nedetid kl. 22" in text_of(officer.get("/kjoringer").text)
    payroll.fault("renamed_label", **{"from": "Ansattnr.", "to": "Ansattnummer"}, times=1)
    assert '<label for="ansattnr">Ansattnummer</label>' in officer.get("/lonnsrader").text
    payroll.fault("sign_out", times=1)
    assert "Økten er utløpt. Logg inn på nytt." in officer.get("/oppdrag").text


def test_who_may_not_come_in(payroll: Payroll, visitor_at: Browser) -> None:
    stranger = visitor_at(payroll)
    assert heading(stranger.get("/kjoringer")) == "Pålogging"
    assert "Feil brukernavn eller passord" in text_of(stranger.sign_in("robot1", "feil").text)
    payroll.fault("account_locked", account="robot1")
    assert "Kontoen er sperret" in text_of(stranger.sign_in("robot1").text)


def test_data_survive_a_restart(everything: Payroll, officer: Visitor, visitor_at: Browser) -> None:
    for save in SAVES.values():
        save(officer)
    before = everything.get("summary")
    everything.restart()
    again = everything.get("summary")
    assert {**again, "sessions": 0, "started": 0} == {**before, "sessions": 0, "started": 0}
    returned = visitor_at(everything)
    returned.sign_in()
    assert heading(returned.get("/kjoringer/2026-12-T1")) == "Kjøringsliste"
    assert [write["kind"] for write in everything.get("writes")] == list(SAVES)


def test_reset_empties_everything(everything: Payroll, officer: Visitor) -> None:
    _control(officer)
    everything.post("reset")
    summary = everything.get("summary")
    assert not any(count for name, count in summary.items() if name != "started")
    assert heading(officer.sign_in()) == "Finn ansatt"


def test_an_unknown_page_says_so(officer: Visitor) -> None:
    for path in ("/ansatte/4711", "/lonnsrader/4711", "/skjemaer/4711", "/aktiveringer/4711", "/finnes-ikke"):
        page = officer.get(path)
        assert (page.status_code, heading(page)) == (404, "Siden finnes ikke")
