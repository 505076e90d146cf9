"""ESA's windows: each opens over the frames, saves or says why not, and closes itself over the record that was saved."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeVar

from starlette.responses import Response
from starlette.routing import Route

from sandbox.esa import window_forms
from sandbox.esa.rules import RefusedError
from sandbox.esa.store import Store
from sandbox.esa.window_forms import WindowForm
from sandbox.office.gate import Gate, Page, Visit, missing, sent
from sandbox.office.view import View

T = TypeVar("T")
Save = Callable[[dict[str, str]], Awaitable[str]]
"""Saves what a window holds and answers the address of the record; raises RefusedError."""


class Windows:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self.store = store
        self._gate = gate
        self._view = view

    def route(self, path: str, show: Page, save: Page) -> list[Route]:
        """A window: it is shown, and what is typed in it is sent."""
        return [
            Route(path, self._gate.signed_in(show), methods=["GET"]),
            Route(path, self._gate.signed_in(save), methods=["POST"]),
        ]

    def show(
        self, visit: Visit, form: WindowForm, values: Mapping[str, str], *, of: str, problems: Iterable[str] = ()
    ) -> Response:
        """A window as it opens, or as it stays when something is wrong; `of` says what it is about."""
        return self._view.page(
            visit.request,
            "vindu",
            session=visit.session,
            form=form,
            values=values,
            of=of,
            action=visit.request.url.path,
            problem=" ".join(problems),
            parts=self.store.parts(),
        )

    async def sent(self, visit: Visit, form: WindowForm, values: Mapping[str, str], save: Save, *, of: str) -> Response:
        """Save what a window holds, unless something is wrong with it."""
        typed = form.read(values)
        problems = [*form.problems(typed)]
        if form is window_forms.NEW_POST:
            problems += window_forms.problems_of_parties(typed)
        if problems:
            return self.show(visit, form, typed, of=of, problems=problems)
        try:
            address = await save(typed)
        except RefusedError as refused:
            return self.show(visit, form, typed, of=of, problems=[str(refused)])
        return self.done(visit, address)

    def done(self, visit: Visit, address: str) -> Response:
        """The window closes over the record that was saved."""
        return self._view.page(visit.request, "lagret", session=visit.session, address=address)

    async def save(self, visit: Visit, what: str, write: Callable[[], T]) -> T:
        return await self._gate.save(visit, what, write)


class CaseFileWindows:
    """Windows of case files, and of new posts in them."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._store = windows.store

    def routes(self) -> list[Route]:
        route, case = self._windows.route, "/esa/saksmapper/{case:int}"
        return [
            *route("/esa/saksmapper/ny", self.new, self.register),
            *route(f"{case}/endre-status", self.status, self.set_status),
            *route(f"{case}/ny-journalpost", self.new_post, self.register_post),
        ]

    def _number(self, visit: Visit) -> str:
        case = self._store.case_file(visit.number("case"))
        if case is None:
            raise missing()
        return f"Saksmappe {case.number}"

    async def new(self, visit: Visit) -> Response:
        form = window_forms.NEW_CASE_FILE
        return self._windows.show(visit, form, window_forms.filled(form), of="")

    async def register(self, visit: Visit) -> Response:
        async def save(values: dict[str, str]) -> str:
            new, actor = window_forms.new_case_file(values), visit.session.actor
            made = await self._windows.save(visit, "casefile", lambda: self._store.register_case_file(new, actor))
            return f"/esa/saksmapper/{made}"

        return await self._windows.sent(visit, window_forms.NEW_CASE_FILE, await sent(visit.request), save, of="")

    async def status(self, visit: Visit) -> Response:
        case = self._store.case_file(visit.number("case"))
        form = window_forms.CASE_STATUS
        values = window_forms.filled(form, status=case.status if case else "")
        return self._windows.show(visit, form, values, of=self._number(visit))

    async def set_status(self, visit: Visit) -> Response:
        case_id, of = visit.number("case"), self._number(visit)

        async def save(values: dict[str, str]) -> str:
            actor = visit.session.actor
            await self._windows.save(
                visit, "status", lambda: self._store.set_case_status(case_id, values["status"], actor)
            )
            return f"/esa/saksmapper/{case_id}"

        return await self._windows.sent(visit, window_forms.CASE_STATUS, await sent(visit.request), save, of=of)

    async def new_post(self, visit: Visit) -> Response:
        case = self._store.case_file(visit.number("case"))
        form = window_forms.NEW_POST
        known = {"enhet": case.unit, "tilgangskode": case.access, "hjemmel": case.legal_basis} if case else {}
        return self._windows.show(visit, form, window_forms.filled(form, status="S", **known), of=self._number(visit))

    async def register_post(self, visit: Visit) -> Response:
        case_id, of = visit.number("case"), self._number(visit)

        async def save(values: dict[str, str]) -> str:
            new, actor = window_forms.new_post(values), visit.session.actor
            made = await self._windows.save(visit, "post", lambda: self._store.register_post(case_id, new, actor))
            return f"/esa/journalposter/{made}"

        return await self._windows.sent(visit, window_forms.NEW_POST, await sent(visit.request), save, of=of)
