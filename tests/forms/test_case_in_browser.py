"""The page of a case and its children in a real Chromium: what axe-core says of it, and that it fits."""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest

from common.cases.family import Count, Member
from common.cases.queries import CaseView
from common.cases.states import State
from common.db.tables import Event
from common.process import Service
from common.web.pages import words
from common.web.pages.rendering import OURS, page
from tests.forms.screen import NARROW, WIDE, Screen

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
OFFICE = Service("useradmin", title="Brukeradministrasjon")
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def a_case(number: int, process: str, state: State, **fields: object) -> CaseView:
    case = CaseView(
        id=UUID(int=number),
        process=process,
        version=1,
        state=state,
        outcome="CREATED" if state is State.DONE else None,
        code=None,
        reference=f"BRK-9003/{number}",
        caller="bestillingsskjema",
        unit="310456780",
        priority=5,
        test=False,
        attempts=1,
        submitted_at=NOW,
        not_before=None,
        due=NOW + timedelta(days=1),
        ended_at=NOW if state in {State.DONE, State.MANUAL, State.CLOSED} else None,
        detail={},
    )
    return replace(case, **fields)  # pyright: ignore[reportArgumentType]


def tree() -> Member:
    """A removal: what is deleted later, and what it took away in programs, some of it done and some with a person."""
    later = NOW + timedelta(days=90)
    deletion = Member(case=a_case(2, "account-deletions", State.QUEUED, not_before=later, due=later), count=None)
    last = Member(case=a_case(6, "program-accesses-of-a-very-long-name", State.RUNNING, reference="x" * 60), count=None)
    programs = [
        Member(case=a_case(3, "program-accesses", State.DONE), count=None),
        Member(
            case=a_case(4, "program-accesses", State.DONE),
            count=Count(states={State.RUNNING: 1, State.MANUAL: 2}, ended_at=None),
            children=[last],
        ),
        Member(case=a_case(5, "program-accesses", State.MANUAL), count=None),
    ]
    count = Count(states={State.DONE: 2, State.MANUAL: 1, State.QUEUED: 2}, ended_at=NOW)
    return Member(case=a_case(1, "account-removals", State.DONE), count=count, children=[deletion, *programs])


def content() -> bytes:
    shown = tree()
    case = replace(shown.case, parent=UUID(int=9))
    events = [
        Event(case_id=case.id, at=NOW, actor="caller:bestillingsskjema", to_state=State.QUEUED),
        Event(case_id=case.id, at=NOW, actor="errands", from_state="done", to_state="done", code="CHILDREN_ENDED"),
    ]
    answer = page(
        "case.html",
        session=SimpleNamespace(caller=SimpleNamespace(name="own/kari"), form_token="0" * 64, entrances=[]),
        called=partial(words.process, OFFICE),
        told=None,
        line={"case": case, "situation": None, "remedy": None, "now": NOW, "link": "/arbeidsliste/saker/1"},
        events=events,
        tree=shown,
        parent=a_case(9, "account-removals", State.DONE),
        may_decide=False,
        may_release=False,
    )
    return bytes(answer.body)


@pytest.fixture(scope="module")
def shown() -> Generator[Screen]:
    html, style = content(), OURS.files["roger.css"]

    class Sender(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            styled = self.path.startswith("/static/roger.css")
            self.send_response(200 if styled or self.path == "/" else 404)
            self.send_header("Content-Type", "text/css" if styled else "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(style if styled else html if self.path == "/" else b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's own name
            """Nothing: the test says what went wrong."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Sender) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        screen = Screen()
        screen.open(f"http://127.0.0.1:{server.server_address[1]}/")
        yield screen
        screen.close()
        server.shutdown()
        serving.join()


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_breaks_no_rule_and_fits(shown: Screen, tmp_path: Path, width: int) -> None:
    shown.size(width)
    shown.picture(tmp_path / f"case-{width}.png")
    assert shown.axe() == []
    assert shown.overflow(width) == 0


def test_every_child_stands_below_its_parent(shown: Screen) -> None:
    assert shown.js("document.querySelectorAll('.tree > li').length") == 4
    assert shown.text(".tree > li:nth-of-type(3) ul a").endswith("x" * 60)
    assert "2 følgesaker til vises ikke her" in shown.text(".tree > li:nth-of-type(3)")
