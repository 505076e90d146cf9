"""API, Redis, PostgreSQL and errands die, freeze and forget; what was taken in is done, once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
import redis

from common.embedded import EmbeddedPostgres, EmbeddedRedis
from tests.recovery.plant import CONFIRMATION, FORM, SAVED, Patient, Plant, wait_for, words
from tests.recovery.proof import prove

pytestmark = [pytest.mark.recovery, pytest.mark.browser]


class Caller:
    """A caller that hands its rows in one by one, and again until each has been answered."""

    def __init__(self, roger: Plant, tested: list[Patient]) -> None:
        self._roger, self._rows = roger, [(one, roger.row(one)) for one in tested]
        self.taken: dict[str, UUID] = {}
        self.unanswered = 0

    def hand_in(self) -> None:
        """Once round; what gets no answer stays for the next."""
        for tested, row in self._rows:
            if row["reference"] in self.taken:
                continue
            try:
                answer = self._roger.api.post("/v1/test-journals", json=row)
            except httpx.TransportError:
                self.unanswered += 1
                continue
            if answer.is_success:
                self.taken[row["reference"]] = UUID(answer.json()["id"])
                self._roger.about[self.taken[row["reference"]]] = tested

    def done(self) -> bool:
        self.hand_in()
        return len(self.taken) == len(self._rows)


def all_cases(roger: Plant) -> set[UUID]:
    return {row["id"] for row in roger.rows("select id from cases")}


def test_the_api_is_killed_while_cases_are_handed_in(roger: Plant) -> None:
    before = all_cases(roger)
    caller = Caller(roger, (roger.people(1) + roger.people(5, with_journal=True)) * 4)
    api = roger.stack.parts["api"]
    with ThreadPoolExecutor(max_workers=1) as elsewhere:
        for number in (2, 10):
            handing_in = elsewhere.submit(caller.hand_in)
            wait_for(lambda number=number: len(caller.taken) >= number, "some are taken in")
            api.kill()
            handing_in.result()
            answered = dict(caller.taken)
            api.start()
            wait_for(lambda: _answers(roger), "the API is up again")
            assert set(answered.values()) <= all_cases(roger)
    assert caller.unanswered > 0
    wait_for(caller.done, "every row is answered")
    cases = list(caller.taken.values())
    assert all_cases(roger) - before == set(cases)
    roger.await_ended(cases)
    prove(roger, cases)


def _answers(roger: Plant) -> bool:
    with suppress(httpx.TransportError):
        return roger.api.get("/readyz").is_success
    return False


def killed(server: EmbeddedRedis) -> None:
    server.kill()


def frozen(server: EmbeddedRedis) -> None:
    server.freeze()


def emptied(server: EmbeddedRedis) -> None:
    client = cast("Any", redis.Redis).from_url(server.url)
    client.flushall()
    client.close()


@pytest.mark.parametrize("harm", [killed, frozen, emptied])
def test_redis_is_harmed_during_work(roger: Plant, harm: Callable[[EmbeddedRedis], None]) -> None:
    server = roger.stack.redis
    assert server is not None
    people = roger.people(4)
    hold_up = roger.hold_up(FORM, seconds=1)
    cases = roger.submit(*people[:2])
    hold_up.strike()
    harm(server)
    try:
        cases += roger.submit(*people[2:])
        roger.await_ended(cases)
        prove(roger, cases)
        answer = roger.api.get(f"/v1/cases/{cases[-1]}", params={"wait": "5"}).raise_for_status().json()
        assert answer["outcome"] == "CREATED"
    finally:
        server.restart()


@pytest.mark.parametrize(("part", "method"), [(FORM, "GET"), (CONFIRMATION, "POST"), (SAVED, "GET")])
def test_postgresql_is_killed_in_the_middle_of_a_case(roger: Plant, part: str, method: str) -> None:
    server = roger.stack.postgres
    assert server is not None
    caller = Caller(roger, roger.people(2))
    (tested,) = roger.people(1)
    hold_up = roger.hold_up(part, seconds=1, method=method)
    (case,) = roger.submit(tested)
    hold_up.strike()
    _crash_and_restart(server, caller)
    wait_for(caller.done, "every row is answered")
    cases = [case, *caller.taken.values()]
    roger.await_ended(cases)
    prove(roger, cases)
    assert roger.case(case)["failures"] == 0


def _crash_and_restart(server: EmbeddedPostgres, caller: Caller) -> None:
    server.kill()
    impatient = threading.Thread(target=caller.hand_in)
    impatient.start()
    server.restart()
    impatient.join()


def test_postgresql_stands_still_for_longer_than_a_lease(roger: Plant) -> None:
    server = roger.stack.postgres
    assert server is not None
    (tested,) = roger.people(1)
    hold_up = roger.hold_up(CONFIRMATION, seconds=1, method="POST")
    (case,) = roger.submit(tested)
    hold_up.strike()
    said = len(words(roger.worker))
    server.freeze()
    try:
        wait_for(lambda: "run.lease_lost" in words(roger.worker)[said:], "the run gives up")
    finally:
        server.thaw()
    roger.await_ended([case])
    prove(roger, [case])


def test_the_errands_are_killed(roger: Plant) -> None:
    """And with them one of the two who take back what a vanished worker held."""
    (tested,) = roger.people(1)
    hold_up = roger.hold_up(FORM, seconds=1)
    (case,) = roger.submit(tested)
    hold_up.strike()
    roger.stack.parts["errands"].kill()
    roger.worker.kill()
    roger.worker.start()
    roger.await_ended([case])
    prove(roger, [case])
    assert roger.codes(case) == ["LEASE_EXPIRED", "CREATED"]
