"""`roger keys`: a master key is rotated, its rows brought over, and it is retired only when nobody needs it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner, Result

from common.cli import app
from common.errors import ConfigurationError
from common.privacy.crypto import Keyring
from common.privacy.key_file import KeyFile
from common.settings import DatabaseSettings

WEBHOOK = (
    "insert into webhooks (id, caller, url, key, secret, filters, reads_all, processes, state, position, created_at) "
    "values (%s, 'a', 'https://a.example', %s, '', '{}', false, '[]', 'active', '0.0.0', now())"
)


@pytest.fixture
def path(tmp_path: Path, database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "keyring.json"
    monkeypatch.setenv("ROGER_KEYRING", str(made))
    monkeypatch.setenv("ROGER_DATABASE_URL", database.url)
    assert roger("new", str(made)).exit_code == 0
    return made


def roger(*words: str) -> Result:
    return CliRunner().invoke(app, ["keys", *words])


def refused(*words: str) -> str:
    problem = roger(*words).exception
    assert isinstance(problem, ConfigurationError)
    return problem.message


def test_a_callers_key_says_who_holds_it_until_when_and_for_which_units() -> None:
    words = ["caller", "kari", "--scope", "health:*:read", "--scope", "cases:decide", "--person"]
    told = roger(*words, "--unit", "4711", "--unit", "4712", "--expires", "2099-01-01").output
    entry = json.loads(told[told.index("{") :])
    assert entry.pop("sha256")
    assert entry == {
        "caller": "kari",
        "scopes": ["health:*:read", "cases:decide"],
        "expires": "2099-01-01T00:00:00+01:00",
        "kind": "person",
        "units": ["4711", "4712"],
    }
    assert "expired" in refused(*words, "--expires", "2020-01-01")


def a_row(path: Path, database: DatabaseSettings) -> None:
    """A webhook whose secret is sealed under the key in use."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        id_ = uuid4()
        connection.execute(WEBHOOK.encode(), [id_, b""])
        sealed = Keyring.of(KeyFile(path)).new_key(id_).wrapped
        connection.execute("update webhooks set key = %s where id = %s", [sealed, id_])


def an_hour_later(path: Path) -> None:
    """Let the newest key have been in use for an hour."""
    content = json.loads(path.read_text())
    newest = max(content["master"], key=int)
    content["master"][newest]["since"] = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    path.write_text(json.dumps(content))


def test_from_a_new_key_to_the_end_of_the_old_one(path: Path, database: DatabaseSettings) -> None:
    a_row(path, database)
    assert "in use" in refused("retire", str(path), "1")
    assert "Master key 2" in roger("rotate", str(path), "--after", "0").stdout
    assert "may not know the new key yet" in refused("retire", str(path), "1")
    an_hour_later(path)
    assert "1 in webhooks" in refused("retire", str(path), "1")
    assert "1 keys" in roger("rewrap").stdout
    assert "in use" in roger("status").stdout
    assert roger("retire", str(path), "1").exit_code == 0
    assert set(KeyFile(path).read().master) == {2}


def test_a_key_file_is_never_overwritten(path: Path) -> None:
    before = path.read_text()
    assert "never overwritten" in refused("new", str(path))
    assert path.read_text() == before
