"""A document of tax collection as it is handed in, with what can be checked at once (ARC-01)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Self, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from archive_svc.esa.noark import AccessCode, PostType
from archive_svc.sofie.document import Direction, DocumentType
from archive_svc.tax.settings import TaxSettings
from common.clock import OSLO
from common.norway.calendar import is_working_day, oslo_date
from common.norway.national_id import NationalIdText
from common.norway.organisation import OrganisationNumber
from common.process import CaseInput, FileRef, FileRole, Subject, composed
from common.refusals import FieldProblem
from common.settings import load
from common.wall_clock import shown_at

SETTINGS = load(TaxSettings)
_DAY = timedelta(days=1)
_MOST_FILES = 20
_TYPES = {Direction.IN: PostType.INCOMING, Direction.OUT: PostType.OUTGOING}

SOFIE_NUMBER = r"^[A-ZÆØÅ0-9][A-ZÆØÅ0-9-]{0,28}[A-ZÆØÅ0-9]$"
"""Also the name of a folder: nothing in it leads anywhere else."""
SofieNumber = Annotated[str, StringConstraints(pattern=SOFIE_NUMBER)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class TaxParty(BaseModel):
    """Whom a document is about: a person or an enterprise."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    person_id: NationalIdText | None = None
    orgnr: OrganisationNumber | None = None
    name: Line = Field(
        description="Of a person, the family name first: `Dahle, Erik`", examples=["Dahle, Erik", "Synt Bygg AS"]
    )

    @field_validator("name", mode="before")
    @classmethod
    def is_a_line(cls, name: Any) -> Any:
        """Runs of blanks are one: so the archive would keep it."""
        return " ".join(composed(name).split()) if isinstance(name, str) else name

    @model_validator(mode="after")
    def is_one(self) -> Self:
        if (self.person_id is None) == (self.orgnr is None):
            raise PydanticCustomError("MISSING_FIELD", "A party has a national id or an organisation number")
        return self

    @property
    def number(self) -> str:
        """By which it is known."""
        return cast("str", self.person_id or self.orgnr)

    @property
    def family_name(self) -> str:
        return self.name.partition(",")[0].strip()

    @property
    def given_name(self) -> str:
        return self.name.partition(",")[2].strip()

    def __repr__(self) -> str:
        return "TaxParty(…)"

    __str__ = __repr__


class TaxDocument(CaseInput):
    """One document with its files, as its officer or the nightly list hands it in. No table holds it: send JSON, an array or NDJSON."""

    sofie_doc_id: SofieNumber = Field(description="SOFIE's number", examples=["SOF-2018-0004711"])
    sofie_case_ref: SofieNumber = Field(examples=["K-20180099"])
    party: TaxParty = Field(examples=[{"person_id": "17838410103", "name": "Dahle, Erik"}])
    doc_type: DocumentType = Field(examples=["BETALINGSAVTALE"])
    direction: Direction = Field(examples=["OUT"])
    follow_up: bool = Field(default=False, description="INTERNAL: whether somebody has to answer it")
    doc_date: date = Field(examples=["2018-09-12"])
    received_date: date | None = Field(default=None, description="When it came; needed with IN, and only there")
    sent_date: date | None = Field(
        default=None, description="When it was sent; needed with OUT, and only there", examples=["2018-09-12"]
    )
    officer: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9ÆØÅæøå._-]{1,40}$")] = Field(examples=["kemn01"])
    unit: OrganisationNumber = Field(description="Whose document it is", examples=["310456780"])  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]  here it must be said
    files: Annotated[tuple[FileRef, ...], Field(min_length=1, max_length=_MOST_FILES)] = Field(
        description="One MAIN and any number of ATTACHMENTs; what is not handed over is fetched from SOFIE"
    )
    access_code: AccessCode = Field(description="Tax collection is never open (U)", examples=["UO"])
    legal_basis: Line = Field(examples=["offl. § 13 jf. sktbl. § 3-2"])

    @field_validator("follow_up")
    @classmethod
    def is_of_internal_ones(cls, wanted: bool, info: ValidationInfo) -> bool:  # noqa: FBT001  a validator
        if wanted and info.data.get("direction") is not Direction.INTERNAL:
            raise PydanticCustomError("INVALID_VALUE", "Only what is INTERNAL says whether it is followed up")
        return wanted

    @field_validator("files")
    @classmethod
    def has_one_main_file(cls, files: tuple[FileRef, ...]) -> tuple[FileRef, ...]:
        if [file.role for file in files].count(FileRole.MAIN) != 1:
            raise PydanticCustomError("INVALID_VALUE", "Exactly one file is the MAIN one")
        if len({file.sha256 for file in files}) != len(files):
            raise PydanticCustomError("INVALID_VALUE", "A file is named twice")
        # The main file goes first, and the rest in the order in which they came.
        return tuple(sorted(files, key=lambda file: file.role is not FileRole.MAIN))

    @field_validator("access_code")
    @classmethod
    def is_secret(cls, access: AccessCode) -> AccessCode:
        if access is AccessCode.OPEN:
            raise PydanticCustomError("INVALID_VALUE", "Documents of tax collection are never open")
        return access

    @field_validator("legal_basis", mode="before")
    @classmethod
    def is_a_line(cls, basis: Any) -> Any:
        return " ".join(basis.split()) if isinstance(basis, str) else basis

    @property
    def main(self) -> FileRef:
        return self.files[0]

    @property
    def post_type(self) -> PostType:
        """How the archive calls its direction."""
        return _TYPES.get(self.direction, PostType.FOLLOWED_UP if self.follow_up else PostType.INTERNAL)

    @property
    def public_title(self) -> str:
        """What everybody may read: nobody's name."""
        return f"{self.doc_type.called} – {SETTINGS.party_called}"

    @property
    def title(self) -> str:
        return f"{self.doc_type.called} – {self.party.name}"

    @property
    def archive_unit(self) -> str:
        return load(TaxSettings).archive_units.get(self.unit, self.unit)

    @property
    def subject(self) -> Subject:
        """The party: two documents of one party would look for its case file at once."""
        if self.party.person_id is not None:
            return Subject("person", self.party.person_id)
        return Subject("organisation", self.party.number)

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        for name, direction, day in (
            ("received_date", Direction.IN, self.received_date),
            ("sent_date", Direction.OUT, self.sent_date),
        ):
            if day is None and self.direction is direction:
                yield FieldProblem(name, "MISSING_FIELD", f"A document that is {direction} has one.")
            if day is not None and self.direction is not direction:
                yield FieldProblem(name, "INVALID_VALUE", f"Only a document that is {direction} has one.")
        for name, day in (
            ("doc_date", self.doc_date),
            ("received_date", self.received_date),
            ("sent_date", self.sent_date),
        ):
            if day is not None and day > oslo_date(now):
                yield FieldProblem(name, "DATE_OUT_OF_RANGE", "That day lies ahead of today.")

    def deadline(self, now: datetime) -> datetime:
        """The end of the next working day."""
        day = oslo_date(now) + _DAY
        while not is_working_day(day):
            day += _DAY
        return shown_at(datetime.combine(day + _DAY, time(0)), OSLO)
