"""Accounts say whose they are without saying the number, and only to whoever holds the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from common.errors import ConfigurationError
from useradmin_svc.person_key import person_key

if TYPE_CHECKING:
    from pathlib import Path

NUMBER, OTHER = "29820450017", "21859610371"


def test_it_tells_people_apart_and_never_says_the_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("k" * 32)
    monkeypatch.setenv("ROGER_ORDERS_PERSON_KEY", str(tmp_path / "key"))
    assert person_key(NUMBER) == person_key(NUMBER) != person_key(OTHER)
    assert NUMBER not in person_key(NUMBER)
    assert len(person_key(NUMBER)) == 32


def test_another_key_names_everybody_differently(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named: set[str] = set()
    for letter in "ab":
        (tmp_path / letter).write_text(letter * 32)
        monkeypatch.setenv("ROGER_ORDERS_PERSON_KEY", str(tmp_path / letter))
        named.add(person_key(NUMBER))
    assert len(named) == 2


def test_without_a_key_nobody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROGER_ORDERS_PERSON_KEY", raising=False)
    assert person_key(NUMBER) == ""


@pytest.mark.parametrize("content", [None, "short"])
def test_a_key_that_cannot_be_used_is_told(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / f"key-{content}"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("ROGER_ORDERS_PERSON_KEY", str(file))
    with pytest.raises(ConfigurationError, match="ROGER_ORDERS_PERSON_KEY"):
        person_key(NUMBER)
