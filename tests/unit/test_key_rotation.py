"""Keys are rotated in their file while processes use them; a broken file or command never leaves one without keys."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from common.errors import ConfigurationError
from common.privacy.crypto import Keyring, Unreadable, version_of
from common.privacy.key_file import KeyCommand, KeyFile
from common.settings import DeploymentSettings, load
from common.testing import FixedClock

CASE = uuid4()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    made = KeyFile(tmp_path / "keyring.json")
    made.create()
    return made


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


def always_looking(file: KeyFile, clock: FixedClock) -> Keyring:
    return Keyring.of(file, clock, look_every=-1.0)


class TestAFileThatChanges:
    def test_a_new_key_is_known_at_once_and_used_when_its_time_has_come(self, file: KeyFile, clock: FixedClock) -> None:
        keyring = always_looking(file, clock)
        assert file.add_master(NOON + timedelta(minutes=15)) == 2
        assert version_of(keyring.new_key(CASE).wrapped) == 1
        clock.now += timedelta(minutes=15)
        sealed = keyring.new_key(CASE)
        assert version_of(sealed.wrapped) == 2
        assert keyring.sealing_since == NOON + timedelta(minutes=15)

    def test_whoever_read_the_file_before_reads_what_a_newer_key_has_sealed(
        self, file: KeyFile, clock: FixedClock
    ) -> None:
        late = Keyring.of(file, clock, look_every=3600)
        file.add_master(NOON)
        sealed = Keyring.of(file, clock).new_key(CASE)
        value = sealed.seal("payload", b"x")
        assert late.open_key(CASE, sealed.wrapped).open("payload", value) == b"x"

    def test_what_the_old_key_sealed_is_read_until_it_is_retired(self, file: KeyFile, clock: FixedClock) -> None:
        keyring = always_looking(file, clock)
        old = keyring.new_key(CASE).wrapped
        file.add_master(NOON)
        new = keyring.rewrapped(CASE, old)
        assert version_of(new) == 2
        keyring.open_key(CASE, old)
        file.remove_master(1, clock())
        started_now = Keyring.of(file, clock)
        started_now.open_key(CASE, new)
        with pytest.raises(Unreadable):
            started_now.open_key(CASE, old)

    @pytest.mark.parametrize("content", ["{", "", None])
    def test_one_that_is_spoilt_leaves_the_keys_in_force(
        self, file: KeyFile, clock: FixedClock, content: str | None
    ) -> None:
        keyring = always_looking(file, clock)
        sealed = keyring.new_key(CASE)
        whole = file.path.read_text()
        if content is None:
            file.path.unlink()
        else:
            file.path.write_text(content)
        keyring.open_key(CASE, sealed.wrapped)
        keyring.open_key(CASE, keyring.new_key(CASE).wrapped)
        file.path.write_text(whole)
        file.add_master(NOON)
        assert version_of(keyring.new_key(CASE).wrapped) == 2


class TestRetiring:
    def test_the_key_in_use_stays(self, file: KeyFile) -> None:
        with pytest.raises(ConfigurationError, match="in use"):
            file.remove_master(1, NOON)

    def test_the_key_in_use_stays_also_when_a_newer_one_waits_for_its_time(self, file: KeyFile) -> None:
        file.add_master(NOON + timedelta(minutes=1))
        for version in (1, 2):
            with pytest.raises(ConfigurationError, match="in use"):
                file.remove_master(version, NOON)
        file.remove_master(1, NOON + timedelta(minutes=1))
        assert set(file.read().master) == {2}

    def test_one_that_is_none(self, file: KeyFile) -> None:
        with pytest.raises(ConfigurationError, match="no master key of version 7"):
            file.remove_master(7, NOON)

    def test_a_file_is_replaced_in_one_step_and_for_its_owner_only(self, file: KeyFile) -> None:
        file.add_master(NOON)
        assert file.path.stat().st_mode & 0o777 == 0o600
        assert [found.name for found in file.path.parent.iterdir()] == ["keyring.json"]


@pytest.mark.parametrize("since", ["yesterday", "2026-03-02T12:00:00", 7, None])
def test_a_key_needs_a_moment_with_a_zone(file: KeyFile, since: object) -> None:
    content = json.loads(file.path.read_text())
    content["master"]["2"] = {"key": content["master"]["1"], "since": since}
    file.path.write_text(json.dumps(content))
    with pytest.raises(ConfigurationError, match="not a key file"):
        file.read()


class TestCommand:
    def test_prints_the_keys(self, file: KeyFile) -> None:
        keyring = Keyring.of(KeyCommand(f"cat {file.path}"))
        Keyring.of(file).open_key(CASE, keyring.new_key(CASE).wrapped)

    @pytest.mark.parametrize(
        "command", ["false", "/no/such/command", "", "true", f"{sys.executable} -c 'print(7)'", "echo secret-0815"]
    )
    def test_that_fails_stops_the_start_and_shows_nothing_of_what_it_printed(self, command: str) -> None:
        with pytest.raises(ConfigurationError) as refused:
            KeyCommand(command).read()
        assert "0815" not in str(refused.value)
        assert "ROGER_KEYRING_COMMAND" in refused.value.message


class TestSettings:
    @pytest.mark.parametrize("given", [{}, {"ROGER_KEYRING": "k.json", "ROGER_KEYRING_COMMAND": "cat k.json"}])
    def test_one_of_both_must_be_said(self, monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ConfigurationError, match="ROGER_KEYRING"):
            load(DeploymentSettings)
