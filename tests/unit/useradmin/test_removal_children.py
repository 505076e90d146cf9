"""What a removal hands over, carried out: each row as it comes back out of its envelope, judged anew by its own process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from removal_office import HOME, NOW, SCHOOL, Office, handed_over

from common.errors import NotAuthorised
from common.process import Outcome, OutcomeCode, Run
from common.testing import FixedClock, MemoryCase
from useradmin_svc.accesses.registers import ProgramRole, ProgramRow
from useradmin_svc.processes.account_deletions import delete_accounts
from useradmin_svc.processes.authorised_orderers import authorised_orderer
from useradmin_svc.processes.program_accesses import program_access
from useradmin_svc.screens.programs.target import AccessState
from useradmin_svc.service import useradmin

SOON = NOW + timedelta(minutes=2)
LATER = datetime.fromisoformat("2027-03-01T00:30:00+01:00")


class House(Office):
    """With the registers that its children ask."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.registers.store("programs", [ProgramRow(program="ESA", name="ESA")], valid_from=date(2026, 1, 1))
        roles = [ProgramRole(program="ESA", role="SAKSBEHANDLER", unit_type="SKOLE")]
        self.registers.store("program-roles", roles, valid_from=date(2026, 1, 1))

    def children(
        self, outcome: Outcome, process: str, perform: Callable[[Any, Run], Outcome], now: datetime
    ) -> Outcome:
        """How the only child of that process ends."""
        (row,) = handed_over(outcome, process)
        stored = row.model_dump(mode="json", exclude_unset=True)
        found = useradmin.processes[process].input.model_validate(stored, context={"accepts_synthetic": True})
        assert list(found.breaches(now)) == []
        case = MemoryCase(registers=self.registers, ledger=self.ledger, submitted_at=now)
        self.tk.case = self.elev.case = self.programs.case = self.orderers.case = case
        return perform(found, case.run(self.screens(), clock=FixedClock(now)))


@pytest.fixture
def house() -> House:
    return House()


class TestAccesses:
    def test_end_also_what_another_unit_gave(self, house: House) -> None:
        house.employed()
        place = house.access(units=(HOME, SCHOOL))
        removed = house.removed()
        assert house.children(removed, "program-accesses", program_access, SOON).code is OutcomeCode.UPDATED
        assert house.programs.accesses[place].state is AccessState.DISABLED

    def test_lose_the_unit_that_was_left(self, house: House) -> None:
        house.employed(units=(HOME, SCHOOL))
        place = house.access(units=(HOME, SCHOOL))
        removed = house.removed(scope="UNIT")
        assert house.children(removed, "program-accesses", program_access, SOON).code is OutcomeCode.UPDATED
        access = house.programs.accesses[place]
        assert (access.state, access.grant.units, access.grant.roles) == (
            AccessState.ACTIVE,
            (HOME,),
            ("SAKSBEHANDLER",),
        )

    def test_of_an_orderer_who_was_never_authorised_do_not(self, house: House) -> None:
        """Nothing in a row claims what the removal might: it is judged by the same register."""
        house.employed()
        house.access()
        removed = house.removed()
        house.orderers.change("best22", authorisations=())
        with pytest.raises(NotAuthorised):
            house.children(removed, "program-accesses", program_access, SOON)


class TestTheRightToOrder:
    def test_ends_without_a_leaders_signature(self, house: House) -> None:
        house.employed()
        house.orders_herself(HOME, SCHOOL)
        removed = house.removed()
        outcome = house.children(removed, "authorised-orderers", authorised_orderer, SOON)
        assert outcome.code is OutcomeCode.UPDATED
        assert house.orderers.active("best9") == []
        assert not house.orderers.orderers["best9"].role


class TestTheAccount:
    def test_is_deleted_when_its_time_is_over(self, house: House) -> None:
        house.employed()
        removed = house.removed()
        assert house.children(removed, "account-deletions", delete_accounts, LATER).code is OutcomeCode.UPDATED
        assert (house.tk.accounts, house.elev.accounts) == ({}, {})
