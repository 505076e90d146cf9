"""What is wrong with a field, in the domain's words; never the value itself, which may be about a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from common.privacy.masking import mask
from common.refusals import FieldProblem

_LONGEST_NAME = 64
UNSHOWN = "(…)"
"""Stands for what is named as no field is: with capitals, blanks, letters beyond a to z."""
_A_NAME = re.compile(r"[a-z_][A-Za-z0-9_.-]{0,63}")
_ID_LIKE = 6  # digits: a birth date is that many
_OWN_CODE = re.compile(r"[A-Z][A-Z_]+")

_DATE = "must be a date, as 2021-02-15"
_MOMENT = "must be a moment with its offset, as 2021-02-15T09:40:00+01:00"
_WHOLE, _NUMBER, _TEXT = "must be a whole number", "must be a number", "must be text"

# By the kind of the validator's error; its own sentences may quote the value, and speak of Python.
_SENTENCES: dict[str, str] = {
    "string_type": _TEXT,
    "string_too_short": "is too short: at least {min_length} characters",
    "string_too_long": "is too long: at most {max_length} characters",
    "string_pattern_mismatch": "does not have the form {pattern}",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "multiple_of": "must be a multiple of {multiple_of}",
    "too_short": "has too few items: at least {min_length}",
    "too_long": "has too many items: at most {max_length}",
    "decimal_max_digits": "has too many digits: at most {max_digits}",
    "decimal_max_places": "has too many decimals: at most {decimal_places}",
    "decimal_whole_digits": "has too many digits before the decimal mark: at most {whole_digits}",
    "date_past": "must lie in the past",
    "datetime_past": "must lie in the past",
    "date_future": "must lie in the future",
    "datetime_future": "must lie in the future",
    "list_type": "must be an array",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "missing": "is required",
    "extra_forbidden": "is not known here",
}
# By what such kinds begin with.
_FAMILIES = {
    "int_": _WHOLE,
    "float_": _NUMBER,
    "decimal_": _NUMBER,
    "finite_number": _NUMBER,
    "bool_": "must be true or false",
    "date_": _DATE,
    "datetime_": _MOMENT,
    "timezone_": _MOMENT,
    "time_": "must be a time of day, as 09:40",
    "uuid_": "must be a UUID",
}
_CODES = {
    "missing": "MISSING_FIELD",
    "extra_forbidden": "UNKNOWN_FIELD",
    "date_past": "DATE_OUT_OF_RANGE",
    "date_future": "DATE_OUT_OF_RANGE",
    "datetime_past": "DATE_OUT_OF_RANGE",
    "datetime_future": "DATE_OUT_OF_RANGE",
}


def field_problems(errors: Iterable[Mapping[str, Any]]) -> tuple[FieldProblem, ...]:
    """The validator's errors as a caller reads them."""
    return tuple(_problem(error) for error in errors)


def _problem(error: Mapping[str, Any]) -> FieldProblem:
    kind = str(error["type"])
    context: dict[str, Any] = error.get("ctx") or {}
    path = ".".join(shown(part) for part in error["loc"])
    if _OWN_CODE.fullmatch(kind):  # a rule of the domain, with its own sentence
        return FieldProblem(path, kind, mask(str(error["msg"])))
    rule = _SENTENCES.get(kind) or next(
        (sentence for family, sentence in _FAMILIES.items() if kind.startswith(family)), "breaks a rule"
    )
    # The limits of dates come as text.
    dated = any(not isinstance(context.get(name, 0), int | float | Decimal) for name in ("gt", "ge", "lt", "le"))
    code = _CODES.get(kind) or ("DATE_OUT_OF_RANGE" if dated else "INVALID_VALUE")
    return FieldProblem(path, code, f"{path or 'The whole'} {rule.format_map(_Limits(context))}")


class _Limits(dict[str, Any]):
    """The limits of a rule; a kind that knows fewer of them than its sentence does not fail."""

    def __missing__(self, name: str) -> str:
        return f"the {name}"


def shown(name: object) -> str:
    """A name that a caller chose, fit to be shown and kept: that of a field, not of somebody, and nobody's number."""
    text = str(name)[:_LONGEST_NAME]
    if not (isinstance(name, int) or _A_NAME.fullmatch(text)):
        return UNSHOWN
    if sum(letter.isdigit() for letter in text) >= _ID_LIKE:
        text = "".join("*" if letter.isdigit() else letter for letter in text)
    return text
