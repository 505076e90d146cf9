"""Sealed values open in their own place only, keys can be rotated, and the same content is the same bytes."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import ConfigurationError
from common.privacy.crypto import CaseKey, Keyring, Unreadable, canonical
from common.privacy.key_file import KeyFile
from common.testing import a_keyring

CASE = uuid4()


def key_bytes() -> bytes:
    return secrets.token_bytes(32)


def flipped(sealed: bytes, place: int, flip: int) -> bytes:
    changed = bytearray(sealed)
    changed[place % len(changed)] ^= flip
    return bytes(changed)


@pytest.fixture
def keyring() -> Keyring:
    return a_keyring()


@pytest.fixture
def key(keyring: Keyring) -> CaseKey:
    return keyring.new_key(CASE)


class TestSealing:
    def test_a_value_comes_back(self, keyring: Keyring, key: CaseKey) -> None:
        sealed = key.seal_json("payload", {"navn": "Åse Østgård"})
        assert keyring.open_key(CASE, key.wrapped).open_json("payload", sealed) == {"navn": "Åse Østgård"}

    def test_shows_nothing_and_never_the_same_twice(self, key: CaseKey) -> None:
        first, second = (key.seal("payload", b"Nordhaug") for _ in range(2))
        assert b"Nordhaug" not in first
        assert first != second

    @pytest.mark.parametrize("place", ["result", "", "payload2", "checkpoint:1:journal"])
    def test_is_bound_to_its_column(self, key: CaseKey, place: str) -> None:
        with pytest.raises(Unreadable):
            key.open(place, key.seal("payload", b"x"))

    def test_is_bound_to_its_epoch_and_name(self, key: CaseKey) -> None:
        with pytest.raises(Unreadable):
            key.open("checkpoint:2:journal", key.seal("checkpoint:1:journal", b"x"))

    def test_a_key_is_bound_to_its_row(self, keyring: Keyring, key: CaseKey) -> None:
        with pytest.raises(Unreadable):
            keyring.open_key(uuid4(), key.wrapped)

    def test_a_value_of_another_case_does_not_open(self, keyring: Keyring, key: CaseKey) -> None:
        with pytest.raises(Unreadable):
            keyring.new_key(uuid4()).open("payload", key.seal("payload", b"x"))

    @given(place=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=255))
    def test_a_changed_byte_is_noticed(self, place: int, flip: int) -> None:
        keyring = a_keyring()
        key = keyring.new_key(CASE)
        with pytest.raises(Unreadable):
            key.open("payload", flipped(key.seal("payload", b"secret"), place, flip))
        with pytest.raises(Unreadable):
            keyring.open_key(CASE, flipped(key.wrapped, place, flip))

    @pytest.mark.parametrize("length", [0, 1, 2, 7, 13, 14, 20, 27, 28, 40])
    def test_what_has_been_cut_is_unreadable_too(self, keyring: Keyring, key: CaseKey, length: int) -> None:
        with pytest.raises(Unreadable):
            key.open("payload", key.seal("payload", b"x" * 40)[:length])
        with pytest.raises(Unreadable):
            keyring.open_key(CASE, key.wrapped[:length])


class TestRotation:
    def test_new_cases_get_the_newest_master_key_and_old_ones_still_open(self) -> None:
        old, new, index = key_bytes(), key_bytes(), {1: key_bytes()}
        before, after = Keyring(master={1: old}, index=index), Keyring(master={1: old, 2: new}, index=index)
        stored = before.new_key(CASE)
        assert after.open_key(CASE, stored.wrapped).open("payload", stored.seal("payload", b"x")) == b"x"
        with pytest.raises(Unreadable, match="version 2"):
            before.open_key(CASE, after.new_key(CASE).wrapped)

    def test_look_ups_know_every_index_key_and_new_rows_the_newest(self) -> None:
        old, new, master = key_bytes(), key_bytes(), {1: key_bytes()}
        before, after = Keyring(master=master, index={1: old}), Keyring(master=master, index={1: old, 2: new})
        assert before.blind("person", "x") in after.blind_all("person", "x")
        assert after.blind("person", "x") in after.blind_all("person", "x")
        assert before.blind("person", "x") != after.blind("person", "x")

    def test_kinds_are_kept_apart(self, keyring: Keyring) -> None:
        assert keyring.blind("person", "7") != keyring.blind("employee", "7")


class TestKeyFile:
    def test_is_made_for_its_owner_only_and_never_overwritten(self, tmp_path: Path) -> None:
        path = tmp_path / "deep" / "keys.json"
        KeyFile(path).create()
        assert path.stat().st_mode & 0o777 == 0o600
        with pytest.raises(FileExistsError):
            KeyFile(path).create()
        key = Keyring.load(path).new_key(CASE)
        assert Keyring.load(path).open_key(CASE, key.wrapped).wrapped == key.wrapped

    def test_missing_says_how_to_make_one(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="roger keys new"):
            Keyring.load(tmp_path / "keys.json")

    def test_that_cannot_be_read_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="cannot be read"):
            Keyring.load(tmp_path)

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "[]",
            "7",
            "{}",
            '{"master": {}, "index": {}}',
            '{"master": [], "index": []}',
            '{"master": {"one": "AAAA"}, "index": {}}',
            '{"master": {"1": "not base64!"}, "index": {"1": ""}}',
            '{"master": {"1": 7}, "index": {"1": 7}}',
            '{"master": {"1": "AAAA"}, "index": {"1": "AAAA"}}',
        ],
    )
    def test_that_is_none_is_refused(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "keys.json"
        path.write_text(content)
        with pytest.raises(ConfigurationError, match=r"keys\.json"):
            Keyring.load(path)

    @pytest.mark.parametrize("version", ["-1", "65536"])
    def test_versions_must_fit_in_front_of_a_wrapped_key(self, tmp_path: Path, version: str) -> None:
        path = tmp_path / "keys.json"
        one = {version: base64.b64encode(key_bytes()).decode()}
        path.write_text(json.dumps({"master": one, "index": one}))
        with pytest.raises(ConfigurationError):
            Keyring.load(path)

    def test_that_is_not_text_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "keys.json"
        path.write_bytes(secrets.token_bytes(64) + b"\xff")
        with pytest.raises(ConfigurationError):
            Keyring.load(path)


leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
json_values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


class TestCanonical:
    @given(st.dictionaries(st.text(max_size=5), leaves, min_size=2, max_size=5))
    def test_the_order_of_members_does_not_matter(self, value: dict[str, Any]) -> None:
        assert canonical(value) == canonical(dict(reversed(value.items())))

    @given(json_values)
    def test_it_is_json(self, value: Any) -> None:
        assert json.loads(canonical(value)) == value

    def test_other_content_is_other_bytes(self) -> None:
        variants: list[Any] = [{}, {"a": None}, {"a": 1}, {"a": "1"}, {"a": [1]}, {"a": True}, {"a": ""}, {"A": 1}]
        assert len({canonical(variant) for variant in variants}) == len(variants)


def test_a_case_id_is_part_of_what_is_bound() -> None:
    """Two cases with the same data key bytes do not exist, yet the row is bound as well."""
    raw = key_bytes()
    one, other = (CaseKey(UUID(int=n), b"", raw) for n in (1, 2))
    with pytest.raises(Unreadable):
        other.open("payload", one.seal("payload", b"x"))
