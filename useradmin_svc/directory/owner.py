"""Whose account an order is about, and which accounts of a network say that they are theirs (domain B2)."""

from __future__ import annotations

from dataclasses import dataclass

from common.errors import ConflictInTarget, NameMismatch
from common.norway.names import same_person
from common.process import Run
from useradmin_svc.directory.desk import directory
from useradmin_svc.directory.entry import Network, Sighting
from useradmin_svc.directory.port import Wanted
from useradmin_svc.order import Order
from useradmin_svc.person_key import person_key


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Somebody as a directory may know them."""

    family_name: str
    given_name: str
    employee_no: str
    person_key: str
    renamed: bool
    """The account may have another name, as the order is to change it, or whoever leaves has changed it since."""

    def __repr__(self) -> str:
        return "Owner(…)"

    def owns(self, account: Sighting) -> bool:
        """Whether an account says that it is theirs: by whose it is, or where that is not said by the employee number."""
        if account.person_key and self.person_key:
            return account.person_key == self.person_key
        return account.employee_no == self.employee_no

    def require_owned(self, account: Sighting) -> None:
        """Raises ConflictInTarget for another person's, and NameMismatch.

        Another name is taken only where the account says whose it is; by a number alone nobody is renamed.
        """
        if not self.owns(account):
            raise ConflictInTarget("The employee number stands on another person's account")
        proved = self.renamed and bool(self.person_key) and account.person_key == self.person_key
        if not proved and not same_person(account.family_name, account.given_name, self.family_name, self.given_name):
            raise NameMismatch


def owner_of(order: Order, run: Run, *, renamed: bool = False) -> Owner:
    """Whom the order names; raises TemporaryId without a lasting national id or D-number."""
    sought = order.sought(run)
    return Owner(
        family_name=sought.family_name,
        given_name=sought.given_name,
        employee_no=order.person.employee_no,
        person_key=person_key(sought.number),
        renamed=renamed,
    )


def owned(run: Run, network: Network, owner: Owner) -> list[Sighting]:
    """Every account of theirs in a network, in whatever state: sought by employee number, and by whose it is.

    Raises ConflictInTarget when their employee number stands on another person's account, and NameMismatch.
    """
    ways = [Wanted(employee_no=owner.employee_no)]
    if owner.person_key:
        ways.append(Wanted(person_key=owner.person_key))
    found = {hit.user_name: hit for wanted in ways for hit in directory(run, network).find(wanted)}
    for account in found.values():
        owner.require_owned(account)
    return list(found.values())
