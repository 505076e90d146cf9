"""API keys: only good files are read, keys come and go while Roger runs, and a broken file changes nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from common.errors import ConfigurationError
from common.identity.caller import Kind
from common.identity.keys import KeyFile, new_key
from common.identity.recognition import Recognition
from common.refusals import Unauthenticated

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NUMBER = "17838410103"  # synthetic: month + 80


def written(path: Path, *entries: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"keys": entries}))
    return path


def read(path: Path) -> KeyFile:
    return KeyFile(path, service="town", clock=lambda: NOW)


class TestReading:
    @pytest.mark.parametrize(
        "content",
        [
            "",
            "{}",
            "[]",
            '{"keys": []}',
            '{"keys": [{}]}',
            '{"keys": [{"caller": "a", "sha256": "00", "scopes": []}]}',
            json.dumps({"keys": [{"caller": "a", "sha256": "0" * 64, "scopes": ["everything"]}]}),
            json.dumps({"keys": [{"caller": "a", "sha256": "0" * 64, "scopes": ["town:permits:delete"]}]}),
            json.dumps({"keys": [{"caller": "a b", "sha256": "0" * 64, "scopes": []}]}),
            json.dumps({"keys": [{"caller": NUMBER, "sha256": "0" * 64, "scopes": []}]}),
            json.dumps({"keys": [{"caller": "a", "sha256": "0" * 64, "scopes": [], "expires": "2026-01-01T00:00:00"}]}),
            json.dumps({"keys": [{"caller": "a", "sha256": "0" * 64, "scopes": []}] * 2}),
        ],
    )
    def test_without_a_good_one_nothing_starts(self, tmp_path: Path, content: str) -> None:
        file = tmp_path / "keys.json"
        file.write_text(content)
        with pytest.raises(ConfigurationError, match=r"keys\.json|There is no scope"):
            read(file)

    def test_a_missing_one_says_how_to_make_it(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="roger keys caller"):
            read(tmp_path / "none.json")

    def test_with_nothing_set_nothing_starts(self) -> None:
        with pytest.raises(ConfigurationError, match=r"Nobody may call.*ROGER_API_ISSUERS.*ROGER_API_KEYS"):
            Recognition.load(None, None, service="town", clock=lambda: NOW)

    def test_it_holds_no_key(self, tmp_path: Path) -> None:
        key, entry = new_key("booking", ["town:*:submit"])
        file = written(tmp_path / "keys.json", entry)
        assert key not in file.read_text()
        assert read(file).recognise(key).may("submit", "permits")

    @pytest.mark.parametrize(
        ("caller", "scope"), [("booking", "town:permits"), ("Booking!", "operate"), (NUMBER, "operate")]
    )
    def test_a_new_key_is_for_what_exists(self, caller: str, scope: str) -> None:
        with pytest.raises(ConfigurationError):
            new_key(caller, [scope])

    def test_a_person_may_be_bound_to_units(self, tmp_path: Path) -> None:
        key, entry = new_key("kari", ["cases:decide"], kind=Kind.PERSON, units=["north"])
        caller = read(written(tmp_path / "keys.json", entry)).recognise(key)
        assert (caller.actor, caller.units) == ("person:kari", {"north"})


class TestWhileRunning:
    def test_keys_overlap_come_and_go(self, tmp_path: Path) -> None:
        old, entry = new_key("booking", ["town:*:submit"])
        new, further = new_key("booking", ["town:*:submit"])
        keys = read(written(tmp_path / "keys.json", entry))
        with pytest.raises(Unauthenticated):
            keys.recognise(new)
        written(tmp_path / "keys.json", entry, further)
        assert keys.recognise(old) == keys.recognise(new)
        written(tmp_path / "keys.json", further)
        assert keys.recognise(new).name == "booking"
        with pytest.raises(Unauthenticated):
            keys.recognise(old)

    def test_the_last_key_can_be_withdrawn(self, tmp_path: Path) -> None:
        key, entry = new_key("booking", [])
        keys = read(written(tmp_path / "keys.json", entry))
        written(tmp_path / "keys.json")
        with pytest.raises(Unauthenticated):
            keys.recognise(key)

    @pytest.mark.parametrize("broken", ["", "{", '{"keys": [{"caller": "a"}]}', None])
    def test_a_broken_file_is_told_once_and_changes_nothing(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str], broken: str | None
    ) -> None:
        key, entry = new_key("booking", [])
        keys = read(written(tmp_path / "keys.json", entry))
        if broken is None:
            (tmp_path / "keys.json").unlink()
        else:
            (tmp_path / "keys.json").write_text(broken)
        assert keys.recognise(key).name == "booking"
        assert keys.recognise(key).name == "booking"
        assert capfd.readouterr().out.count("keys.not_read") == 1

    def test_a_key_ends_when_it_expires(self, tmp_path: Path) -> None:
        ends_now, first = new_key("booking", [], expires=NOW)
        lasts, second = new_key("booking", [], expires=NOW + timedelta(seconds=1))
        keys = read(written(tmp_path / "keys.json", first, second))
        assert keys.recognise(lasts).name == "booking"
        with pytest.raises(Unauthenticated):
            keys.recognise(ends_now)
