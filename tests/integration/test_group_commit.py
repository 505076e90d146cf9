"""Single submits stored together: each is answered for itself, and none suffers for another."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator

import pytest
from office import Office
from psycopg import DataError

from common.cases.draft import Draft, Receipt
from common.cases.group_commit import GroupCommit
from common.cases.intake import Intake
from common.db.pool import Pool, pool
from common.refusals import ReferenceTaken, Refusal
from common.settings import DatabaseSettings
from common.testing import Chore, a_chore

pytestmark = pytest.mark.anyio


@pytest.fixture
async def narrow(database: DatabaseSettings) -> AsyncGenerator[Pool]:
    """A pool of one connection: whoever holds it makes everybody wait."""
    async with pool(database, name="roger-tests-narrow", size=1) as opened:
        yield opened


def submitting(
    office: Office, singles: GroupCommit, chore: Chore, *, to: int = 0, caller: str = "booking"
) -> asyncio.Task[Receipt | Refusal]:
    submit = singles.submit(office.processes[to], caller, Draft(input=chore), office.clock())
    return asyncio.create_task(submit)


async def stored(office: Office) -> int:
    (row,) = await office.rows("select count(*)::int as n from events")
    return row["n"]


async def test_those_that_come_together_share_transactions(office: Office) -> None:
    singles = GroupCommit(office.pool, office.intake)
    answers = await asyncio.gather(*(submitting(office, singles, a_chore(reference=f"T-{n}")) for n in range(60)))
    assert len({answer.case for answer in answers if isinstance(answer, Receipt)}) == 60
    assert await stored(office) == 60
    assert len(await office.rows("select distinct tx from events")) < 10


async def test_everybody_gets_the_answer_to_what_they_sent(office: Office) -> None:
    singles = GroupCommit(office.pool, office.intake)
    chores = {name: a_chore(reference=name) for name in ("T-1", "T-2", "T-3")}
    other = a_chore(reference="T-2")
    sent = [*chores.values(), *chores.values(), other]
    *answers, taken = await asyncio.gather(*(submitting(office, singles, chore) for chore in sent))
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    assert Counter(receipt.existing for receipt in receipts) == Counter({False: 3, True: 3})
    assert [receipt.case for receipt in receipts[:3]] == [receipt.case for receipt in receipts[3:]]
    assert isinstance(taken, ReferenceTaken)
    assert taken.facts == {"case": receipts[1].case}


async def test_callers_are_kept_apart(office: Office) -> None:
    singles = GroupCommit(office.pool, office.intake)
    chore = a_chore(reference="T-1")
    callers = ["booking", "forms"] * 5
    await asyncio.gather(*(submitting(office, singles, chore, caller=caller) for caller in callers))
    assert await office.rows("select caller from cases order by 1") == [{"caller": "booking"}, {"caller": "forms"}]


async def test_what_cannot_be_stored_is_refused_alone(office: Office) -> None:
    singles = GroupCommit(office.pool, office.intake)
    broken = a_chore().model_copy(update={"unit": "\0"})
    sent = [a_chore(), a_chore(), broken, a_chore()]
    answers = await asyncio.gather(*(submitting(office, singles, chore) for chore in sent), return_exceptions=True)
    assert [type(answer) is Receipt for answer in answers] == [True, True, False, True]
    assert isinstance(answers[2], DataError)
    assert await stored(office) == 3


async def test_whoever_goes_away_before_its_turn_hands_in_nothing(office: Office, narrow: Pool) -> None:
    singles = GroupCommit(narrow, Intake(narrow, office.keyring))
    async with narrow.connection():
        first, second, gone, last = [submitting(office, singles, a_chore()) for _ in range(4)]
        for _ in range(10):
            await asyncio.sleep(0)
        gone.cancel()
    await asyncio.gather(first, second, last)
    assert gone.cancelled()
    assert await stored(office) == 3


async def test_nobody_is_overlooked_who_comes_as_the_last_one_is_answered(office: Office) -> None:
    singles = GroupCommit(office.pool, office.intake)

    async def again_and_again() -> None:
        for _ in range(40):
            await submitting(office, singles, a_chore())

    async with asyncio.timeout(30):
        await asyncio.gather(*(again_and_again() for _ in range(5)))
    assert await stored(office) == 200
