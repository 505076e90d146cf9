"""The API description: complete from the declarations, with examples made of the fields' own."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import PydanticUndefined, to_jsonable_python
from pydantic_core.core_schema import DecimalSchema, DictSchema

from common.process import Process, Service
from common.refusals import InvalidInput
from common.web.auth import declared
from common.web.problems import LIMITS, MEDIA_TYPE, Problem, responses
from common.web.uploads import table_of

_SCHEMAS = "#/components/schemas/"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_LIFE = """Hand a case over, and a robot performs it in the system that has no API.

**The life of a case.** `POST /v1/{process}` stores it and answers 202 with its address: from then on it is never lost.
It is `queued` until a robot takes it, then `running`, and ends `done` with an outcome (`CREATED`, `EXISTS`, …). A case
that breaks a rule, or fails too often, becomes `manual` with a `code`: a person reads `situation` and `remedy`, and
lets Roger try again (`retry`) or deals with it and says so (`close`). What Roger has not begun can be withdrawn
(`cancel`). Follow a case with `GET /v1/cases/{id}?wait=60`, which answers as soon as it has ended.

**Once only.** Send your own key with each case as `reference`, or an `Idempotency-Key` header. The same key with the
same content gives the same case, however often it is sent; with other content it is refused. So after a time-out or a
503, send it again.

**Many at once.** The same address takes an array, a stream (`application/x-ndjson`, one case a line) and a CSV or XLSX
file, whose template is at `GET /v1/processes/{name}/template`. What comes together is a batch: `GET /v1/batches/{id}`
says what became of its rows, and the figures add up at every moment. The same file is the same batch. A stream that broke
off goes on when it is sent again under the same `Idempotency-Key`. A process may ask for a second person, who sees the
control totals and is never the sender (`release`).

**Who saw what.** Each read of what cases hold, and each decision about them, is noted before it is answered; `X-Purpose`
says what it is for, and is noted with it.

**Refusals** are problem details (RFC 9457): `code` is for programs, `detail` says what to do, `errors` names each field.
"""


IDEMPOTENCY_KEY: dict[str, Any] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "Recognises a resubmission of a case that has no `reference`",
            "schema": {"type": "string", "minLength": 1, "maxLength": 64},
        }
    ]
}


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """How a body of that model stands in the description."""
    content = {"schema": {"$ref": _SCHEMAS + model.__name__}, "example": example_of(model)}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def example_of(model: type[BaseModel]) -> dict[str, Any]:
    """An input made of the fields' first examples; fields without one are left out, unless they are required."""
    made: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if field.examples:
            made[name] = to_jsonable_python(field.examples[0])
        elif field.is_required() and field.default is PydanticUndefined:
            made[name] = _first_choice(model, name)
    return made


def _first_choice(model: type[BaseModel], name: str) -> Any:
    schema = model.model_json_schema()
    found: dict[str, Any] = schema["properties"].get(name, {})
    if "$ref" in found:
        found = schema["$defs"][found["$ref"].rsplit("/", 1)[1]]
    return found["enum"][0] if "enum" in found else found.get("const", "…")


def describe(app: FastAPI, service: Service, bodies: Sequence[type[BaseModel]]) -> Callable[[], dict[str, Any]]:
    """What `/openapi.json` answers; made on first use, as it takes a while."""
    models = [Problem, *bodies, *(process.input for process in service.processes.values())]

    def made() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app, service, models)
        return app.openapi_schema

    return made


def _describe(app: FastAPI, service: Service, models: Sequence[type[BaseModel]]) -> dict[str, Any]:
    described = get_openapi(
        title=f"Roger: {service.title}",
        version=app.version,
        description=_LIFE,
        routes=app.routes,
        tags=[
            {"name": "Submit", "description": "Hand cases over"},
            *(
                [{"name": "Files", "description": "Hand files over, before the cases that name them"}]
                if service.takes_files
                else []
            ),
            {"name": "Cases", "description": "Follow them, and decide about those that need a person"},
            {"name": "Registers", "description": "The dated tables that cases are decided by"},
            {"name": "Batches", "description": "What came in together: control totals, release"},
            {"name": "Events", "description": "Be told of cases: as a stream, page by page, or by webhooks"},
            {"name": "Operations", "description": "How processes and targets do, and what was done to them"},
        ],
    )
    _drop_framework_refusals(described)
    _let_no_parameter_be_null(described)
    _say_what_is_needed(app, service, described)
    _say_what_limits_there_are(described)
    components = cast("dict[str, Any]", described.setdefault("components", {}))
    answers = cast("dict[str, Any]", components.get("schemas", {}))
    refs, inputs = _schemas(models, answers)
    components["schemas"] = dict(sorted((answers | inputs).items()))
    for process in service.processes.values():
        described["paths"][f"/v1/{process.name}"]["post"]["requestBody"] = _submission(process, refs[process.input])
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of an identity provider that is believed, or an API key",
        },
        "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    described["security"] = [{"bearer": []}, {"key": []}]
    return described


def _drop_framework_refusals(described: dict[str, Any]) -> None:
    """What the framework says it would answer to bad parameters: ours are problem details."""
    ours = responses(InvalidInput)[InvalidInput.status]
    for operation in (operation for path in described["paths"].values() for operation in path.values()):
        answers = operation["responses"]
        if "HTTPValidationError" in json.dumps(answers.get("422", {})):
            answers["422"] = copy.deepcopy(ours)
    for unused in ("HTTPValidationError", "ValidationError"):
        described.get("components", {}).get("schemas", {}).pop(unused, None)


def _let_no_parameter_be_null(described: dict[str, Any]) -> None:
    """A parameter is there or not, an address has no word for null; and its text is a number or none."""
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    for parameter in (parameter for operation in operations for parameter in operation.get("parameters", ())):
        schema = parameter["schema"]
        kinds: list[Any] = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
        numbers = [kind for kind in kinds if kind.get("type") == "number"]
        kinds = numbers or kinds
        if len(kinds) == 1:
            del schema["anyOf"]
            parameter["schema"] = kinds[0] | schema
        elif kinds:
            schema["anyOf"] = kinds


def _say_what_is_needed(app: FastAPI, service: Service, described: dict[str, Any]) -> None:
    """Which scopes each operation asks for, as its route declares them."""
    for route, needs in declared(app):
        if not isinstance(route, APIRoute) or not route.include_in_schema:
            continue
        scopes = [scope.replace("{service}", service.name) for scope in needs.scopes] if needs else []
        told = f"Needs {' or '.join(f'`{scope}`' for scope in scopes)}." if scopes else "For every caller."
        for method in route.methods or ():
            operation: dict[str, Any] = described["paths"][route.path_format][method.lower()]
            operation["x-required-scopes"] = scopes
            operation["description"] = f"{operation.get('description', '')}\n\n{told}".strip()


def _say_what_limits_there_are(described: dict[str, Any]) -> None:
    """What any request may be answered before anybody looks at what it asks for."""
    limits = {str(status): answer for status, answer in responses(*LIMITS).items()}
    for operation in (operation for path in described["paths"].values() for operation in path.values()):
        for status, answer in copy.deepcopy(limits).items():
            said = operation["responses"].setdefault(status, answer)
            if said is not answer:
                said["description"] += " — or " + answer["description"]
                said["content"][MEDIA_TYPE]["examples"] |= answer["content"][MEDIA_TYPE]["examples"]


class _Generator(GenerateJsonSchema):
    """As the library's, but an amount sent as text, and names that have a form, are told in words all validators know."""

    def dict_schema(self, schema: DictSchema) -> dict[str, Any]:
        made = super().dict_schema(schema)
        return made | {"additionalProperties": False} if "patternProperties" in made else made

    def decimal_schema(self, schema: DecimalSchema) -> dict[str, Any]:
        made = super().decimal_schema(schema)
        digits, places = schema.get("max_digits"), schema.get("decimal_places")
        whole = "+" if digits is None else f"{{1,{max(1, digits - (places or 0))}}}"
        fraction = "+" if places is None else f"{{1,{places}}}"
        for kind in (kind for kind in made.get("anyOf", ()) if kind.get("type") == "string"):
            kind["pattern"] = f"^-?[0-9]{whole}" + ("$" if places == 0 else f"([.][0-9]{fraction})?$")
        return made


def _schemas(
    models: Sequence[type[BaseModel]], taken: dict[str, Any]
) -> tuple[dict[type[BaseModel], dict[str, Any]], dict[str, Any]]:
    """How to refer to each model, and the schemas; renamed where an author chose a name that stands for our own."""
    refs, generated = models_json_schema(
        [(model, "validation") for model in models], ref_template=_SCHEMAS + "{model}", schema_generator=_Generator
    )
    found: dict[str, Any] = generated["$defs"]
    ours = {name for name, schema in found.items() if taken.get(name, schema) != schema}
    text = json.dumps(
        {
            "refs": [refs[model, "validation"] for model in models],
            "schemas": {name + "Input" * (name in ours): schema for name, schema in found.items()},
        }
    )
    for name in ours:
        text = text.replace(f'"{_SCHEMAS}{name}"', f'"{_SCHEMAS}{name}Input"')
    renamed: dict[str, Any] = json.loads(text)
    return dict(zip(models, renamed["refs"], strict=True)), renamed["schemas"]


def _submission(process: Process, one: dict[str, Any]) -> dict[str, Any]:
    """How the body of a process's endpoint stands in the description: one input, or an array of them."""
    example = example_of(process.input)
    content = {
        "schema": {"oneOf": [one, {"type": "array", "items": one, "minItems": 1}]},
        "examples": {
            "one": {"summary": "One case", "value": example},
            "several": {"summary": "An array of cases", "value": [example]},
        },
    }
    text = {"schema": {"type": "string", "format": "binary"}}
    form = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]}
    one_line = {"schema": one, "example": example}
    several: dict[str, Any] = {"application/x-ndjson": one_line}
    if table_of(process) is not None:
        several |= {"text/csv": text, _XLSX: text, "multipart/form-data": {"schema": form}}
    return {"required": True, "content": {"application/json": content} | several}
