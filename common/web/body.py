"""Read a request's body: bounded while it arrives, and JSON that means one thing only."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, TypeVar, cast

from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from common.exact import require_exact
from common.process import composed
from common.refusals import InvalidInput, MalformedRequest
from common.web.arrival import whole
from common.web.fields import field_problems, shown
from common.web.problems import NotJson

_DEEPEST = 32
Form = TypeVar("Form", bound=BaseModel)


async def read(request: Request, limit: int) -> bytes:
    """The bytes of a JSON body; raises NotJson, and what `whole` raises."""
    _, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if media_type(request) != "application/json" or charset not in {"", "utf-8", "utf8"}:
        raise NotJson
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotJson
    return await whole(request, limit)


def media_type(request: Request) -> str:
    """What the body says it is, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def model(request: Request, limit: int, form: type[Form]) -> Form:
    """A JSON body of that form; raises InvalidInput, and what `read` and `parse` raise."""
    given = parse(await read(request, limit))
    try:
        _require_declared(form, given)
        return form.model_validate(given)
    except ValidationError as invalid:
        raise InvalidInput(field_problems(invalid.errors(include_url=False, include_input=False))) from None


def _require_declared(form: type[BaseModel], given: Any) -> None:
    """Raises InvalidInput for what the form's validator would turn into something else, MalformedRequest for no text."""
    try:
        composed(given)
    except PydanticCustomError as unfit:
        raise MalformedRequest(unfit.message()) from None
    wrong: list[dict[str, Any]] = []
    for name, value in cast("dict[str, Any]", given).items() if isinstance(given, dict) else ():
        try:
            require_exact(form, name, value)
        except PydanticCustomError as inexact:
            wrong.append({"type": inexact.type, "loc": (name,), "msg": ""})
    if wrong:
        raise InvalidInput(field_problems(wrong))


def parse(body: bytes) -> Any:
    """The value of a JSON text; raises MalformedRequest, never quoting it."""
    try:
        value = json.loads(
            body.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite
        )
    except UnicodeDecodeError:
        raise MalformedRequest("The body is not UTF-8") from None
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        raise MalformedRequest(f"The body is not valid JSON: something is wrong at {where}") from None
    except ValueError:  # a whole number of thousands of digits
        raise MalformedRequest("The body holds a number that is too long") from None
    _require_shallow(value)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedRequest(f"The field {shown(twice)} stands twice in one object")
    return found


def _no_number(name: str) -> Any:
    raise MalformedRequest(f"JSON has no {name}; leave the field out")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise MalformedRequest("The body holds a number that is too large")
    return value


def _require_shallow(value: Any) -> None:
    """What nests deeper than any form does is an attack; several libraries would fall over it later."""
    level = _containers([value])
    for _ in range(_DEEPEST):
        if not level:
            return
        level = [inner for outer in level for inner in _containers(outer)]
    raise _too_deep()


def _containers(value: Any) -> list[Any]:
    inner = cast("Iterable[Any]", value.values() if isinstance(value, dict) else value)
    return [item for item in inner if isinstance(item, dict | list)]


def _too_deep() -> MalformedRequest:
    return MalformedRequest(f"The body nests deeper than {_DEEPEST} levels")
