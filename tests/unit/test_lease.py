"""A run's hold on its case: it counts from sending, and what is lost stays lost."""

from __future__ import annotations

import contextlib
import time

import pytest

from common import lease
from common.errors import Interrupted, LeaseLost, StopSignal
from common.lease import Lease


def held(*, for_: float = 100.0, seconds: float = 100.0, margin: float = 10.0) -> Lease:
    """A lease that was asked for so long ago that `for_` of its seconds are left."""
    return Lease(fence=1, started=lease.now() - (seconds - for_), seconds=seconds, margin=margin)


class TestDeadline:
    def test_lies_a_margin_before_the_end(self) -> None:
        assert 89 < held().remaining() <= 90

    def test_passes(self) -> None:
        ended = held(for_=10)
        assert ended.remaining() <= 0
        assert ended.ended is LeaseLost
        with pytest.raises(LeaseLost):
            ended.require(0)

    def test_what_does_not_fit_before_it_is_not_begun(self) -> None:
        live = held(for_=20)
        live.require(5)
        with pytest.raises(LeaseLost):
            live.require(11)
        live.require(5)

    def test_as_the_page_sees_it(self) -> None:
        live = held()
        assert abs(live.wall_deadline_ms() / 1000 - time.time() - live.remaining()) < 1


class TestExtension:
    def test_counts_from_when_it_was_sent(self) -> None:
        live = held()
        sent = lease.now() - 30
        live.extended(started=sent)
        assert live.remaining() <= 90, "an answer that took 30 seconds brings nothing"
        live.extended(started=lease.now())
        assert live.remaining() > 89

    def test_never_shortens(self) -> None:
        live = held()
        live.extended(started=lease.now(), seconds=1000)
        long = live.remaining()
        live.extended(started=lease.now())
        live.extended(started=lease.now() - 50)
        assert live.remaining() > long - 5

    def test_for_a_long_act_counts_the_margin_too(self) -> None:
        live = held()
        live.extended(started=lease.now(), seconds=310)
        assert 299 < live.remaining() <= 300

    @pytest.mark.parametrize("signal", [LeaseLost, Interrupted])
    def test_does_not_bring_an_ended_one_back(self, signal: type[StopSignal]) -> None:
        live = held()
        live.end(signal)
        live.extended(started=lease.now(), seconds=1000)
        assert live.ended is signal
        with pytest.raises(signal):
            live.require(0)


class TestSignals:
    def test_none_while_it_lives(self) -> None:
        live = held()
        assert live.ended is None
        live.require(0)

    @pytest.mark.parametrize("order", [[Interrupted, LeaseLost], [LeaseLost, Interrupted]])
    def test_a_lost_lease_outranks_an_interruption(self, order: list[type[StopSignal]]) -> None:
        live = held()
        for signal in order:
            live.end(signal)
        with pytest.raises(LeaseLost):
            live.require(0)

    def test_pass_through_whatever_a_process_catches(self) -> None:
        def careless(live: Lease) -> None:
            with contextlib.suppress(Exception):
                live.require(0)

        live = held()
        live.end(Interrupted)
        with pytest.raises(Interrupted):
            careless(live)


def test_the_clock_does_not_step_back() -> None:
    readings = [lease.now() for _ in range(1000)]
    assert readings == sorted(readings)
