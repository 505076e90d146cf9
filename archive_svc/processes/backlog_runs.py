"""`backlog-runs`: the archive's lists of what waits for an answer, read once, and controlled post by post (ARC-02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from archive_svc.backlog.asked import BacklogRun, of_month, of_quarter
from archive_svc.backlog.lists import knowing, read_lists, remember_counts, rows_of, units_before
from archive_svc.backlog.row import BACKLOG
from archive_svc.backlog.summary import tell_of_cleared, tell_of_left_out
from archive_svc.screens.esa.target import Esa
from archive_svc.service import archive
from common.process import Firing, Handover, Outcome, OutcomeCode, Retention, Run


@archive.process(
    "backlog-runs",
    called="Restansekontroll av enheter",
    targets=[Esa],
    # What a clerk spends is counted with each post's control.
    manual_minutes=0.0,
    due=timedelta(hours=8),
    retention=Retention.PERSONAL,
)
def run_over_units(asked: BacklogRun, run: Run) -> Outcome:
    """Read the lists, and hand over a control for each post on them, as one batch; what they have is kept for the next run."""
    as_of = asked.as_of or run.today()
    lines = read_lists(asked, run)
    rows = rows_of(lines, asked, as_of)
    before = [] if asked.officer else units_before(rows, asked, as_of, run)
    if not asked.officer:
        remember_counts(rows, asked, as_of, run)
    detail = {"as_of": as_of, "posts": len(rows.posts), "left_out": rows.left_out}
    told = tell_of_left_out(rows.left_out)
    if not rows.posts:
        return Outcome(OutcomeCode.NOOP, detail).telling(*told, *tell_of_cleared(before, as_of))
    return (
        Outcome(OutcomeCode.CREATED, detail)
        .handing_over(Handover(process="backlog-controls", rows=knowing(rows.posts, before)))
        .telling(*told)
    )


@archive.schedule("quarterly-backlog-run", process="backlog-runs", cron="0 3 1 3,6,9,12 *")
def all_units(firing: Firing) -> Iterable[BacklogRun]:
    """Control the backlog of all units four times a year, unless the deployment has switched that off."""
    return of_quarter(firing, BACKLOG)


@archive.schedule("monthly-backlog-run", process="backlog-runs", cron="0 3 1 * *")
def monthly_units(firing: Firing) -> Iterable[BacklogRun]:
    """Control the units that the deployment names every month, but for the months in which all are controlled."""
    return of_month(firing, BACKLOG)
