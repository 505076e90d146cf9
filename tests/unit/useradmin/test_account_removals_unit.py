"""`account-removals`, scope UNIT: whoever leaves one of several units keeps the account, without what belongs to that unit."""

from __future__ import annotations

import pytest
from removal_office import DISABLED, HOME, PENDING, SCHOOL, TODAY, Office, handed_over

from common.errors import ConflictInTarget, InvalidValue, NeedsJudgement, RegisterMissing
from common.process import Outcome, OutcomeCode
from common.testing import MemoryRegisters
from useradmin_svc.accesses.ordered import Action, OrderedAccess
from useradmin_svc.directory.entry import AccountState, Network
from useradmin_svc.orderers.ordered import OrderedAuthorisation
from useradmin_svc.screens.programs.target import AccessState

UPDATED, NOOP = OutcomeCode.UPDATED, OutcomeCode.NOOP


@pytest.fixture
def office() -> Office:
    """Ane works at the nursing home as well."""
    office = Office()
    office.employed(units=(HOME, SCHOOL))
    return office


def left(office: Office) -> Outcome:
    return office.removed(scope="UNIT")


class TestTheAccount:
    def test_loses_the_unit_and_its_groups_in_both_networks(self, office: Office) -> None:
        outcome = left(office)
        assert outcome.code is UPDATED
        assert outcome.detail["accounts"] == [
            {"network": "TK", "user_name": "anelov", "units": [HOME]},
            {"network": "ELEV", "user_name": "anelov", "units": [HOME]},
        ]
        # FELLES is a group of the nursing home, too, and TILLEGG one of her own.
        assert (office.account().units, office.account().groups) == ((HOME,), ("FELLES", "TILLEGG"))
        assert office.account(Network.ELEV).groups == ()

    def test_keeps_all_else(self, office: Office) -> None:
        before = office.account()
        left(office)
        kept = before.model_copy(update={"units": (HOME,), "groups": ("FELLES", "TILLEGG")})
        assert office.account() == kept
        assert office.tk.writes == [("arrange", "anelov"), ("groups", "anelov")]

    def test_a_group_of_both_units_goes_with_the_last_of_them_only(self, office: Office) -> None:
        office.employed(Network.TK, units=(SCHOOL, "310456780"))
        left(office)
        # The register does not know the town hall: nothing says that FELLES belongs to it.
        assert office.account().groups == ("TILLEGG",)

    def test_that_has_nothing_of_the_unit_is_left_alone(self, office: Office) -> None:
        office.employed(units=(HOME,), groups=("HELSE-ALLE",))
        outcome = left(office)
        assert (outcome.code, outcome.detail["accounts"]) == (NOOP, [])
        assert office.writes() == []

    def test_that_has_a_group_of_the_unit_only_loses_that(self, office: Office) -> None:
        office.employed(Network.TK, units=(HOME,), groups=("HELSE-ALLE", "SKOLE-ALLE"))
        left(office)
        assert office.account().groups == ("HELSE-ALLE",)

    def test_that_is_disabled_loses_it_as_well(self, office: Office) -> None:
        office.employed(state=DISABLED, units=(HOME, SCHOOL))
        left(office)
        assert (office.account().units, office.account().state) == ((HOME,), DISABLED)

    def test_that_is_to_be_deleted_is_left_alone(self, office: Office) -> None:
        office.employed(state=PENDING, units=(SCHOOL,))
        assert left(office).code is NOOP
        assert office.writes() == []

    def test_that_is_not_there_is_nothing(self) -> None:
        assert left(Office()).code is NOOP


class TestTheLastUnit:
    def test_is_not_left_but_the_municipality(self, office: Office) -> None:
        office.employed(units=(SCHOOL,))
        refusal = office.refused(NeedsJudgement, scope="UNIT")
        assert "TK_NETT" in refusal.message
        assert refusal.detail == {"user_name": "anelov"}

    def test_in_one_of_the_networks_is_enough_for_a_person(self, office: Office) -> None:
        office.employed(Network.ELEV, units=(SCHOOL,))
        office.refused(NeedsJudgement, scope="UNIT")

    def test_of_an_account_that_names_no_unit_nobody_knows(self, office: Office) -> None:
        office.employed(units=())
        office.refused(NeedsJudgement, scope="UNIT")

    def test_that_goes_while_the_robot_looks_stays(self, office: Office) -> None:
        def moved(what: str, user_name: str) -> None:
            del what, user_name
            office.employed(Network.ELEV, units=(SCHOOL,))

        office.tk.meanwhile = moved
        with pytest.raises(NeedsJudgement):
            left(office)
        assert office.account(Network.ELEV).units == (SCHOOL,)


class TestTheRegisterOfUnits:
    def test_must_know_the_unit(self, office: Office) -> None:
        office.orderers.authorise("best22", "310456780")
        office.refused(InvalidValue, scope="UNIT", unit="310456780")

    def test_must_be_there(self, office: Office) -> None:
        office.registers = MemoryRegisters()
        office.refused(RegisterMissing, scope="UNIT")

    def test_is_not_asked_when_the_whole_account_goes(self) -> None:
        office = Office(registers=MemoryRegisters())
        office.registers = MemoryRegisters()
        office.employed()
        assert office.removed().code is UPDATED


class TestAccesses:
    def test_whose_data_lie_in_the_unit_only_end(self, office: Office) -> None:
        office.access(units=(SCHOOL,), open_items=2)
        outcome = left(office)
        (row,) = handed_over(outcome, "program-accesses")
        assert isinstance(row, OrderedAccess)
        assert (row.action, row.roles, row.data_scope) == (Action.DELETE, (), (SCHOOL,))
        assert [task.title for task in outcome.tasks] == ["Åpne saker i ESA må fordeles"]

    def test_whose_data_lie_in_other_units_too_lose_the_unit(self, office: Office) -> None:
        office.access(units=(HOME, SCHOOL), roles=("SAKSBEHANDLER", "LESER"), open_items=2)
        outcome = left(office)
        (row,) = handed_over(outcome, "program-accesses")
        assert isinstance(row, OrderedAccess)
        assert (row.action, row.roles, row.data_scope) == (Action.CHANGE, ("LESER", "SAKSBEHANDLER"), (HOME,))
        assert (row.valid_from, row.unit) == (TODAY, SCHOOL)
        # She goes on with her files.
        assert outcome.tasks == ()

    def test_of_other_units_are_not_touched(self, office: Office) -> None:
        office.access(units=(HOME,))
        office.access("AGRESSO", units=(SCHOOL,), state=AccessState.DISABLED)
        assert left(office).handovers == ()

    def test_with_roles_that_no_order_can_name_are_for_a_person(self, office: Office) -> None:
        office.programs.program("EMU", "SAK OG ARKIV")
        office.access("EMU", units=(HOME, SCHOOL), roles=("SAK OG ARKIV",))
        with pytest.raises(NeedsJudgement) as told:
            left(office)
        assert told.value.detail == {"program": "EMU"}


class TestTheRightToOrder:
    def test_ends_for_the_unit(self, office: Office) -> None:
        office.orders_herself(HOME, SCHOOL)
        outcome = left(office)
        (row,) = handed_over(outcome, "authorised-orderers")
        assert isinstance(row, OrderedAuthorisation)
        assert row.units == (SCHOOL,)
        assert outcome.tasks == ()

    def test_for_another_unit_stays(self, office: Office) -> None:
        office.orders_herself(HOME)
        assert left(office).handovers == ()

    def test_leaves_no_account_to_delete(self, office: Office) -> None:
        assert handed_over(left(office), "account-deletions") == []
        assert {account.state for account in office.tk.accounts.values()} == {AccountState.ACTIVE}

    def test_other_units_are_no_conflict_here_and_one_of_the_whole_account(self, office: Office) -> None:
        office.refused(ConflictInTarget)
        assert left(office).code is UPDATED
