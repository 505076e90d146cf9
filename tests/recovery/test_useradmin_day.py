"""The user administration service's day through deaths and freezes: no account twice, none without its groups, and
everybody gets in who is to, once, and nobody else."""

from __future__ import annotations

import random
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass

import pytest

from common.local.daybook import DayBook
from sandbox.lam.machine import missing
from tests.recovery.harm import play_through, two_workers
from tests.recovery.networks import KNOWN, Networks, with_known_secrets
from tests.recovery.phones import open_all
from tests.recovery.plant import BRISK, Plant
from useradmin_svc.demo import day_of
from useradmin_svc.directory.entry import Network

pytestmark = [pytest.mark.recovery, pytest.mark.browser]


@dataclass(frozen=True)
class Product:
    """What both directories are administered with, and a day that fits it."""

    name: str
    rows: Mapping[str, int]
    clockwork: Mapping[str, str]
    moments: int
    """How much it notes between two harms, at most."""

    @property
    def settings(self) -> dict[str, str]:
        return {**BRISK, **self.clockwork, "ROGER_DIRECTORY_TKNETT": self.name, "ROGER_DIRECTORY_ELEVNETT": self.name}


KATALOG = Product(
    name="katalog",
    rows={
        "network-accounts": 6,
        "program-accesses": 2,
        "account-removals": 4,
        "authorised-orderers": 2,
        "account-deletions": 1,
    },
    clockwork={},
    moments=12,
)
LAM = Product(
    name="lam",
    rows={"network-accounts": 4, "account-removals": 2, "account-deletions": 1},
    clockwork={"ROGER_BROWSER_BUDGET": "8", "ROGER_WORKER_LEASE": "14"},
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
    day = with_known_secrets(day_of(product.rows, seed=7))
    with closing(DayBook(useradmin.stack, day)) as book:
        play_through(book, useradmin, random.Random(20261128), harms=3, moments=product.moments, patience=300)
        found = list(book.found())
        assert book.problems(found) == []
    networks = Networks(useradmin.stack.consoles, day)
    assert networks.problems() == []
    assert networks.wrongly_opened(open_all(useradmin, found)) == []
    # What was looked for was there to be found.
    assert networks.made()
    assert networks.leavers()
    assert networks.sign_in(Network.TK, "leder01", KNOWN) == "SIGNED_IN"
