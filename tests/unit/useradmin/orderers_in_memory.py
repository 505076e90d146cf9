"""The register of authorised orderers without a page: the same screens, answered from memory, with deaths at every save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from common.errors import ConflictInTarget, PersonNotFound, RecordLocked, TargetRejected, UiChanged
from common.testing import MemoryCase
from useradmin_svc.screens.orderers.employee import EmployeeFacts, EmployeePage, EmployeeSearch
from useradmin_svc.screens.orderers.orderer import (
    EndAuthorisation,
    EndedAuthorisation,
    NewAuthorisation,
    NewOrderer,
    OrdererPage,
    RoleGiven,
    RoleRemoved,
    SavedAuthorisation,
)
from useradmin_svc.screens.orderers.search import OrdererHits, OrdererSearch, OrdererToFind
from useradmin_svc.screens.orderers.target import (
    Authorisation,
    AuthorisationState,
    OrdererFacts,
    OrdererHit,
    Signing,
    UnitFacts,
    UnitOrderer,
)
from useradmin_svc.screens.orderers.unit import UnitPage, UnitSearch

if TYPE_CHECKING:
    from common.browser.screen import Page

NO_PAGE = cast("Page", None)
SINCE = date(2025, 12, 1)
TODAY = date(2026, 11, 23)
ACTIVE, EXPIRED, REVOKED = AuthorisationState


def _nothing(what: str, orderer_id: str) -> None:
    """Nobody else is at work."""


@dataclass(frozen=True, kw_only=True)
class Employee:
    """Somebody whom the municipality employs."""

    employee_no: str
    name: str
    number: str


@dataclass
class OrderersInMemory:
    """Orderers with their authorisations.

    A run may die at `authorise:1`/`authorised:1`, `end:1`/`ended:1` and `role:1`/`role_done:1`, before and after saves.
    """

    case: MemoryCase = field(default_factory=MemoryCase)
    today: date = TODAY
    """By which what expired is told from what is active."""
    units: dict[str, UnitFacts] = field(default_factory=dict[str, UnitFacts])
    employees: dict[str, Employee] = field(default_factory=dict[str, Employee])
    orderers: dict[str, OrdererFacts] = field(default_factory=dict[str, OrdererFacts])
    """By Bestiller-ID."""
    writes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """What was saved of which orderer: `authorise`, `end`, `give_role` or `remove_role`, in order."""
    meanwhile: Callable[[str, str], None] = _nothing
    """What somebody else does just before a save: told the same two words as stand in `writes`."""
    _numbers: count[int] = field(default_factory=lambda: count(7001))
    _next_user: int = 101

    # what tests arrange and ask

    def unit(self, unit: str, *, leader: str = "100777", name: str = "Lia skole", unit_type: str = "SKOLE") -> None:
        self.units[unit] = UnitFacts(
            unit=unit,
            name=name,
            unit_type=unit_type,
            leader_name="Leder, Lise",
            leader_employee_no=leader,
            active_orderers=0,
            orderers=(),
        )

    def employ(self, employee_no: str, name: str, number: str) -> None:
        self.employees[employee_no] = Employee(employee_no=employee_no, name=name, number=number)

    def put(self, orderer_id: str, of: Employee, *, role: bool = True, locked: bool = False) -> None:
        """An orderer who was there before, without any authorisation yet."""
        self.orderers[orderer_id] = OrdererFacts(
            orderer_id=orderer_id,
            employee_no=of.employee_no,
            name=of.name,
            number=of.number,
            role=role,
            authorisations=(),
            locked=locked,
        )

    def authorise(self, orderer_id: str, unit: str, **known: Any) -> str:
        """An authorisation that was there before; gives its number."""
        usual = {
            "number": str(next(self._numbers)),
            "unit": unit,
            "unit_name": self.units[unit].name,
            "first_day": SINCE,
            "last_day": None,
            "signed_by": self.units[unit].leader_employee_no,
            "signed": known.get("first_day", SINCE),
            "signature": "ES-1",
        }
        last = known.get("last_day")
        expired = last is not None and last < self.today
        made = Authorisation.model_validate({**usual, "state": EXPIRED if expired else ACTIVE, **known})
        before = self.orderers[orderer_id].authorisations
        self.change(orderer_id, authorisations=(*before, made))
        return made.number

    def change(self, orderer_id: str, **changes: object) -> None:
        """Replace an orderer by the same with changes."""
        self.orderers[orderer_id] = self.orderers[orderer_id].model_copy(update=changes)

    def active(self, orderer_id: str) -> list[Authorisation]:
        return [each for each in self.orderers[orderer_id].authorisations if each.state is ACTIVE]

    def screens(self) -> dict[type, object]:
        return {OrdererSearch: _Search(self), UnitSearch: _Units(self), EmployeeSearch: _Employees(self)}

    # what the pages do

    def enter(self, orderer_id: str, signing: Signing) -> str:
        self._about_to("authorise", orderer_id)
        self._require_sense(signing)
        number = self.authorise(orderer_id, **signing.model_dump())
        self._done("authorise", "authorised", orderer_id)
        return number

    def make_orderer(self, employee_no: str, signing: Signing) -> tuple[str, str]:
        if employee_no not in self.employees:
            raise PersonNotFound
        self._require_sense(signing)
        orderer_id = f"best{self._next_user}"
        self._about_to("authorise", orderer_id, known=False)
        self._next_user += 1
        self.put(orderer_id, self.employees[employee_no])
        number = self.authorise(orderer_id, **signing.model_dump())
        self._done("authorise", "authorised", orderer_id)
        return orderer_id, number

    def _require_sense(self, signing: Signing) -> None:
        if signing.unit not in self.units:
            raise TargetRejected(detail={"reason": "Fullmakten kan ikke lagres: ukjent enhet."})
        if signing.last_day is not None and signing.last_day < signing.first_day:
            raise TargetRejected(detail={"reason": "Fullmakten kan ikke lagres: siste dag er før første dag."})

    def withdraw(self, orderer_id: str, number: str, last_day: date) -> None:
        self._about_to("end", orderer_id)
        if number not in {each.number for each in self.active(orderer_id)}:
            raise TargetRejected(detail={"reason": "Fullmakten kan ikke avsluttes: den er ikke aktiv."})
        ended = {"state": REVOKED, "last_day": last_day}
        all_of_them = self.orderers[orderer_id].authorisations
        after = (each.model_copy(update=ended) if each.number == number else each for each in all_of_them)
        self.change(orderer_id, authorisations=tuple(after))
        self._done("end", "ended", orderer_id)

    def turn_role(self, orderer_id: str, *, on: bool) -> None:
        what = "give_role" if on else "remove_role"
        self._about_to(what, orderer_id, point="role")
        if bool(self.active(orderer_id)) is not on:
            why = "det er ingen aktiv fullmakt" if on else "det er fortsatt en aktiv fullmakt"
            raise TargetRejected(detail={"reason": f"Bestillerrollen kan ikke endres: {why}."})
        self.change(orderer_id, role=on)
        self._done(what, "role_done", orderer_id)

    def _about_to(self, what: str, orderer_id: str, *, point: str = "", known: bool = True) -> None:
        assert self.case.platform is not None
        self.case.platform.reach(point or what)
        self.meanwhile(what, orderer_id)
        if known and self.orderers[orderer_id].locked:
            raise RecordLocked

    def _done(self, what: str, point: str, orderer_id: str) -> None:
        assert self.case.platform is not None
        self.writes.append((what, orderer_id))
        self.case.platform.reach(point)

    def unit_orderers(self, unit: str) -> tuple[UnitOrderer, ...]:
        return tuple(
            UnitOrderer(
                orderer_id=orderer.orderer_id,
                employee_no=orderer.employee_no,
                name=orderer.name,
                first_day=each.first_day,
                last_day=each.last_day,
                state=each.state,
            )
            for _, orderer in sorted(self.orderers.items())
            for each in orderer.authorisations
            if each.unit == unit
        )


class _Search(OrdererSearch):
    def __init__(self, register: OrderersInMemory) -> None:
        super().__init__(NO_PAGE)
        self._register = register

    def search(self, sought: OrdererToFind) -> OrdererHits:
        return _Hits(
            self._register, [each for _, each in sorted(self._register.orderers.items()) if _fits(each, sought)]
        )


class _Hits(OrdererHits):
    def __init__(self, register: OrderersInMemory, found: list[OrdererFacts]) -> None:
        super().__init__(NO_PAGE)
        self._register = register
        self._found = [OrdererHit(orderer_id=e.orderer_id, employee_no=e.employee_no, name=e.name) for e in found]

    def orderers(self) -> list[OrdererHit]:
        return list(self._found)

    def open(self, hit: OrdererHit) -> OrdererPage:
        if hit not in self._found:
            raise UiChanged
        return _Orderer(self._register, hit.orderer_id)

    def new(self) -> NewOrderer:
        return _NewOrderer(self._register)


class _Orderer(OrdererPage):
    """As it was when it came: what happens afterwards does not show on it."""

    def __init__(self, register: OrderersInMemory, orderer_id: str) -> None:
        super().__init__(NO_PAGE)
        self._register, self._shown = register, register.orderers[orderer_id]

    def facts(self) -> OrdererFacts:
        return self._shown

    def authorise(self) -> NewAuthorisation:
        return _NewAuthorisation(self._register, self._shown.orderer_id)

    def end(self, number: str) -> EndAuthorisation:
        if number not in {each.number for each in self._shown.authorisations if each.state is ACTIVE}:
            raise ConflictInTarget
        return _End(self._register, self._shown.orderer_id, number)

    def give_role(self) -> RoleGiven:
        assert not self._shown.role  # the page has the button only then
        self._register.turn_role(self._shown.orderer_id, on=True)
        return _RoleGiven(self._register, self._shown.orderer_id)

    def remove_role(self) -> RoleRemoved:
        assert self._shown.role  # the page has the button only then
        self._register.turn_role(self._shown.orderer_id, on=False)
        return _RoleRemoved(self._register, self._shown.orderer_id)


class _NewAuthorisation(NewAuthorisation):
    def __init__(self, register: OrderersInMemory, orderer_id: str) -> None:
        super().__init__(NO_PAGE)
        self._register, self._orderer_id = register, orderer_id

    def save(self, signing: Signing) -> SavedAuthorisation:
        return _Saved(self._register, self._orderer_id, self._register.enter(self._orderer_id, signing))


class _NewOrderer(NewOrderer):
    def __init__(self, register: OrderersInMemory) -> None:
        super().__init__(NO_PAGE)
        self._register = register

    def save(self, employee_no: str, signing: Signing) -> SavedAuthorisation:
        return _Saved(self._register, *self._register.make_orderer(employee_no, signing))


class _Saved(SavedAuthorisation):
    def __init__(self, register: OrderersInMemory, orderer_id: str, number: str) -> None:
        super().__init__(NO_PAGE)
        self._register, self._orderer_id, self._number = register, orderer_id, number

    def number(self) -> str:
        return self._number

    def orderer_id(self) -> str:
        return self._orderer_id

    def orderer(self) -> OrdererPage:
        return _Orderer(self._register, self._orderer_id)


class _End(EndAuthorisation):
    def __init__(self, register: OrderersInMemory, orderer_id: str, number: str) -> None:
        super().__init__(NO_PAGE)
        self._register, self._orderer_id, self._number = register, orderer_id, number

    def end(self, last_day: date) -> EndedAuthorisation:
        self._register.withdraw(self._orderer_id, self._number, last_day)
        return _Ended(self._register, self._orderer_id)


class _Done:
    def __init__(self, register: OrderersInMemory, orderer_id: str) -> None:
        self._register, self._orderer_id = register, orderer_id

    def orderer(self) -> OrdererPage:
        return _Orderer(self._register, self._orderer_id)


class _Ended(_Done, EndedAuthorisation):
    """The authorisation is withdrawn."""


class _RoleGiven(_Done, RoleGiven):
    """The orderer is let in again."""


class _RoleRemoved(_Done, RoleRemoved):
    """The orderer is shut out."""


class _Units(UnitSearch):
    def __init__(self, register: OrderersInMemory) -> None:
        super().__init__(NO_PAGE)
        self._register = register

    def find(self, unit: str) -> UnitPage | None:
        return _Unit(self._register, unit) if unit in self._register.units else None


class _Unit(UnitPage):
    def __init__(self, register: OrderersInMemory, unit: str) -> None:
        super().__init__(NO_PAGE)
        found = register.unit_orderers(unit)
        active = {each.orderer_id for each in found if each.state is ACTIVE}
        self._shown = register.units[unit].model_copy(update={"active_orderers": len(active), "orderers": found})

    def facts(self) -> UnitFacts:
        return self._shown


class _Employees(EmployeeSearch):
    def __init__(self, register: OrderersInMemory) -> None:
        super().__init__(NO_PAGE)
        self._register = register

    def find(self, employee_no: str) -> EmployeePage | None:
        found = self._register.employees.get(employee_no)
        return None if found is None else _Employee(found)


class _Employee(EmployeePage):
    def __init__(self, shown: Employee) -> None:
        super().__init__(NO_PAGE)
        self._shown = shown

    def facts(self) -> EmployeeFacts:
        return EmployeeFacts(employee_no=self._shown.employee_no, name=self._shown.name, number=self._shown.number)


def _fits(orderer: OrdererFacts, sought: OrdererToFind) -> bool:
    return (
        sought.orderer_id in {"", orderer.orderer_id}
        and sought.employee_no in {"", orderer.employee_no}
        and sought.unit in {"", *(each.unit for each in orderer.authorisations)}
    )
