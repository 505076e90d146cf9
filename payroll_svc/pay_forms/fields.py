"""What each type of pay form says besides whom it is about and when, and how the payroll system shows it (D.5)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from common.exact import require_exact
from common.norway.money import kroner
from common.process import Unit
from payroll_svc.percent import Percent
from payroll_svc.positions.holding import Number, PositionType
from payroll_svc.screens.employees import TYPES
from payroll_svc.screens.form_queue import pieces
from payroll_svc.two_decimals import SAME_SPELLING

_POSITION_WORDS = {kind: word for word, kind in TYPES.items()}
_MOST = 100_000_000
"""Øre; more than a year's pay of anybody."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=60)]
UpToFull = Annotated[Percent, Field(le=100)]


class FormType(StrEnum):
    """What a form changes (code list D.5)."""

    NEW_POSITION = "NEW_POSITION"
    CHANGE_PERCENT = "CHANGE_PERCENT"
    TEMPORARY_EXT = "TEMPORARY_EXT"
    LEAVE = "LEAVE"
    TERMINATION = "TERMINATION"
    ADDITION = "ADDITION"
    ACCOUNT_CHANGE = "ACCOUNT_CHANGE"
    HOURS = "HOURS"


WORDS = {
    FormType.NEW_POSITION: "Ny stilling",
    FormType.CHANGE_PERCENT: "Endret prosent",
    FormType.TEMPORARY_EXT: "Forlenget vikariat",
    FormType.LEAVE: "Permisjon",
    FormType.TERMINATION: "Avslutning",
    FormType.ADDITION: "Tillegg",
    FormType.ACCOUNT_CHANGE: "Kontoendring",
    FormType.HOURS: "Timer",
}
"""The payroll system's word for each type."""
NEEDED: dict[FormType, tuple[str, ...]] = {
    FormType.NEW_POSITION: ("percent", "position_type"),
    FormType.CHANGE_PERCENT: ("percent",),
    FormType.LEAVE: ("leave_percent",),
    FormType.ADDITION: ("kind", "amount"),
    FormType.ACCOUNT_CHANGE: ("account_no",),
    FormType.HOURS: ("hours",),
}
"""What a form of a type cannot do without."""


class FormFields(BaseModel):
    """What the form says; the payroll system must show the same, field by field, before it is activated."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    position_no: Number | None = Field(default=None, description="Which position it is about", examples=["1"])
    position_type: PositionType | None = Field(default=None, description="Needed for NEW_POSITION", examples=["FAST"])
    unit: Unit | None = Field(default=None, examples=["311874322"])
    percent: UpToFull | None = Field(
        default=None, description="Of a full position; needed for NEW_POSITION and CHANGE_PERCENT", examples=[75.0]
    )
    leave_percent: Annotated[UpToFull, Field(gt=0)] | None = Field(
        default=None, description="Needed for LEAVE", examples=[None]
    )
    kind: Text | None = Field(
        default=None,
        description="Of leave, addition or hours, as the payroll system writes it; needed for ADDITION",
        examples=[None],
    )
    amount: Annotated[int, Field(gt=0, le=_MOST)] | None = Field(
        default=None, description="Whole øre; needed for ADDITION", examples=[None]
    )
    hours: Annotated[Decimal, Field(gt=0, max_digits=5, decimal_places=2), SAME_SPELLING] | None = Field(
        default=None, description="Needed for HOURS", examples=[None]
    )
    account_no: Annotated[str, StringConstraints(min_length=1, max_length=30)] | None = Field(
        default=None,
        description="Needed for ACCOUNT_CHANGE. A person takes over where its check digit is wrong.",
        examples=[None],
    )
    reason: Text | None = Field(default=None, examples=[None])

    @field_validator("*", mode="before")
    @classmethod
    def nothing_is_guessed(cls, value: Any, info: ValidationInfo) -> Any:
        """A value is taken for what its field declares."""
        require_exact(cls, info.field_name, value)
        return value

    def __repr__(self) -> str:
        return "FormFields(…)"

    __str__ = __repr__

    def missing(self, form_type: FormType) -> list[str]:
        """What a form of that type cannot do without, and this one has not."""
        return [name for name in NEEDED.get(form_type, ()) if getattr(self, name) is None]

    def shown(self) -> list[str]:
        """The fields as the payroll system shows them: `Prosent: 75,00`, in any order."""
        given = {name: getattr(self, name) for name in _SHOWN}
        told = [f"{_SHOWN[name][0]}: {_SHOWN[name][1](value)}" for name, value in given.items() if value is not None]
        return sorted(each for text in told for each in pieces(text))


def same_fields(fields: FormFields, shown: list[str]) -> bool:
    """Whether the payroll system shows just what the form says, however it groups the digits of an account."""
    return sorted(map(_ungrouped, shown)) == sorted(map(_ungrouped, fields.shown()))


def _ungrouped(piece: str) -> str:
    label, _, value = piece.partition(": ")
    return f"{label}: {value.replace('.', '').replace(' ', '')}" if label == _SHOWN["account_no"][0] else piece


def _decimal(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


_SHOWN: dict[str, tuple[str, Callable[[Any], str]]] = {
    "position_no": ("Stillingsnr.", str),
    "position_type": ("Stillingstype", _POSITION_WORDS.__getitem__),
    "unit": ("Enhet", str),
    "percent": ("Prosent", _decimal),
    "leave_percent": ("Permisjonsprosent", _decimal),
    "kind": ("Art", str),
    "amount": ("Beløp", kroner),
    "hours": ("Timer", _decimal),
    "account_no": ("Kontonummer", str),
    "reason": ("Årsak", str),
}
"""The payroll system's label of each field, and how it writes a value."""
