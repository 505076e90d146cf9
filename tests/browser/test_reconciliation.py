"""A directory on Katalog's real pages, compared with what was ordered: every page of the list is read, nothing is changed."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from typing import Any

import pytest
from useradmin_town_hall import SCHOOL, TownHall, a_town_hall

from common.process import OutcomeCode
from common.testing import MemoryCase
from useradmin_svc.directory.entry import Network
from useradmin_svc.processes.directory_reconciliations import Reconciliation, reconcile
from useradmin_svc.reconciliation.exceptions import ExceptedAccount

pytestmark = pytest.mark.browser

LATER = date(2030, 1, 1)
MANY = 60


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[TownHall]:
    with a_town_hall(tmp_path_factory) as hall:
        yield hall


@pytest.fixture
def hall(whole: TownHall, monkeypatch: pytest.MonkeyPatch) -> TownHall:
    monkeypatch.setenv("ROGER_DIRECTORY_TKNETT", "katalog")
    return whole.fresh()


def ordered(hall: TownHall, *user_names: str) -> None:
    run = MemoryCase(ledger=hall.ledger).run()
    for name in user_names:
        value = {"network": "TK", "user_name": name, "unit": SCHOOL, "employee_no": "1", "expires": None}
        run.remember("ordered-account", f"TK:{name}", value, until=LATER)


def found(detail: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding["kind"], finding["user_name"]) for finding in detail["findings"]]


def test_finds_what_differs_on_any_page_and_changes_nothing(hall: TownHall) -> None:
    names = [f"bruker{number:03}" for number in range(MANY)]
    for name in names:
        hall.employ(Network.TK, user_name=name)
    hall.employ(Network.TK, user_name="utlopt", expires="2026-11-22")
    hall.employ(Network.TK, user_name="iorden", expires="2026-11-23")
    hall.employ(Network.TK, user_name="svc-kopi")
    hall.employ(Network.TK, user_name="sletta", state="PENDING_DELETE", groups=[])
    row = ExceptedAccount(network=Network.TK, user_name="svc-*", until=LATER, reason="Tjeneste")
    hall.registers.store("directory-exceptions", [row], valid_from=date(2026, 1, 1))
    ordered(hall, *names[:-1], "utlopt", "iorden", "borteb")
    outcome = hall.perform(reconcile, Reconciliation(network=Network.TK))
    assert outcome.code is OutcomeCode.REPORTED
    assert outcome.detail["accounts"] == MANY + 4
    assert found(outcome.detail) == [
        ("NOT_ORDERED", names[-1]),
        ("EXPIRED_ENABLED", "utlopt"),
        ("NO_ACCOUNT", "borteb"),
    ]
    assert hall.writes() == []


def test_finds_nothing_in_an_empty_directory(hall: TownHall) -> None:
    assert hall.perform(reconcile, Reconciliation(network=Network.TK)).code is OutcomeCode.NOOP
    assert hall.writes() == []
