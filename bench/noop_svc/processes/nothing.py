"""`nothing`: claimed, run and finished, and that is all."""

from __future__ import annotations

from datetime import timedelta

from bench.noop_svc.service import noop
from common.process import CaseInput, Outcome, OutcomeCode, Retention, Run


class Nothing(CaseInput):
    """Something to leave undone."""

    what: str


@noop.process("nothing", targets=(), manual_minutes=0, due=timedelta(hours=4), retention=Retention.ORDERS)
def do_nothing(nothing: Nothing, run: Run) -> Outcome:
    """Do nothing, well."""
    del nothing, run
    return Outcome(OutcomeCode.NOOP)
