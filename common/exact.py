"""Take a value for what its field declares, and never for what it could be turned into: "0" is no date, 1 is not true."""

from __future__ import annotations

import re
import types
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, LiteralString, Union, get_args, get_origin

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    FutureDate,
    FutureDatetime,
    NaiveDatetime,
    PastDate,
    PastDatetime,
)
from pydantic_core import PydanticCustomError

_NUMERIC = re.compile(r"\s*[+-]?\d+(?:\.\d*)?\s*")
_SPELLED = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
"""A decimal number as text; Python would take 1_0, 1e2 and the digits of other scripts, too."""
_LIKE: dict[Any, type] = {
    AwareDatetime: datetime,
    NaiveDatetime: datetime,
    PastDatetime: datetime,
    FutureDatetime: datetime,
    PastDate: date,
    FutureDate: date,
}
_NUMBERS, _DAYS = frozenset({int, float, Decimal}), frozenset({date, datetime, time})
_TYPES: dict[type, LiteralString] = {
    datetime: "datetime_type",
    date: "date_type",
    time: "time_type",
    bool: "bool_type",
    int: "int_type",
    Decimal: "decimal_type",
    float: "float_type",
}
"""As the validator itself calls it, by what is declared."""


def require_exact(model: type[BaseModel], field: str | None, value: Any) -> None:
    """Raises PydanticCustomError for what the validator would turn into something else; dates are as ISO 8601 has them."""
    kinds = _kinds(model, field)
    if value is None or not kinds or type(value) in kinds:
        return
    if isinstance(value, bool):
        fits = False
    elif isinstance(value, int | float | Decimal):
        fits = bool(kinds & _NUMBERS)
    elif isinstance(value, str):
        fits = bool(Decimal in kinds and _SPELLED.fullmatch(value)) or (
            bool(kinds & _DAYS) and not _NUMERIC.fullmatch(value)
        )
    else:
        fits = True  # the validator says what is wrong about it
    if not fits:
        raise PydanticCustomError(
            next(told for kind, told in _TYPES.items() if kind in kinds), "Another kind is declared"
        )


def _day(value: Any) -> Any:
    if isinstance(value, int | float) or (isinstance(value, str) and _NUMERIC.fullmatch(value)):
        raise PydanticCustomError("date_type", "A date is declared")
    return value


Day = Annotated[date, BeforeValidator(_day)]
"""A date as ISO 8601 has it, where no model's validator looks."""


@cache
def _kinds(model: type[BaseModel], field: str | None) -> frozenset[type]:
    """What the field takes; empty when that is anything that nothing is turned into."""
    declared = model.model_fields.get(field or "")
    found: frozenset[type] = frozenset([] if declared is None else _flat(declared.annotation))
    return found if found <= _TYPES.keys() else frozenset()


def _flat(declared: Any) -> list[Any]:
    if get_origin(declared) is Annotated:
        return _flat(get_args(declared)[0])
    if get_origin(declared) in {Union, types.UnionType}:
        return [kind for each in get_args(declared) if each is not type(None) for kind in _flat(each)]
    return [_LIKE.get(declared, declared)] if isinstance(declared, type) or declared in _LIKE else [object]
