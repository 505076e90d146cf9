"""What cases held is deleted when its time is over: exactly that, exactly then, and nowhere is anything of it left."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from office import TO_A_PERSON, Office
from sqlalchemy.ext.asyncio import create_async_engine

from common.cases.decisions import Handled
from common.cases.draft import Draft, Receipt
from common.cases.endings import Ending
from common.cases.evidence import EvidenceKind, EvidenceStore
from common.cases.ledger import Ledger
from common.cases.queries import Queries
from common.cases.registers import Registers
from common.cases.states import State
from common.privacy.retention import AUDIT_TRAIL, LONGEST, Retention
from common.process import Outcome, OutcomeCode
from common.process import Retention as Rule
from common.run import Checkpoint, Mark
from common.settings import DatabaseSettings
from common.task import Task
from common.testing import a_chore, a_process

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPAN = timedelta(days=14)
SPANS = {"chores": SPAN}
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def retention(office: Office) -> Retention:
    return Retention(office.pool, chunk=3)


async def ended(office: Office, at: datetime, ending: Ending | None = None, **chore: Any) -> UUID:
    """A case that ended then."""
    case = await office.submit(a_chore(**chore))
    claimed = await office.claim()
    assert claimed.id == case
    await office.end(claimed, ending or Ending(state=State.DONE, outcome=OutcomeCode.NOOP, detail={"found": "x"}))
    await moved(office, case, at)
    return case


async def moved(office: Office, case: UUID, at: datetime) -> None:
    await office.rows("update cases set ended_at = %s where id = %s", at, case)


async def kept(office: Office) -> set[UUID]:
    return {row["case_id"] for row in await office.rows("select case_id from case_contents")}


async def test_deletes_at_the_very_moment_and_not_before(office: Office, retention: Retention) -> None:
    over = await ended(office, NOW - SPAN)
    young = await ended(office, NOW - SPAN + INSTANT)
    assert (await retention.purge(SPANS, NOW - INSTANT)).cases == {"chores": 0}
    assert await kept(office) == {over, young}
    assert (await retention.purge(SPANS, NOW)).cases == {"chores": 1}
    assert await kept(office) == {young}
    assert (await retention.purge(SPANS, NOW + INSTANT)).cases == {"chores": 1}
    assert await kept(office) == set()


async def test_every_process_has_its_own_time(office: Office, retention: Retention) -> None:
    first = await ended(office, NOW - SPAN)
    other = a_process("errands")
    await office.submit(to=other)
    claimed = await office.claim("s", other)
    await office.end(claimed)
    await moved(office, claimed.id, NOW - SPAN)
    purged = await retention.purge(SPANS | {"errands": timedelta(days=90)}, NOW)
    assert purged.cases == {"chores": 1, "errands": 0}
    assert await kept(office) == {claimed.id}
    assert (await office.case(first))["state"] == "done"


async def test_a_process_that_is_gone_from_the_code_keeps_its_time(office: Office, retention: Retention) -> None:
    await retention.purge(SPANS, NOW - SPAN)
    case = await ended(office, NOW - SPAN)
    assert (await retention.purge({}, NOW - INSTANT)).cases == {"chores": 0}
    assert (await retention.purge({}, NOW)).cases == {"chores": 1}
    assert case not in await kept(office)


async def test_a_process_that_was_never_declared_here_is_kept_longest(office: Office, retention: Retention) -> None:
    case = await ended(office, NOW - LONGEST)
    assert (await retention.purge({"others": SPAN}, NOW - INSTANT)).cases == {"chores": 0, "others": 0}
    assert case in await kept(office)
    assert (await retention.purge({"others": SPAN}, NOW)).cases == {"chores": 1, "others": 0}


async def test_a_time_that_was_shortened_or_lengthened_holds_at_once(office: Office, retention: Retention) -> None:
    case = await ended(office, NOW - SPAN)
    assert (await retention.purge({"chores": SPAN * 2}, NOW)).cases == {"chores": 0}
    assert case in await kept(office)
    assert (await retention.purge({"chores": SPAN}, NOW)).cases == {"chores": 1}
    later = await ended(office, NOW - SPAN + timedelta(days=1))
    assert (await retention.purge({"chores": SPAN * 2}, NOW + timedelta(days=2))).cases == {"chores": 0}
    assert later in await kept(office)


async def test_what_waits_for_a_person_stays_and_counts_from_its_closure(office: Office, retention: Retention) -> None:
    case = await ended(office, NOW - SPAN * 2, TO_A_PERSON)
    done = await ended(office, NOW - SPAN)
    assert (await retention.purge(SPANS, NOW)).cases == {"chores": 1}
    assert await kept(office) == {case}
    assert set(await retention.waiting_for_people()) == {"chores"}
    assert await office.decisions.close(case, "person:x", Handled.DONE_MANUALLY)
    await moved(office, case, NOW - INSTANT)
    assert (await retention.purge(SPANS, NOW + SPAN - INSTANT * 2)).cases == {"chores": 0}
    assert (await retention.purge(SPANS, NOW + SPAN - INSTANT)).cases == {"chores": 1}
    assert await kept(office) == set()
    assert done != case


async def test_what_has_not_ended_stays(office: Office, retention: Retention) -> None:
    running = await office.submit(a_chore(priority=1))
    await office.claim()
    waiting = await office.submit()
    assert (await retention.purge(SPANS, NOW + SPAN * 1000)).cases == {"chores": 0}
    assert await kept(office) == {running, waiting}


async def test_more_than_a_bite_with_one_end_is_deleted_once(office: Office, retention: Retention) -> None:
    for _ in range(8):
        await ended(office, NOW - SPAN)
    rounds = await asyncio.gather(*(retention.purge(SPANS, NOW) for _ in range(3)))
    again = await retention.purge(SPANS, NOW)
    assert sum(purged.cases["chores"] for purged in [*rounds, again]) == 8
    assert await kept(office) == set()
    (row,) = await office.rows("select deleted from purges")
    assert row["deleted"] == 8


async def test_a_round_is_bounded_and_the_next_goes_on(office: Office) -> None:
    for _ in range(5):
        await ended(office, NOW - SPAN)
    bounded = Retention(office.pool, chunk=1, bites=2)
    assert [(await bounded.purge(SPANS, NOW)).cases["chores"] for _ in range(4)] == [2, 2, 1, 0]


async def test_a_submission_again_still_finds_its_case_and_reads_it_without_detail(
    office: Office, retention: Retention, database: DatabaseSettings
) -> None:
    chore = a_chore(what="sweep", reference="T-1")
    case = await ended(office, NOW - SPAN, what="sweep", reference="T-1")
    await retention.purge(SPANS, NOW)
    (receipt,) = await office.intake.submit(office.processes[0], "booking", [Draft(input=chore)], NOW)
    assert receipt == Receipt(case, existing=True)
    engine = create_async_engine(database.sqlalchemy_url)
    view = await Queries(engine, office.keyring).one(case)
    await engine.dispose()
    assert (view.state, view.outcome, view.reference, view.detail) == (State.DONE, "NOOP", None, {})


async def test_nothing_of_a_purged_case_is_left_in_any_table(office: Office, retention: Retention) -> None:
    case = await full_case(office)
    secrets = await sealed_of(office, case)
    assert len(secrets) >= 9
    before = await everything(office)
    assert all(secret in before for secret in secrets)
    purged = await retention.purge(SPANS, NOW)
    assert purged.cases == {"chores": 1}
    after = await everything(office)
    assert [secret for secret in secrets if secret in after] == []
    assert "Ring innbyggeren" not in after
    for table in ("register_uses", "ledger", "registers", "events", "cases"):
        assert await office.rows(f"select 1 from {table} limit 1"), f"{table} is to stay"  # noqa: S608


async def full_case(office: Office) -> UUID:
    """A case with everything a case can leave behind."""
    await office.submit(a_chore(about="kari", reference="T-1"))
    run = await office.claim()
    await office.checkpoints.commit(run, Checkpoint(name="a", mark=Mark.STEP, value="x", fence=run.fence))
    registers, ledger = Registers(office.pool), Ledger(office.pool, office.keyring)
    await registers.store("limits", rows=[{"limit": 1}], valid_from=date(2026, 1, 1), signer="A", caller="c")
    point = Checkpoint(name="register:limits", mark=Mark.STEP, value=1, fence=run.fence)
    await registers.use(run, point, "limits", 1)
    await ledger.remember(run, "card", "T-1", 1, until=date(2030, 1, 1), today=NOW.date())
    pieces = {EvidenceKind.DOM: b"<p>Kari", EvidenceKind.SCREENSHOT: b"PNG"}
    await EvidenceStore(office.pool, office.keyring).keep(run, "TIMEOUT", pieces, days=7)
    task = Task(name="call", role="unit-leader", title="Ring innbyggeren", text="Ring innbyggeren i dag")
    outcome = Outcome(OutcomeCode.CREATED, {"card": "C-1"}).telling(task)
    ending = Ending(state=State.DONE, outcome=outcome.code, detail=outcome.detail, tasks=outcome.tasks)
    await office.end(run, ending)
    await moved(office, run.id, NOW - SPAN)
    return run.id


async def sealed_of(office: Office, case: UUID) -> set[str]:
    """Everything sealed of a case, and the keys to it, as the database shows bytes."""
    asked = {
        "case_contents": ("key", "payload", "result"),
        "checkpoints": ("value",),
        "evidence": ("key", "content"),
    }
    found: set[str] = set()
    for table, columns in asked.items():
        rows = await office.rows(f"select * from {table} where case_id = %s", case)  # noqa: S608
        found |= {row[column].hex() for row in rows for column in columns}
    return found


async def everything(office: Office) -> str:
    """Every row of every table, as text."""
    tables = await office.rows("select tablename from pg_tables where schemaname = 'public'")
    dumped = [
        str(row["line"])
        for table in tables
        for row in await office.rows(f'select t::text as line from "{table["tablename"]}" t')  # noqa: S608
    ]
    return "\n".join(dumped)


async def test_evidence_expires_long_before_its_case(office: Office, retention: Retention) -> None:
    await office.submit()
    run = await office.claim()
    await EvidenceStore(office.pool, office.keyring).keep(run, "TIMEOUT", {EvidenceKind.DOM: b"<p>"}, days=7)
    (row,) = await office.rows("select expires_at from evidence")
    assert (await retention.purge(SPANS, row["expires_at"] - INSTANT)).evidence == 0
    assert (await retention.purge(SPANS, row["expires_at"])).evidence == 1


async def test_facts_go_after_their_last_day_in_norway(office: Office, retention: Retention) -> None:
    await office.submit()
    run = await office.claim()
    await Ledger(office.pool, office.keyring).remember(
        run, "card", "T-1", 1, until=date(2026, 3, 2), today=date(2026, 3, 1)
    )
    midnight = datetime(2026, 3, 2, 23, tzinfo=UTC)  # in Norway
    assert (await retention.purge(SPANS, midnight - INSTANT)).facts == 0
    assert (await retention.purge(SPANS, midnight)).facts == 1


async def test_the_log_goes_after_five_years(office: Office, retention: Retention) -> None:
    case = await office.submit()
    (row,) = await office.rows("select at from events")
    assert (await retention.purge(SPANS, row["at"] + AUDIT_TRAIL - INSTANT)).events == 0
    assert (await retention.purge(SPANS, row["at"] + AUDIT_TRAIL)).events == 1
    assert await office.moves(case) == []


def test_every_declared_time_fits_the_rules() -> None:
    spans: Mapping[str, int] = {"R1": 14, "R2": 90, "R3": 1825, "R5": 730}
    assert {rule.value: rule.span.days for rule in Rule} == spans
