"""The examples of the domain description: a linked letter writes a post off, and a note of 120 days is told to its officer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from backlog_office import SCHOOL, Office

from archive_svc.backlog.row import BacklogControl
from archive_svc.esa.noark import PostStatus, PostType, WriteOffCode
from archive_svc.esa.record import WriteOff
from common.clock import OSLO
from common.process import OutcomeCode

NOW = datetime(2026, 12, 1, 3, tzinfo=OSLO)


def example(**changes: Any) -> BacklogControl:
    payload = {
        "run_id": "2026-Q4-BYARK",
        "as_of": "2026-12-01",
        "cutoff_age_days": 90,
        "unit": SCHOOL,
        "type": "I",
        "status": "J",
        "received_date": "2026-08-03",
        "journal_date": "2026-08-03",
        "officer": "skol07",
        "case_status": "B",
    }
    return BacklogControl.model_validate(payload | changes)


@pytest.fixture
def office() -> Office:
    office = Office()
    for number in ("2026/004411", "2026/004975"):
        office.archive.put_case_file(number, part="Sakarkiv", unit=SCHOOL)
    return office


def test_a_linked_letter_that_was_sent_writes_a_post_off(office: Office) -> None:
    post = office.waiting(days=120, case="2026/004411", id="JP-550001")
    office.waiting(days=100, case="2026/004411")
    letter = office.letter(post, status=PostStatus.DISPATCHED, sent=date(2026, 11, 20))
    assert letter.call_number == "2026/004411-3"
    outcome = office.control(example(journalpost_id="JP-550001", case_no="2026/004411", post_no=1), now=NOW)
    assert outcome.code is OutcomeCode.UPDATED
    assert office.archive.journal["JP-550001"].write_off == WriteOff(
        code=WriteOffCode.LETTER, on=date(2026, 11, 20), answered_by=3
    )


def test_a_note_without_an_answer_is_told_to_its_officer(office: Office) -> None:
    office.waiting(days=10, case="2026/004975")
    note: dict[str, Any] = {"type": PostType.FOLLOWED_UP, "received": date(2026, 8, 3), "journalled": date(2026, 8, 4)}
    office.waiting(case="2026/004975", id="JP-550002", officer="skol11", **note)
    row = example(
        journalpost_id="JP-550002",
        case_no="2026/004975",
        post_no=2,
        type="N",
        journal_date="2026-08-04",
        officer="skol11",
    )
    outcome = office.control(row, now=NOW)
    (task,) = outcome.tasks
    assert (outcome.code, outcome.detail["age"], "skol11" in task.title) == (OutcomeCode.REPORTED, 120, True)
