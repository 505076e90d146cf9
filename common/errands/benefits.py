"""Count what Roger did, and show it to Prometheus as PostgreSQL has it."""

from __future__ import annotations

from collections import Counter

from common import metrics
from common.benefits.account import Account
from common.errands.errand import Desk


async def benefits(desk: Desk) -> None:
    """Count, and show what each process has done and saved in all."""
    account = Account(desk.pool)
    await account.know(desk.service)
    await account.count()
    automatic, manual, saved = Counter[str](), Counter[str](), Counter[str]()
    for saving in await account.savings():
        automatic[saving.process] += saving.automatic
        manual[saving.process] += saving.manual
        saved[saving.process] += saving.saved
    for process in {*desk.service.processes, *automatic, *manual}:
        metrics.FROM_POSTGRESQL.set("roger_cases_automatic", process, automatic[process])
        metrics.FROM_POSTGRESQL.set("roger_cases_to_people", process, manual[process])
        metrics.FROM_POSTGRESQL.set("roger_saved_minutes", process, saved[process] / 100)
