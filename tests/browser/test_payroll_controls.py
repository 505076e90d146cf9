"""`payroll-controls` on the payroll system's real pages, in one browser; cases in memory, so that a run can die."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, datetime
from typing import Any

import pytest
from payroll_office import PayrollOffice, a_payroll_office
from real_screens import RealScreens

from common.clock import OSLO
from common.errors import AmbiguousHit, ConflictInTarget, LeaseLost, NotConfirmed, PeriodClosed, RecordLocked
from common.process import Outcome, OutcomeCode
from common.testing import FixedClock, MemoryCase, Person, person
from payroll_svc.control.registers import rows_of
from payroll_svc.control.reported import ReportedRow
from payroll_svc.processes.payroll_controls import control_of_pay_row
from payroll_svc.screens.pay_row import ControlForm, Mark, PayRowHits, PayRowSearch

pytestmark = pytest.mark.browser

NOW = datetime(2026, 12, 7, 8, tzinfo=OSLO)
TRIAL, FINAL = "2026-12-T1", "2026-12-H1"
SCHOOL = "311874322"
NEGATIVE: dict[str, Any] = {"net": -31_500, "deductions": 2_811_500}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[PayrollOffice]:
    with a_payroll_office(tmp_path_factory) as office:
        yield office


@pytest.fixture
def office(whole: PayrollOffice) -> PayrollOffice:
    """An empty payroll system, and nothing remembered."""
    empty = whole.fresh()
    empty.clock = FixedClock(NOW)
    empty.registers.store("control-thresholds", rows_of(), valid_from=date(2026, 1, 1))
    return empty


def seeded(of: Person, employee_no: str = "104417", **changes: Any) -> dict[str, Any]:
    """A row of a run, as the console takes it."""
    return {
        "employee_no": employee_no,
        "position_no": "A1",
        "national_id": of.number,
        "family_name": of.family_name,
        "given_name": of.given_name,
        "unit": SCHOOL,
        "percent": 80_00,
        "gross": 3_980_000,
        "net": 2_600_000,
        "tax": 1_200_000,
        "deductions": 180_000,
        "gross_prev": 3_980_000,
        "fixed_pay": 3_980_000,
        "tax_card": "OK",
        "account": "12345678903",
        "employment_start": "2019-08-01",
        "contract_present": True,
        "overtime": {"week": 0, "w4": 150, "w52": 12_50},
        "pay_lines": [{"kind": "FASTLONN", "amount": 3_860_000}, {"kind": "OVERTID", "amount": 120_000}],
    } | changes


def told(of: dict[str, Any], run_id: str = TRIAL, **changes: Any) -> ReportedRow:
    """The same row as the report has it."""
    same = ("employee_no", "position_no", "family_name", "given_name", "unit", "gross", "net", "tax", "deductions")
    more = ("gross_prev", "fixed_pay", "employment_start", "contract_present", "pay_lines")
    row = {name: of[name] for name in (*same, *more)} | {
        "run_id": run_id,
        "run_type": "FINAL" if run_id == FINAL else "TRIAL",
        "pay_date": "2026-12-11",
        "period": "2026-12",
        "person_id": of["national_id"],
        "stillingsprosent": of["percent"] / 100,
        "tax_card_status": of["tax_card"],
        "account_no": of["account"],
        "overtime_hours": {"week": 0, "w4": 1.5, "w52": 12.5},
    }
    return ReportedRow.model_validate(row | changes)


def run_of(office: PayrollOffice, *rows: dict[str, Any], run_id: str = TRIAL, **facts: Any) -> None:
    run = {"run_id": run_id, "run_type": "FINAL" if run_id == FINAL else "TRIAL", "pay_date": "2026-12-11"}
    office.payroll.post("runs", [run | {"period": "2026-12", "status": "CALCULATED", "rows": list(rows)} | facts])


def control(office: PayrollOffice, row: ReportedRow, case: MemoryCase | None = None, **how: Any) -> Outcome:
    return office.perform(control_of_pay_row, row, case, **how)


def stands(office: PayrollOffice, run_id: str = TRIAL) -> list[tuple[str, str, bool, str]]:
    """(mark, codes, hold, comment) of each row of a run."""
    rows: list[dict[str, Any]] = office.payroll.get("rows", run=run_id)
    return [(row["mark"], row["codes"], bool(row["hold"]), row["comment"]) for row in rows]


def test_a_clean_row_is_compared_on_the_list_alone(office: PayrollOffice) -> None:
    rows = [seeded(person(), str(104_000 + place)) for place in range(300)]
    run_of(office, *rows)
    assert control(office, told(rows[299])).code is OutcomeCode.NOOP
    looks = [look["kind"] for look in office.payroll.get("looks")]
    assert looks.count("run_list") == 2
    assert "pay_row" not in looks


def test_what_stops_is_held_and_what_warns_is_marked(office: PayrollOffice) -> None:
    kari, ola = seeded(person(), **NEGATIVE, gross_prev=1_000_000), seeded(person(), "104418", contract_present=False)
    run_of(office, kari, ola)
    assert control(office, told(kari)).code is OutcomeCode.HELD
    assert control(office, told(ola)).code is OutcomeCode.REPORTED
    assert stands(office) == [
        ("B", "K01, K06", True, "Roger 2026-12-T1: K01 negativ nettolønn; K06 stort avvik fra forrige måned"),
        ("W", "K10", False, "Roger 2026-12-T1: K10 arbeidsavtale mangler"),
    ]
    assert control(office, told(kari)).code is OutcomeCode.EXISTS
    assert control(office, told(ola)).code is OutcomeCode.EXISTS


def test_killed_between_save_and_proof_it_is_held_once(office: PayrollOffice) -> None:
    kari = seeded(person(), **NEGATIVE)
    run_of(office, kari)
    case = office.case()
    with pytest.raises(LeaseLost):
        control(office, told(kari), case, unproven="control")
    assert control(office, told(kari), case).code is OutcomeCode.HELD
    assert office.payroll.get("summary")["controls"] == 1


def test_the_final_run_lifts_what_roger_held(office: PayrollOffice) -> None:
    kari = seeded(person(), **NEGATIVE)
    run_of(office, kari)
    control(office, told(kari))
    right = kari | {"net": 2_600_000, "deductions": 180_000}
    run_of(office, right, run_id=FINAL, carries_from=TRIAL)
    assert stands(office, FINAL) == [("", "", True, "Roger 2026-12-T1: K01 negativ nettolønn")]
    outcome = control(office, told(right, FINAL))
    assert (outcome.code, [task.name for task in outcome.tasks]) == (OutcomeCode.UPDATED, ["lifted"])
    assert stands(office, FINAL) == [("", "", False, "Roger 2026-12-H1: sperre fra 2026-12-T1 opphevet")]


def test_what_somebody_holds_stays_and_their_words_too(office: PayrollOffice) -> None:
    hold: dict[str, Any] = {"hold": True, "hold_by": "kari.l", "comment": "Venter på svar\nfra NAV"}
    kari, ola = seeded(person(), **hold), seeded(person(), "104418", contract_present=False, **hold)
    run_of(office, kari, ola)
    outcomes = [control(office, told(row)) for row in (kari, ola)]
    assert [outcome.detail["note"] for outcome in outcomes] == ["HOLD_LEFT", "HOLD_LEFT"]
    assert stands(office) == [
        ("", "", True, "Venter på svar\nfra NAV"),
        ("W", "K10", True, "Venter på svar fra NAV | Roger 2026-12-T1: K10 arbeidsavtale mangler"),
    ]


def test_report_and_system_disagree(office: PayrollOffice) -> None:
    kari = seeded(person())
    run_of(office, kari | NEGATIVE)
    with pytest.raises(ConflictInTarget) as refused:
        control(office, told(kari))
    assert refused.value.detail == {
        "codes": {"K01": "B"},
        "held": True,
        "differ": ["net", "deductions"],
        "by_report": {},
    }
    assert [each[:3] for each in stands(office)] == [("B", "K01", True)]


def test_what_cannot_be_done(office: PayrollOffice) -> None:
    kari = seeded(person(), **NEGATIVE)
    with pytest.raises(ConflictInTarget):
        control(office, told(kari))
    run_of(office, kari | {"employee_no": "1"})
    with pytest.raises(ConflictInTarget):
        control(office, told(kari))
    run_of(office, kari, kari)
    with pytest.raises(AmbiguousHit):
        control(office, told(kari))
    run_of(office, kari | {"locked_by": "kari.l"})
    with pytest.raises(RecordLocked):
        control(office, told(kari))
    for status, kind in (("LOCKED", RecordLocked), ("PAID", PeriodClosed)):
        run_of(office, kari, status=status)
        with pytest.raises(kind):
            control(office, told(kari))
    assert stands(office) == [("", "", False, "")]


def test_a_row_that_is_calculated_anew_while_it_is_open_is_no_changed_page(office: PayrollOffice) -> None:
    kari = seeded(person(), **NEGATIVE)
    form = ControlForm.of(Mark.STOP, ("K01",), hold=True, comment="Roger 2026-12-T1: K01 negativ nettolønn")

    def hits() -> PayRowHits:
        run_of(office, kari)
        platform = RealScreens(office.case(), office.browser, None)
        return platform.open(PayRowSearch).search(TRIAL, "104417", "A1")

    found = hits()
    run_of(office, kari)
    with pytest.raises(NotConfirmed):
        found.pay_row()
    page = hits().pay_row()
    run_of(office, kari)
    with pytest.raises(NotConfirmed):
        page.save(form)
    saved = hits().pay_row().save(form)
    run_of(office, kari)
    with pytest.raises(NotConfirmed):
        saved.pay_row()


def test_every_kind_of_fact_is_read(office: PayrollOffice) -> None:
    kari = seeded(
        person(),
        contract_present=False,
        percent=100_00,
        employment_end="2027-06-30",
        tax_card="EXEMPT",
        gross_prev=-12_345,
        employment_start="2026-11-02",
        account="",
        net=0,
        deductions=2_780_000,
        pay_lines=[{"kind": "SLUTTOPPGJØR", "amount": -100}, {"kind": "FASTLONN", "amount": 123_456_78}],
    )
    run_of(office, kari)
    row = told(kari, employment_end="2027-06-30")
    outcome = control(office, row)
    assert (outcome.code, outcome.detail["codes"]) == (OutcomeCode.REPORTED, {"K07": "W", "K10": "W"})
