"""Wrong settings are told in words: which variable, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from common.errors import ConfigurationError
from common.settings import (
    ApiSettings,
    DatabaseSettings,
    DeploymentSettings,
    Environment,
    TargetSettings,
    WorkerSettings,
    load,
)


class TestLoad:
    @pytest.mark.parametrize(
        ("kind", "set_", "says"),
        [
            (DatabaseSettings, {}, "ROGER_DATABASE_URL"),
            (ApiSettings, {"ROGER_API_PORT": "x"}, "ROGER_API_PORT"),
            (DeploymentSettings, {}, "ROGER_KEYRING"),
            (DeploymentSettings, {"ROGER_KEYRING": "k", "ROGER_ENVIRONMENT": "prod"}, "ROGER_ENVIRONMENT"),
            (WorkerSettings, {"ROGER_WORKER_SHIFTS": "many"}, "ROGER_WORKER_SHIFTS"),
            (WorkerSettings, {"ROGER_WORKER_SHIFTS": "0"}, "ROGER_WORKER_SHIFTS"),
            (WorkerSettings, {"ROGER_WORKER_LEASE": "-1"}, "ROGER_WORKER_LEASE"),
            (WorkerSettings, {"ROGER_WORKER_LEASE": "5"}, "two heartbeats and the margin"),
            (DatabaseSettings, {"ROGER_DATABASE_URL": "x", "ROGER_DATABASE_POOL_MAX": "0"}, "ROGER_DATABASE_POOL_MAX"),
        ],
    )
    def test_names_the_variable(
        self, monkeypatch: pytest.MonkeyPatch, kind: type[DatabaseSettings], set_: dict[str, str], says: str
    ) -> None:
        for name, value in set_.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ConfigurationError, match=says):
            load(kind)

    def test_never_quotes_what_was_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROGER_DATABASE_URL", "postgresql://roger:geheim@db/roger")
        monkeypatch.setenv("ROGER_DATABASE_POOL_MAX", "geheim")
        with pytest.raises(ConfigurationError) as refused:
            load(DatabaseSettings)
        assert "geheim" not in refused.value.message

    def test_of_a_list_that_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROGER_WORKER_BACKOFF", "60,300")
        with pytest.raises(ConfigurationError, match="ROGER_WORKER_BACKOFF"):
            load(WorkerSettings)

    def test_of_no_back_off_at_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROGER_WORKER_BACKOFF", "[]")
        with pytest.raises(ConfigurationError, match="ROGER_WORKER_BACKOFF"):
            load(WorkerSettings)

    def test_defaults_are_consistent(self) -> None:
        settings = WorkerSettings()
        assert settings.lease >= 2 * settings.heartbeat + settings.margin
        assert settings.attempts == 3


class TestDeployment:
    def test_is_production_unless_it_is_said_otherwise(self, tmp_path: Path) -> None:
        settings = DeploymentSettings(keyring=tmp_path)
        assert settings.environment is Environment.PRODUCTION
        assert not settings.accepts_synthetic

    @pytest.mark.parametrize("environment", [Environment.DEVELOPMENT, Environment.TEST])
    def test_elsewhere_synthetic_persons_are_welcome(self, environment: Environment, tmp_path: Path) -> None:
        assert DeploymentSettings(keyring=tmp_path, environment=environment).accepts_synthetic


def test_sqlalchemy_gets_its_driver() -> None:
    settings = DatabaseSettings(url="postgresql://roger@db/roger")
    assert settings.sqlalchemy_url == "postgresql+psycopg://roger@db/roger"


class TestTarget:
    def test_missing_settings_are_named_after_the_target(self) -> None:
        with pytest.raises(ConfigurationError, match="ROGER_TARGET_TAX_OFFICE_URL"):
            TargetSettings.of("tax-office")

    def test_is_production_unless_it_is_said_otherwise(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("ROGER_TARGET_HSPRO_URL", "http://localhost")
        monkeypatch.setenv("ROGER_TARGET_HSPRO_ACCOUNTS", str(tmp_path))
        assert TargetSettings.of("hspro").production

    def test_accounts_are_files(self, tmp_path: Path) -> None:
        (tmp_path / "robot-1").write_text("hemmelig æøå\n")
        (tmp_path / "robot-2").write_text("annet")
        (tmp_path / "..data").mkdir()
        (tmp_path / ".hidden").write_text("no")
        (tmp_path / "folder").mkdir()
        accounts = TargetSettings(url="u", accounts=tmp_path).read_accounts("hspro")
        assert [(account.name, account.password) for account in accounts] == [
            ("robot-1", "hemmelig æøå"),
            ("robot-2", "annet"),
        ]
        assert "hemmelig" not in repr(accounts)

    @pytest.mark.parametrize("folder", ["empty", "missing"])
    def test_no_account_is_told(self, tmp_path: Path, folder: str) -> None:
        (tmp_path / "empty").mkdir()
        with pytest.raises(ConfigurationError, match="one file per account"):
            TargetSettings(url="u", accounts=tmp_path / folder).read_accounts("hspro")
