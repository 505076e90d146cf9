"""From what was sent to a draft of a case, or to why it is refused: the process's own rules that do not depend on now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from pydantic import ValidationError

from common.cases.draft import Draft
from common.errors import BusinessException
from common.process import Process
from common.refusals import FieldProblem, InvalidInput, Refusal, UnitForeign
from common.web.fields import field_problems


def drafted(
    process: Process,
    given: Any,
    *,
    accepts_synthetic: bool,
    units: Collection[str] | None,
    key: str | None = None,
    row: int | None = None,
) -> Draft | Refusal:
    """One input, checked; `row` is its number in a batch, as its sender counts.

    `units` are those whose cases the sender may hand over: a case of another, or of none, is refused. None: any.
    """
    if not isinstance(given, dict):
        return InvalidInput((FieldProblem("", "INVALID_VALUE", "A case must be a JSON object"),))
    # A test case may be about an invented person anywhere; it never reaches a production target.
    context = {"accepts_synthetic": accepts_synthetic or cast("dict[str, Any]", given).get("test") is True}
    try:
        checked = process.input.model_validate(given, context=context)
    except ValidationError as invalid:
        return InvalidInput(field_problems(invalid.errors(include_url=False, include_input=False)))
    except BusinessException as broken:
        return InvalidInput((FieldProblem("", broken.code, broken.message),))
    if units is not None and checked.unit not in units:
        return UnitForeign()
    return Draft(input=checked, idempotency_key=key, row=row)
