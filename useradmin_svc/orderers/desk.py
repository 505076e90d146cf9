"""The way to an orderer in the register of authorised orderers, and to the units and employees beside it (USR-04)."""

from __future__ import annotations

from datetime import date

from common.errors import AmbiguousHit, ConflictInTarget, InvalidValue, NameMismatch, PersonNotFound
from common.norway.names import same_person
from common.person import Sought
from common.process import Run
from useradmin_svc.screens.orderers.employee import EmployeeSearch
from useradmin_svc.screens.orderers.orderer import DoneToOrderer, OrdererPage
from useradmin_svc.screens.orderers.search import OrdererHits, OrdererSearch, OrdererToFind
from useradmin_svc.screens.orderers.target import Authorisation, AuthorisationState, OrdererFacts, Signing, UnitFacts
from useradmin_svc.screens.orderers.unit import UnitSearch


class OrdererDesk:
    """One employee as an orderer. It knows where the robot stands, so that a second look costs a single page."""

    def __init__(self, run: Run, employee_no: str, sought: Sought) -> None:
        self._run, self._employee_no, self._sought = run, employee_no, sought
        self._at: OrdererPage | DoneToOrderer | None = None

    # --- looks ------------------------------------------------------------------------------------------------------

    def require_employed(self) -> None:
        """The employee number is the person's; raises PersonNotFound, ConflictInTarget and NameMismatch."""
        self._at = None
        page = self._run.open(EmployeeSearch).find(self._employee_no)
        if page is None:
            raise PersonNotFound("The municipality has no employee with this number")
        facts = page.facts()
        self._require_theirs(facts.number, facts.name)

    def unit(self, unit: str) -> UnitFacts:
        """What the register knows of a unit; raises InvalidValue for one it does not know."""
        self._at = None
        page = self._run.open(UnitSearch).find(unit)
        if page is None:
            raise InvalidValue("The register of authorised orderers has no such unit", detail={"unit": unit})
        return page.facts()

    def look(self) -> OrdererFacts | None:
        """The orderer, if the employee is or was one; raises AmbiguousHit, ConflictInTarget and NameMismatch."""
        if self._at is None:
            hits = self._hits()
            found = hits.orderers()
            if len(found) > 1:
                raise AmbiguousHit("The register has the employee as several orderers")
            self._at = hits.open(found[0]) if found else None
        if isinstance(self._at, DoneToOrderer):
            self._at = self._at.orderer()
        if self._at is None:
            return None
        facts = self._at.facts()
        self._require_theirs(facts.number, facts.name)
        return facts

    def active(self, unit: str) -> list[Authorisation]:
        """The authorisations for a unit that hold, or will."""
        facts = self.look()
        return [each for each in (facts.authorisations if facts else ()) if each.unit == unit and is_active(each)]

    def ends(self, unit: str) -> date | None:
        """When the last of the authorisations for a unit ends; None where one of them never does, or none holds."""
        days = [each.last_day for each in self.active(unit)]
        known = [day for day in days if day is not None]
        return max(known) if known and len(known) == len(days) else None

    def ended(self, number: str) -> list[Authorisation]:
        """The authorisation of this number, if it does not hold any more."""
        facts = self.look()
        found = facts.authorisations if facts else ()
        return [each for each in found if each.number == number and not is_active(each)]

    def with_role(self, *, role: bool) -> list[str]:
        """The orderer's user of the order form, if the form lets it in, or does not."""
        facts = self.look()
        return [facts.orderer_id] if facts is not None and facts.role is role else []

    def _hits(self) -> OrdererHits:
        return self._run.open(OrdererSearch).search(OrdererToFind(employee_no=self._employee_no))

    def _require_theirs(self, number: str, name: str) -> None:
        family, _, given = name.partition(", ")
        if number.replace(" ", "") != self._sought.number:
            raise ConflictInTarget("The employee number is another person's in the register")
        if not same_person(family, given, self._sought.family_name, self._sought.given_name):
            raise NameMismatch

    # --- acts -------------------------------------------------------------------------------------------------------

    def authorise(self, signing: Signing) -> None:
        """Enter an authorisation; whoever is no orderer becomes one by it, with the role.

        Raises RecordLocked, TargetRejected and PersonNotFound.
        """
        self.look()
        page, self._at = self._at, None
        if isinstance(page, OrdererPage):
            self._at = page.authorise().save(signing)
        else:  # what is looked at afterwards is a search: it finds a second orderer, should there be one
            self._hits().new().save(self._employee_no, signing)

    def end(self, number: str, last_day: date) -> None:
        """End one of the authorisations; raises ConflictInTarget, RecordLocked and TargetRejected."""
        self._at = self._page().end(number).end(last_day)

    def give_role(self) -> None:
        """Raises RecordLocked and TargetRejected."""
        self._at = self._page().give_role()

    def remove_role(self) -> None:
        """Raises RecordLocked, and TargetRejected while an authorisation is active."""
        self._at = self._page().remove_role()

    def _page(self) -> OrdererPage:
        """The orderer's page, for going on from it: after that the robot stands nowhere that is known here."""
        self.look()
        page, self._at = self._at, None
        if not isinstance(page, OrdererPage):
            raise ConflictInTarget("The orderer is not in the register any more")
        return page


def is_active(authorisation: Authorisation) -> bool:
    return authorisation.state is AuthorisationState.ACTIVE
