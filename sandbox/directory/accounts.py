"""How accounts are found and looked at: a search, its hits, everybody page by page, one account, all groups."""

import re
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.directory import account_form
from sandbox.directory.codes import DONE
from sandbox.directory.store import PAGE, Account, Store
from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.sessions import Sessions
from sandbox.office.view import View, goto

NUMBER: Final = re.compile(r"[1-9]\d{0,5}")


def account_of(store: Store, visit: Visit) -> Account:
    """The account that a visit's address names; raises HTTPException when there is none."""
    found = store.account(visit.number("account"))
    if found is None:
        raise missing()
    return found


class Accounts:
    def __init__(self, *, store: Store, sessions: Sessions, gate: Gate, view: View) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/kontoer", signed_in(self.ask), methods=["GET"]),
            Route("/kontoer", signed_in(self.search), methods=["POST"]),
            Route("/kontoer/treff/{search:int}", signed_in(self.hits), methods=["GET"]),
            Route("/kontoer/alle", signed_in(self.everybody), methods=["GET"]),
            Route("/kontoer/slettet", signed_in(self.deleted), methods=["GET"]),
            Route("/kontoer/{account:int}", signed_in(self.show), methods=["GET"]),
            Route("/kontoer/{account:int}/{done}", signed_in(self.done), methods=["GET"]),
            Route("/grupper", signed_in(self.groups), methods=["GET"]),
        ]

    async def ask(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "kontosok", session=visit.session, values={}, problem="")

    async def search(self, visit: Visit) -> Response:
        given = await sent(visit.request)
        wanted = {name: typed for name in account_form.SEARCHED if (typed := given.get(name, "").strip())}
        if not wanted:
            problem = "Fyll ut minst ett felt."
            return self._view.page(visit.request, "kontosok", session=visit.session, values={}, problem=problem)
        return goto(f"/kontoer/treff/{self._sessions.keep_draft(visit.session, wanted)}")

    async def hits(self, visit: Visit) -> Response:
        wanted = visit.session.drafts.get(visit.number("search"))
        if wanted is None:
            return goto("/kontoer")
        self._store.look("search", "", visit.session.actor, "/".join(wanted))
        found = self._store.find({account_form.COLUMNS[name]: typed for name, typed in wanted.items()})
        return self._view.page(visit.request, "kontotreff", session=visit.session, hits=found)

    async def everybody(self, visit: Visit) -> Response:
        typed = visit.request.query_params.get("side", "1")
        if not NUMBER.fullmatch(typed):
            raise missing()
        total, page = self._store.count_accounts(), int(typed)
        self._store.look("list", "", visit.session.actor, typed)
        return self._view.page(
            visit.request,
            "kontoliste",
            session=visit.session,
            accounts=self._store.listed(page),
            total=total,
            page=page,
            pages=max(1, -(-total // PAGE)),
        )

    async def show(self, visit: Visit) -> Response:
        account = account_of(self._store, visit)
        self._store.look("entry", "", visit.session.actor, account.user_name)
        groups = self._store.groups_of(account.id)
        return self._view.page(visit.request, "konto", session=visit.session, account=account, groups=groups)

    async def done(self, visit: Visit) -> Response:
        told = DONE.get(visit.request.path_params["done"])
        if told is None:
            raise missing()
        account = account_of(self._store, visit)
        return self._view.page(visit.request, "utfort", session=visit.session, account=account, told=told)

    async def deleted(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "slettet", session=visit.session)

    async def groups(self, visit: Visit) -> Response:
        self._store.look("group_list", "", visit.session.actor)
        return self._view.page(visit.request, "grupper", session=visit.session, groups=self._store.all_groups())
