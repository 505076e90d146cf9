"""A new account, what is known of one, and the groups it is a member of."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from sandbox.directory import account_form
from sandbox.directory.accounts import account_of
from sandbox.directory.store import Account, Store
from sandbox.office.gate import Gate, Visit, sent
from sandbox.office.view import View, goto

TAKEN = "Brukernavnet er i bruk."


class Arranging:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self._store = store
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        change, groups = "/kontoer/{account:int}/endre", "/kontoer/{account:int}/grupper"
        return [
            Route("/kontoer/ny", signed_in(self.new), methods=["GET"]),
            Route("/kontoer/ny", signed_in(self.make), methods=["POST"]),
            Route(change, signed_in(self.change), methods=["GET"]),
            Route(change, signed_in(self.save), methods=["POST"]),
            Route(groups, signed_in(self.groups), methods=["GET"]),
            Route(groups, signed_in(self.join), methods=["POST"]),
        ]

    def _form(
        self, visit: Visit, values: Mapping[str, str], problems: Mapping[str, str], account: Account | None = None
    ) -> Response:
        return self._view.page(
            visit.request,
            "kontoskjema",
            session=visit.session,
            values=values,
            problems=problems,
            places=self._store.places(),
            account=account,
        )

    def _problems(self, values: Mapping[str, str], places: list[str]) -> dict[str, str]:
        return account_form.problems(values, places=places, is_account=self._store.is_account)

    async def new(self, visit: Visit) -> Response:
        return self._form(visit, account_form.read({}), {})

    async def make(self, visit: Visit) -> Response:
        values, actor = account_form.read(await sent(visit.request)), visit.session.actor
        name = values["brukernavn"]
        problems = self._problems(values, self._store.places())
        problem = account_form.problem_of_user_name(name) or (TAKEN if self._store.is_account(name) else "")
        if problem:
            problems["brukernavn"] = problem
        if problems:
            return self._form(visit, values, problems)
        of = account_form.particulars(values)
        made = await self._gate.save(visit, "account", lambda: self._store.make(name, of, actor))
        return goto(f"/kontoer/{made}/opprettet") if made else self._form(visit, values, {"brukernavn": TAKEN})

    async def change(self, visit: Visit) -> Response:
        account = account_of(self._store, visit)
        return self._form(visit, account_form.filled(account.user_name, account.of), {}, account)

    async def save(self, visit: Visit) -> Response:
        account, actor = account_of(self._store, visit), visit.session.actor
        values = account_form.read(await sent(visit.request))
        # Whoever lies in a place that cannot be chosen (those to be deleted) may stay there.
        problems = self._problems(values, [*self._store.places(), account.of.place])
        if problems:
            return self._form(visit, values, problems, account)
        if account.locked_by:
            return locked(self._view, visit, account)
        of = account_form.particulars(values)
        await self._gate.save(visit, "arrangement", lambda: self._store.arrange(account, of, actor))
        return goto(f"/kontoer/{account.id}/lagret")

    def _groups(self, visit: Visit, account: Account, typed: str, problem: str = "") -> Response:
        return self._view.page(
            visit.request, "medlemskap", session=visit.session, account=account, typed=typed, problem=problem
        )

    async def groups(self, visit: Visit) -> Response:
        account = account_of(self._store, visit)
        return self._groups(visit, account, "\n".join(self._store.groups_of(account.id)))

    async def join(self, visit: Visit) -> Response:
        account, actor = account_of(self._store, visit), visit.session.actor
        typed = (await sent(visit.request)).get("grupper", "")
        groups = account_form.groups(typed)
        known = {group["name"] for group in self._store.all_groups()}
        unknown = [group for group in groups if group not in known]
        if unknown:
            return self._groups(visit, account, typed, f"Ukjent gruppe: {unknown[0]}")
        if account.locked_by:
            return locked(self._view, visit, account)
        await self._gate.save(visit, "membership", lambda: self._store.join(account, groups, actor))
        return goto(f"/kontoer/{account.id}/grupper-lagret")


def locked(view: View, visit: Visit, account: Account) -> Response:
    """Somebody else has the account open: nothing is saved."""
    return view.page(visit.request, "last", session=visit.session, account=account)
