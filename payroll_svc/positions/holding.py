"""A position as callers and the payroll system tell it, with its leaves (PAY-04)."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, cast

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from common.exact import require_exact
from common.privacy.masking import mask
from common.process import Unit
from payroll_svc.percent import Percent, hundredths, plain, read_percent
from payroll_svc.positions.days import Days
from payroll_svc.positions.sweep import FOREVER, Held


def nobodys_number(text: str) -> str:
    """The text; raises ValueError with the code INVALID_VALUE for a national id: reports and tasks show these numbers."""
    if mask(text) != text:
        raise PydanticCustomError("INVALID_VALUE", "A person's national id must not stand here")
    return text


Number = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9ÆØÅæøå/._-]{1,20}$"),
    AfterValidator(nobodys_number),
]
"""An employee's number, or a position's."""
UnitCode = Annotated[Unit, AfterValidator(nobodys_number)]

_DAY = r"(?:\d{2}\.\d{2}\.\d{4}|\d{4}-\d{2}-\d{2})"
_LEAVE = re.compile(rf"(?P<first>{_DAY})\s*(?:–|-)\s*(?:(?P<last>{_DAY})\s+)?(?P<percent>[\d,.]+)", re.ASCII)


class PositionType(StrEnum):
    """What sort of position it is (code list D.5)."""

    FAST = "FAST"
    VIKAR = "VIKAR"
    TIME = "TIME"
    OPPDRAG = "OPPDRAG"
    VERV = "VERV"


COUNTED = frozenset({PositionType.FAST, PositionType.VIKAR})
"""The others are paid by the hour or for a duty: they add nothing to the sum."""


class Period(BaseModel):
    """Something that holds from its first day through its last one, or for good."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    first_day: date = Field(validation_alias=AliasChoices("from", "first_day"), examples=["2026-11-01"])
    last_day: date | None = Field(
        default=None,
        validation_alias=AliasChoices("to", "last_day"),
        description="The last day; left out: until further notice",
        examples=["2026-11-30"],
    )

    @field_validator("*", mode="before")
    @classmethod
    def nothing_is_guessed(cls, value: Any, info: ValidationInfo) -> Any:
        """A value is taken for what its field declares."""
        require_exact(cls, info.field_name, value)
        return value

    @field_validator("last_day")
    @classmethod
    def goes_forward(cls, last: date | None, info: ValidationInfo) -> date | None:
        return not_before(last, info.data.get("first_day"))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__

    @property
    def ends(self) -> int:
        """Its last day as a number, far off where it has none."""
        return FOREVER if self.last_day is None else self.last_day.toordinal()

    def holds_in(self, days: Days) -> bool:
        """Whether it holds on any of these days."""
        return self.first_day <= days.last and (self.last_day is None or days.first <= self.last_day)


def not_before(last: date | None, first: date | None) -> date | None:
    """The last day; raises ValueError with the code DATE_OUT_OF_RANGE when it comes before the first."""
    if last is not None and first is not None and last < first:
        raise PydanticCustomError("DATE_OUT_OF_RANGE", "It ends before it begins")
    return last


class Leave(Period):
    """Leave from a position: how much of a full position it takes off, whatever the position's own size is."""

    percent: Annotated[Percent, Field(le=100)] = Field(examples=["50.00"])


class Position(Period):
    """One position of one person."""

    employee_no: Number = Field(examples=["101"])
    position_no: Number = Field(examples=["A"])
    unit: UnitCode = Field(description="Organisation number or code of the unit it belongs to", examples=["311874322"])
    percent: Percent = Field(description="Above 100.00 a person takes over", examples=["60.00"])
    type: PositionType = Field(description="Only FAST and VIKAR count")
    leave: Annotated[tuple[Leave, ...], Field(max_length=50)] = Field(
        default=(), description="Leaves that overlap add up", examples=[[]]
    )

    @property
    def counts(self) -> bool:
        """Whether it is one of those that are added up."""
        return self.type in COUNTED

    @property
    def hundredths(self) -> int:
        """Its size in whole hundredths of one per cent."""
        return hundredths(self.percent)

    @property
    def held(self) -> Held:
        """The position as the sweep reckons with it."""
        leaves = tuple((each.first_day.toordinal(), each.ends, hundredths(each.percent)) for each in self.leave)
        return self.first_day.toordinal(), self.ends, self.hundredths, leaves


def leave_text(given: Any) -> Any:
    """The one way to write a leave that came as text or as an object; what is neither is left to the validator.

    Raises ValueError with the code INVALID_VALUE.
    """
    if not isinstance(given, dict | str):
        return given
    leave = read_leave(given) if isinstance(given, str) else _leave(cast("dict[str, Any]", given))
    last = "" if leave.last_day is None else f"{leave.last_day} "
    return f"{leave.first_day} – {last}{leave.percent:.2f}"


def read_leave(text: str) -> Leave:
    """A leave as the payroll system writes it, `01.11.2026 – 30.11.2026 50,00`, without its end, or with ISO dates.

    Raises ValueError with the code INVALID_VALUE for anything else.
    """
    found = _LEAVE.fullmatch(text)
    if found is None:
        raise PydanticCustomError("INVALID_VALUE", "A leave is written as 01.11.2026 – 30.11.2026 50,00")
    last = read_day(found["last"]) if found["last"] else None
    try:
        percent = plain(read_percent(found["percent"]))
    except ValueError:
        raise PydanticCustomError("INVALID_VALUE", "A percentage is written as 50,00") from None
    return _leave({"from": read_day(found["first"]), "to": last, "percent": percent})


def read_day(text: str) -> date:
    """`30.11.2026`, or 2026-11-30; raises ValueError with the code INVALID_VALUE for what is no day."""
    day, month, year = text.split(".") if "." in text else reversed(text.split("-"))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise PydanticCustomError("INVALID_VALUE", "The calendar has no such date") from None


def _leave(given: dict[str, Any]) -> Leave:
    try:
        return Leave.model_validate(given)
    except ValidationError:
        raise PydanticCustomError(
            "INVALID_VALUE", "A leave has a first day, a last day that comes no earlier, and at most 100.00 per cent"
        ) from None
