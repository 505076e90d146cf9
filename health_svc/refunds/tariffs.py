"""What a covid-19 test is refunded with: two signed, dated registers of the municipality, and what they say of one test.

Which tariff a test is billed with is never the robot's choice (HLT-04): the mapping says it, and whoever signed it
answers for it. Amounts are whole øre.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from common.errors import InvalidValue, LimitExceeded, NeedsJudgement
from common.period import RowOfPeriod, overlaps
from common.process import Run
from common.refusals import FieldProblem
from health_svc.covid_test import TestSite, TestType
from health_svc.service import health

TariffCode = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z0-9-]{1,12}$")]
DiagnosisCode = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z0-9.]{2,7}$")]
Count = Annotated[int, Field(ge=1, le=99)]
Minutes = Annotated[int, Field(ge=1, le=1_440)]


class PracticeKind(StrEnum):
    """Praksistype of the claim message (KUHR)."""

    KOFA = "KOFA"
    KOLE = "KOLE"
    LEKO = "LEKO"
    LEVA = "LEVA"
    KOHS = "KOHS"
    HELS = "HELS"
    FALE = "FALE"
    SYPL = "SYPL"


class Staff(StrEnum):
    """Who took the test, as far as tariffs tell people apart."""

    DOCTOR = "DOCTOR"
    DELEGATED = "DELEGATED"
    """Somebody to whom a doctor has delegated it."""
    NURSE = "NURSE"


class Tariff(RowOfPeriod):
    """A takst as HELFO refunds it in a period."""

    code: TariffCode = Field(description="Takstkode", examples=["SYN-T1"])
    refund: Annotated[int, Field(ge=0, le=10_000_000)] = Field(description="Refusjon i hele øre", examples=[15050])
    most: Count = Field(default=1, description="Høyeste antall på ett regningskort", examples=[1])
    most_per_year: Annotated[int, Field(ge=1, le=999)] | None = Field(
        default=None,
        description="Høyeste antall på pasientens kort i ett kalenderår; tom: ingen grense",
        examples=[2],
    )
    least_minutes: Minutes | None = Field(
        default=None, description="Minste varighet av konsultasjonen i minutter; tom: ingen", examples=[20]
    )
    combines_with: tuple[TariffCode, ...] = Field(
        default=(), description="Takster den kan stå sammen med; tom: den står alene", examples=[["SYN-T2"]]
    )
    requires: tuple[TariffCode, ...] = Field(
        default=(),
        description="Takster den krever én av på samme kort, og kan stå sammen med; tom: ingen",
        examples=[["SYN-T1"]],
    )
    diagnoses: tuple[DiagnosisCode, ...] = Field(
        default=(), description="Diagnosekoder den krever én av; tom: alle", examples=[["R991", "R992"]]
    )

    def goes_with(self, other: Tariff) -> bool:
        """Whether this one says that it may stand beside the other."""
        return other.code in self.combines_with or other.code in self.requires


class MappedLine(RowOfPeriod):
    """One tariff line of the card for a kind of test; a card with several lines has several rows."""

    test_type: TestType = Field(description="Testtype")
    test_site: TestSite = Field(description="Teststed", examples=["TRD-LEANGEN"])
    staff: Staff = Field(description="Hvem som tok testen")
    code: TariffCode = Field(description="Takstkode", examples=["SYN-T1"])
    count: Count = Field(default=1, description="Antall", examples=[1])


def _one_price(rows: Sequence[Tariff]) -> Iterable[FieldProblem]:
    """On no day may a tariff have two prices, and no card may bear it more often than its whole year may."""
    yield from overlaps(rows, lambda row: row.code)
    for place, row in enumerate(rows):
        if row.most_per_year is not None and row.most_per_year < row.most:
            yield FieldProblem("most_per_year", "INVALID_VALUE", "It is less than one card may bear", row=place)


def _one_line(rows: Sequence[MappedLine]) -> Iterable[FieldProblem]:
    """On no day may a tariff stand twice on the card for one kind of test."""
    return overlaps(rows, lambda row: (row.test_type, row.test_site, row.staff, row.code))


tariffs = health.register("refund-tariffs", row=Tariff, title="Takster", entry="takst", check=_one_price)
mappings = health.register("refund-mappings", row=MappedLine, title="Takst per test", entry="linje", check=_one_line)


@dataclass(frozen=True, kw_only=True)
class TestToBill:
    """What decides which tariff a test is billed with."""

    test_type: TestType
    test_site: str
    staff: Staff
    day: date
    diagnosis: str
    minutes: int | None
    """How long the consultation took; None where nobody says."""
    claimed: Mapping[str, int] | None
    """Tariff → count as the caller says; None where the caller leaves it to the mapping."""


@dataclass(frozen=True, kw_only=True)
class Bill:
    """The tariff lines of a card, and what they come to in øre."""

    lines: Mapping[str, int]
    refund: int
    tariffs: int
    """The version of the tariffs that decided it."""
    mapping: int
    """The version of the mapping that decided it."""
    most_per_year: Mapping[str, int] = field(default_factory=dict[str, int])
    """Tariff → how often it may stand on the patient's cards of one calendar year, where there is a limit."""

    def require_within_year(self, standing: Mapping[str, int]) -> None:
        """Raises LimitExceeded where this card and those that stand in its year would bear a tariff too often."""
        for code, most in self.most_per_year.items():
            if standing.get(code, 0) + self.lines[code] > most:
                raise LimitExceeded("With this card a tariff stands more often in the year than it may")


def bill_of(test: TestToBill, run: Run) -> Bill:
    """The card that the registers in force on the day of the test prescribe; their versions are stored with the case.

    Raises RegisterMissing, NeedsJudgement (not mapped, or mapped otherwise than the caller says; a least time, and
    nobody says how long it took), InvalidValue (a tariff that does not hold on the day, stands beside one it must not,
    or lacks its diagnosis or the tariff it demands) and LimitExceeded (too often on the card, or too short). What stands in the year only
    SystemX knows: see `Bill.require_within_year`.
    """
    mapping, prices = mappings.on(run, test.day), tariffs.on(run, test.day)
    lines = _mapped(test, mapping.rows)
    if test.claimed is not None and dict(test.claimed) != lines:
        raise NeedsJudgement("The caller names other tariff lines than the signed mapping")
    priced = [(_price(code, test.day, prices.rows), count) for code, count in lines.items()]
    for tariff, count in priced:
        _require_allowed(tariff, count, test, [other for other, _ in priced if other is not tariff])
    refund = sum(tariff.refund * count for tariff, count in priced)
    limits = {tariff.code: tariff.most_per_year for tariff, _ in priced if tariff.most_per_year is not None}
    return Bill(lines=lines, refund=refund, tariffs=prices.version, mapping=mapping.version, most_per_year=limits)


def _mapped(test: TestToBill, rows: Sequence[MappedLine]) -> dict[str, int]:
    kind = (test.test_type, test.test_site, test.staff)
    lines = [row for row in rows if (row.test_type, row.test_site, row.staff) == kind and row.in_use(test.day)]
    if not lines:
        raise NeedsJudgement("The signed mapping names no tariff for this kind of test on that day")
    return {line.code: line.count for line in lines}


def _price(code: str, day: date, rows: Sequence[Tariff]) -> Tariff:
    found = next((row for row in rows if row.code == code and row.in_use(day)), None)
    if found is None:
        raise InvalidValue("A tariff is not valid on the day of the test")
    return found


def _require_allowed(tariff: Tariff, count: int, test: TestToBill, others: Sequence[Tariff]) -> None:
    if count > tariff.most:
        raise LimitExceeded("A tariff stands more often on the card than it may")
    if not all(tariff.goes_with(other) or other.goes_with(tariff) for other in others):
        raise InvalidValue("Two tariffs must not stand on one card")
    if tariff.requires and not any(other.code in tariff.requires for other in others):
        raise InvalidValue("A tariff demands another one on the same card")
    if tariff.diagnoses and test.diagnosis not in tariff.diagnoses:
        raise InvalidValue("A tariff demands another diagnosis")
    if tariff.least_minutes is not None:
        _require_long_enough(tariff.least_minutes, test.minutes)


def _require_long_enough(least: int, minutes: int | None) -> None:
    if minutes is None:
        raise NeedsJudgement("A tariff demands a least time, and nobody says how long the consultation took")
    if minutes < least:
        raise LimitExceeded("The consultation was shorter than a tariff demands")


def counted(lines: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Tariff lines by code; a code that is named twice counts together."""
    total: Counter[str] = Counter()
    for code, count in lines:
        total[code] += count
    return dict(total)
