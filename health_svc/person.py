"""A case about one person, as those who hand it in for HsPro say it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AliasChoices, Field, StringConstraints

from common.norway.national_id import IdKind, NationalIdText
from common.norway.phone import PhoneNumber, PostalCode
from common.person import Name, Sought, require_lasting_id
from common.process import CaseInput, Run, Subject


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
