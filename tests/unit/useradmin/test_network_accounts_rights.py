"""`network-accounts`: nobody gets rights that nobody ordered who may."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from account_office import ACTIVE, DISABLED, EMPLOYEE_NO, HALL, HOME, LAST, SCHOOL, TK, TODAY, UNITS, Office

from common.clock import OSLO
from common.errors import NeedsJudgement, NotAuthorised
from common.process import OutcomeCode
from common.testing import FixedClock
from useradmin_svc.processes.directory_reconciliations import Reconciliation, reconcile

YESTERDAY = TODAY - timedelta(days=1)
BOTH: dict[str, Any] = {"units": (SCHOOL, HOME), "groups": ("HELSE-ALLE", "KANTINE", "SKOLE-ALLE", "SKRIVER-1")}


@pytest.fixture(autouse=True)
def accounts_say_whose_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("k" * 32)
    monkeypatch.setenv("ROGER_ORDERS_PERSON_KEY", str(tmp_path / "key"))


@pytest.fixture
def office() -> Office:
    return Office()


class TestAnAccountThatHasExpired:
    """Its last day was all that kept its owner out: moving that day must not bring back what is over."""

    @pytest.mark.parametrize("action", ["NEW", "REACTIVATE"])
    def test_comes_back_with_what_is_ordered_only(self, office: Office, action: str) -> None:
        groups = ("HELSE-ALLE", "KANTINE", "SKRIVER-1")
        office.standing(units=(HOME,), groups=groups, manager="lederhjem", expires=YESTERDAY)
        assert office.perform(office.order(action)).code is OutcomeCode.UPDATED
        account = office.tk.accounts["anelov"]
        assert (account.units, account.groups) == ((SCHOOL,), ("SKOLE-ALLE", "SKRIVER-1"))
        assert (account.place, account.manager, account.expires) == ("Skole", "lederskole", LAST)

    def test_that_is_prolonged_keeps_what_the_unit_had_given(self, office: Office) -> None:
        office.standing(**BOTH, expires=YESTERDAY)
        office.perform(office.order())
        account = office.tk.accounts["anelov"]
        assert (account.units, account.groups) == ((SCHOOL,), ("KANTINE", "SKOLE-ALLE", "SKRIVER-1"))

    def test_by_a_change_of_its_end_as_well(self, office: Office) -> None:
        office.standing(**BOTH, expires=YESTERDAY)
        office.perform(office.order("CHANGE"))
        account = office.tk.accounts["anelov"]
        assert (account.units, account.expires) == ((SCHOOL,), LAST)
        assert "HELSE-ALLE" not in account.groups

    def test_and_moves_brings_only_the_new_unit(self, office: Office) -> None:
        office.orderers.authorise("best22", HALL)
        office.standing(**BOTH, expires=YESTERDAY)
        office.perform(office.order("MOVE", unit=HALL, from_unit=SCHOOL))
        account = office.tk.accounts["anelov"]
        assert (account.units, account.groups) == ((HALL,), ("ADM-ALLE",))

    def test_stays_so_by_a_change_of_something_else(self, office: Office) -> None:
        office.standing(**BOTH, expires=YESTERDAY)
        office.perform(office.order("CHANGE", employment=None, mailbox=True))
        account = office.tk.accounts["anelov"]
        assert (account.units, account.groups, account.expires) == (*BOTH.values(), YESTERDAY)

    def test_has_not_on_its_last_day(self, office: Office) -> None:
        office.standing(**BOTH, expires=TODAY)
        office.perform(office.order())
        assert office.tk.accounts["anelov"].units == (SCHOOL, HOME)


class TestAGroup:
    """What a unit's own groups open is that unit's."""

    @pytest.mark.parametrize(
        ("action", "standing"),
        [("NEW", None), ("NEW", ACTIVE), ("NEW", DISABLED), ("CHANGE", ACTIVE), ("REACTIVATE", DISABLED)],
    )
    def test_of_another_unit_is_ordered_by_who_may_order_for_that(
        self, office: Office, action: str, standing: Any
    ) -> None:
        if standing is not None:
            office.standing(state=standing)
        order = office.order(action, groups=["ADM-ALLE"])
        told = office.refused(order, NotAuthorised)
        assert told.detail == {"network": "TK", "group": "ADM-ALLE", "units": [HALL]}
        office.orderers.authorise("best22", HALL)
        office.again(order)
        (account,) = office.tk.standing(EMPLOYEE_NO)
        assert "ADM-ALLE" in account.groups

    def test_of_another_unit_that_they_have_already_is_none_of_this(self, office: Office) -> None:
        office.standing(units=(SCHOOL, HALL), groups=("ADM-ALLE", "SKOLE-ALLE", "SKRIVER-1"))
        assert office.perform(office.order("CHANGE", groups=["ADM-ALLE", "KANTINE"])).code is OutcomeCode.UPDATED

    def test_of_several_units_is_ordered_by_who_may_order_for_one(self, office: Office) -> None:
        rows = [
            row.model_copy(update={"groups_tk": (*row.groups_tk, "SKRIVER-9")}) for row in UNITS if row.unit != SCHOOL
        ]
        office.registers.store("units", [UNITS[0], *rows], valid_from=date(2026, 2, 1))
        office.tk.known_groups.add("SKRIVER-9")
        office.perform(office.order(groups=["SKRIVER-9"]))
        assert "SKRIVER-9" in office.tk.accounts["anelov"].groups

    def test_of_a_unit_that_gives_power_is_given_to_nobody(self, office: Office) -> None:
        """Whoever hands in the register of units makes nobody an administrator."""
        rows = [UNITS[0].model_copy(update={"groups_tk": ("SKOLE-ALLE", "Domain Admins")}), *UNITS[1:]]
        office.registers.store("units", rows, valid_from=date(2026, 2, 1))
        office.refused(office.order(), NeedsJudgement, "power")


def test_what_was_ordered_last_is_what_directories_are_compared_with(office: Office) -> None:
    """A substitute is kept on for good: the account that goes on is not one that should have ended."""
    office.perform(office.order())
    office.again(office.order("CHANGE", order_id="BRK-2", employment={"type": "FAST", "from": TODAY}))
    after = FixedClock(datetime.combine(LAST + timedelta(days=1), time(8), OSLO))
    office.new_case()
    outcome = reconcile(Reconciliation(network=TK), office.case.run(office.screens(), clock=after))
    told = [finding for finding in outcome.detail["findings"] if finding["user_name"] == "anelov"]
    assert (told, outcome.detail["orders"]) == ([], 1)
