"""The backlog control on ESA's real pages, in one browser: lists of several pages, journals, windows; cases in memory."""

from __future__ import annotations

import random
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from real_screens import RealScreens

from archive_svc.backlog.asked import BacklogRun
from archive_svc.backlog.row import BacklogControl
from archive_svc.demo.backlog_controls import case_file, letter, waiting
from archive_svc.demo.town import HOME, SCHOOL, Town
from archive_svc.processes.backlog_controls import control_of_post
from archive_svc.processes.backlog_runs import run_over_units
from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.errors import BusinessException, LeaseLost
from common.process import Outcome, Run
from common.readings import Readings
from common.run import CaseFacts
from common.testing import FixedClock, MemoryCase, MemoryLedger
from tests.sandbox.visitor import Esa, starting

pytestmark = pytest.mark.browser

NOW = datetime.now(UTC)
MANY = 60
"""Posts of one unit: more than one page of the list holds."""


@dataclass
class Archive:
    """ESA, a browser, and what the cases of one worker share."""

    esa: Esa
    browser: Browser
    town: Town = field(default_factory=lambda: Town(random.Random(7), NOW))
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    readings: Readings = field(default_factory=Readings)

    def tell(self) -> None:
        """ESA holds what the town has, and nothing else."""
        self.esa.empty()
        for what, seeds in (
            ("officers", self.town.officers),
            ("casefiles", self.town.case_files),
            ("posts", self.town.posts),
        ):
            self.esa.post(what, seeds)

    def perform(self, process: Any, given: Any, case: MemoryCase | None = None, unproven: str | None = None) -> Outcome:
        """One attempt at a case; it dies when it is about to record the effect named `unproven`."""
        case = case or MemoryCase(ledger=self.ledger, readings=self.readings)
        platform = RealScreens(case, self.browser, unproven)
        facts = CaseFacts(id=case.id, process=case.process, fence=case.fence, submitted_at=case.submitted_at)
        outcome: Outcome = process(given, Run(facts, platform, FixedClock(NOW)))
        return outcome

    def ending(self, row: BacklogControl) -> str:
        try:
            return str(self.perform(control_of_post, row).code)
        except BusinessException as broken:
            return broken.code

    def rows(self, **asked: Any) -> dict[str, BacklogControl]:
        """A row for each post of the lists, by the post."""
        outcome = self.perform(run_over_units, BacklogRun.model_validate(asked))
        assert outcome.detail["left_out"] == []
        (handover,) = outcome.handovers
        return {row.journalpost_id: row for row in handover.rows if isinstance(row, BacklogControl)}

    def write_offs(self) -> dict[str, dict[str, Any] | None]:
        return {post["id"]: post["write_off"] for post in self.esa.get("posts")}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Generator[Archive]:
    with starting(Esa, tmp_path_factory) as start:
        esa = start()
        browser = Browser(BrowserSettings(), {"esa": esa.url})
        yield Archive(esa, browser)
        browser.close()


@pytest.fixture
def fresh(archive: Archive) -> Archive:
    return Archive(archive.esa, archive.browser)


def test_each_post_of_the_lists_comes_to_what_it_must(fresh: Archive) -> None:
    town = fresh.town
    answered, noted, mailed, maybe, old, closed, young = (waiting(town, days) for days in (40, 41, 42, 44, 120, 46, 47))
    letter(town, answered)
    letter(town, noted, type="X", status="J", sent=None)
    letter(town, mailed, dispatch="E-post")
    letter(town, maybe, answers=None)
    next(file for file in town.case_files if file["number"] == closed["case"])["status"] = "A"
    fresh.tell()
    rows = fresh.rows()
    posts = (answered, noted, mailed, maybe, old, closed, young)
    assert [fresh.ending(rows[post["id"]]) for post in posts] == [
        *("UPDATED", "UPDATED", "UPDATED", "NEEDS_JUDGEMENT"),
        *("REPORTED", "CONFLICT_IN_TARGET", "NOOP"),
    ]
    sent = (town.today - timedelta(days=3)).isoformat()
    codes = {answered["id"]: "BU", noted["id"]: "BN", mailed["id"]: "BE"}
    assert {post: found for post, found in fresh.write_offs().items() if found} == {
        post: {"code": code, "on": sent, "answered_by": 2} for post, code in codes.items()
    }


def test_lists_of_many_pages_are_read_whole_and_their_case_files_once(fresh: Archive) -> None:
    town = fresh.town
    files = [case_file(town, HOME) for _ in range(2)]
    posts = [waiting(town, days % 80, file) for file in files for days in range(MANY // 2)]
    waiting(town, 10, case_file(town, SCHOOL))
    fresh.tell()
    rows = fresh.rows(units=[HOME])
    assert rows.keys() == {post["id"] for post in posts}
    assert {fresh.ending(rows[post["id"]]) for post in posts} == {"NOOP"}
    assert len(fresh.rows()) == MANY + 1


def test_a_post_is_written_off_once_though_the_robot_dies_after_the_save(fresh: Archive) -> None:
    post = waiting(fresh.town, 100)
    letter(fresh.town, post)
    fresh.tell()
    row = fresh.rows()[post["id"]]
    case = MemoryCase(ledger=fresh.ledger, readings=fresh.readings)
    with pytest.raises(LeaseLost):
        fresh.perform(control_of_post, row, case, unproven=f"write-off of {post['id']}")
    assert fresh.perform(control_of_post, row, case).code == "UPDATED"
    writes = [each for each in fresh.esa.get("writes") if each["kind"] == "writeoff"]
    assert len(writes) == 1


def test_a_post_that_somebody_has_open_is_for_a_person(fresh: Archive) -> None:
    post = waiting(fresh.town, 100)
    letter(fresh.town, post)
    fresh.tell()
    fresh.esa.post("locks", [{"record": "post", "key": post["id"], "locked_by": "KARI"}])
    assert fresh.ending(fresh.rows()[post["id"]]) == "RECORD_LOCKED"
    assert fresh.write_offs()[post["id"]] is None
