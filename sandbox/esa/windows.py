"""ESA's windows: each opens over the frames, saves or says why not, and closes itself over the record that was saved."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeVar

from starlette.responses import Response
from starlette.routing import Route

from sandbox.esa.rules import RefusedError
from sandbox.esa.store import Store
from sandbox.esa.window_forms import WindowForm
from sandbox.office.gate import Gate, Page, Visit
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
        if problems := form.problems(typed):
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
