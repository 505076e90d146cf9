"""`/docs`: the API description as a plain page, without anything from elsewhere: a municipality's network may be closed."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from common.web.pages.rendering import VERSION


def page(described: dict[str, Any]) -> str:
    """The description in HTML."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{escape(described['info']['title'])}</title>",
        f"<link rel=stylesheet href='/static/docs.css?v={VERSION}'><h1>{escape(described['info']['title'])}</h1>",
        f"<p>{_prose(described['info']['description'])}</p>",
        "<p>The same for programs: <a href='openapi.json'>openapi.json</a></p>",
        _contents(described),
    ]
    for path, verbs in described["paths"].items():
        for verb, operation in verbs.items():
            parts.append(_operation(path, verb, operation))
    parts.append("<h2>Forms</h2>")
    parts += [_schema(name, schema) for name, schema in described["components"]["schemas"].items()]
    return "\n".join(parts)


def _contents(described: dict[str, Any]) -> str:
    items = [
        f"<li><a href='#{escape(operation['operationId'])}'>{verb.upper()} {escape(path)}</a>"
        for path, verbs in described["paths"].items()
        for verb, operation in verbs.items()
    ]
    return f"<nav aria-label=Operations><ul>{''.join(items)}</ul></nav>"


def _operation(path: str, verb: str, operation: dict[str, Any]) -> str:
    description = operation.get("description", "")
    more = "" if description == operation["summary"] else f"<p>{_prose(description)}</p>"
    made = [
        f"<h2 id={escape(operation['operationId'])}><b class=verb>{verb.upper()}</b> <code>{escape(path)}</code></h2>",
        f"<p><b>{escape(operation['summary'])}</b></p>{more}",
    ]
    if operation.get("parameters"):
        rows = [
            (p["name"], p["in"], _type(p["schema"]), p.get("description") or p["schema"].get("description", ""))
            for p in operation["parameters"]
        ]
        made.append(_table(("parameter", "in", "form", "meaning"), rows))
    for content in operation.get("requestBody", {}).get("content", {}).values():
        made.append(f"<p>Body: {_type(content['schema'])}</p>")
        examples = [content["example"]] if "example" in content else []
        examples += [example["value"] for example in content.get("examples", {}).values()]
        made += [f"<pre>{escape(json.dumps(example, indent=2, ensure_ascii=False))}</pre>" for example in examples]
    made.append(_table(("answer", "meaning"), [(s, r["description"]) for s, r in operation["responses"].items()]))
    return "\n".join(made)


def _schema(name: str, schema: dict[str, Any]) -> str:
    title = f"<h3 id='{escape(name)}'>{escape(name)}</h3><p>{_prose(schema.get('description', ''))}</p>"
    if "properties" not in schema:
        return title + f"<p>{_type(schema)}</p>"
    required = schema.get("required", ())
    rows = [
        (field, "required" if field in required else "", _type(form), form.get("description", ""))
        for field, form in schema["properties"].items()
    ]
    return title + _table(("field", "", "form", "meaning"), rows)


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(name)}" for name in heads)
    form = heads.index("form") if "form" in heads else -1
    body = "".join(
        "<tr>" + "".join(f"<td>{cell if place == form else _prose(cell)}" for place, cell in enumerate(row))
        for row in rows
    )
    return f"<div class=wide><table><tr>{head}{body}</table></div>"


def _type(schema: dict[str, Any]) -> str:
    """A form in a word, linked to its own table where it has one."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[1])
        return f"<a href='#{name}'>{name}</a>"
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(_type(one) for one in schema[several])
    if "enum" in schema:
        return " ".join(f"<code>{escape(str(choice))}</code>" for choice in schema["enum"])
    if schema.get("type") == "array":
        return "array of " + _type(schema.get("items", {}))
    return escape(str(schema.get("format") or schema.get("type", "anything")))


def _prose(text: str) -> str:
    """Escaped text, with the `code` and the paragraphs of the descriptions."""
    pieces = escape(text).replace("**", "").replace("\n\n", "</p><p>").split("`")
    return "".join(f"<code>{piece}</code>" if place % 2 else piece for place, piece in enumerate(pieces))
