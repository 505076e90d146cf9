"""How a page is made: templates, what they link to, and the header that lets nothing else in."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, cast

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from common.web.pages import words
from common.web.problems import RouteUnknown

_HERE = Path(__file__).parent
_KINDS = {".css": "text/css", ".js": "text/javascript"}
# A script of ours may talk to this service only, and make no markup out of text (trusted types): what a page shows of
# people stays text whatever they are called.
_WITH_SCRIPTS = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


class Paper:
    """The templates of a folder, and the style sheets and scripts beside them; what is common to all can be extended."""

    def __init__(self, folder: Path) -> None:
        self.files = {
            path.name: path.read_bytes() for path in sorted((folder / "static").iterdir()) if path.suffix in _KINDS
        }
        self.version = hashlib.sha256(b"".join(self.files.values())).hexdigest()[:12]
        """Changes with what is linked to, so that browsers may keep that for long."""
        self._headers = (
            {"Content-Security-Policy": _WITH_SCRIPTS} if any(name.endswith(".js") for name in self.files) else {}
        )
        self._templates = Environment(
            loader=FileSystemLoader([folder / "templates", _HERE / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        cast("dict[str, Any]", self._templates.globals).update(words=words, version=self.version)

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A page made of a template."""
        return HTMLResponse(self._templates.get_template(template).render(**values), status, self._headers)


OURS = Paper(_HERE)
VERSION = OURS.version
page = OURS.page
router = APIRouter(include_in_schema=False)


@router.get("/static/{name}")
async def get_static(request: Request, name: str) -> Response:
    """A style sheet, or a script of pages that a service brings."""
    files: dict[str, bytes] = request.app.state.static
    content = files.get(name)
    if content is None:
        raise RouteUnknown
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=_KINDS[Path(name).suffix], headers=kept)
