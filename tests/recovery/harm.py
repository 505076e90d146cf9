"""What befalls workers at random moments of a day: they are killed, or frozen until others have taken their work."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from common.local.child import Child
from common.local.daybook import DayBook
from tests.recovery.plant import BRISK, PATIENCE, Plant, assert_gone, family, freeze, running, thaw, wait_for

_OPEN = (
    "select 1 from cases where state in ('queued', 'running') and (not_before is null or not_before <= now()) limit 1"
)
LOOKS = 0.1
"""Seconds between two looks at all stand-ins or at all cases, which take from the processors that the work needs."""
_EXPIRED = "select 1 from events where code = 'LEASE_EXPIRED' and id > %s limit 1"


@contextmanager
def two_workers(service: str, settings: Mapping[str, str] = BRISK) -> Generator[Plant]:
    """A service of its own with two workers; at the end none of them is left frozen."""
    with (
        # Not pytest's own folder: that is closed to others, and its mode set back by each session that begins meanwhile.
        tempfile.TemporaryDirectory(prefix="roger-recovery-") as folder,
        running(settings, Path(folder), service) as plant,
    ):
        plant.another_worker()
        yield plant
        for child in plant.others:
            thaw(child)
            child.kill()


def kill(_: Plant, worker: Child) -> None:
    """SIGKILL: the browsers go with it, and another takes its place."""
    browsers = family(worker)
    worker.kill()
    assert_gone(browsers)
    worker.start()


def freeze_until_its_work_is_taken(roger: Plant, worker: Child) -> None:
    """SIGSTOP: the others take over what it held, and then it wakes up and must find that out."""
    (newest,) = roger.rows("select coalesce(max(id), 0) as id from events")
    freeze(worker)
    wait_for(lambda: bool(roger.rows(_EXPIRED, newest["id"])) or not roger.rows(_OPEN), "its work is taken")
    thaw(worker)


HARM: tuple[Callable[[Plant, Child], None], ...] = (kill, freeze_until_its_work_is_taken)


def play_through(
    book: DayBook,
    roger: Plant,
    chance: random.Random,
    *,
    harms: int | None = None,
    moments: int = 12,
    patience: float = PATIENCE,
) -> None:
    """Hand a day in and harm a worker for each flow, or so often while one phase of the day lasts, until all has ended.

    Kill and freeze take turns; between two of them the stand-ins note so many `moments` at most.
    """
    book.prepare()
    for flows in book.phases():
        for flow in flows:
            book.hand_in(flow)
        for number in range(len(flows) if harms is None else min(harms, len(flows))):
            moment = roger.noted() + chance.randrange(1, moments)
            wait_for(lambda moment=moment: _may_be_harmed(roger, moment), "the work goes on", patience, every=LOOKS)
            HARM[number % 2](roger, chance.choice(_at_work(roger)))
        await_end(book, roger, patience)


def await_end(book: DayBook, roger: Plant, patience: float = PATIENCE) -> None:
    """Wait until all that was handed in has ended; the API is asked only when nothing is open any more."""
    wait_for(lambda: not roger.rows(_OPEN) and book.all_ended(), "the day is over", patience, every=LOOKS)


def _may_be_harmed(roger: Plant, moment: int) -> bool:
    """The stand-ins have noted so much, and no case would go to a person for having lost its robot a third time."""
    if not roger.rows(_OPEN):
        return True
    return not roger.rows("select 1 from cases where state = 'running' and lost >= 2") and roger.noted() >= moment


def _at_work(roger: Plant) -> list[Child]:
    """The workers that hold a case; all of them where none does."""
    claims = roger.rows(
        "select actor from events join cases on cases.id = case_id and cases.fence = events.fence"
        " where state = 'running' and to_state = 'running'"
    )
    held_by = {int(claim["actor"].rsplit("-", 3)[1]) for claim in claims}
    workers = [roger.worker, *roger.others]
    return [worker for worker in workers if worker.pid in held_by] or workers
