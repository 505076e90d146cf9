"""`moments`: says when it was begun."""

from __future__ import annotations

import time
from datetime import timedelta

from bench.noop_svc.service import noop
from common.process import CaseInput, Outcome, OutcomeCode, Retention, Run


class Moment(CaseInput):
    """Something to be begun soon."""

    what: str


@noop.process("moments", targets=(), manual_minutes=0, due=timedelta(hours=4), retention=Retention.ORDERS)
def note_moment(moment: Moment, run: Run) -> Outcome:
    """Say when the run began, in seconds since 1970: after its claim was committed."""
    del moment, run
    return Outcome(OutcomeCode.NOOP, {"began": time.time()})
