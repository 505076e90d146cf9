"""The vaccines of the programme, as the vaccination office keeps them: a dated register, and what it says about one dose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from common.errors import InvalidValue
from common.period import RowOfPeriod, overlaps
from common.refusals import FieldProblem
from health_svc.doses.vaccination import VaccineCode
from health_svc.service import health

Days = Annotated[int, Field(ge=0, le=3_650)]
Years = Annotated[int, Field(ge=0, le=120)]


class Vaccine(RowOfPeriod):
    """What holds for doses of one vaccine that are given in a period."""

    code: VaccineCode = Field(description="SYSVAKs kode", examples=["BNT03"])
    product: Annotated[str, StringConstraints(min_length=1, max_length=80)] = Field(
        description="Handelsnavn", examples=["Comirnaty"]
    )
    minimum_interval_days: Days = Field(description="Minste antall dager siden forrige dose", examples=[21])
    minimum_age: Years = Field(description="Minste alder i hele år på vaksinasjonsdagen", examples=[16])
    max_doses: Annotated[int, Field(ge=1, le=5)] = Field(description="Høyeste dosenummer", examples=[3])
    may_follow: tuple[VaccineCode, ...] = Field(
        default=(),
        description="Andre vaksiner som tidligere doser kan ha vært av; for alle andre avgjør en fagperson",
        examples=[["ASZ03"]],
    )


def without_overlaps(rows: Sequence[Vaccine]) -> Iterable[FieldProblem]:
    """On no day two rows may speak of the same vaccine."""
    return overlaps(rows, lambda row: row.code)


vaccines = health.register("vaccines", row=Vaccine, title="Vaksiner", entry="vaksine", check=without_overlaps)


def vaccine_in_use(rows: Sequence[Vaccine], code: str, day: date) -> Vaccine:
    """The row that holds for a dose of this vaccine on this day; raises InvalidValue when there is none."""
    found = next((row for row in rows if row.code == code and row.in_use(day)), None)
    if found is None:
        raise InvalidValue("The vaccine is unknown to the register, or not in use on the day of the dose")
    return found
