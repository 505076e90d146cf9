"""The user administration service's day through deaths and freezes: no account twice, none without its groups, and
everybody gets in who is to, once, and nobody else."""

from __future__ import annotations

import random
from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace

import pytest

from common.local.day import Day, Flow, Situation
from common.local.daybook import DayBook
from sandbox.lam.machine import missing
from tests.recovery.harm import play_through, two_workers
from tests.recovery.networks import KNOWN, Networks, with_known_secrets
from tests.recovery.phones import open_all
from tests.recovery.plant import BRISK, Plant
from useradmin_svc.demo import FLOWS, day_of
from useradmin_svc.directory.entry import Network

pytestmark = [
    pytest.mark.recovery,
    pytest.mark.browser,
    pytest.mark.timeout(900),  # longer than it is waited for: what hangs is told by what it waits for
]


@dataclass(frozen=True)
class Product:
    """What both directories are administered with, and how its day is harmed."""

    name: str
    situations: Mapping[str, Collection[str]]
    """Process by process: what turns up, once."""
    clockwork: Mapping[str, str]
    harms: int
    """How often a worker is harmed in each phase of the day, at most."""
    moments: int
    """How much the stand-ins note between two harms, at most."""

    @property
    def settings(self) -> dict[str, str]:
        return {**BRISK, **self.clockwork, "ROGER_DIRECTORY_TKNETT": self.name, "ROGER_DIRECTORY_ELEVNETT": self.name}

    def day(self) -> Day:
        """The first of each situation of a day on which all of them turn up."""
        whole = day_of({**dict.fromkeys(FLOWS, 30), "network-accounts": 40}, seed=7)
        flows = [replace(flow, situations=list(self._chosen(flow))) for flow in whole.flows]
        return with_known_secrets(replace(whole, flows=[flow for flow in flows if flow.rows]))

    def _chosen(self, flow: Flow) -> Iterator[Situation]:
        by_name = {situation.name: situation for situation in flow.situations}
        return (by_name[name] for name in self.situations.get(flow.process, by_name))


KATALOG = Product(
    name="katalog",
    situations={
        "network-accounts": ["two_of_one_name", "ordered_twice", "is_back"],
        "program-accesses": ["told_twice"],
        "account-removals": ["leaver_with_accesses", "leaver_who_orders"],
        "authorised-orderers": ["for_one_more_unit"],
        "account-deletions": ["due"],
    },
    clockwork={},
    harms=3,
    moments=12,
)
LAM = Product(
    name="lam",
    situations={
        "network-accounts": ["two_of_one_name", "is_back"],
        "program-accesses": [],
        "account-removals": ["leaver"],
        "authorised-orderers": [],
        "account-deletions": ["due"],
    },
    # The usual budget: within it a healthy LAM answers also while ten others want the same two processors.
    clockwork={"ROGER_BROWSER_BUDGET": "8", "ROGER_WORKER_LEASE": "14"},
    harms=2,
    moments=200,
)
_WITH_LAM = pytest.mark.skipif(bool(missing()), reason=f"this machine lacks {', '.join(missing())}")


@pytest.fixture(params=[KATALOG, pytest.param(LAM, marks=_WITH_LAM)], ids=lambda product: product.name)
def product(request: pytest.FixtureRequest) -> Product:
    return request.param


@pytest.fixture
def useradmin(product: Product) -> Generator[Plant]:
    with two_workers("useradmin", product.settings) as plant:
        yield plant


def test_a_day_of_all_flows(useradmin: Plant, product: Product) -> None:
    day = product.day()
    with closing(DayBook(useradmin.stack, day)) as book:
        play_through(
            book, useradmin, random.Random(20261128), harms=product.harms, moments=product.moments, patience=300
        )
        found = list(book.found())
        assert book.problems(found) == []
    networks = Networks(useradmin.stack.consoles, day)
    assert networks.problems() == []
    assert networks.wrongly_opened(open_all(useradmin, found)) == []
    # What was looked for was there to be found.
    assert networks.made()
    assert networks.leavers()
    assert networks.sign_in(Network.TK, "leder01", KNOWN) == "SIGNED_IN"
