"""The pages people open: in with a real provider, out again, forms that only our own pages can send, and what is shown."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit
from uuid import uuid4

import httpx
import pytest

from common.clock import system
from common.errors import ConfigurationError
from common.identity.keys import new_key
from common.privacy.key_file import KeyFile
from common.settings import ApiSettings, DatabaseSettings, DeploymentSettings, Environment, RedisSettings
from common.web.app import create_app
from common.web.pages.settings import PageSettings
from common.web.parts import Settings
from tests.identity.issuing import PAGES, SECRET, IdentityProvider
from tests.web.keys import write_keys
from tests.web.town import Town, manual, permit

pytestmark = pytest.mark.anyio

HERE = "http://localhost:8999"
BACK = f"{HERE}/logg-inn/tilbake"
NORTH, SOUTH = "310456780", "310456799"
OURS = {"sec-fetch-site": "same-origin", "origin": HERE}
FIELD = re.compile(r'name="skjema" value="([0-9a-f]{64})"')


@pytest.fixture(scope="session")
def provider(standing_provider: IdentityProvider) -> IdentityProvider:
    standing_provider.redirects = [BACK]
    standing_provider.read_again()
    return standing_provider


@dataclass
class Office:
    """The town with its pages, and browsers to open them."""

    town: Town
    now: Callable[[timedelta], None]

    def browser(self) -> httpx.AsyncClient:
        """Keeps cookies, and follows nothing by itself. Like a browser it takes `localhost` for a safe place."""
        return httpx.AsyncClient(transport=_Both(self.town.app), timeout=30)

    async def sign_in(self, browser: httpx.AsyncClient, person: str, path: str = "/arbeidsliste") -> httpx.Response:
        """Open a page, and go through the provider's own pages until one is back."""
        answer = await follow(browser, await browser.get(HERE + path))
        link = re.search(r'href="(/logg-inn/med/own[^"]*)"', answer.text)
        assert link is not None, answer.text
        answer = await follow(browser, await browser.get(HERE + unescape(link[1])))
        while not str(answer.url).startswith(HERE):
            action = re.search(r'action="([^"]+)"', answer.text)
            assert action is not None, answer.text
            fields = dict(re.findall(r'name="(prompt)" value="(\w+)"', answer.text))
            form = fields | {"login": person, "password": "any"}
            answer = await follow(browser, await browser.post(urljoin(str(answer.url), unescape(action[1])), data=form))
        return answer


class _Both(httpx.AsyncBaseTransport):
    """To the application in this process, or to the provider."""

    def __init__(self, app: Any) -> None:
        self._here, self._there = httpx.ASGITransport(app), httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        ours = request.url.host == "localhost"
        answer = await (self._here if ours else self._there).handle_async_request(request)
        # httpx sends cookies that are Secure over https only; browsers also to this machine.
        answer.headers = httpx.Headers(
            [
                (name, value.replace("; Secure", "").replace("; secure", "") if name == "set-cookie" else value)
                for name, value in answer.headers.multi_items()
            ]
        )
        return answer

    async def aclose(self) -> None:
        await self._there.aclose()


async def follow(browser: httpx.AsyncClient, answer: httpx.Response) -> httpx.Response:
    while answer.is_redirect:
        answer = await browser.get(urljoin(str(answer.url), answer.headers["location"]))
    return answer


@pytest.fixture
async def office(
    request: pytest.FixtureRequest,
    provider: IdentityProvider,
    database: DatabaseSettings,
    empty_redis: str,
    tmp_path: Path,
) -> AsyncGenerator[Office]:
    """With a parameter: the minutes after which rights are asked for anew."""
    KeyFile(tmp_path / "keyring.json").create()
    (tmp_path / "secret").write_text(SECRET + "\n")
    (tmp_path / "issuers.toml").write_text(
        f"""
[[issuer]]
name = "own"
issuer = "{provider.url}"
audience = ["urn:roger:town"]
client = "client_id"
rights = ["roles", "scope"]
own_scopes = true
unit_claim = "units"
[issuer.scopes]
case-worker = ["cases:read:all", "cases:decide"]
leader = ["cases:release"]
[issuer.sign_in]
client_id = "{PAGES}"
client_secret = "{tmp_path / "secret"}"
scopes = ["openid", "roger"]
title = "Logg inn med jobbkontoen"
"""
    )
    key, entry = new_key("booking", ["town:*:submit", "town:*:read"])
    write_keys(tmp_path / "keys.json", [entry])
    passed = [timedelta()]
    app = create_app(
        town_service(),
        Settings(
            api=ApiSettings(keys=tmp_path / "keys.json", issuers=tmp_path / "issuers.toml"),
            database=database,
            redis=RedisSettings(url=empty_redis),
            deployment=DeploymentSettings(environment=Environment.TEST, keyring=tmp_path / "keyring.json"),
        ),
        clock=lambda: system() + passed[0],
        pages=PageSettings(url=HERE, rights=getattr(request, "param", 60)),
    )

    def later(by: timedelta) -> None:
        passed[0] += by

    async with app.router.lifespan_context(app):
        yield Office(Town(app, {"booking": key}), later)


def town_service() -> Any:
    from tests.web.town import town  # noqa: PLC0415

    return town


async def submitted(office: Office, unit: str | None, **changes: Any) -> str:
    case = await office.town.submit("booking", unit=unit, asked_at=f"{system().isoformat()}", **changes)
    await office.town.end(manual())
    return case


class TestSignIn:
    async def test_in_with_the_provider_and_out_of_both(self, office: Office) -> None:
        async with office.browser() as browser:
            shown = await office.sign_in(browser, "kari")
            assert (shown.status_code, str(shown.url)) == (200, f"{HERE}/arbeidsliste")
            assert "Ingen saker venter på deg" in shown.text
            form = FIELD.search(shown.text)
            assert form is not None
            out = await browser.post(f"{HERE}/logg-ut", data={"skjema": form[1]}, headers=OURS)
            assert "/session/end?" in out.text
            again = await browser.get(f"{HERE}/arbeidsliste")
        assert (again.status_code, again.headers["location"]) == (303, "/logg-inn?til=/arbeidsliste")

    async def test_one_comes_back_to_the_page_one_wanted(self, office: Office) -> None:
        case = await submitted(office, NORTH)
        async with office.browser() as browser:
            shown = await office.sign_in(browser, "kari", f"/arbeidsliste/saker/{case}")
        assert str(shown.url) == f"{HERE}/arbeidsliste/saker/{case}"
        assert "Navnet i fagsystemet er et annet enn navnet i saken." in shown.text

    async def test_what_the_browser_is_given(self, office: Office) -> None:
        given: list[str] = []
        async with office.browser() as browser:
            transport: Any = httpx.ASGITransport(office.town.app)
            async with httpx.AsyncClient(transport=transport) as plain:
                begun = await plain.get(f"{HERE}/logg-inn/med/own")
                given += begun.headers.get_list("set-cookie")
                asked = parse_qs(urlsplit(begun.headers["location"]).query)
            await office.sign_in(browser, "kari")
            jar = {cookie.name: cookie.value for cookie in browser.cookies.jar if cookie.domain.startswith("localhost")}
        assert [cookie.split("=")[0] for cookie in given] == ["__Host-roger-inn"]
        assert all(part in given[0] for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))
        assert (asked["redirect_uri"], asked["code_challenge_method"]) == ([BACK], ["S256"])
        assert set(jar) == {"__Host-roger"}
        assert "." not in (jar["__Host-roger"] or "")  # no token
        async with office.town.parts.database.pool.connection() as connection:
            (row,) = await (await connection.execute("select * from page_sessions")).fetchall()
        assert (jar["__Host-roger"] or "").encode() not in row["id"]
        assert (row["name"], row["units"]) == ("own/kari", [NORTH])

    @pytest.mark.parametrize(
        "changed", [{"state": "another"}, {"iss": "https://elsewhere.example"}, {"code": "invented"}]
    )
    async def test_an_answer_that_is_not_ours_signs_nobody_in(self, office: Office, changed: dict[str, str]) -> None:
        async with office.browser() as browser:
            begun = await browser.get(f"{HERE}/logg-inn/med/own")
            state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
            answer = {"state": state, "code": "x"} | changed
            back = await browser.get(f"{BACK}?{urlencode(answer)}")
            assert back.headers["location"] == "/logg-inn?feil=1"
            assert "Innloggingen lyktes ikke" in (await follow(browser, back)).text

    async def test_an_answer_without_a_question_signs_nobody_in(self, office: Office) -> None:
        async with office.browser() as browser:
            back = await browser.get(f"{BACK}?state=x&code=y")
        assert back.headers["location"] == "/logg-inn?feil=1"

    async def test_a_person_named_by_a_national_id_is_refused(
        self, office: Office, capfd: pytest.CaptureFixture[str]
    ) -> None:
        async with office.browser() as browser:
            shown = await office.sign_in(browser, "17838410103")
        assert shown.url.path == "/logg-inn"
        assert "17838410103" not in "".join(capfd.readouterr())

    async def test_somebody_without_rights_is_told_so(self, office: Office) -> None:
        async with office.browser() as browser:
            shown = await office.sign_in(browser, "ola")
        assert (shown.status_code, "Ingen tilgang" in shown.text) == (403, True)

    @pytest.mark.parametrize("office", [1_440], indirect=True)
    @pytest.mark.parametrize("minutes", [31, 601])
    async def test_a_session_ends_by_itself(self, office: Office, minutes: int) -> None:
        async with office.browser() as browser:
            await office.sign_in(browser, "kari")
            for _ in range(minutes // 20):
                office.now(timedelta(minutes=20 if minutes > 60 else 0))
                last = await browser.get(f"{HERE}/arbeidsliste")
                assert last.status_code == 200 or minutes > 60
            office.now(timedelta(minutes=minutes % 60))
            assert (await browser.get(f"{HERE}/arbeidsliste")).status_code == 303

    async def test_a_session_can_be_revoked(self, office: Office) -> None:
        async with office.browser() as browser:
            await office.sign_in(browser, "kari")
            assert await office.town.app.state.reception.sessions.end_all_of("own/kari") == 1
            assert (await browser.get(f"{HERE}/arbeidsliste")).status_code == 303

    @pytest.mark.parametrize("office", [0.5], indirect=True)
    async def test_rights_are_asked_for_anew_and_nobody_types_anything(self, office: Office) -> None:
        page = f"{HERE}/arbeidsliste"
        async with office.browser() as browser, office.town.parts.database.pool.connection() as connection:
            shown = await office.sign_in(browser, "kari")
            form = FIELD.search(shown.text)
            assert form is not None
            taken = await connection.execute("update page_sessions set scopes = '[]' returning ends_at")
            (before,) = await taken.fetchall()
            assert (await browser.get(page)).status_code == 403
            office.now(timedelta(seconds=40))
            lapsed = await browser.post(f"{page}/oppgaver/{uuid4()}/utfort", data={"skjema": form[1]}, headers=OURS)
            assert lapsed.headers["location"] == "/logg-inn/med/own?til=/arbeidsliste"
            shown = await follow(browser, await browser.get(page))
            assert (shown.status_code, str(shown.url)) == (200, page)
            (after,) = await (await connection.execute("select ends_at from page_sessions")).fetchall()
            assert after == before
            office.now(timedelta(seconds=40))
            form = FIELD.search(shown.text)
            assert form is not None
            out = await browser.post(f"{HERE}/logg-ut", data={"skjema": form[1]}, headers=OURS)
            assert "/session/end?" in out.text

    async def test_one_is_not_sent_elsewhere(self, office: Office) -> None:
        async with office.browser() as browser:
            for path in ("https://elsewhere.example", "//elsewhere.example", "/arbeidsliste@x", "/v1/cases", "/\\x"):
                shown = await browser.get(f"{HERE}/logg-inn", params={"til": path})
                assert "elsewhere" not in shown.text
                assert 'name="til" value="/arbeidsliste"' in shown.text

    async def test_without_an_address_to_come_back_to_nothing_starts(self, office: Office) -> None:
        with pytest.raises(ConfigurationError, match="ROGER_PAGES_URL"):
            create_app(town_service(), office.town.parts.settings, pages=PageSettings())


class TestSystems:
    async def test_a_token_opens_the_api_and_its_caller_sees_its_own(
        self, office: Office, provider: IdentityProvider
    ) -> None:
        transport: Any = httpx.ASGITransport(office.town.app)
        headers = {"Authorization": f"Bearer {provider.token(scope='town:permits:submit town:permits:read')}"}
        foreign = await submitted(office, NORTH)
        async with httpx.AsyncClient(transport=transport, base_url=HERE, headers=headers) as client:
            made = await client.post("/v1/permits", json=permit(asked_at=system().isoformat()))
            assert (made.status_code, made.json()["caller"]) == (202, "own/booking-system")
            moves = (await client.get(f"/v1/cases/{made.json()['id']}/events")).json()["items"]
            assert [move["actor"] for move in moves] == ["caller:own/booking-system"]
            assert (await client.get(f"/v1/cases/{foreign}")).status_code == 404
            assert (await client.post(f"/v1/cases/{foreign}/retry")).status_code == 403
            client.headers["Authorization"] = f"Bearer {provider.token()[:-3]}AAA"
            assert (await client.get("/v1/cases")).status_code == 401


class TestForms:
    async def test_what_only_our_own_page_can_send(self, office: Office) -> None:
        case = await submitted(office, NORTH)
        path = f"{HERE}/arbeidsliste/saker/{case}/prov-igjen"
        async with office.browser() as browser:
            form = FIELD.search((await office.sign_in(browser, "kari")).text)
            assert form is not None
            good = {"skjema": form[1]}
            for fields, headers in (
                ({}, OURS),
                ({"skjema": "0" * 64}, OURS),
                (good, {}),
                (good, {"sec-fetch-site": "cross-site"}),
                (good, {"sec-fetch-site": "same-site"}),
                (good, {"sec-fetch-site": "none"}),
                (good, {"origin": "https://elsewhere.example"}),
                (good, {"origin": "null"}),
                (good, OURS | {"origin": "https://elsewhere.example"}),
            ):
                assert (await browser.post(path, data=fields, headers=headers)).status_code == 403, headers
            assert (await browser.get(path)).status_code == 405
            done = await follow(browser, await browser.post(path, data=good, headers=OURS))
        assert "Saken er lagt i kø" in done.text
        assert "Medarbeider own/kari" in done.text

    async def test_a_key_signs_in_where_one_develops_and_never_in_production(self, office: Office) -> None:
        async with office.browser() as browser:
            wrong = await browser.post(f"{HERE}/logg-inn/nokkel", data={"nokkel": "roger_x"}, headers=OURS)
            assert wrong.headers["location"] == "/logg-inn?feil=1"
            with_key = {"nokkel": office.town.keys["booking"]}
            foreign = await browser.post(
                f"{HERE}/logg-inn/nokkel", data=with_key, headers={"sec-fetch-site": "cross-site"}
            )
            assert foreign.status_code == 403
            shown = await follow(browser, await browser.post(f"{HERE}/logg-inn/nokkel", data=with_key, headers=OURS))
            assert "Arbeidsliste" in shown.text
        parts = office.town.parts
        settings = Settings(
            api=parts.settings.api,
            database=parts.settings.database,
            redis=parts.settings.redis,
            deployment=DeploymentSettings(
                environment=Environment.PRODUCTION, keyring=parts.settings.deployment.keyring
            ),
        )
        closed = create_app(town_service(), settings, pages=PageSettings(url=HERE))
        async with httpx.AsyncClient(transport=_Both(closed)) as browser:
            assert "nokkel" not in (await browser.get(f"{HERE}/logg-inn")).text
            refused = await browser.post(f"{HERE}/logg-inn/nokkel", data=with_key, headers=OURS)
            assert refused.status_code == 404
        await closed.state.parts.recognition.close()


class TestWorkList:
    async def test_cases_of_ones_units_and_what_one_may_do(self, office: Office) -> None:
        mine = await submitted(office, NORTH, reference="S-1")
        other = await submitted(office, SOUTH, reference="S-2")
        nobodys = await submitted(office, None, reference="S-3")
        async with office.browser() as browser:
            shown = (await office.sign_in(browser, "kari")).text
            assert "S-1" in shown
            assert not any(reference in shown for reference in ("S-2", "S-3"))
            for case in (other, nobodys):
                assert (await browser.get(f"{HERE}/arbeidsliste/saker/{case}")).status_code == 404
            page = (await browser.get(f"{HERE}/arbeidsliste/saker/{mine}")).text
            assert "Prøv igjen" in page
            assert permit()["person"] not in page
            form = FIELD.search(page)
            assert form is not None
            path = f"{HERE}/arbeidsliste/saker/{mine}/lukk"
            unsaid = await browser.post(path, data={"skjema": form[1]}, headers=OURS)
            assert unsaid.status_code == 400
            closed = await follow(
                browser,
                await browser.post(path, data={"skjema": form[1], "handled": "DONE_MANUALLY"}, headers=OURS),
            )
            assert "Saken er lukket" in closed.text
            again = await follow(
                browser,
                await browser.post(path, data={"skjema": form[1], "handled": "REJECTED"}, headers=OURS),
            )
            assert "allerede endret" in again.text
            listed = (await browser.get(f"{HERE}/arbeidsliste")).text
            assert "S-1" not in listed

    async def test_narrowed_by_process_and_unit(self, office: Office) -> None:
        await submitted(office, NORTH, reference="S-1")
        await submitted(office, SOUTH, reference="S-2")
        async with office.browser() as browser:
            both = (await office.sign_in(browser, "leder")).text
            assert all(reference in both for reference in ("S-1", "S-2"))
            one = (await browser.get(f"{HERE}/arbeidsliste", params={"enhet": SOUTH})).text
            assert ("S-1" in one, "S-2" in one) == (False, True)
            none = (await browser.get(f"{HERE}/arbeidsliste", params={"prosess": "deeds"})).text
            assert "Ingen saker venter på deg" in none

    async def test_text_from_outside_is_text(self, office: Office) -> None:
        await submitted(office, NORTH, reference="<script>alert(1)</script>")
        async with office.browser() as browser:
            shown = (await office.sign_in(browser, "kari")).text
        assert "<script" not in shown
        assert "&lt;script&gt;" in shown


class TestPolicy:
    async def test_every_page_lets_in_nothing_but_our_style_sheets(self, office: Office) -> None:
        async with office.browser() as browser:
            for path in ("/logg-inn", "/docs", "/arbeidsliste/x", "/nothing", "/static/roger.css"):
                answer = await browser.get(HERE + path)
                policy = answer.headers["content-security-policy"]
                assert "unsafe" not in policy
                assert "default-src 'none'" in policy
                assert " style=" not in answer.text
                assert "<style" not in answer.text
                assert "<script" not in answer.text
            sheet = await browser.get(f"{HERE}/static/roger.css")
            assert (sheet.headers["content-type"], sheet.status_code) == ("text/css; charset=utf-8", 200)
            assert sheet.headers.get_list("cache-control") == ["public, max-age=31536000, immutable"]
            assert (await browser.get(f"{HERE}/static/../work_list.html")).status_code == 404
