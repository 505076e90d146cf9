"""Where orderers are authorised: their register and TK-nett in memory, and what leaders sign about somebody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest
from directory_in_memory import MemoryDirectory
from orderers_in_memory import Employee, OrderersInMemory

from common.clock import OSLO
from common.errors import BusinessException
from common.process import Outcome
from common.testing import FixedClock, MemoryCase, person
from useradmin_svc.directory.desk import directory_screen
from useradmin_svc.directory.entry import Network
from useradmin_svc.orderers.ordered import OrderedAuthorisation
from useradmin_svc.processes.authorised_orderers import authorised_orderer
from useradmin_svc.screens.orderers.target import Authorisation, OrdererFacts

NOW = datetime(2026, 11, 23, 10, tzinfo=OSLO)
TODAY = NOW.date()
SIGNED = date(2026, 11, 20)
LAST = date(2028, 11, 20)
SCHOOL, HOME, HALL = "311874322", "312900114", "310456780"
LEADER, OTHER_LEADER, SUBJECT = "100777", "100778", "118203"


@dataclass
class Office:
    """One leader leads the school and the nursing home, another the town hall; Nina works at the school."""

    case: MemoryCase = field(default_factory=MemoryCase)
    register: OrderersInMemory = field(default_factory=OrderersInMemory)
    tk: MemoryDirectory = field(default_factory=MemoryDirectory)

    def __post_init__(self) -> None:
        self.nina = person(family_name="Øyås", given_name="Nina")
        for unit, leader in ((SCHOOL, LEADER), (HOME, LEADER), (HALL, OTHER_LEADER)):
            self.register.unit(unit, leader=leader)
        self.register.employ(SUBJECT, "Øyås, Nina", self.nina.number)
        self.works_for(SCHOOL)
        self.new_case()

    def works_for(self, *units: str, **changes: Any) -> None:
        """Nina's account in TK-nett."""
        usual = {"family_name": "Øyås", "given_name": "Nina", "employee_no": SUBJECT, "units": units}
        self.tk.put("ninoey", **usual | changes)

    def new_case(self) -> None:
        self.case = MemoryCase(submitted_at=NOW)
        self.register.case = self.tk.case = self.case

    def is_orderer(self, *units: str, role: bool = True, **known: Any) -> list[str]:
        """Nina is an orderer already, for these units; the numbers of her authorisations."""
        self.register.put("best9", self.register.employees[SUBJECT], role=role)
        return [self.register.authorise("best9", unit, **known) for unit in units]

    def others(self, unit: str, number: int) -> None:
        """So many more orderers of a unit."""
        for place in range(number):
            user = f"annen{place}"
            self.register.put(user, Employee(employee_no=f"3{place}", name="Dahle, Per", number=person().number))
            self.register.authorise(user, unit)

    def order(self, action: str = "NEW", *units: str, signed: bool = True, **changes: Any) -> OrderedAuthorisation:
        """What a leader has signed about Nina; the school's, unless it is said."""
        subject = {
            "person_id": self.nina.number,
            "family_name": "Øyås",
            "given_name": "Nina",
            "employee_no": SUBJECT,
            **changes.pop("subject", {}),
        }
        given: dict[str, Any] = {"order_id": "BRK-1", "orderer_id": "enhl03", "subject": subject, "action": action}
        given["units"] = units or (SCHOOL,)
        if signed:
            given |= {"signed_by": LEADER, "signed_at": SIGNED, "signature_ref": "ES-77"}
        return OrderedAuthorisation.model_validate(given | changes, context={"accepts_synthetic": True})

    def leaving(self, *units: str, **changes: Any) -> OrderedAuthorisation:
        """The end that follows when somebody is removed: ordered by who may order for the school, signed by nobody."""
        return self.order("DELETE", *units, signed=False, **{"orderer_id": "best22", "unit": SCHOOL, **changes})

    def perform(self, order: OrderedAuthorisation, *, now: datetime = NOW, dies_at: str | None = None) -> Outcome:
        """One attempt at the present case."""
        screens = {**self.register.screens(), directory_screen(Network.TK): self.tk}
        return authorised_orderer(order, self.case.run(screens, clock=FixedClock(now), dies_at=dies_at))

    def again(self, order: OrderedAuthorisation, *, now: datetime = NOW) -> Outcome:
        """A case of its own about the same order."""
        self.new_case()
        return self.perform(order, now=now)

    def refused(
        self, order: OrderedAuthorisation, code: type[BusinessException], match: str | None = None
    ) -> BusinessException:
        """A person takes over, and nothing has been saved."""
        before = dict(self.register.orderers)
        self.new_case()
        with pytest.raises(code, match=match) as told:
            self.perform(order)
        assert type(told.value) is code
        assert (self.register.orderers, self.register.writes) == (before, [])
        assert self.nina.number not in told.value.message
        return told.value

    def orderer(self) -> OrdererFacts:
        """Nina as an orderer."""
        (found,) = [each for each in self.register.orderers.values() if each.employee_no == SUBJECT]
        return found

    def active(self) -> dict[str, Authorisation]:
        """Nina's authorisations that hold: one for each unit."""
        found = self.register.active(self.orderer().orderer_id)
        assert len(found) == len({each.unit for each in found})
        return {each.unit: each for each in found}

    def opened(self) -> list[str]:
        """By the points that were reached."""
        assert self.case.platform is not None
        return self.case.platform.reached
