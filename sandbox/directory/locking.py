"""Who may sign in with an account: its password, disabling and enabling it, putting it aside, removing it for good."""

from starlette.responses import Response
from starlette.routing import Route

from sandbox.directory import account_form
from sandbox.directory.account_form import TICKED
from sandbox.directory.accounts import account_of
from sandbox.directory.arranging import locked
from sandbox.directory.store import Account, Store
from sandbox.office.gate import Gate, Visit, sent
from sandbox.office.view import View, goto

ENABLED = "Kontoen må sperres først."


class Locking:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self._store = store
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in, account = self._gate.signed_in, "/kontoer/{account:int}"
        pages = {
            "passord": (self.password, self.set_password),
            "sperr": (self.ask_to_disable, self.disable),
            "gjenapne": (self.ask_to_enable, self.enable),
            "flytt": (self.ask_to_set_aside, self.set_aside),
            "slett": (self.ask_to_delete, self.delete),
        }
        return [
            route
            for name, (ask, do) in pages.items()
            for route in (
                Route(f"{account}/{name}", signed_in(ask), methods=["GET"]),
                Route(f"{account}/{name}", signed_in(do), methods=["POST"]),
            )
        ]

    def _page(self, visit: Visit, template: str, account: Account, problem: str = "", remark: str = "") -> Response:
        return self._view.page(
            visit.request, template, session=visit.session, account=account, problem=problem, remark=remark
        )

    async def password(self, visit: Visit) -> Response:
        return self._page(visit, "passord", account_of(self._store, visit))

    async def set_password(self, visit: Visit) -> Response:
        account, given, actor = account_of(self._store, visit), await sent(visit.request), visit.session.actor
        password = given.get("passord", "")
        problem = account_form.problem_of_password(password, given.get("gjentatt", ""))
        if problem:
            return self._page(visit, "passord", account, problem)
        if account.locked_by:
            return locked(self._view, visit, account)
        must_change, enable = given.get("bytte") == TICKED, given.get("apne") == TICKED
        await self._gate.save(
            visit,
            "secret",
            lambda: self._store.set_password(account, password, actor, must_change=must_change, enable=enable),
        )
        return goto(f"/kontoer/{account.id}/passord-satt")

    async def ask_to_disable(self, visit: Visit) -> Response:
        account = account_of(self._store, visit)
        return self._page(visit, "sperr", account, remark=account.of.remark)

    async def disable(self, visit: Visit) -> Response:
        account, actor = account_of(self._store, visit), visit.session.actor
        remark = (await sent(visit.request)).get("merknad", "")
        problem = account_form.problem_of_line(remark, account_form.FIELDS["merknad"][1])
        if problem:
            return self._page(visit, "sperr", account, problem, remark)
        if account.locked_by:
            return locked(self._view, visit, account)
        await self._gate.save(visit, "disabling", lambda: self._store.disable(account, remark, actor))
        return goto(f"/kontoer/{account.id}/sperret")

    async def ask_to_enable(self, visit: Visit) -> Response:
        return self._page(visit, "gjenapne", account_of(self._store, visit))

    async def enable(self, visit: Visit) -> Response:
        account, actor = account_of(self._store, visit), visit.session.actor
        if account.locked_by:
            return locked(self._view, visit, account)
        await self._gate.save(visit, "enabling", lambda: self._store.enable(account, actor))
        return goto(f"/kontoer/{account.id}/gjenapnet")

    async def ask_to_set_aside(self, visit: Visit) -> Response:
        account = account_of(self._store, visit)
        return self._page(visit, "flytt", account, remark=account.of.remark)

    async def set_aside(self, visit: Visit) -> Response:
        account, actor = account_of(self._store, visit), visit.session.actor
        remark = (await sent(visit.request)).get("merknad", "")
        too_early = ENABLED if account.enabled else ""
        problem = too_early or account_form.problem_of_line(remark, account_form.FIELDS["merknad"][1])
        if problem:
            return self._page(visit, "flytt", account, problem, remark)
        if account.locked_by:
            return locked(self._view, visit, account)
        await self._gate.save(visit, "moving", lambda: self._store.set_aside(account, remark, actor))
        return goto(f"/kontoer/{account.id}/flyttet")

    async def ask_to_delete(self, visit: Visit) -> Response:
        return self._page(visit, "slett", account_of(self._store, visit))

    async def delete(self, visit: Visit) -> Response:
        account, actor = account_of(self._store, visit), visit.session.actor
        confirmed = (await sent(visit.request)).get("bekreftet") == TICKED
        problem = ENABLED if account.enabled else "" if confirmed else "Må krysses av."
        if problem:
            return self._page(visit, "slett", account, problem)
        if account.locked_by:
            return locked(self._view, visit, account)
        await self._gate.save(visit, "deletion", lambda: self._store.delete(account, actor))
        return goto("/kontoer/slettet")
