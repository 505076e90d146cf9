"""Before the screens are looked at: an account that nobody uses, or none; and nobody goes where a person said stop."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from office import Office, until

from common.browser.drift_report import DriftReport, Ending
from common.browser.locator import heading
from common.browser.screen import Screen
from common.browser.target import WebTarget
from common.cases import operations
from common.errors import ConfigurationError
from common.privacy.key_file import KeyFile
from common.process import Service
from common.settings import DatabaseSettings
from common.testing import a_process
from common.worker.screens_check import check_screens

pytestmark = pytest.mark.anyio

Registry = WebTarget(name="registry")


@Registry.looked_at
class Search(Screen):
    target = Registry
    path = "/search"
    ready = heading("Search")


@pytest.fixture
def service(tmp_path: Path, database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service with one account at a target where nothing answers."""
    KeyFile(tmp_path / "keyring.json").create()
    accounts = tmp_path / "accounts"
    accounts.mkdir()
    (accounts / "robot1").write_text("secret")
    for name, value in {
        "ROGER_KEYRING": str(tmp_path / "keyring.json"),
        "ROGER_DATABASE_URL": database.url,
        "ROGER_TARGET_REGISTRY_URL": "http://127.0.0.1:9",
        "ROGER_TARGET_REGISTRY_ACCOUNTS": str(accounts),
    }.items():
        monkeypatch.setenv(name, value)
    made = Service("people", title="People")
    made.processes["chores"] = a_process(targets=[Registry])
    return made


def trouble(report: DriftReport) -> str:
    (target,) = report.targets
    assert (target.pages, target.account, report.ending) == ((), "", Ending.NOT_ALL_LOOKED_AT)
    return target.trouble


async def holder(office: Office) -> str | None:
    (row,) = await office.rows("select holder from accounts")
    return row["holder"]


async def hold(office: Office, shift: str) -> None:
    await office.rows(
        "insert into accounts (target, name, holder, lease_until) "
        "values ('registry', 'robot1', %s, now() + interval '1 minute')",
        shift,
    )


async def test_an_account_at_work_is_not_taken_but_asked_for(office: Office, service: Service) -> None:
    await hold(office, "shift")
    assert "no account became free within 0 seconds" in trouble(await check_screens(service, wait=0))
    assert await holder(office) == "shift"
    assert set(await office.queue.wanted_accounts(["shift"])) == {("shift", "registry")}


async def test_one_that_is_let_go_of_is_taken_and_given_back_whatever_goes_wrong(
    office: Office, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROGER_BROWSER_CHROMIUM", "/nowhere")
    await hold(office, "shift")
    checking = asyncio.create_task(check_screens(service, wait=60))

    async def wanted() -> bool:
        return bool(await office.queue.wanted_accounts(["shift"]))

    await until(wanted)
    await office.queue.release_accounts("shift")
    with pytest.raises(ConfigurationError, match="No browser"):
        await checking
    assert await holder(office) is None


async def test_a_paused_target_is_left_alone(office: Office, service: Service) -> None:
    async with office.pool.connection() as connection, connection.transaction():
        await operations.pause(connection, "target", "registry", actor="person:kari", reason="Ny versjon")
    assert trouble(await check_screens(service)) == "registry is paused by person:kari: Ny versjon"


async def test_a_target_outside_its_hours_is_left_alone(
    office: Office, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROGER_TARGET_REGISTRY_MAINTENANCE", "2020-01-01 00:00 to 2120-01-01 00:00 upgrade")
    assert trouble(await check_screens(service)) == "registry is being worked on by others"


async def test_a_target_without_screens_is_refused(service: Service) -> None:
    with pytest.raises(ConfigurationError, match="it has them in registry"):
        await check_screens(service, "elsewhere")
