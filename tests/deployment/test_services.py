"""A service that is a folder here is also typed, packed, documented and offered; docker-compose.yml and k8s/ have their own tests."""

from __future__ import annotations

import re
import tomllib

import pytest
from services import ROOT, SERVICES, settings_of
from typer.testing import CliRunner

from common.cli import app

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]


def test_each_is_packed_and_typed() -> None:
    folders = {f"{name}_svc" for name in SERVICES}
    packed = set(PYPROJECT["hatch"]["build"]["targets"]["wheel"]["packages"])
    typed = set(PYPROJECT["basedpyright"]["include"])
    assert folders == {folder for folder in packed if folder.endswith("_svc")}
    assert folders == {folder for folder in typed if folder.endswith("_svc")}


def test_it_is_called_as_its_folder() -> None:
    assert {name: service.name for name, service in SERVICES.items()} == {name: name for name in SERVICES}


@pytest.mark.parametrize("command", ["api", "errands", "worker", "up", "demo"])
def test_the_command_line_offers_them_and_no_others(command: str) -> None:
    told = " ".join(re.sub(r"[│\s]+", " ", CliRunner().invoke(app, [command, "--help"]).output).split())
    (offered,) = re.findall(r"The service: ([\w, ]+)\.", told)
    assert set(re.split(r", | or ", offered)) == set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_it_has_its_page_and_the_first_page_leads_there(service: str) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"`{service}_svc/`" in readme
    assert f"](docs/{service}.md)" in readme
    page = (ROOT / "docs" / f"{service}.md").read_text("utf-8")
    told = [*SERVICES[service].processes, *SERVICES[service].registers]
    assert [name for name in told if f"`{name}`" not in page and f"`POST /v1/{name}`" not in page] == []


@pytest.mark.parametrize("service", SERVICES)
def test_its_settings_are_on_the_page_of_settings(service: str) -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    named = {
        f"{concern.model_config.get('env_prefix')}{field.upper()}"
        for concern in settings_of(service)
        for field in concern.model_fields
    }
    assert sorted(name for name in named if f"| `{name}` |" not in page) == []
