"""The page of rights, docs/rights.md: what each endpoint asks for, read from the routes themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from common.identity.scopes import READ_ALL
from common.web.auth import Needs, declared
from common.web.pages.brought import Pages

_SUBMIT = re.compile(r"\{service\}:([a-z0-9-]+):submit")
_HEAD = """# Who may do what

Made from the routes by `python -m tests.web.rights`; a test holds it to them, and another calls every endpoint with every scope.

Whoever shows neither a valid token nor a valid key is answered 401, whoever lacks the scope 403. Beyond that everybody
sees what lies within their sight, and the rest **is not there**: a foreign case, batch, task or webhook is answered
exactly as one that does not exist, and lists leave it out.

| within sight | |
|---|---|
| own | what this caller handed in |
| everybody's | with `cases:read:all` |
| of processes | with `<service>:<process>:read`, or `<service>:*:read` for all of a service |
| of units | a person whose token names units sees only cases of these; a case without a unit is for who is not bound to any. A batch is seen when every case in it is. Webhooks outlive a token: who is bound to units has none |

Whoever releases a case or a batch is never who handed it in, whatever scopes they hold. A task of no case, about a batch
or a target, is for who sees everybody's cases.

| endpoint | needs one of | narrowed to |
|---|---|---|
"""
_PAGES = """

The pages ask whoever is signed in for the same, and show what lies within the same sight:

| page | needs one of | narrowed to |
|---|---|---|
"""
_BROUGHT = """

Pages that a service brings besides:

| service | page | needs one of | narrowed to |
|---|---|---|---|
"""
_NARROWED = {
    "{case}": "the sight",
    "{batch}": "the sight",
    "{task}": "the sight; with `operate` everybody's",
    "{webhook}": "own",
    "{sha256}": "own",
    "/v1/cases": "the sight",
    "/v1/batches": "the sight",
    "/v1/events": "the sight",
    "/v1/tasks": "the sight; with `operate` everybody's",
    "/v1/webhooks": "own",
    "/v1/benefits": "units",
    "/arbeidsliste": "the sight",
    "/rapporter": "the sight",
}


Routes = Iterable[tuple[BaseRoute, Needs | None]]


def page(routes: Routes, openly: Iterable[str], own: Mapping[str, Sequence[Pages]]) -> str:
    """The page in Markdown; `own` are the pages that each service brings."""
    lines: dict[str, None] = {}
    common: dict[str, None] = {}
    for route, needs in routes:
        if isinstance(route, APIRoute) and needs is not None:
            for method in sorted(route.methods or ()):
                (lines if route.include_in_schema else common)[_line(method, route.path, needs)] = None
    brought = {
        f"| {title} {_line(method, route.path, needs, pages.narrowed.get(route.path))}": None
        for title, of_service in own.items()
        for pages in of_service
        for route, needs in declared(pages.router)
        if isinstance(route, APIRoute) and needs is not None
        for method in sorted(route.methods or ())
    }
    anybody = ", ".join(f"`{path.replace('{', '<').replace('}', '>')}`" for path in openly)
    return (
        _HEAD
        + "\n".join(lines)
        + _PAGES
        + "\n".join(common)
        + _BROUGHT
        + "\n".join(brought)
        + f"\n\nFor anybody, without a key: {anybody}. They hold nothing of any case.\n"
        "\nWhere a service makes secrets for people, `/hemmelighet/<token>` shows one, once, to whoever has its link;\n"
        "see [security](security.md).\n"
    )


def _line(method: str, path: str, needs: Needs, narrowed: str | None = None) -> str:
    scopes = [scope.replace("{", "<").replace("}", ">") for scope in needs.scopes]
    for scope in needs.scopes:
        if (found := _SUBMIT.fullmatch(scope)) and path == f"/v1/{found[1]}":
            path, scopes = "/v1/<process>", ["<service>:<process>:submit"]
    told = ", ".join(f"`{scope}`" for scope in scopes) or "any caller"
    if narrowed is None:
        narrowed = next((text for part, text in _NARROWED.items() if part in path), "")
    if narrowed and READ_ALL not in needs.scopes and narrowed == "the sight":
        narrowed = "the sight; own without `cases:read:all`"
    return f"| {method} `{path.replace('{', '<').replace('}', '>')}` | {told} | {narrowed} |"
