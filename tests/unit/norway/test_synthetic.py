"""Synthetic ids: always of nobody, always valid, never the same twice."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.norway.national_id import IdKind, parse
from common.norway.synthetic import national_id

BIRTHS = st.dates(date(1854, 1, 1), date(2039, 12, 31))


@given(birth=BIRTHS, kind=st.sampled_from([IdKind.FNR, IdKind.DNR]), rule_2032=st.booleans())
def test_a_day_has_many_different_numbers_all_of_nobody(birth: date, kind: IdKind, *, rule_2032: bool) -> None:
    numbers = {national_id(birth, serial, kind, rule_2032=rule_2032) for serial in range(200)}
    assert len(numbers) == 200
    for number in numbers:
        found = parse(number)
        assert (found.synthetic, found.kind, found.only_2032) == (True, kind, rule_2032)
        assert 81 <= int(number[2:4]) <= 92


def test_a_day_has_an_end() -> None:
    with pytest.raises(ValueError, match="no number 5000"):
        national_id(date(1984, 3, 17), 5000)
    with pytest.raises(ValueError, match="no number -1"):
        national_id(date(1984, 3, 17), -1)


def test_other_kinds_have_none() -> None:
    with pytest.raises(ValueError, match="DUF"):
        national_id(date(1984, 3, 17), 0, IdKind.DUF)
