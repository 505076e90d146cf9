"""`/v1/benefits`: hours saved, per process, unit and month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from common.benefits.account import Span
from common.benefits.saving import Saving, full_time, hours
from common.identity.scopes import OPERATE, READ_ALL
from common.refusals import Forbidden, InvalidInput, Unauthenticated, Unavailable
from common.web.auth import Authenticated, needs
from common.web.parts import WithParts
from common.web.problems import responses

router = APIRouter(prefix="/v1/benefits", tags=["Operations"])
_MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
_CENT = Decimal("0.01")

Number = Annotated[Decimal, PlainSerializer(float, return_type=float)]


class BenefitQuery(BaseModel):
    """What to report."""

    model_config = ConfigDict(extra="forbid")

    first: Annotated[str, Field(pattern=_MONTH, alias="from", description="The first month", examples=["2026-01"])] = ""
    last: Annotated[str, Field(pattern=_MONTH, alias="to", description="The last month", examples=["2026-12"])] = ""
    process: str | None = None
    unit: str | None = None
    hours_per_fte: Annotated[Decimal, Field(gt=0, le=100_000)] | None = Field(
        default=None,
        description="Hours of one full-time equivalent in the whole time reported; without it none is reckoned",
        examples=[141.0256],
    )


class Benefit(BaseModel):
    """What was saved; hours have two decimals."""

    process: str
    unit: str | None
    month: str = Field(examples=["2026-11"])
    automatic: int = Field(description="Cases that Roger ended well")
    manual: int = Field(description="Times a case went to a person")
    saved_hours: Number


class BenefitTotal(BaseModel):
    """The sum of all lines, reckoned from minutes and not from rounded hours."""

    automatic: int
    manual: int
    saved_hours: Number
    fte: Number | None = Field(description="Full-time equivalents by `hours_per_fte`, one decimal")


class BenefitReport(BaseModel):
    """Hours that staff did not spend; direct savings of money are not among them."""

    hours_per_fte: Number | None
    total: BenefitTotal
    items: list[Benefit]


@router.get(
    "",
    operation_id="report_benefits",
    dependencies=[needs(READ_ALL, OPERATE)],
    summary="Hours saved per process, unit and month",
    responses=responses(Unauthenticated, Forbidden, InvalidInput, Unavailable),
)
async def report_benefits(
    caller: Authenticated, parts: WithParts, asked: Annotated[BenefitQuery, Query()]
) -> BenefitReport:
    """Counted from how cases ended, exact at this moment; test cases do not count. For `operate` or `cases:read:all`."""
    span = Span(
        first=_day(asked.first), last=_day(asked.last), process=asked.process, unit=asked.unit, units=caller.units
    )
    async with parts.database.reach():
        savings = await parts.benefits.savings(span)
    return BenefitReport(
        hours_per_fte=asked.hours_per_fte,
        total=_total(savings, asked.hours_per_fte),
        items=[
            Benefit(
                process=saving.process,
                unit=saving.unit,
                month=f"{saving.month:%Y-%m}",
                automatic=saving.automatic,
                manual=saving.manual,
                saved_hours=_rounded(saving.hours),
            )
            for saving in savings
        ],
    )


def _total(savings: Sequence[Saving], divisor: Decimal | None) -> BenefitTotal:
    in_all = hours(sum(saving.saved for saving in savings))
    return BenefitTotal(
        automatic=sum(saving.automatic for saving in savings),
        manual=sum(saving.manual for saving in savings),
        saved_hours=_rounded(in_all),
        fte=None if divisor is None else full_time(in_all, divisor),
    )


def _day(month: str) -> date | None:
    return date.fromisoformat(f"{month}-01") if month else None


def _rounded(hours: Decimal) -> Decimal:
    return hours.quantize(_CENT, ROUND_HALF_UP)
