"""Whom a case is about, as callers say it, and that nobody else is touched, whichever system a process works in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, StringConstraints

from common.errors import ConflictInTarget, DeceasedOrEmigrated, NameMismatch, ProtectedAddress, TemporaryId
from common.norway.names import same_person
from common.norway.national_id import IdKind, parse
from common.run import Run, Subject

Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class PersonFacts(BaseModel, frozen=True):
    """What a system, or the population register behind it, shows of a person."""

    number: str
    family_name: str
    given_name: str
    status: str
    remark: str

    @property
    def gone(self) -> bool:
        return self.status in {"Død", "Utvandret"}

    @property
    def protected(self) -> bool:
        return "Adressesperre" in self.remark

    def formerly(self, number: str) -> bool:
        """Whether this person has been known under that number before."""
        return f"Tidligere nummer: {number}" in self.remark

    def __repr__(self) -> str:
        return "PersonFacts(…)"


def facts(name: str, number: str, status: str, remark: str) -> PersonFacts:
    """The facts as they stand in a row; a name is `Nordhaug, Ola`."""
    family_name, _, given_name = name.partition(", ")
    return PersonFacts(number=number, family_name=family_name, given_name=given_name, status=status, remark=remark)


@dataclass(frozen=True, repr=False)
class Sought:
    """Whom a case is about, as its caller says."""

    number: str
    family_name: str
    given_name: str


def require_lasting_id(number: str | None, *, declared: IdKind | None = None, accepts_synthetic: bool) -> str:
    """The person's national id or D-number; raises TemporaryId for any other number, or none."""
    if number is None or parse(number, accept_synthetic=accepts_synthetic, declared=declared).temporary:
        raise TemporaryId
    return number


def require_right(run: Run, person: PersonFacts, sought: Sought) -> None:
    """Nobody but the one the case means, and nobody who needs a person's care, is touched.

    Raises ProtectedAddress, DeceasedOrEmigrated, ConflictInTarget (somebody else's number) and NameMismatch. When the
    person has another number now, no other case about that number runs meanwhile (see `Run.is_about`).
    """
    if person.protected:
        raise ProtectedAddress
    if person.gone:
        raise DeceasedOrEmigrated
    if person.number != sought.number and not person.formerly(sought.number):
        raise ConflictInTarget
    if not same_person(person.family_name, person.given_name, sought.family_name, sought.given_name):
        raise NameMismatch
    if person.number != sought.number:
        run.is_about(Subject("person", person.number))
