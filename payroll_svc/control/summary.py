"""What the rows of a controlled run came to, counted once for its report and for what people are told (PAY-02)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.batch import EndedRow
from common.norway.money import kroner
from common.process import OutcomeCode, Task
from payroll_svc.control.judgement import FEW
from payroll_svc.control.pay_day import approval_day
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.rules import Severity
from payroll_svc.control.tasks import PAYROLL_OFFICER

_OUTCOMES = {
    OutcomeCode.NOOP: "Ingen treff",
    OutcomeCode.REPORTED: "Varslet",
    OutcomeCode.HELD: "Holdt tilbake",
    OutcomeCode.EXISTS: "Merket fra før",
    OutcomeCode.UPDATED: "Sperre opphevet",
}
_STATES = {"cancelled": "Trukket tilbake", "closed": "Avsluttet av en saksbehandler"}
_BELOW, _ABOVE = (-50, -30, -10, 0), (0, 10, 30, 50, 100)
"""Where the ranges of the deviation end, in per cent: so that exactly 30 lies with what no rule hits."""
RANGES = (
    *("under −50", "−50 … −30", "−30 … −10", "−10 … 0", "0"),
    *("0 … 10", "10 … 30", "30 … 50", "50 … 100", "over 100"),
)


@dataclass(frozen=True, kw_only=True)
class HitRow:
    """A row that some rule hit, or that somebody must look at."""

    employee_no: str
    position_no: str
    unit: str
    codes: Mapping[str, str]
    severity: Severity | None
    outcome: str
    net: int
    held: bool
    note: str = ""
    """What was left as people had it."""
    lifted: str = ""
    """The run whose hold Roger has lifted."""


@dataclass(kw_only=True)
class Summary:
    """What the rows came to."""

    run: ReportedRow | None = None
    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter[str])
    manual: Counter[str] = field(default_factory=Counter[str])
    """Why they went to a person."""
    units: Counter[str] = field(default_factory=Counter[str])
    deviations: Counter[tuple[int, Severity | None]] = field(default_factory=Counter[tuple[int, Severity | None]])
    hits: list[HitRow] = field(default_factory=list[HitRow])
    not_in_report: int = 0
    """Rows that the run has besides."""
    held_not_in_report: int = 0
    excused: int = 0
    gross: int = 0
    net: int = 0

    def add(self, row: EndedRow[ReportedRow]) -> None:
        given, detail = row.input, row.detail or {}
        finding: Mapping[str, Any] = row.finding or {}
        codes: Mapping[str, str] = detail.get("codes", finding.get("hits", {}))
        severity = _severest(codes)
        outcome = _outcome(row)
        self.run = self.run or given
        self.rows += 1
        self.outcomes[outcome] += 1
        self.units[given.unit or ""] += 1
        self.gross += given.gross
        self.net += given.net
        self.not_in_report += detail.get("not_in_report", 0)
        self.held_not_in_report += detail.get("held_not_in_report", 0)
        self.excused += bool(detail.get("excused"))
        if row.state == "manual":
            self.manual[row.code or ""] += 1
        if given.gross_prev > 0:
            self.deviations[_range(given), severity] += 1
        if codes or row.state != "done" or row.code != OutcomeCode.NOOP:
            hit = HitRow(
                employee_no=given.employee_no,
                position_no=given.position_no,
                unit=given.unit or "",
                codes=codes,
                severity=severity,
                outcome=outcome,
                net=given.net,
                held=bool(detail.get("held")),
                note=detail.get("note", ""),
                lifted=detail.get("lifted", ""),
            )
            self.hits.append(hit)

    @property
    def held(self) -> list[HitRow]:
        return [hit for hit in self.hits if hit.held]

    @property
    def lifted(self) -> list[HitRow]:
        return [hit for hit in self.hits if hit.lifted]

    def severe(self, severity: Severity) -> int:
        return sum(hit.severity is severity for hit in self.hits)

    def amount_held(self) -> int:
        """What would be paid if nothing were held; what is negative would not be anyway."""
        return sum(max(hit.net, 0) for hit in self.held)


def summed(rows: Iterable[EndedRow[ReportedRow]]) -> Summary:
    found = Summary()
    for row in rows:
        found.add(row)
    return found


def _severest(codes: Mapping[str, str]) -> Severity | None:
    return min(map(Severity, codes.values()), default=None)  # B comes before W


def _outcome(row: EndedRow[ReportedRow]) -> str:
    if row.state == "done":
        return _OUTCOMES.get(OutcomeCode(row.code), str(row.code)) if row.code else ""
    return "Til en saksbehandler" if row.state == "manual" else _STATES.get(row.state, "Under arbeid")


def _range(row: ReportedRow) -> int:
    """In which range the change of gross pay lies; in whole numbers, as the rule has it."""
    change, before = (row.gross - row.gross_prev) * 100, row.gross_prev
    return sum(change >= end * before for end in _BELOW) + sum(change > end * before for end in _ABOVE)


def tell_the_payroll_office(rows: Iterable[EndedRow[ReportedRow]]) -> Sequence[Task]:
    """The control is done: how much is held back, and how many rows a person must look at."""
    found = summed(rows)
    if found.run is None:
        return ()
    return [_controlled(found.run, found), *held_besides(found.run, found.held_not_in_report)]


def _controlled(run: ReportedRow, found: Summary) -> Task:
    # Letters travel: of a few rows the sum is as good as somebody's pay.
    amount = f", til sammen {kroner(found.amount_held())} kr netto" if len(found.held) >= FEW else ""
    return Task(
        name="controlled",
        role=PAYROLL_OFFICER,
        title=f"Lønnskontrollen av kjøring {run.run_id} er ferdig",
        text=f"Rader kontrollert: {found.rows}. Holdt tilbake: {len(found.held)}{amount}. "
        f"Bare varsel: {found.severe(Severity.WARN)}. "
        f"Sperrer opphevet: {len(found.lifted)}. I arbeidslisten: {found.manual.total()}. "
        "Rapporten ligger på gruppen i Roger.",
        due=approval_day(run.pay_date),
    )


def held_besides(run: ReportedRow, number: int) -> Iterable[Task]:
    """Rows that are held in the run, and that no report has named: nobody has put them to the rules."""
    if number:
        yield Task(
            name="held-not-in-report",
            role=PAYROLL_OFFICER,
            title=f"Kjøring {run.run_id} har sperrede rader som ikke er kontrollert",
            text=f"Rader som er sperret i lønnssystemet, men ikke står i kontrollrapporten: {number}. "
            "Roger har ikke endret dem. Se i kjøringslisten hvilke det er, og avgjør om de skal stå.",
            due=approval_day(run.pay_date),
        )
