"""How much one name may have: tokens come back at their pace, and memory is bounded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common.settings import ApiSettings
from common.target import Pace
from common.web.guard import address_of
from common.web.places import Buckets, Places

TWICE_A_SECOND = Pace(cases=2, per=timedelta(seconds=1))


class Watch:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_and_then_the_pace() -> None:
    watch = Watch()
    buckets = Buckets(TWICE_A_SECOND, 3, now=watch)
    assert [buckets.take("a") for _ in range(5)] == [0, 0, 0, 0.5, 0.5]
    assert buckets.take("b") == 0
    watch.now += 0.5
    assert [buckets.take("a"), buckets.take("a")] == [0, 0.5]
    watch.now += 60
    assert [buckets.take("a") > 0 for _ in range(4)] == [False, False, False, True]


def test_what_was_not_used_is_there_again() -> None:
    buckets = Buckets(TWICE_A_SECOND, 1, now=Watch())
    assert buckets.take("a") == 0
    buckets.give_back("a")
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0


def test_no_pace_is_no_limit() -> None:
    buckets = Buckets(None, 1, now=Watch())
    assert not any(buckets.take("a") for _ in range(100))
    assert len(buckets) == 0


def test_however_many_come_memory_is_bounded() -> None:
    buckets = Buckets(TWICE_A_SECOND, 1, most=100, now=Watch())
    for number in range(10_000):
        buckets.take(str(number))
    assert len(buckets) == 100


def test_one_cannot_have_all_places() -> None:
    places = Places(4)
    for _ in range(3):
        assert places.has_one_for("a")
        places.take("a")
    assert not places.has_one_for("a")
    places.take("b")
    assert places.full
    places.leave("a")
    assert (places.taken, places.full, places.has_one_for("a"), places.has_one_for("b")) == (3, False, True, True)


@pytest.mark.parametrize(
    ("client", "forwarded", "proxies", "address"),
    [
        ("192.0.2.7", None, "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "", "192.0.2.7"),
        ("10.2.0.1", "198.51.100.1", "10.0.0.0/8", "198.51.100.1"),
        ("10.2.0.1", "203.0.113.9, 198.51.100.1", "10.0.0.0/8", "198.51.100.1"),
        ("10.2.0.1", "198.51.100.1, 10.3.0.1", "10.0.0.0/8", "198.51.100.1"),
        ("10.2.0.1", "no address", "10.0.0.0/8", "10.2.0.1"),
        ("::ffff:192.0.2.7", None, "", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", None, "", "2001:db8:1:2::/64"),
        (None, None, "", "None"),
    ],
)
def test_where_a_request_comes_from(client: str | None, forwarded: str | None, proxies: str, address: str) -> None:
    scope = {
        "client": (client, 1) if client else None,
        "headers": [(b"x-forwarded-for", forwarded.encode())] if forwarded else [],
    }
    assert address_of(scope, ApiSettings(proxies=proxies).networks) == address


@pytest.mark.parametrize("wrong", [{"rate": "fast"}, {"strangers": "1/day"}, {"proxies": "10.0.0.1/8"}])
def test_settings_that_cannot_be_read(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"fast|day|10\.0\.0\.1"):
        ApiSettings.model_validate(wrong)
