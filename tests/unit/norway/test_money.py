"""Amounts are read and written to the øre."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from common.norway.money import kroner, ore


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0,00", 0),
        ("150,50", 15050),
        ("1 234,50", 123450),
        ("1\u00a0234\u202f567,89", 123456789),
        ("kr 12", 1200),
        ("-45,01", -4501),
        ("\u22120,01", -1),
    ],
)
def test_reads(text: str, amount: int) -> None:
    assert ore(text) == amount


@pytest.mark.parametrize("text", ["", "12,5", "12.50", "1,234,50", "12,505", "--1,00", "1e3", "١٢,٠٠", "tolv"])
def test_refuses_what_could_be_meant_otherwise(text: str) -> None:
    with pytest.raises(ValueError, match="1 234,50"):
        ore(text)


@given(some.integers(-(10**13), 10**13))
def test_what_is_written_is_read_back(amount: int) -> None:
    assert ore(kroner(amount)) == amount
