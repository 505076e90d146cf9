"""A counter whose cases are released one by one or batch by batch, for the tests of what comes in together."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pydantic import Field

from common.batch import BatchRule, EndedRow, Figures
from common.cases.batch_course import BatchCourse
from common.cases.endings import done
from common.cases.queue import Queue
from common.errors import BusinessException
from common.norway.national_id import NationalIdText
from common.process import CaseInput, Outcome, OutcomeCode, Retention, Run, Service
from common.register import RegisterRow
from common.settings import WorkerSettings
from common.task import Task
from common.web.app import create_app
from common.web.parts import Settings
from tests.web.town import NOW, Town

counter = Service("town", title="Counter")
DEAR = Decimal(1000)


class WrongSum(BusinessException):
    """The sum of the batch is not what it must be."""

    code = "WRONG_SUM"
    situation = "Summen i gruppen er for høy."
    remedy = "Kontroller filen."


class Payment(CaseInput):
    person: NationalIdText = Field(examples=["17838410103"])
    amount: Decimal = Field(gt=0, max_digits=8, decimal_places=2, examples=["12.50"])
    on: date | None = None
    text: str | None = Field(default=None, max_length=2_000)


class Limit(RegisterRow):
    code: str
    most: int


LIMITS = counter.register("limits", row=Limit, title="Limits")


def sum_of(payments: Iterable[Payment]) -> Figures:
    """Counts the sum; more than a million is an error of the sender."""
    total = sum((payment.amount for payment in payments), Decimal(0))
    if total > 1_000_000:
        raise WrongSum
    return {"sum_in_cents": int(total * 100)}


def must_be_released(figures: Figures) -> bool:
    """A dear batch is looked at by two."""
    return int(figures["sum_in_cents"]) > DEAR * 100


def report(rows: Iterable[EndedRow[Payment]]) -> Sequence[Task]:
    """Tells the leader how many there were."""
    return [Task(name="report", role="unit-leader", title="Utbetalinger", text=f"{sum(1 for _ in rows)} utført")]


@counter.process(
    "payments",
    targets=[],
    manual_minutes=1,
    due=timedelta(days=1),
    retention=Retention.ACCOUNTING,
    batch=BatchRule(before=sum_of, release=must_be_released, after=report),
)
def pay(payment: Payment, run: Run) -> Outcome:
    """Somebody gets money."""
    return Outcome(OutcomeCode.NOOP)


@counter.process(
    "refunds",
    targets=[],
    manual_minutes=1,
    due=timedelta(days=1),
    retention=Retention.ACCOUNTING,
    release=lambda payment: payment.amount > DEAR,
)
def refund(payment: Payment, run: Run) -> Outcome:
    """Somebody gets money back; much of it only when a second person says so."""
    return Outcome(OutcomeCode.NOOP)


@dataclass
class Counter(Town):
    """The running application and what the errand and a shift do behind it."""

    async def move_on(self) -> None:
        """One run of the errand."""
        course = BatchCourse(self.parts.database.pool, self.parts.keyring, self.parts.bell, counter.processes)
        await course.move_on(abandoned_after=3600)

    async def perform_all(self) -> int:
        """End everything that can be claimed."""
        queue = Queue(self.parts.database.pool, self.parts.keyring, WorkerSettings())
        performed = 0
        while (claimed := (await queue.turn("shift", list(counter.processes.values()))).claimed) is not None:
            assert await queue.finish("shift", claimed, done(Outcome(OutcomeCode.NOOP)))
            performed += 1
        return performed


@contextlib.asynccontextmanager
async def counter_opened(settings: Settings, keys: dict[str, str]) -> AsyncGenerator[Counter]:
    """The application, called in-process, with the clock stopped."""
    app = create_app(counter, settings, clock=lambda: NOW)
    async with app.router.lifespan_context(app):
        yield Counter(app, keys)


def payment(**changes: Any) -> dict[str, Any]:
    """A payment's fields; what a test does not name is the same each time."""
    return {"person": "17838410103", "amount": "12.50"} | changes
