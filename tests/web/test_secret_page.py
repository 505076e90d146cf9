"""The page that shows a secret: looking at it burns nothing, pressing the button shows it once, and it is told to nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest

from common.cases.draft import Draft, Receipt
from common.cases.queue import Queue
from common.entrusting.entrusted import Entrusted
from common.entrusting.messenger import Messenger
from common.entrusting.mobile import MemoryMobilePort
from common.entrusting.settings import SecretSettings
from common.entrusting.vault import Vault
from common.errors import ConfigurationError
from common.run import Checkpoint, Mark
from common.settings import ApiSettings, WorkerSettings
from common.testing import FixedClock
from common.web.app import OPEN, create_app
from common.web.auth import declared
from common.web.pages.secret import OPEN as OF_SECRETS
from common.web.parts import Settings
from tests.web.locksmith import Key, locksmith
from tests.web.town import NOW, Town, town

pytestmark = pytest.mark.anyio

ADDRESS = "https://roger.example"
HTML = {"Accept": "text/html"}
UNKNOWN = "/hemmelighet/" + "x" * 43


@dataclass
class Shop:
    """The running application, and secrets that are left behind links to it."""

    town: Town
    clock: FixedClock

    async def link(self, about: str = "TK-nett") -> tuple[str, str]:
        """A link that somebody was sent, and the secret behind it."""
        parts = self.town.parts
        draft = Draft(input=Key(mobile="90000001"))
        (receipt,) = await parts.intake.submit(locksmith.processes["keys"], "booking", [draft], self.clock())
        assert isinstance(receipt, Receipt)
        queue = Queue(parts.database.pool, parts.keyring, WorkerSettings())
        run = (await queue.turn("shift", list(locksmith.processes.values()))).claimed
        assert run is not None
        vault = Vault(parts.database.pool, parts.keyring, SecretSettings())
        left = Entrusted(secret=vault.new_secret(), to="90000001", about=about)
        point = Checkpoint(name="key", mark=Mark.STEP, value=None, fence=run.fence)
        await vault.keep(run, point, vault.sealed(left, self.clock()))
        port = MemoryMobilePort()
        await Messenger(parts.database.pool, parts.keyring, port, address=ADDRESS).send_all(self.clock())
        (message,) = port.sent
        (path,) = [word.removeprefix(ADDRESS) for word in message.text.split() if word.startswith(ADDRESS)]
        return path, left.secret.get_secret_value()

    def anybody(self) -> httpx.AsyncClient:
        return self.town.caller(None)


@pytest.fixture
async def shop(settings: Settings, keys: dict[str, str]) -> AsyncGenerator[Shop]:
    clock = FixedClock(NOW)
    app = create_app(locksmith, replace(settings, secrets=SecretSettings(url=ADDRESS)), clock=clock)
    async with app.router.lifespan_context(app):
        yield Shop(Town(app, keys), clock)


async def test_pressing_the_button_shows_it_once(shop: Shop) -> None:
    path, secret = await shop.link()
    async with shop.anybody() as somebody:
        shown, again = [await somebody.post(path) for _ in range(2)]
    assert (shown.status_code, again.status_code) == (200, 404)
    assert f'<code translate="no">{secret}</code>' in shown.text
    assert "Passordet ditt til TK-nett" in shown.text
    assert "Passordet kan ikke vises" in again.text
    assert "IT-brukerstøtte" in again.text


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])
async def test_whatever_else_looks_at_the_link_burns_nothing(shop: Shop, method: str) -> None:
    path, secret = await shop.link()
    async with shop.anybody() as preview:
        answers = [await preview.request(method, path, headers={"User-Agent": "SkypeUriPreview"}) for _ in range(3)]
        assert secret not in "".join(answer.text for answer in answers)
        assert {answer.status_code for answer in answers} == {200 if method in {"GET", "HEAD"} else 405}
        assert secret in (await preview.post(path)).text


async def test_the_page_before_says_nothing_of_what_is_behind_it(shop: Shop) -> None:
    path, _ = await shop.link()
    async with shop.anybody() as somebody:
        looked, unknown = [await somebody.get(where) for where in (path, UNKNOWN)]
        await somebody.post(path)
        burnt = await somebody.get(path)
    assert looked.text == unknown.text == burnt.text
    assert {answer.status_code for answer in (looked, unknown, burnt)} == {200}
    assert '<form method="post"' in looked.text
    assert "script" not in looked.text


@pytest.mark.parametrize("token", ["short-qz", "x" * 43, "x" * 500, "%C3%A6", "..%2F..", "'%20or%20true"])
async def test_a_link_that_is_none_is_told_kindly(shop: Shop, token: str) -> None:
    async with shop.anybody() as somebody:
        answer = await somebody.post(f"/hemmelighet/{token}", headers=HTML)
    assert answer.status_code == 404
    assert token not in answer.text


async def test_after_its_time_it_is_gone(shop: Shop) -> None:
    path, secret = await shop.link()
    shop.clock.forward(timedelta(hours=72))
    async with shop.anybody() as somebody:
        answer = await somebody.post(path)
    assert answer.status_code == 404
    assert secret not in answer.text


async def test_of_two_who_press_at_once_one_sees_it(shop: Shop) -> None:
    path, secret = await shop.link()
    async with shop.anybody() as somebody:
        answers = await asyncio.gather(*(somebody.post(path) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, *[404] * 5]
    assert sum(secret in answer.text for answer in answers) == 1


async def test_nobody_keeps_it_or_is_told_where_it_came_from(shop: Shop) -> None:
    path, _ = await shop.link()
    async with shop.anybody() as somebody:
        answers = [await somebody.get(path), await somebody.post(path), await somebody.post(path)]
    for answer in answers:
        said = answer.headers
        assert said.get_list("cache-control") == ["no-store"]
        assert said.get_list("referrer-policy") == ["no-referrer"]
        assert "noindex" in said["x-robots-tag"]
        assert "default-src 'none'" in said["content-security-policy"]
        assert "script-src" not in said["content-security-policy"]
        assert "set-cookie" not in said


async def test_what_it_is_for_is_text_and_never_markup(shop: Shop) -> None:
    path, _ = await shop.link("<b>TK</b> & co")
    async with shop.anybody() as somebody:
        shown = await somebody.post(path)
    assert "&lt;b&gt;TK&lt;/b&gt; &amp; co" in shown.text


async def test_whoever_guesses_is_slowed_down(settings: Settings, keys: dict[str, str]) -> None:
    slow = ApiSettings(keys=settings.api.keys, strangers="1/s", strangers_burst=3)
    app = create_app(locksmith, replace(settings, api=slow, secrets=SecretSettings(url=ADDRESS)))
    async with app.router.lifespan_context(app), Town(app, keys).caller(None) as guesser:
        answers = [(await guesser.post(UNKNOWN)).status_code for _ in range(5)]
    assert answers[:3] == [404] * 3
    assert 429 in answers[3:]


async def test_only_a_service_that_makes_secrets_has_it(hall: Town, shop: Shop) -> None:
    async with hall.caller(None) as somebody:
        assert (await somebody.get(UNKNOWN)).status_code == 404
        assert (await somebody.post(UNKNOWN)).status_code == 404
    silent = {getattr(route, "path", "?") for route, needs in declared(shop.town.app) if needs is None}
    assert silent == {*OPEN, *OF_SECRETS}
    assert OF_SECRETS[0] not in shop.town.app.openapi()["paths"]


def test_it_is_not_served_before_it_is_said_where(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="ROGER_SECRETS_URL"):
        create_app(locksmith, settings)
    create_app(town, settings)
