"""Count what Roger did, and show it to Prometheus as PostgreSQL has it."""

from __future__ import annotations

from collections import Counter

from common import metrics
from common.benefits.account import Account
from common.clock import OSLO
from common.errands.errand import Desk
from common.errands.renumber import renumber


async def benefits(desk: Desk) -> None:
    """Count, and show what each process has done and saved: in all, this month and this year."""
    await renumber(desk.pool)
    account = Account(desk.pool)
    await account.know(desk.service)
    await account.count()
    today = desk.clock().astimezone(OSLO).date()
    automatic, manual, saved = Counter[str](), Counter[str](), Counter[str]()
    this_month, this_year = Counter[str](), Counter[str]()
    for saving in await account.savings():
        automatic[saving.process] += saving.automatic
        manual[saving.process] += saving.manual
        saved[saving.process] += saving.saved
        if saving.month.year == today.year:
            this_year[saving.process] += saving.saved
            this_month[saving.process] += saving.saved if saving.month.month == today.month else 0
    for process in {*desk.service.processes, *automatic, *manual}:
        metrics.FROM_POSTGRESQL.set("roger_cases_automatic", process, automatic[process])
        metrics.FROM_POSTGRESQL.set("roger_cases_to_people", process, manual[process])
        metrics.FROM_POSTGRESQL.set("roger_saved_minutes", process, saved[process] / 100)
        metrics.SAVED_SO_FAR.labels(process, "month").set(this_month[process] / 100)
        metrics.SAVED_SO_FAR.labels(process, "year").set(this_year[process] / 100)
