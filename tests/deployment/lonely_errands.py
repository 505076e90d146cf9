"""The errands process of a small service, as its container starts it: `python lonely_errands.py`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from common.errands.main import run_errands
from common.process import CaseInput, Firing, Service
from common.testing import Chore, a_process

service = Service("testing", title="Testing")
service.processes["chores"] = a_process()


@service.schedule("nightly", process="chores", cron="0 3 * * *")
def nightly(firing: Firing) -> Iterable[CaseInput]:
    """What is to be done each night."""
    for number in range(3):
        yield Chore(what=f"{firing.due_at:%d}-{number}")


if __name__ == "__main__":
    asyncio.run(run_errands(service))
