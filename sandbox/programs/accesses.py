"""An access: what it allows, how it is changed, blocked and reopened, and how a new one is made."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.books import Row
from sandbox.office.form import TICKED
from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.people import norwegian_date
from sandbox.office.view import View, goto
from sandbox.programs.store import Allowed, Holder, Store, listed

ROLE: Final = "rolle-"
"""What the name of a role's tick begins with."""
HANDLINGS: Final = {"lagre": "change", "sperr": "block", "gjenapne": "reopen"}
STATE_AFTER: Final = {"block": "DISABLED", "reopen": "ACTIVE"}
_EXHAUSTED: Final = "Ingen ledige lisenser"
_UNITS: Final = re.compile(r"(\d{9}(, ?\d{9})*)?", re.ASCII)


class ImpossibleError(Exception):
    """What was sent cannot be saved; says why."""


class Accesses:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self._store = store
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/programmer/{program}/ny-tilgang", signed_in(self.new), methods=["GET"]),
            Route("/programmer/{program}/ny-tilgang", signed_in(self.create), methods=["POST"]),
            Route("/tilganger/{access:int}", signed_in(self.show), methods=["GET"]),
            Route("/tilganger/{access:int}", signed_in(self.save), methods=["POST"]),
            Route("/tilganger/{access:int}/lagret", signed_in(self.saved), methods=["GET"]),
        ]

    def _program(self, code: str) -> Row:
        program = self._store.program(code)
        if program is None:
            raise missing()
        return program

    def _access(self, visit: Visit) -> tuple[Row, Row]:
        """The access that a visit's address names, and its program."""
        access = self._store.access(visit.number("access"))
        if access is None:
            raise missing()
        return access, self._program(access["program"])

    # an access that is there

    async def show(self, visit: Visit) -> Response:
        access, program = self._access(visit)
        number = f"{access['program']}/{access['user_name']}"
        self._store.look("access_page", access["national_id"], visit.session.actor, number)
        return self._page(visit, access, program, _written(access))

    def _page(self, visit: Visit, access: Row, program: Row, values: Mapping[str, str], refused: str = "") -> Response:
        return self._view.page(
            visit.request,
            "tilgang",
            session=visit.session,
            access=access,
            program=program,
            values=values,
            refused=refused,
        )

    async def save(self, visit: Visit) -> Response:
        (access, program), values = self._access(visit), await sent(visit.request)
        handling = values.get("handling", "lagre")
        if handling not in HANDLINGS:
            raise missing()
        what, actor = HANDLINGS[handling], visit.session.actor
        state = STATE_AFTER.get(what) or str(access["state"])
        try:
            allowed = _allowed(values, program, ends_early=what == "block")
        except ImpossibleError as impossible:
            return self._page(visit, access, program, values, f"Tilgangen kan ikke lagres: {impossible}")
        refused = _refusal(access, program, state)
        if refused:
            return self._page(visit, access, program, values, refused)
        await self._gate.save(visit, what, lambda: self._store.save(what, access, allowed, state, actor))
        return goto(f"/tilganger/{access['id']}/lagret")

    async def saved(self, visit: Visit) -> Response:
        access, program = self._access(visit)
        return self._view.page(visit.request, "tilgang_lagret", session=visit.session, access=access, program=program)

    # a new one

    async def new(self, visit: Visit) -> Response:
        return self._form(visit, self._program(visit.request.path_params["program"]), {})

    def _form(self, visit: Visit, program: Row, values: Mapping[str, str], refused: str = "") -> Response:
        return self._view.page(
            visit.request, "ny_tilgang", session=visit.session, program=program, values=values, refused=refused
        )

    async def create(self, visit: Visit) -> Response:
        program, values = self._program(visit.request.path_params["program"]), await sent(visit.request)
        try:
            holder, allowed = _holder(values), _allowed(values, program)
        except ImpossibleError as impossible:
            return self._form(visit, program, values, f"Tilgangen kan ikke lagres: {impossible}")
        if _exhausted(program):
            return self._form(visit, program, values, _EXHAUSTED)
        actor = visit.session.actor
        # Who sends it twice has made two.
        access = await self._gate.save(
            visit, "access", lambda: self._store.create(program["code"], holder, allowed, actor)
        )
        return goto(f"/tilganger/{access}/lagret")


def _written(access: Row) -> dict[str, str]:
    """How the form stands when an access is opened."""
    return {
        "enheter": access["units"],
        "fra": norwegian_date(access["first_day"]),
        "til": norwegian_date(access["last_day"]) if access["last_day"] else "",
        **{ROLE + role: TICKED for role in listed(access["roles"])},
    }


def _refusal(access: Row, program: Row, state: str) -> str:
    """Why this access cannot be saved in this state, or nothing."""
    if access["locked_by"]:
        return f"Tilgangen er låst av {access['locked_by']}"
    reopened = state == "ACTIVE" and access["state"] != "ACTIVE"
    return _EXHAUSTED if reopened and _exhausted(program) else ""


def _exhausted(program: Row) -> bool:
    return program["licences"] is not None and program["used"] >= program["licences"]


def _allowed(values: Mapping[str, str], program: Row, *, ends_early: bool = False) -> Allowed:
    """What the form asks for; raises ImpossibleError. What is blocked may end before it has begun."""
    roles = sorted(name.removeprefix(ROLE) for name in values if name.startswith(ROLE))
    if unknown := set(roles) - set(program["roles"]):
        raise ImpossibleError(f"ukjent rolle {', '.join(sorted(unknown))}.")
    units = values.get("enheter", "").strip()
    if not _UNITS.fullmatch(units):
        raise ImpossibleError("skriv enheter som organisasjonsnumre med komma mellom.")
    first, last = _day(values, "fra"), _day(values, "til") if values.get("til", "").strip() else None
    if last is not None and last < first and not ends_early:
        raise ImpossibleError("siste dag er før første dag.")
    return Allowed(roles=", ".join(roles), units=", ".join(sorted(listed(units))), first_day=first, last_day=last)


def _day(values: Mapping[str, str], name: str) -> date:
    try:
        return datetime.strptime(values.get(name, "").strip(), "%d.%m.%Y").date()  # noqa: DTZ007  a day
    except ValueError:
        raise ImpossibleError("skriv datoer som dd.mm.åååå.") from None


def _holder(values: Mapping[str, str]) -> Holder:
    """Whom the form names; raises ImpossibleError."""
    user_name, name = values.get("brukernavn", "").strip(), values.get("navn", "").strip()
    national_id = values.get("fodselsnr", "").replace(" ", "")
    if not user_name or not name:
        raise ImpossibleError("fyll ut brukernavn og navn.")
    if not re.fullmatch(r"\d{11}", national_id, re.ASCII):
        raise ImpossibleError("fødselsnummer har 11 siffer.")
    return Holder(user_name=user_name, national_id=national_id, name=name)
