"""The domain's own example of USR-02, at the moment it was written for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from account_office import ACTIVE, SCHOOL, Office

from common.process import OutcomeCode
from common.testing import Person
from useradmin_svc.accounts.order import AccountOrder

CLOCK = datetime.fromisoformat("2026-11-22T09:00:00+01:00")
ANE = Person(number="29820450017", family_name="Løvås", given_name="Ane", birth_date=date(2004, 2, 29))
EXAMPLE: dict[str, Any] = {
    "order_id": "BRK-9002",
    "orderer_id": "best22",
    "subject": {
        "employee_no": "119001",
        "mobile": "40000003",
        "person_id": "29820450017",
        "family_name": "Løvås",
        "given_name": "Ane",
    },
    "unit": "311874322",
    "employment": {"type": "VIKAR", "from": "2026-12-01", "to": "2027-06-30"},
    "network": "BOTH",
    "action": "NEW",
    "mailbox": True,
    "groups": ["SKOLE-ALLE"],
}


def test_an_account_in_each_network_until_the_job_ends() -> None:
    office = Office(ane=ANE)
    office.case.submitted_at = CLOCK
    order = AccountOrder.model_validate(EXAMPLE)
    assert list(order.breaches(CLOCK)) == []
    assert order.deadline(CLOCK) == datetime.fromisoformat("2026-11-30T16:00:00+01:00")
    earliest = order.earliest(CLOCK)
    assert earliest is not None
    assert earliest < CLOCK, "it need not wait"
    outcome = office.perform(order, now=CLOCK)
    assert outcome.code is OutcomeCode.CREATED
    assert outcome.detail["user_names"] == {"TK": "anelov", "ELEV": "anelov"}
    for directory in (office.tk, office.elev):
        account = directory.accounts["anelov"]
        assert (account.state, account.units, account.expires) == (ACTIVE, (SCHOOL,), date(2027, 6, 30))
    assert "SKOLE-ALLE" in office.tk.accounts["anelov"].groups
