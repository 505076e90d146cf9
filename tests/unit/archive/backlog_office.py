"""An archive with posts that wait, and Roger's control of them: cases run one by one as a worker would run them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from archive_in_memory import MemoryArchive

from archive_svc.backlog.row import BacklogControl
from archive_svc.esa.noark import PostStatus, PostType
from archive_svc.esa.record import BacklogLine, JournalPost, Officer, PostLine
from archive_svc.processes.backlog_controls import control_of_post
from archive_svc.screens.esa.archive import EsaArchive
from common.batch import EndedRow
from common.clock import OSLO
from common.errors import BusinessException
from common.process import Outcome
from common.readings import Readings
from common.testing import FixedClock, MemoryCase, MemoryLedger

SCHOOL, HOME = "311874322", "312900114"
NOW = datetime(2026, 12, 1, 3, tzinfo=OSLO)
TODAY = NOW.date()


@dataclass
class CountingArchive(MemoryArchive):
    """Knows which of its pages were opened."""

    looks: Counter[str] = field(default_factory=Counter[str])

    def posts(self, case: str) -> Sequence[PostLine]:
        self.looks["journal"] += 1
        return super().posts(case)

    def post(self, case: str, number: int) -> JournalPost | None:
        self.looks["post"] += 1
        return super().post(case, number)

    def officers(self) -> Sequence[Officer]:
        self.looks["officers"] += 1
        return super().officers()

    def backlog(self, part: str, unit: str) -> Sequence[BacklogLine]:
        self.looks["list"] += 1
        return super().backlog(part, unit)


@dataclass
class Office:
    """The archive, and what outlives the cases that control it."""

    archive: CountingArchive = field(default_factory=lambda: CountingArchive(today=TODAY))
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    readings: Readings = field(default_factory=Readings)

    def __post_init__(self) -> None:
        self.archive.put_officer("skol07", unit=SCHOOL)
        self.archive.put_officer("skol11", unit=SCHOOL)
        self.archive.put_officer("hjem02", unit=HOME)
        self.archive.put_officer("sluttet", unit=SCHOOL, active=False)

    def waiting(self, *, days: int = 30, case: str = "", **known: Any) -> JournalPost:
        """A post that has waited so many days; a case file of its own unless one is named."""
        since = TODAY - timedelta(days=days)
        number = case or self.archive.put_case_file(part="Sakarkiv", unit=known.get("unit", SCHOOL)).number
        usual = {
            "document_date": since,
            "received": since,
            "journalled": since,
            "officer": "skol07",
            "unit": SCHOOL,
            "title": "Klage fra elev",
        }
        return self.archive.put_post(number, **usual | known)

    def letter(self, to: JournalPost, *, linked: bool = True, **known: Any) -> JournalPost:
        """What went out in the same case file a day ago, as the answer to a post or linked to nothing."""
        usual: dict[str, Any] = {
            "type": PostType.OUTGOING,
            "status": PostStatus.DISPATCHED,
            "document_date": TODAY - timedelta(days=2),
            "received": None,
            "sent": TODAY - timedelta(days=1),
            "answers": to.number if linked else None,
            "parties": tuple(party.model_copy(update={"role": "EM"}) for party in to.parties),
            "unit": to.unit,
            "officer": to.officer,
        }
        return self.archive.put_post(to.case, **usual | known)

    def row(self, post: JournalPost, **changes: Any) -> BacklogControl:
        """As the archive's list shows the post now."""
        post = self.archive.change_post(post.id)
        given = {
            "as_of": TODAY,
            "unit": post.unit,
            "journalpost_id": post.id,
            "case_no": post.case,
            "post_no": post.number,
            "type": post.type,
            "status": post.status,
            "doc_date": post.document_date,
            "received_date": post.received,
            "journal_date": post.journalled,
            "due_date": post.due,
            "officer": post.officer,
            "case_status": post.case_status,
        }
        return BacklogControl.model_validate(given | changes)

    def case(self, *, together: bool = False) -> MemoryCase:
        case = MemoryCase(ledger=self.ledger, readings=self.readings, finding=True if together else None)
        self.archive.case = case
        return case

    def control(self, row: BacklogControl, *, now: datetime = NOW, case: MemoryCase | None = None) -> Outcome:
        """One attempt at one case."""
        case = case or self.case()
        self.archive.case = case
        return control_of_post(row, case.run({EsaArchive: self.archive}, clock=FixedClock(now)))

    def dies(self, row: BacklogControl, case: MemoryCase, at: str) -> None:
        """An attempt that ends at a point of its run."""
        self.archive.case = case
        control_of_post(row, case.run({EsaArchive: self.archive}, clock=FixedClock(NOW), dies_at=at))

    def controlled(self, post: JournalPost, **changes: Any) -> Outcome:
        return self.control(self.row(post, **changes))

    def batch(self, *rows: BacklogControl, now: datetime = NOW) -> list[EndedRow[BacklogControl]]:
        """How each row of a batch ends."""
        return [self._ended(place, row, now) for place, row in enumerate(rows)]

    def _ended(self, place: int, row: BacklogControl, now: datetime) -> EndedRow[BacklogControl]:
        ending: dict[str, Any]
        try:
            outcome = self.control(row, now=now, case=self.case(together=True))
            ending = {"state": "done", "code": outcome.code.value, "detail": outcome.detail}
        except BusinessException as broken:
            ending = {"state": "manual", "code": broken.code, "detail": broken.detail}
        return EndedRow(case=uuid4(), row=place, input=row, **ending)


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)
