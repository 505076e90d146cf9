"""Whom a health case is about, as callers say it, and that nobody else is touched, whichever system a process works in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import AliasChoices, Field, StringConstraints

from common.errors import ConflictInTarget, DeceasedOrEmigrated, NameMismatch, ProtectedAddress, TemporaryId
from common.norway.names import same_person
from common.norway.national_id import IdKind, NationalIdText, parse
from common.norway.phone import PhoneNumber, PostalCode
from common.process import CaseInput, Run, Subject
from health_svc.screens.person import PersonFacts

Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]


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


class PersonCase(CaseInput):
    """A case about one person, whom HsPro is asked for."""

    person_id: NationalIdText | None = Field(
        default=None,
        description="National id or D-number. Without one, or with a temporary one, a person takes over.",
        examples=["17838410103"],
    )
    id_type: IdKind | None = Field(default=None, description="What kind of number it is, where that may be doubtful")
    family_name: Name = Field(examples=["Nordhaug"])
    given_name: Name = Field(examples=["Ola"])
    birth_date: date | None = None
    phone: PhoneNumber | None = None
    address: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    postal_code: PostalCode | None = Field(default=None, validation_alias=AliasChoices("postal_code", "postnr"))

    @property
    def subject(self) -> Subject | None:
        return Subject("person", self.person_id) if self.person_id else None

    @property
    def contact(self) -> str:
        """How HsPro is to reach the person."""
        return "SMS" if self.phone else "Brev"

    def sought(self, run: Run) -> Sought:
        """Whom HsPro is asked for; raises TemporaryId without a lasting national id or D-number."""
        number = require_lasting_id(self.person_id, declared=self.id_type, accepts_synthetic=run.case.accepts_synthetic)
        return Sought(number, self.family_name, self.given_name)
