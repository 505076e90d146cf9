"""Authorisations: a new one, of an orderer or of somebody who becomes one by it, and the end of one."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.books import Row
from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.view import View, goto
from sandbox.orderers.orderers import lock_of, orderer_of
from sandbox.orderers.store import Signing, Store

LONGEST_SIGNATURE: Final = 64


class ImpossibleError(Exception):
    """What was sent cannot be saved; says why."""


class Authorisations:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self._store = store
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/bestillere/ny", signed_in(self.new_orderer), methods=["GET"]),
            Route("/bestillere/ny", signed_in(self.make_orderer), methods=["POST"]),
            Route("/bestillere/{orderer:int}/ny-fullmakt", signed_in(self.new), methods=["GET"]),
            Route("/bestillere/{orderer:int}/ny-fullmakt", signed_in(self.authorise), methods=["POST"]),
            Route("/fullmakter/{authorisation:int}/lagret", signed_in(self.saved), methods=["GET"]),
            Route("/fullmakter/{authorisation:int}/avslutt", signed_in(self.confirm_end), methods=["GET"]),
            Route("/fullmakter/{authorisation:int}/avslutt", signed_in(self.end), methods=["POST"]),
            Route("/fullmakter/{authorisation:int}/avsluttet", signed_in(self.ended), methods=["GET"]),
        ]

    # somebody who is no orderer yet

    async def new_orderer(self, visit: Visit) -> Response:
        return self._orderer_form(visit, {})

    def _orderer_form(self, visit: Visit, values: Mapping[str, str], refused: str = "") -> Response:
        return self._view.page(visit.request, "ny_bestiller", session=visit.session, values=values, refused=refused)

    async def make_orderer(self, visit: Visit) -> Response:
        values = await sent(visit.request)
        employee = self._store.employee(values.get("ansattnr", "").strip())
        if employee is None:
            return self._orderer_form(visit, values, "Fant ikke den ansatte")
        try:
            signing = self._signing(values)
        except ImpossibleError as impossible:
            return self._orderer_form(visit, values, f"Fullmakten kan ikke lagres: {impossible}")
        actor = visit.session.actor
        # Who sends it twice has made two orderers.
        made = await self._gate.save(visit, "orderer", lambda: self._store.make_orderer(employee, signing, actor))
        return goto(f"/fullmakter/{made}/lagret")

    # one more of an orderer

    async def new(self, visit: Visit) -> Response:
        return self._form(visit, orderer_of(self._store, visit), {})

    def _form(self, visit: Visit, orderer: Row, values: Mapping[str, str], refused: str = "") -> Response:
        return self._view.page(
            visit.request, "ny_fullmakt", session=visit.session, orderer=orderer, values=values, refused=refused
        )

    async def authorise(self, visit: Visit) -> Response:
        orderer, values = orderer_of(self._store, visit), await sent(visit.request)
        if lock_of(orderer):
            return self._form(visit, orderer, values, lock_of(orderer))
        try:
            signing = self._signing(values)
        except ImpossibleError as impossible:
            return self._form(visit, orderer, values, f"Fullmakten kan ikke lagres: {impossible}")
        actor = visit.session.actor
        # Who sends it twice has made two.
        made = await self._gate.save(visit, "authorisation", lambda: self._store.authorise(orderer, signing, actor))
        return goto(f"/fullmakter/{made}/lagret")

    def _signing(self, values: Mapping[str, str]) -> Signing:
        """What the form asks for; raises ImpossibleError."""
        told = {
            name: values.get(name, "").strip() for name in ("enhet", "fra", "til", "signert-av", "signert", "signatur")
        }
        if self._store.unit(told["enhet"]) is None:
            raise ImpossibleError("ukjent enhet.")
        if not told["signert-av"] or not told["signatur"]:
            raise ImpossibleError("fyll ut hvem som har signert, og signaturens nummer.")
        if len(told["signatur"]) > LONGEST_SIGNATURE:
            raise ImpossibleError(f"signaturen kan ha høyst {LONGEST_SIGNATURE} tegn.")
        first, last = _day(told["fra"]), _day(told["til"]) if told["til"] else None
        if last is not None and last < first:
            raise ImpossibleError("siste dag er før første dag.")
        return Signing(
            unit=told["enhet"],
            first_day=first,
            last_day=last,
            signed_by=told["signert-av"],
            signed=_day(told["signert"]),
            signature=told["signatur"],
        )

    async def saved(self, visit: Visit) -> Response:
        return self._done(visit, "Fullmakten er lagret")

    def _done(self, visit: Visit, done: str) -> Response:
        return self._view.page(
            visit.request, "fullmakt", session=visit.session, authorisation=self._authorisation(visit), done=done
        )

    def _authorisation(self, visit: Visit) -> Row:
        found = self._store.authorisation(visit.number("authorisation"))
        if found is None:
            raise missing()
        return found

    # the end of one

    async def confirm_end(self, visit: Visit) -> Response:
        return self._end_form(visit, self._authorisation(visit), {})

    def _end_form(self, visit: Visit, authorisation: Row, values: Mapping[str, str], refused: str = "") -> Response:
        return self._view.page(
            visit.request,
            "avslutt",
            session=visit.session,
            authorisation=authorisation,
            values=values,
            refused=refused,
        )

    async def end(self, visit: Visit) -> Response:
        authorisation, values = self._authorisation(visit), await sent(visit.request)
        if lock_of(authorisation):
            return self._end_form(visit, authorisation, values, lock_of(authorisation))
        try:
            last = _last_day(authorisation, values)
        except ImpossibleError as impossible:
            return self._end_form(visit, authorisation, values, f"Fullmakten kan ikke avsluttes: {impossible}")
        actor = visit.session.actor
        await self._gate.save(visit, "end", lambda: self._store.end(authorisation, last, actor))
        return goto(f"/fullmakter/{authorisation['id']}/avsluttet")

    async def ended(self, visit: Visit) -> Response:
        return self._done(visit, "Fullmakten er avsluttet")


def _last_day(authorisation: Row, values: Mapping[str, str]) -> date:
    """Until when it is to hold; raises ImpossibleError."""
    if authorisation["state"] != "ACTIVE":
        raise ImpossibleError("den er ikke aktiv.")
    return _day(values.get("til", "").strip())


def _day(value: str) -> date:
    try:
        return datetime.strptime(value, "%d.%m.%Y").date()  # noqa: DTZ007  a day
    except ValueError:
        raise ImpossibleError("skriv datoer som dd.mm.åååå.") from None
