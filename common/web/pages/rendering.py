"""How a page is made: templates, the style sheets, and the header that lets nothing else in."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, cast

from fastapi import APIRouter
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from common.web.pages import words
from common.web.problems import RouteUnknown

_HERE = Path(__file__).parent
_STATIC = {path.name: path.read_bytes() for path in sorted((_HERE / "static").glob("*.css"))}
VERSION = hashlib.sha256(b"".join(_STATIC.values())).hexdigest()[:12]
"""Changes with the style sheets, so that browsers may keep them for long."""

_templates = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
cast("dict[str, Any]", _templates.globals).update(words=words, version=VERSION)
router = APIRouter(include_in_schema=False)


def page(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page made of a template."""
    return HTMLResponse(_templates.get_template(template).render(**values), status)


@router.get("/static/{name}")
async def get_static(name: str) -> Response:
    """A style sheet; there are no scripts."""
    content = _STATIC.get(name)
    if content is None:
        raise RouteUnknown
    return Response(content, media_type="text/css", headers={"Cache-Control": "public, max-age=31536000, immutable"})
