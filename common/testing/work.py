"""Work without a target: cases for tests of the queue and of whatever surrounds it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from common.amendment import AmendmentRule
from common.privacy.crypto import Keyring
from common.process import CaseInput, Outcome, OutcomeCode, Process, Retention, Run, Service, Subject
from common.refusals import FieldProblem
from common.target import Target
from common.task import Task

_LATEST_HEARD_OF = timedelta(days=30)
_KEY = 32


class Chore(CaseInput):
    """Something to be done for somebody."""

    what: str
    about: str | None = None
    """Whose chore it is; two chores of one person are never done at the same time."""
    heard_of: datetime | None = None
    """Must not be older than 30 days when the chore is submitted."""

    @property
    def subject(self) -> Subject | None:
        return Subject("person", self.about) if self.about else None

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        if self.heard_of is not None and self.heard_of < now - _LATEST_HEARD_OF:
            yield FieldProblem("heard_of", "DATE_OUT_OF_RANGE", "That is more than 30 days ago.")


def a_chore(about: str | None = None, **fields: Any) -> Chore:
    """A chore that differs from every other one."""
    return Chore.model_validate({"what": secrets.token_hex(8), "about": about} | fields)


def done(chore: Chore, run: Run) -> Outcome:
    """Do nothing, well."""
    del chore, run
    return Outcome(OutcomeCode.NOOP)


def a_process(
    name: str = "chores",
    *,
    targets: Sequence[Target] = (),
    due: timedelta = timedelta(hours=4),
    perform: Callable[[Chore, Run], Outcome] = done,
    amend: AmendmentRule | None = None,
    fallout: Callable[[str], Task] | None = None,
) -> Process:
    """The way to do chores, in a service of its own."""
    service = Service("testing", title="Testing")
    declare = service.process(
        name, targets=targets, manual_minutes=1, due=due, retention=Retention.ORDERS, amend=amend, fallout=fallout
    )
    declare(perform)
    return service.processes[name]


def a_keyring() -> Keyring:
    """Fresh keys of one version."""
    return Keyring(master={1: secrets.token_bytes(_KEY)}, index={1: secrets.token_bytes(_KEY)})
