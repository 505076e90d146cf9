"""How a page is made: templates compiled once, and the faults that show in a page."""

import hashlib
import mimetypes
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader
from markupsafe import escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.office.faults import Fault, Faults
from sandbox.office.people import STATUSES, norwegian_date, norwegian_time, protection_text
from sandbox.office.sessions import Session

HERE: Final = Path(__file__).parent
FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    "dato": norwegian_date,
    "tid": norwegian_time,
    "status": STATUSES.__getitem__,
    "sperre": protection_text,
}
EXPIRED: Final = "Økten er utløpt. Logg inn på nytt."
NO_STORE: Final = {"Cache-Control": "no-store"}
MONTH: Final = "public, max-age=2592000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What tells one system from another before anything is done in it."""

    name: str
    """As it stands in file names and cookies."""
    home: str
    """The page after signing in."""
    folder: Path
    """Holds `templates/` and `static/`; a template that is not there is the one of `office/templates`."""
    shared: Mapping[str, object] = field(default_factory=dict[str, object])
    """What every template knows."""
    filters: Mapping[str, Callable[..., str]] = field(default_factory=dict[str, Callable[..., str]])
    """More ways to write a value than dates, times, a person's status and the kind of protection."""


class Assets:
    """Style sheet, scripts and icon, a system's own and those of all: in memory, cached by browsers under their version."""

    def __init__(self, folder: Path) -> None:
        found = [*sorted((HERE / "static").iterdir()), *sorted(folder.iterdir())]
        self._files = {path.name: path.read_bytes() for path in found if path.is_file()}
        self.version: str = hashlib.sha256(b"".join(self._files.values())).hexdigest()[:8]

    async def serve(self, request: Request) -> Response:
        content = self._files.get(request.path_params["name"])
        if content is None:
            return Response(status_code=404)
        tag = f'"{self.version}"'
        headers = {"Cache-Control": MONTH, "ETag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        kind, _ = mimetypes.guess_type(request.path_params["name"])
        return Response(content, media_type=kind, headers=headers)


class View:
    def __init__(self, brand: Brand, faults: Faults, assets: Assets) -> None:
        self.home = brand.home
        self.cookie = f"{brand.name}_okt"
        self.flash = f"{brand.name}_melding"
        self._faults = faults
        environment = Environment(
            loader=FileSystemLoader([brand.folder / "templates", HERE / "templates"]),
            autoescape=True,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        shared = {"brand": brand.name, **brand.shared, "version": assets.version}
        environment.filters.update({**FILTERS, **brand.filters})
        self._templates = {
            name: environment.get_template(name, globals=shared) for name in environment.list_templates()
        }

    def page(
        self, request: Request, template: str, *, session: Session | None = None, status: int = 200, **shown: object
    ) -> HTMLResponse:
        dialogs = self._faults.fire("dialog", request) if session else []
        html = self._templates[f"{template}.html"].render(
            user=session.actor.account if session else "",
            notice=session.take_notice() if session else "",
            dialogs=dialogs,
            **shown,
        )
        renamings = self._faults.fire("renamed_label", request, lambda fault: _has_label(html, fault.old))
        return HTMLResponse(_with_labels_renamed(html, renamings), status, headers=NO_STORE)

    def error(self, request: Request) -> HTMLResponse:
        return self.page(request, "feil", status=500)

    def expired(self) -> Response:
        """Send a visitor without a session to the sign-in page, with a word about why."""
        response = goto("/")
        response.delete_cookie(self.cookie)
        response.set_cookie(self.flash, "utlopt", max_age=30, httponly=True, samesite="lax")
        return response


def goto(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303, headers=NO_STORE)


def _label(text: str) -> re.Pattern[str]:
    # A whole text between two tags: a renamed "Lagre" leaves "Lagret" and every attribute alone.
    return re.compile(rf"(>\s*){re.escape(str(escape(text)))}(\s*<)")


def _has_label(html: str, text: str) -> bool:
    return _label(text).search(html) is not None


def _with_labels_renamed(html: str, renamings: Sequence[Fault]) -> str:
    for fault in renamings:
        before, after = _label(fault.old), str(escape(fault.to))
        html = before.sub(lambda found, after=after: found[1] + after + found[2], html)
    return html
