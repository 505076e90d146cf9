"""Windows of a journal post: its status, its parties, its documents, its write-off."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from sandbox.esa import window_forms
from sandbox.esa.files import Arriving
from sandbox.esa.records import NewDocument, Post
from sandbox.esa.rules import RefusedError
from sandbox.esa.upload import receive
from sandbox.esa.window_forms import WindowForm
from sandbox.esa.windows import Windows
from sandbox.office.gate import Visit, missing, sent


class PostWindows:
    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._store = windows.store

    def routes(self) -> list[Route]:
        route, post = self._windows.route, "/esa/journalposter/{post:int}"
        return [
            *route(f"{post}/endre-status", self.status, self.set_status),
            *route(f"{post}/ny-part", self.party, self.add_party),
            *route(f"{post}/avskriv", self.write_off, self.set_write_off),
            *route(f"{post}/nytt-dokument", self.document, self.add_document),
        ]

    def _post(self, visit: Visit) -> Post:
        post = self._store.post(visit.number("post"))
        if post is None:
            raise missing()
        return post

    def _show(self, visit: Visit, form: WindowForm, known: Mapping[str, str | None]) -> Response:
        post = self._post(visit)
        return self._windows.show(visit, form, window_forms.filled(form, **known), of=_of(post))

    async def status(self, visit: Visit) -> Response:
        post = self._post(visit)
        return self._show(visit, _status_form(post), {"status": post.status})

    async def set_status(self, visit: Visit) -> Response:
        post = self._post(visit)

        async def save(values: dict[str, str]) -> str:
            status, sent_on, actor = values["status"], window_forms.iso(values.get("sendt", "")), visit.session.actor
            await self._windows.save(
                visit, "status", lambda: self._store.set_post_status(post.id, status, sent_on, actor)
            )
            return _address(post)

        return await self._windows.sent(visit, _status_form(post), await sent(visit.request), save, of=_of(post))

    async def party(self, visit: Visit) -> Response:
        return self._show(visit, window_forms.NEW_PARTY, {})

    async def add_party(self, visit: Visit) -> Response:
        post = self._post(visit)

        async def save(values: dict[str, str]) -> str:
            party, actor = window_forms.party(values), visit.session.actor
            await self._windows.save(visit, "party", lambda: self._store.add_party(post.id, party, actor))
            return _address(post)

        return await self._windows.sent(visit, window_forms.NEW_PARTY, await sent(visit.request), save, of=_of(post))

    async def write_off(self, visit: Visit) -> Response:
        return self._show(visit, window_forms.WRITE_OFF, {})

    async def set_write_off(self, visit: Visit) -> Response:
        post = self._post(visit)

        async def save(values: dict[str, str]) -> str:
            write_off, actor = window_forms.write_off(values), visit.session.actor
            await self._windows.save(visit, "writeoff", lambda: self._store.write_off(post.id, write_off, actor))
            return _address(post)

        return await self._windows.sent(visit, window_forms.WRITE_OFF, await sent(visit.request), save, of=_of(post))

    async def document(self, visit: Visit) -> Response:
        return self._show(visit, window_forms.NEW_DOCUMENT, {})

    async def add_document(self, visit: Visit) -> Response:
        post, actor = self._post(visit), visit.session.actor
        with self._store.files.arriving() as arriving:
            given = await receive(visit.request, arriving)

            async def save(values: dict[str, str]) -> str:
                _require_file(arriving)

                def keep() -> int:
                    # The file first: a document that stands has its file, whatever dies in between.
                    file = arriving.keep()
                    try:
                        return self._store.add_document(post.id, _new_document(values, arriving, file), actor)
                    except BaseException:
                        self._store.files.discard(file)
                        raise

                await self._windows.save(visit, "document", keep)
                return _address(post)

            return await self._windows.sent(visit, window_forms.NEW_DOCUMENT, given, save, of=_of(post))


def _require_file(arriving: Arriving) -> None:
    if arriving.too_large:
        raise RefusedError("Filen er for stor: høyst 100 MB.")
    if not arriving.size:
        raise RefusedError("Fil må velges, og kan ikke være tom.")


def _new_document(values: Mapping[str, str], arriving: Arriving, file: str) -> NewDocument:
    return NewDocument(
        role=values["rolle"],
        title=values["tittel"],
        format=arriving.format,
        checksum=arriving.checksum,
        original=values["sjekksum_original"],
        file=file,
    )


def _status_form(post: Post) -> WindowForm:
    return window_forms.POST_STATUS if post.type == "U" else window_forms.POST_STATUS_UNSENT


def _of(post: Post) -> str:
    return f"Journalpost {post.call_number}"


def _address(post: Post) -> str:
    return f"/esa/journalposter/{post.id}"
