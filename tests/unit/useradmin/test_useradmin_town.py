"""The demo's municipality can be told to any directory: nobody's user name stands twice in a network."""

from __future__ import annotations

import pytest

from useradmin_svc.demo import FLOWS, day_of


@pytest.mark.parametrize("seed", range(5))
def test_no_user_name_stands_twice(seed: int) -> None:
    made = day_of(dict.fromkeys(FLOWS, 30), seed=seed)
    told = [content for _, path, content in made.common_seeds if path == "/_kontroll/accounts"]
    assert len(told) == 2
    for accounts in told:
        names = [one["user_name"] for one in accounts]
        assert len(set(names)) == len(names)
