"""`directory-reconciliations`: what differs is told, by user name, and nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from directory_in_memory import MemoryDirectory

from common.batch import EndedRow
from common.process import Firing, Outcome, OutcomeCode
from common.report.document import Bars, Report
from common.testing import FixedClock, MemoryCase, MemoryLedger, MemoryRegisters
from useradmin_svc.directory.desk import directory_screen
from useradmin_svc.directory.entry import AccountState, Network
from useradmin_svc.processes.directory_reconciliations import Reconciliation, both_networks, reconcile
from useradmin_svc.reconciliation.exceptions import ExceptedAccount
from useradmin_svc.reconciliation.report import report
from useradmin_svc.service import useradmin

TODAY = date(2026, 11, 23)
YESTERDAY = TODAY - timedelta(days=1)
LATER = TODAY + timedelta(days=700)
SCHOOL = "311874322"


@dataclass
class Office:
    """One network's directory, and what cases before have made known."""

    network: Network = Network.TK
    case: MemoryCase = field(default_factory=MemoryCase)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    registers: MemoryRegisters = field(default_factory=MemoryRegisters)

    def __post_init__(self) -> None:
        self.directory = MemoryDirectory(self.case)
        self.case.ledger, self.case.registers = self.ledger, self.registers

    def ordered(self, user_name: str, network: Network = Network.TK, expires: date | None = None) -> None:
        value = {"network": network, "user_name": user_name, "unit": SCHOOL, "employee_no": "1", "expires": expires}
        MemoryCase(ledger=self.ledger).run().remember("ordered-account", f"{network}:{user_name}", value, until=LATER)

    def deleted(self, user_name: str, network: Network = Network.TK) -> None:
        value = {"network": network, "user_name": user_name}
        MemoryCase(ledger=self.ledger).run().remember("account-deleted", f"{network}:{user_name}", value, until=LATER)

    def reconcile(self) -> Outcome:
        run = self.case.run({directory_screen(self.network): self.directory}, clock=FixedClock())
        return reconcile(Reconciliation(network=self.network), run)


@pytest.fixture
def office() -> Office:
    return Office()


class TestReconciliation:
    def test_finds_nothing_where_all_was_ordered(self, office: Office) -> None:
        office.directory.put("olanor", employee_no="1")
        office.ordered("olanor")
        told: dict[str, Any] = {"network": "TK", "accounts": 1, "orders": 1, "findings": []}
        assert office.reconcile() == Outcome(OutcomeCode.NOOP, told)

    def test_tells_what_differs_and_changes_nothing(self, office: Office) -> None:
        office.directory.put("ukjent", employee_no="7", units=(SCHOOL,), groups=("SKOLE-ALLE",))
        office.directory.put("kardah", employee_no="8", expires=YESTERDAY)
        office.ordered("kardah")
        office.ordered("borteb")
        before = dict(office.directory.accounts)
        outcome = office.reconcile()
        assert outcome.code is OutcomeCode.REPORTED
        assert [(each["kind"], each["user_name"]) for each in outcome.detail["findings"]] == [
            ("EXPIRED_ENABLED", "kardah"),
            ("NOT_ORDERED", "ukjent"),
            ("NO_ACCOUNT", "borteb"),
        ]
        assert office.directory.writes == []
        assert office.directory.accounts == before
        # No checkpoint either: the next attempt looks at everything anew.
        assert office.case.recorded == {}

    def test_tells_user_administration_how_much(self, office: Office) -> None:
        office.directory.put("ukjent")
        office.directory.put("ukjent2")
        office.ordered("borteb")
        (task,) = office.reconcile().tasks
        assert (task.role, task.title) == ("user-administration", "Avvik mellom TK-nett og bestillingene")
        assert "kontoer som ingen har bestilt: 2; bestillinger uten konto: 1." in task.text
        assert "utløpte" not in task.text
        assert "ukjent2" not in task.text

    def test_is_about_one_network(self, office: Office) -> None:
        office.ordered("olanor", Network.ELEV)
        assert office.reconcile().code is OutcomeCode.NOOP

    def test_knows_what_roger_has_deleted(self, office: Office) -> None:
        office.ordered("olanor")
        office.deleted("olanor", Network.ELEV)
        assert office.reconcile().code is OutcomeCode.REPORTED
        office.deleted("olanor")
        assert office.reconcile().code is OutcomeCode.NOOP

    def test_goes_by_the_register_of_exceptions(self, office: Office) -> None:
        office.directory.put("svc-backup")
        row = ExceptedAccount(network=Network.TK, user_name="svc-*", until=TODAY, reason="Sikkerhetskopi")
        office.registers.store("directory-exceptions", [row], valid_from=YESTERDAY)
        assert office.reconcile().code is OutcomeCode.NOOP
        assert office.case.used == {"directory-exceptions": 1}


class TestTheClock:
    def test_starts_one_case_for_each_network(self) -> None:
        rows = list(
            both_networks(Firing(schedule="weekly-reconciliation", due_at=datetime(2026, 11, 23, 4, tzinfo=UTC)))
        )
        assert [(row.network, row.reference) for row in rows] == [
            (Network.TK, "weekly-reconciliation:2026-11-23:TK"),
            (Network.ELEV, "weekly-reconciliation:2026-11-23:ELEV"),
        ]

    def test_comes_on_mondays_at_five(self) -> None:
        schedule = useradmin.schedules["weekly-reconciliation"]
        assert schedule.next_after(datetime(2026, 11, 23, 4, 0, tzinfo=UTC)) == datetime(2026, 11, 30, 4, 0, tzinfo=UTC)


_cases = count(1)


def ended(network: Network, *findings: dict[str, Any], state: str = "done") -> EndedRow[Any]:
    detail = {"network": network.value, "accounts": 10, "orders": 9, "findings": list(findings)}
    return EndedRow(
        case=UUID(int=next(_cases)),
        row=None,
        input=Reconciliation(network=network),
        state=state,
        code="REPORTED" if state == "done" else "TARGET_DOWN",
        detail=detail if state == "done" else None,
    )


def finding(
    kind: str = "NOT_ORDERED", user_name: str = "ukjent", units: Sequence[str] = (SCHOOL,), **known: Any
) -> Any:
    return {"kind": kind, "user_name": user_name, "employee_no": "7", "units": list(units), "state": "ACTIVE"} | known


def value(made: Report, label: str) -> Any:
    return next(figure.value for figure in made.figures if figure.label == label)


class TestTheReport:
    def test_counts_and_names_accounts(self) -> None:
        missing = finding("NO_ACCOUNT", "borteb")
        del missing["state"]
        expired = finding("EXPIRED_ENABLED", "kardah", ("1", "2"), last_day="2026-11-22", excepted_until="2026-10-31")
        made = report([ended(Network.TK, finding(), missing), ended(Network.ELEV, expired)], {})
        assert made.subtitle == "TK-nett og elevnett"
        labels = ("Kontoer", "Bestilte kontoer", "Kontoer som ingen har bestilt", "Nettverk som ikke ble lest")
        assert [value(made, label) for label in labels] == [20, 18, 1, 0]
        tables = {table.title: table.rows for table in made.tables}
        assert tables == {
            "Kontoer som ingen har bestilt": (("TK-nett", "ukjent", "7", SCHOOL, None, "Åpen", None),),
            "Bestillinger uten konto": (("TK-nett", "borteb", "7", SCHOOL, None, "Finnes ikke", None),),
            "Utløpte kontoer som er åpne": (
                ("elevnett", "kardah", "7", "1, 2", date(2026, 11, 22), "Åpen", date(2026, 10, 31)),
            ),
        }

    def test_shows_them_by_network_and_by_unit(self) -> None:
        made = report([ended(Network.TK, finding(), finding(units=())), ended(Network.ELEV, finding(units=("1",)))], {})
        networks, units = made.charts
        assert isinstance(networks, Bars)
        assert isinstance(units, Bars)
        assert (networks.labels, networks.series[0].values) == (("TK-nett", "elevnett"), (2, 1))
        assert (units.labels, units.series[0].values) == ((SCHOOL, "Uten enhet", "1"), (1, 1, 1))

    def test_without_findings_has_no_chart(self) -> None:
        made = report([ended(Network.TK)], {})
        assert (made.charts, made.tables) == ((), ())
        assert value(made, "Kontoer") == 10

    def test_says_which_network_nobody_has_read(self) -> None:
        assert value(report([ended(Network.TK, state="manual")], {}), "Nettverk som ikke ble lest") == 1

    def test_is_made_of_what_a_case_tells(self, office: Office) -> None:
        office.directory.put("ukjent", state=AccountState.DISABLED)
        row = EndedRow(
            case=office.case.id,
            row=0,
            input=Reconciliation(network=Network.TK),
            state="done",
            code="REPORTED",
            detail=office.reconcile().detail,
        )
        (table,) = report([row], {}).tables
        assert table.rows == (("TK-nett", "ukjent", "", "", None, "Sperret", None),)
