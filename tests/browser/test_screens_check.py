"""`roger screens check`: as the stand-ins are, everything is found; a page that has changed is named to the locator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from common.privacy.key_file import KeyFile
from common.settings import DatabaseSettings
from tests.sandbox.visitor import ROOT, HsPro, StandIn, SystemX, starting

pytestmark = pytest.mark.browser

ROBOT = "robot1"


@dataclass
class Deployment:
    """The health service as its worker is told of it, with the command at hand."""

    hspro: HsPro
    systemx: SystemX
    environment: dict[str, str]

    def check(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from common.cli import main; main()", "screens", "check", *words]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )

    def accounts(self) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environment["ROGER_DATABASE_URL"]) as connection:
            return connection.execute("select target, name, holder, out_since from accounts order by target").fetchall()


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[HsPro, SystemX]]:
    with starting(HsPro, tmp_path_factory) as first, starting(SystemX, tmp_path_factory) as second:
        yield first(), second()


@pytest.fixture
def deployment(stand_ins: tuple[HsPro, SystemX], database: DatabaseSettings, tmp_path: Path) -> Generator[Deployment]:
    KeyFile(tmp_path / "keyring.json").create()
    environment = os.environ | {
        "ROGER_SERVICE": "health",
        "ROGER_ENVIRONMENT": "test",
        "ROGER_KEYRING": str(tmp_path / "keyring.json"),
        "ROGER_DATABASE_URL": database.url,
    }
    hspro, systemx = stand_ins
    for name, system in (("HSPRO", hspro), ("SYSTEMX", systemx)):
        accounts = tmp_path / name.lower()
        accounts.mkdir()
        (accounts / ROBOT).write_text(f"{ROBOT}-secret")
        environment |= {f"ROGER_TARGET_{name}_URL": system.url, f"ROGER_TARGET_{name}_ACCOUNTS": str(accounts)}
    yield Deployment(hspro, systemx, environment)
    for system in stand_ins:
        system.console.delete("/_kontroll/faults")


def noted(system: StandIn) -> list[str]:
    """What it has seen of whoever came, besides their signing in: searches, people opened, anything saved."""
    return [row["kind"] for log in ("looks", "writes") for row in system.get(log)]


def test_all_is_there_and_nobody_was_looked_at(deployment: Deployment) -> None:
    checked = deployment.check("--json")

    assert checked.returncode == 0, checked.stderr
    told = json.loads(checked.stdout)
    assert [(each["target"], each["account"], each["trouble"]) for each in told["targets"]] == [
        ("hspro", ROBOT, None),
        ("systemx", ROBOT, None),
    ]
    screens = {page["screen"]: page["locators"] for each in told["targets"] for page in each["screens"]}
    assert screens["hspro.PersonSearch"][1] == {
        "field": "NumberToFind.number",
        "by": "label",
        "value": "Fødselsnummer",
        "verdict": "found",
        "count": 1,
    }
    assert {at["verdict"] for locators in screens.values() for at in locators} == {"found"}
    assert noted(deployment.hspro) + noted(deployment.systemx) == []
    assert deployment.accounts() == [(target, ROBOT, None, None) for target in ("hspro", "systemx")]


def test_a_label_that_has_changed_is_named_and_nothing_else(deployment: Deployment) -> None:
    deployment.systemx.fault("renamed_label", **{"from": "Finn", "to": "Hent"}, path_prefix="/pasienter")

    checked = deployment.check("--target", "systemx", "--tell")

    assert (checked.returncode, checked.stderr.splitlines()) == (
        1,
        ["✗ systemx.PatientSearch: shown: missing button('Finn')"],
    )
    with psycopg.connect(deployment.environment["ROGER_DATABASE_URL"]) as connection:
        tasks = connection.execute("select role, text from tasks").fetchall()
    assert [role for role, _ in tasks] == ["robot-operations"]
    assert "systemx.PatientSearch: shown: missing button('Finn')" in tasks[0][1]


def test_no_password_is_typed_into_a_sign_in_that_has_changed(deployment: Deployment) -> None:
    deployment.hspro.fault("renamed_label", **{"from": "Passord", "to": "Kodeord"})
    before = deployment.hspro.get("sign-ins")

    checked = deployment.check("--target", "hspro", "--json")

    assert checked.returncode == 1
    (target,) = json.loads(checked.stdout)["targets"]
    sign_in, search = target["screens"]
    missing = [at["field"] for at in sign_in["locators"] if at["verdict"] == "missing"]
    assert missing == ["Credentials.password"]
    assert (search["unreached"], search["locators"]) == ("the sign-in has changed", [])
    assert deployment.hspro.get("sign-ins") == before


def test_a_refused_password_is_tried_once_and_its_account_is_out(deployment: Deployment) -> None:
    (Path(deployment.environment["ROGER_TARGET_HSPRO_ACCOUNTS"]) / ROBOT).write_text("wrong")

    checked = deployment.check("--target", "hspro")

    assert checked.returncode == 2
    assert "the password of robot1 was refused" in checked.stderr
    (refused,) = [row for row in deployment.hspro.get("sign-ins") if row["kind"] == "sign_in_refused"]
    assert refused["account"] == ROBOT
    assert [out is not None for *_, out in deployment.accounts()] == [True]
    assert deployment.check("--target", "hspro").returncode == 2
    assert len([row for row in deployment.hspro.get("sign-ins") if row["kind"] == "sign_in_refused"]) == 1
