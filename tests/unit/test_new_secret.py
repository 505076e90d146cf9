"""What a new secret looks like."""

from __future__ import annotations

import re

import pytest

from common.entrusting.secret import new_secret

MANY = 300


def test_is_written_in_groups_of_four() -> None:
    assert re.fullmatch(r"(\w{4}-){3}\w{4}", new_secret(16).get_secret_value())
    assert re.fullmatch(r"(\w{4}-){3}\w{2}", new_secret(14).get_secret_value())


@pytest.mark.parametrize("length", [12, 16, 40])
def test_holds_every_sort_of_character_a_directory_may_ask_for(length: int) -> None:
    for _ in range(MANY):
        secret = new_secret(length).get_secret_value()
        assert len(secret.replace("-", "")) == length
        for sort in ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"):
            assert re.search(sort, secret)


def test_holds_nothing_that_is_read_as_something_else() -> None:
    drawn = "".join(new_secret(40).get_secret_value() for _ in range(MANY))
    assert not set(drawn) & set("0Oo1Ili")
    assert len(set(drawn)) == 23 + 24 + 8 + 1


def test_is_another_one_each_time() -> None:
    assert len({new_secret(12).get_secret_value() for _ in range(MANY)}) == MANY
