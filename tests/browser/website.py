"""A website in a thread: pages are functions of a visit, and every visit is remembered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Visit:
    """One request."""

    method: str
    path: str
    fields: dict[str, list[str]]
    body: bytes
    cookie: str
    languages: str

    def one(self, name: str) -> str:
        return self.fields.get(name, [""])[0]


@dataclass(frozen=True)
class Answer:
    """One response; plain strings stand for a page that went well."""

    html: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])


PageFunction = Callable[["Website", Visit], "Answer | str"]


class Website:
    """Serves `pages` on a free port of the loopback."""

    def __init__(self, pages: dict[str, PageFunction]) -> None:
        self.pages = pages
        self.visits: list[Visit] = []
        self.gate = threading.Event()
        self.signed_in = True
        self._changed = threading.Condition()
        website = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.serve()

            def do_POST(self) -> None:
                self.serve()

            def serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                answer = website.answer(
                    self.command,
                    self.path,
                    body,
                    cookie=self.headers.get("cookie", ""),
                    languages=self.headers.get("accept-language", ""),
                )
                page = answer.html.encode()
                self.send_response(answer.status)
                for name, value in {"content-type": "text/html; charset=utf-8", **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A browser that goes away in the middle is what is being tested."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def answer(self, method: str, target: str, body: bytes, *, cookie: str, languages: str) -> Answer:
        split = urlsplit(target)
        fields: dict[str, list[str]] = {}
        sent = [*parse_qsl(split.query, keep_blank_values=True)]
        if not body.startswith(b"--"):
            sent += parse_qsl(body.decode(), keep_blank_values=True)
        for name, value in sent:
            fields.setdefault(name, []).append(value)
        visit = Visit(method, split.path, fields, body, cookie, languages)
        with self._changed:
            self.visits.append(visit)
            self._changed.notify_all()
        made = self.pages.get(split.path, lambda _site, _visit: Answer("<h1>Finnes ikke</h1>", 404))(self, visit)
        return Answer(made) if isinstance(made, str) else made

    def posts(self, path: str) -> list[Visit]:
        return [visit for visit in self.visits if visit.method == "POST" and visit.path == path]

    def await_visit(self, path: str, method: str = "GET") -> None:
        """Wait until somebody has asked for that path."""
        with self._changed:
            assert self._changed.wait_for(lambda: any((v.path, v.method) == (path, method) for v in self.visits), 20)

    def open_gate_after(self, seconds: float) -> None:
        """Let the pages that wait at the gate answer a little later."""
        timer = threading.Timer(seconds, self.gate.set)
        timer.daemon = True
        timer.start()

    def fresh(self) -> None:
        self.visits.clear()
        self.gate.clear()
        self.signed_in = True

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
