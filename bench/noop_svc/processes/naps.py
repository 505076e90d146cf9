"""`naps`: holds its case until the worker is killed."""

from __future__ import annotations

import time
from datetime import timedelta

from bench.noop_svc.service import noop
from common.process import CaseInput, Outcome, OutcomeCode, Retention, Run

_LONG = 300.0


class Nap(CaseInput):
    """A long rest."""

    what: str


@noop.process("naps", targets=(), manual_minutes=0, due=timedelta(hours=4), retention=Retention.ORDERS)
def sleep(nap: Nap, run: Run) -> Outcome:
    """Hold the case for minutes, so that its worker can be killed meanwhile."""
    del nap, run
    time.sleep(_LONG)
    return Outcome(OutcomeCode.NOOP)
