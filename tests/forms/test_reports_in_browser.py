"""A report in a real Chromium, under the policy that it is sent with: what axe-core says of it, and that it fits."""

from __future__ import annotations

import threading
from collections.abc import Generator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import pytest

from common.report.document import (
    Bars,
    Column,
    Figure,
    Histogram,
    Interval,
    Kind,
    Report,
    Series,
    Table,
    Timeline,
    TimelineRow,
    Tone,
)
from common.report.page import POLICY, Origin, page
from tests.forms.screen import NARROW, WIDE, Screen

UNITS = ("Sentrum sykehjem", "Åsen barnehage", "Ressurssenter for funksjonshemmede barn og unge")
RULES = tuple(f"K{number:02} regel" for number in range(1, 16))
DAY = date(2026, 12, 1)
REPORT = Report(
    title="Lønnskontroll",
    subtitle="Hovedkjøring 2026-12",
    figures=(
        Figure(label="Rader kontrollert", value=12_000),
        Figure(label="Beløp holdt tilbake", kind=Kind.ORE, value=412_345_678, tone=Tone.SERIOUS),
        Figure(label="Terskler", kind=Kind.TEXT, value="Versjon 4 av terskler, versjon 2 av unntak", tone=Tone.WARNING),
    ),
    charts=(
        Bars(
            title="Regler etter enhet",
            about="Én rad kan ha flere funn.",
            labels=UNITS,
            series=tuple(Series(name=rule, values=(place, 4, 9)) for place, rule in enumerate(RULES)),
        ),
        Bars(
            title="Funn etter alvor",
            labels=UNITS,
            series=(
                Series(name="Stans", values=(30, 0, 12), tone=Tone.SERIOUS),
                Series(name="Varsel", values=(70, 40, 2), tone=Tone.WARNING),
            ),
        ),
        Histogram(
            title="Avvik fra forrige måned",
            axis="Prosent",
            labels=tuple(f"{start} til {start + 10}" for start in range(-70, 80, 10)),
            series=(Series(name="Rader", values=tuple(3_000 - abs(start) * 40 for start in range(-70, 80, 10))),),
        ),
        Timeline(
            title="Over 100 %",
            first=DAY,
            last=date(2026, 12, 31),
            rows=(TimelineRow(label="Ansatt 104211", intervals=(Interval(first=DAY, last=DAY, label="120,00 %"),)),),
        ),
    ),
    tables=(
        Table(
            title="Holdt tilbake",
            columns=(
                Column(label="Ansattnr."),
                Column(label=""),
                Column(label="Netto", kind=Kind.ORE),
                Column(label="Slutt", kind=Kind.DATE),
            ),
            rows=tuple((str(104_000 + row), UNITS[row % 3], row * 100_000, DAY) for row in range(30)),
        ),
    ),
    notes=("Juni og måneder med 13 lønnslinjer sammenlignes på fastlønn.",),
)
ORIGIN = Origin(
    batch=UUID("0198c4e6-3c1f-7d7a-a4b4-1f0c2d3e4f50"),
    process="payroll-controls",
    called="Lønnskontroll",
    rows=12_000,
    ended_at=datetime(2026, 12, 7, 18, 20, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def address() -> Generator[str]:
    """Where the page is sent with its policy, as the api sends it."""
    content = page(REPORT, ORIGIN, (("/rapporter", "Alle rapporter"), ("/regneark", "Last ned som regneark"))).encode()

    class Sender(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(content if self.path == "/" else b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's own name
            """Nothing: the test says what went wrong."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Sender) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        serving.join()


@pytest.fixture(scope="module")
def shown(address: str) -> Generator[Screen]:
    screen = Screen()
    screen.cdp("Page.setBypassCSP", enabled=False)
    screen.open(address)
    yield screen
    screen.close()


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("tables", ["closed", "open"])
def test_breaks_no_rule_and_fits(shown: Screen, tmp_path: Path, width: int, tables: str) -> None:
    shown.size(width)
    shown.js(
        f"document.querySelectorAll('details').forEach((each) => each.open = {'true' if tables == 'open' else 'false'})"
    )
    shown.picture(tmp_path / f"report-{tables}-{width}.png")
    assert shown.axe() == []
    assert shown.overflow(width) == 0


def test_its_policy_lets_its_own_style_in(shown: Screen) -> None:
    assert shown.js("getComputedStyle(document.querySelector('.figures')).display") == "grid"
    assert shown.js("document.styleSheets.length") == 1


def test_nothing_that_is_written_in_a_chart_lies_beyond_its_edge_or_over_something_else(shown: Screen) -> None:
    for width in (WIDE, NARROW):
        shown.size(width)
        met = shown.js("""
            [...document.querySelectorAll('.chart')].flatMap((chart) => {
              const room = chart.closest('section').getBoundingClientRect();
              const texts = [...chart.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()])
                .filter(([, box]) => box.width);
              const beyond = texts.filter(([, box]) => box.left < room.left || box.right > room.right);
              const over = texts.filter(([, a], place) => texts.slice(place + 1).some(([, b]) =>
                a.left < b.right && b.left < a.right && a.top < b.bottom - 3 && b.top < a.bottom - 3));
              return [...beyond, ...over].map(([text]) => text);
            })
        """)
        assert met == [], width


def test_prints_within_a_sheet_of_a4(shown: Screen) -> None:
    sheet = 695  # pixels between the margins
    shown.cdp("Emulation.setEmulatedMedia", media="print")
    shown.size(sheet)
    assert shown.overflow(sheet) == 0
    assert not shown.shown("nav")
    shown.cdp("Emulation.setEmulatedMedia", media="")
