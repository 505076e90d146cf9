"""`backlog-controls`: whatever waits for an answer in the archive is written off when it is answered, or followed up (ARC-02)."""

from __future__ import annotations

from datetime import timedelta

from archive_svc.backlog.conclusion import conclude
from archive_svc.backlog.looking import decided
from archive_svc.backlog.report import report
from archive_svc.backlog.row import BACKLOG, BacklogControl
from archive_svc.backlog.summary import judge, tell_leaders
from archive_svc.screens.esa.target import Esa
from archive_svc.service import archive
from common.batch import BatchRule
from common.process import NoticeRule, Outcome, Retention, Run


@archive.process(
    "backlog-controls",
    called="Restansekontroll",
    targets=[Esa],
    manual_minutes=3.0,
    due=timedelta(days=7),
    retention=Retention.PERSONAL,
    batch=BatchRule(judge=judge, report=report, after=tell_leaders),
    notices=NoticeRule(gather=timedelta(minutes=15)),
)
def control_of_post(row: BacklogControl, run: Run) -> Outcome:
    """Look at a post that waits for an answer: write it off if it has one, and else see to it that somebody answers."""
    return conclude(decided(row, run), row, run, writes_off=BACKLOG.writes_off)
