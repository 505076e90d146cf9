"""Reports of batches: who may read which, in what form, and what stands in the access log before they are shown."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
from collections.abc import AsyncGenerator, Iterable
from datetime import timedelta
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pytest
from pydantic import Field

from common.batch import BatchRule, EndedRow, Figures
from common.cases.batch_course import BatchCourse
from common.identity.caller import Kind
from common.identity.keys import new_key
from common.process import CaseInput, Outcome, OutcomeCode, Retention, Run, Service
from common.report.document import Bars, Column, Figure, Report, Series, Table
from common.report.document import Kind as ValueKind
from common.settings import ApiSettings
from common.web.app import create_app
from common.web.parts import Settings
from tests.web.keys import write_keys
from tests.web.town import NOW, Town

pytestmark = pytest.mark.anyio

NORTH, SOUTH = "310456780", "310456799"
FORMS = ("report", "report.xlsx", "report.html")
CALLERS: dict[str, tuple[list[str], list[str] | None]] = {
    "sender": (["town:*:submit", "town:*:read"], None),
    "other": (["town:*:submit", "town:*:read"], None),
    "auditor": (["cases:read:all"], None),
    "north": (["cases:read:all"], [NORTH]),
    "blind": (["town:*:submit"], None),
    "decider": (["cases:decide"], None),
}


class Item(CaseInput):
    """One thing that is counted."""

    what: str = Field(examples=["stol"])


def count(rows: Iterable[EndedRow[Item]], figures: Figures) -> Report:
    names = [row.input.what for row in rows]
    return Report(
        title="Opptelling",
        subtitle="Mars 2026",
        figures=(Figure(label="Talt opp", value=len(names)), Figure(label="Verdi", kind=ValueKind.ORE, value=125_000)),
        charts=(
            Bars(
                title="Etter sort",
                axis="Sort",
                labels=tuple(names),
                series=(Series(name="Antall", values=(1,) * len(names)),),
            ),
        ),
        tables=(Table(title="Alt", columns=(Column(label="Hva"),), rows=tuple((name,) for name in names)),),
    )


counting = Service("town", title="Town hall")


@counting.process(
    "counts",
    called="Opptellinger",
    targets=[],
    manual_minutes=1,
    due=timedelta(days=1),
    retention=Retention.PERSONAL,
    batch=BatchRule(report=count),
)
def count_one(item: Item, run: Run) -> Outcome:
    """A thing is counted."""
    return Outcome(OutcomeCode.NOOP)


@counting.process(
    "silent", targets=[], manual_minutes=1, due=timedelta(days=1), retention=Retention.PERSONAL, batch=BatchRule()
)
def say_nothing(item: Item, run: Run) -> Outcome:
    """A thing of which nobody hears."""
    return Outcome(OutcomeCode.NOOP)


class House(Town):
    """The town with batches that are handed in and ended, and people who are signed in."""

    async def hand_in(self, *names: str, process: str = "counts", unit: str | None = None) -> str:
        rows = [{"what": name} | ({"unit": unit} if unit else {}) for name in names]
        async with self.caller("sender") as client:
            answer = await client.post(f"/v1/{process}", json=rows)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["batch"]["id"])

    async def finish(self) -> None:
        parts = self.parts
        async with parts.database.pool.connection() as connection:
            await connection.execute(
                "update cases set state = 'done', outcome = 'NOOP', ended_at = now() where state = 'queued'"
            )
        course = BatchCourse(parts.database.pool, parts.keyring, parts.bell, counting.processes)
        await course.move_on(abandoned_after=3600)

    async def ended(self, *names: str, **how: Any) -> str:
        batch = await self.hand_in(*names, **how)
        await self.finish()
        return batch

    async def get(self, caller: str, path: str) -> httpx.Response:
        async with self.caller(caller) as client:
            return await client.get(path)

    async def lines(self) -> list[tuple[str, str, int, str | None]]:
        async with self.parts.database.pool.connection() as connection:
            rows = await (await connection.execute("select * from access_log order by id")).fetchall()
        return [(row["actor"], row["action"], len(row["cases"]), row["purpose"]) for row in rows]

    @contextlib.asynccontextmanager
    async def browser(self, person: str) -> AsyncGenerator[httpx.AsyncClient]:
        """Signed in to the pages with a key."""
        ours = {"sec-fetch-site": "same-origin", "accept": "text/html"}
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://town.test", headers=ours) as client:
            answer = await client.post("/logg-inn/nokkel", data={"nokkel": self.keys[person], "til": "/rapporter"})
            assert answer.status_code == 303, answer.text
            yield client


@pytest.fixture
async def house(settings: Settings, tmp_path: Path) -> AsyncGenerator[House]:
    plain: dict[str, str] = {}
    entries: list[dict[str, Any]] = []
    for name, (scopes, units) in CALLERS.items():
        plain[name], entry = new_key(name, scopes, units=units, kind=Kind.PERSON if units else Kind.SYSTEM)
        entries.append(entry)
    changed = Settings(
        api=ApiSettings(keys=write_keys(tmp_path / "keys.json", entries)),
        database=settings.database,
        redis=settings.redis,
        deployment=settings.deployment,
    )
    app = create_app(counting, changed, clock=lambda: NOW)
    async with app.router.lifespan_context(app):
        yield House(app, plain)


class Page(HTMLParser):
    """What stands in a page, and what its policy would not let in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.inline += [name for name, _ in attrs if name == "style" or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


class TestForms:
    async def test_json_is_the_document(self, house: House) -> None:
        batch = await house.ended("stol", "bord")
        answer = await house.get("sender", f"/v1/batches/{batch}/report")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        report = Report.model_validate_json(answer.content)
        assert (report.title, report.tables[0].rows) == ("Opptelling", (("stol",), ("bord",)))

    async def test_the_workbook_is_to_be_saved(self, house: House) -> None:
        batch = await house.ended("stol", "=1+1")
        answer = await house.get("sender", f"/v1/batches/{batch}/report.xlsx")
        assert answer.status_code == 200
        assert re.fullmatch(
            r'attachment; filename="counts-\d{4}-\d\d-\d\d\.xlsx"', answer.headers["content-disposition"]
        )
        book = openpyxl.load_workbook(BytesIO(answer.content))
        assert [[(cell.value, cell.data_type) for cell in row] for row in book["Alt"].iter_rows()] == [
            [("Hva", "s")],
            [("stol", "s")],
            [("=1+1", "s")],
        ]

    async def test_the_page_holds_all_it_needs_and_its_policy_lets_nothing_else_in(self, house: House) -> None:
        batch = await house.ended("stol", "<script>alert(1)</script>")
        answer = await house.get("sender", f"/v1/batches/{batch}/report.html")
        page = Page(answer.text)
        assert (answer.status_code, page.inline) == (200, [])
        assert not {"script", "link", "img", "iframe", "form", "object"} & {*page.tags}
        style = re.search("<style>(.*?)</style>", answer.text, re.DOTALL)
        assert style is not None
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert answer.headers.get_list("content-security-policy") == [
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        ]
        assert answer.headers["cache-control"] == "no-store"
        assert "<script>alert(1)</script>" in page.words
        assert "Opptellinger" in page.words


class TestWhoAndWhen:
    @pytest.mark.parametrize("form", FORMS)
    async def test_by_sight(self, house: House, form: str) -> None:
        batch = await house.ended("stol", unit=SOUTH)
        path, unknown = f"/v1/batches/{batch}/{form}", f"/v1/batches/{uuid4()}/{form}"
        for caller, status in {
            "sender": 200,
            "auditor": 200,
            "other": 404,
            "north": 404,
            "blind": 403,
            "decider": 403,
        }.items():
            answer = await house.get(caller, path)
            assert answer.status_code == status, (caller, answer.text)
            if status == 404:
                assert answer.text == (await house.get(caller, unknown)).text
                assert answer.json()["code"] == "BATCH_UNKNOWN"
        assert (await house.get("auditor", f"/v1/batches/no-id/{form}")).json()["code"] == "BATCH_UNKNOWN"
        async with house.caller(None) as client:
            assert (await client.get(path)).status_code == 401

    async def test_bound_to_units_when_every_case_is_of_one_of_hers(self, house: House) -> None:
        mine = await house.ended("stol", unit=NORTH)
        assert (await house.get("north", f"/v1/batches/{mine}/report")).status_code == 200

    @pytest.mark.parametrize("form", FORMS)
    async def test_not_before_the_batch_has_ended(self, house: House, form: str) -> None:
        batch = await house.hand_in("stol")
        answer = await house.get("sender", f"/v1/batches/{batch}/{form}")
        assert (answer.status_code, answer.json()["code"]) == (409, "NOT_IN_THAT_STATE")
        assert (answer.json()["state"], answer.json()["allowed"]) == ("open", ["ended"])
        assert await house.lines() == []

    @pytest.mark.parametrize("form", FORMS)
    async def test_a_process_that_makes_none_has_none(self, house: House, form: str) -> None:
        batch = await house.hand_in("stol", process="silent")
        for _ in range(2):
            answer = await house.get("sender", f"/v1/batches/{batch}/{form}")
            assert (answer.status_code, answer.json()["code"]) == (404, "REPORT_UNKNOWN")
            await house.finish()

    async def test_the_batch_says_where_it_is_once_there_is_one(self, house: House) -> None:
        batch = await house.hand_in("stol")
        assert (await house.get("sender", f"/v1/batches/{batch}")).json()["report"] is None
        await house.finish()
        where = (await house.get("sender", f"/v1/batches/{batch}")).json()["report"]
        assert (await house.get("sender", where)).status_code == 200

    async def test_what_was_deleted_is_gone(self, house: House) -> None:
        batch = await house.ended("stol")
        async with house.parts.database.pool.connection() as connection:
            await connection.execute("delete from batch_reports")
        answer = await house.get("sender", f"/v1/batches/{batch}/report")
        assert (answer.status_code, answer.json()["code"]) == (404, "REPORT_UNKNOWN")


async def test_every_reading_is_noted_with_all_the_cases_it_is_about(house: House) -> None:
    async with house.caller("sender") as client:
        assert (await client.post("/v1/counts", json={"what": "old", "reference": "T-1"})).status_code == 202
        await house.finish()
        sent = [{"what": "old", "reference": "T-1"}, {"what": "new"}]
        batch = (await client.post("/v1/counts", json=sent)).json()["batch"]["id"]
    await house.finish()
    async with house.caller("auditor") as client:
        for form in FORMS:
            answer = await client.get(f"/v1/batches/{batch}/{form}", headers={"X-Purpose": "kontroll"})
            assert answer.status_code == 200
    await house.get("other", f"/v1/batches/{batch}/report")
    await house.get("auditor", "/v1/batches")
    assert await house.lines() == [("caller:auditor", "report_read", 2, "kontroll")] * 3


class TestPages:
    async def test_lists_what_may_be_seen_and_leads_to_page_and_workbook(self, house: House) -> None:
        batch, hers = await house.ended("stol", "bord"), await house.ended("skap", unit=NORTH)
        await house.hand_in("open")
        async with house.browser("auditor") as browser:
            listed = await browser.get("/rapporter")
            assert listed.status_code == 200
            assert re.findall(r'href="/rapporter/([0-9a-f-]+)"', listed.text) == [hers, batch]
            assert '<a href="/rapporter" aria-current="page">Rapporter</a>' in listed.text
            assert "Opptelling, Mars 2026" in listed.text
            assert "Opptellinger" in listed.text
            assert await house.lines() == [], "a list holds nothing of what the cases hold"
            shown = await browser.get(f"/rapporter/{batch}")
            assert (shown.status_code, f'href="/rapporter/{batch}/regneark"' in shown.text) == (200, True)
            assert "style-src 'sha256-" in shown.headers["content-security-policy"]
            saved = await browser.get(f"/rapporter/{batch}/regneark")
            assert openpyxl.load_workbook(BytesIO(saved.content)).sheetnames == ["Sammendrag", "Alt", "Etter sort"]
        assert await house.lines() == [("caller:auditor", "report_read", 2, "rapporter")] * 2
        async with house.browser("north") as browser:
            listed = await browser.get("/rapporter")
            assert re.findall(r'href="/rapporter/([0-9a-f-]+)"', listed.text) == [hers]
            assert (await browser.get(f"/rapporter/{hers}")).status_code == 200

    async def test_page_by_page(self, house: House) -> None:
        made = [await house.ended(f"t{number}") for number in range(32)]
        async with house.browser("auditor") as browser:
            first = (await browser.get("/rapporter")).text
            (earlier,) = re.findall(r'href="(/rapporter\?fra=[^"]+)"', first)
            second = (await browser.get(earlier)).text
            shown = [re.findall(r'href="/rapporter/([0-9a-f-]+)"', text) for text in (first, second)]
            assert shown[0] + shown[1] == made[::-1]
            assert "fra=" not in second
            assert "ikke flere rapporter" in (await browser.get(f"/rapporter?fra={made[0]}")).text

    async def test_tells_a_person_what_is_not_there(self, house: House) -> None:
        foreign, unended = await house.ended("stol", unit=SOUTH), await house.hand_in("stol", unit=NORTH)
        async with house.browser("north") as browser:
            texts = set[str]()
            for batch in (foreign, unended, uuid4()):
                for path in (f"/rapporter/{batch}", f"/rapporter/{batch}/regneark"):
                    answer = await browser.get(path)
                    assert answer.status_code == 404
                    texts.add(answer.text)
            assert len(texts) == 1
            assert "Rapporten finnes ikke" in texts.pop()
            assert (await browser.get("/rapporter/no-id")).status_code == 404
        assert await house.lines() == []

    async def test_only_for_who_may_read(self, house: House) -> None:
        batch = await house.ended("stol")
        async with house.browser("decider") as browser:
            for path in ("/rapporter", f"/rapporter/{batch}", f"/rapporter/{batch}/regneark"):
                answer = await browser.get(path)
                assert (answer.status_code, "Ingen tilgang" in answer.text) == (403, True)
        async with house.caller(None) as client:
            answer = await client.get(f"/rapporter/{batch}")
            assert answer.status_code == 303
            assert answer.headers["location"] == f"/logg-inn?til=/rapporter/{batch}"


async def test_a_service_that_makes_no_reports_does_not_lead_to_them(hall: Town) -> None:
    reception = hall.app.state.reception
    assert [entrance.path for entrance in reception.entrances] == ["/arbeidsliste"]


async def test_the_description_shows_the_document(house: House) -> None:
    described = house.app.openapi()
    path = described["paths"]["/v1/batches/{batch}/report"]["get"]
    schema = path["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Report"}
    assert {"404", "409"} <= path["responses"].keys()
