"""Windows of a case file: a new one, its status, and a new post in it."""

from starlette.responses import Response
from starlette.routing import Route

from sandbox.esa import window_forms
from sandbox.esa.records import CaseFile
from sandbox.esa.windows import Windows
from sandbox.office.gate import Visit, missing, sent


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

    def _case(self, visit: Visit) -> CaseFile:
        case = self._store.case_file(visit.number("case"))
        if case is None:
            raise missing()
        return case

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
        case, form = self._case(visit), window_forms.CASE_STATUS
        return self._windows.show(visit, form, window_forms.filled(form, status=case.status), of=_of(case))

    async def set_status(self, visit: Visit) -> Response:
        case, actor = self._case(visit), visit.session.actor

        async def save(values: dict[str, str]) -> str:
            status = values["status"]
            await self._windows.save(visit, "status", lambda: self._store.set_case_status(case.id, status, actor))
            return f"/esa/saksmapper/{case.id}"

        return await self._windows.sent(visit, window_forms.CASE_STATUS, await sent(visit.request), save, of=_of(case))

    async def new_post(self, visit: Visit) -> Response:
        """It begins with what most posts of a case file have in common."""
        case, form = self._case(visit), window_forms.NEW_POST
        values = window_forms.filled(
            form, status="S", enhet=case.unit, tilgangskode=case.access, hjemmel=case.legal_basis
        )
        return self._windows.show(visit, form, values, of=_of(case))

    async def register_post(self, visit: Visit) -> Response:
        case, actor = self._case(visit), visit.session.actor

        async def save(values: dict[str, str]) -> str:
            new = window_forms.new_post(values)
            made = await self._windows.save(visit, "post", lambda: self._store.register_post(case.id, new, actor))
            return f"/esa/journalposter/{made}"

        return await self._windows.sent(visit, window_forms.NEW_POST, await sent(visit.request), save, of=_of(case))


def _of(case: CaseFile) -> str:
    return f"Saksmappe {case.number}"
