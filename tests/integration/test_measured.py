"""What the errands process shows to Prometheus is what stands in PostgreSQL, with no worker at all."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from office import DONE, TO_A_PERSON, Office
from prometheus_client import REGISTRY

from common.cases.bell import Bell
from common.cases.operations import Operations
from common.cases.queries import Queries
from common.db.engine import engine
from common.errands.benefits import benefits
from common.errands.errand import Desk
from common.errands.measure import Meter
from common.opening import parse_opening
from common.privacy.retention import Retention
from common.process import Service
from common.settings import DatabaseSettings, ErrandSettings, RedisSettings, WorkerSettings
from common.target import Target
from common.testing import a_chore, a_process

pytestmark = pytest.mark.anyio

ESA = Target(name="esa")
SHUT = Target(name="sofie", opening=parse_opening("su 02:00-02:01"))
KEPT = timedelta(days=14)


@pytest.fixture
async def desk(office: Office, database: DatabaseSettings, empty_redis: str) -> AsyncGenerator[Desk]:
    """The errands of a service with two processes: one needs a target that is shut most of the week."""
    office.processes = [a_process("chores", targets=[ESA]), a_process("night-chores", targets=[SHUT])]
    service = Service("town", title="Town hall")
    service.processes |= {process.name: process for process in office.processes}
    reads = engine(database, name="roger-tests")
    made = Desk(
        service=service,
        pool=office.pool,
        queries=Queries(reads, office.keyring),
        keyring=office.keyring,
        notices=None,
        bell=Bell(RedisSettings(url=empty_redis), "town"),
        clock=office.clock,
        settings=ErrandSettings(),
        clockwork=WorkerSettings(),
    )
    await office.queue.know_accounts({("esa", f"robot{n}"): b"mark" for n in range(3)})
    yield made
    await made.bell.close()
    await reads.dispose()


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def test_the_line(office: Office, desk: Desk) -> None:
    office.queue = type(office.queue)(office.pool, office.keyring, office.settings, {"esa": ["robot0"]})
    for _ in range(3):
        await office.submit()
    claimed = await office.claim()
    await office.end(claimed, TO_A_PERSON)
    await office.rows("update cases set due = %s where state = 'queued'", office.clock() - timedelta(days=3650))
    await Meter().measure(desk)
    cases = {state: shown("roger_cases", process="chores", state=state) for state in ("queued", "running", "manual")}
    assert cases == {"queued": 2, "running": 0, "manual": 1}
    assert shown("roger_cases_overdue", process="chores") == 2
    assert shown("roger_cases", process="night-chores", state="queued") == 0
    assert shown("roger_redis_up") == 1


async def test_what_is_for_a_later_day_needs_no_robot_yet(office: Office, desk: Desk) -> None:
    for minutes in (59, 61, 60 * 24 * 90):
        case = await office.submit(a_chore(not_before=datetime(2099, 1, 1, tzinfo=UTC)))
        # By the clock of the database, which decides.
        await office.rows("update cases set not_before = now() + %s where id = %s", timedelta(minutes=minutes), case)
    await Meter().measure(desk)
    assert [shown("roger_cases", process="chores", state=state) for state in ("queued", "later")] == [1, 2]


async def test_what_stands_before_cases(office: Office, desk: Desk) -> None:
    meter = Meter()
    await meter.measure(desk)
    assert [shown("roger_process_open", process=name) for name in ("chores", "night-chores")] == [1, 0]
    assert shown("roger_target_shut", target="sofie", why="closed") == 1
    assert shown("roger_target_shut", target="esa", why="closed") == 0

    await office.rows("insert into circuits (target, failures, opened_at, retry_at) values ('esa', 5, now(), now())")
    await Operations(office.pool).pause("process", "chores", actor="person:x", reason="exercise")
    await meter.measure(desk)
    assert shown("roger_circuit_open", target="esa") == 1
    assert shown("roger_process_open", process="chores") == 0
    assert shown("roger_process_paused", process="chores") == 1

    await Operations(office.pool).close_circuit("esa", actor="person:x")
    await Operations(office.pool).resume("process", "chores", actor="person:x")
    await meter.measure(desk)
    assert shown("roger_circuit_open", target="esa") == 0
    assert shown("roger_process_open", process="chores") == 1
    assert shown("roger_process_paused", process="chores") == 0


async def test_accounts(office: Office, desk: Desk) -> None:
    meter = Meter()
    await office.rows("update accounts set out_since = now() where name = 'robot0'")
    await office.rows("update accounts set holder = 's', lease_until = now() + interval '1 hour' where name = 'robot1'")
    await meter.measure(desk)
    found = {state: shown("roger_accounts", target="esa", state=state) for state in ("free", "leased", "out")}
    assert found == {"free": 1, "leased": 1, "out": 1}
    assert shown("roger_target_shut", target="esa", why="no_account") == 0
    await office.rows("update accounts set out_since = now()")
    await meter.measure(desk)
    assert shown("roger_target_shut", target="esa", why="no_account") == 1


async def test_content_that_is_kept_too_long(office: Office, desk: Desk) -> None:
    office.queue = type(office.queue)(office.pool, office.keyring, office.settings, {"esa": ["robot0"]})
    meter, retention = Meter(), Retention(office.pool)
    now, spans = office.clock(), {"chores": KEPT, "night-chores": KEPT}
    await retention.purge(spans, now)
    cases = [await office.submit() for _ in range(4)]
    for _ in cases:
        claimed = await office.claim()
        await office.end(claimed, TO_A_PERSON if claimed.id == cases[0] else DONE)
    for case, ended in zip(cases, (KEPT, KEPT, KEPT - timedelta(seconds=1), KEPT * 2), strict=True):
        await office.rows("update cases set ended_at = %s where id = %s", now - ended, case)
    await meter.measure(desk)
    # One waits for a person, one has a second left.
    assert shown("roger_retention_overdue_cases", process="chores") == 2
    await retention.purge(spans, now)
    await meter.measure(desk)
    assert shown("roger_retention_overdue_cases", process="chores") == 0


async def test_batches_and_webhooks(office: Office, desk: Desk) -> None:
    meter, now = Meter(), office.clock()
    for state, opened_at in (("received", None), ("open", None), ("open", now), ("awaiting_release", None)):
        await office.rows(
            "insert into batches (id, process, version, caller, source, state, touched_at, opened_at, rows)"
            " values (%s, 'chores', 1, 'booking', 'array', %s, %s, %s, 1)",
            uuid4(),
            state,
            now - timedelta(minutes=10),
            opened_at,
        )
    await meter.measure(desk)
    assert {state: shown("roger_batches", state=state) for state in ("received", "open", "receiving")} == {
        "received": 1,
        "open": 2,
        "receiving": 0,
    }
    untouched = {state: shown("roger_batch_untouched_seconds", state=state) for state in ("received", "opening")}
    assert untouched == {"received": 600, "opening": 600}
    assert shown("roger_batch_untouched_seconds", state="withdrawing") == 0

    webhooks = {state: uuid4() for state in ("active", "failing", "paused")}
    for state, webhook in webhooks.items():
        await office.rows(
            "insert into webhooks (id, caller, url, key, secret, filters, processes, reads_all, state, position)"
            " values (%s, 'booking', 'x', '', '', '{}', '[]', false, %s, '0.0.0')",
            webhook,
            state,
        )
        await office.rows(
            "insert into deliveries (webhook, event, position, case_id, state, attempts) values (%s, 1, '0.0.1', %s, 'waiting', 0)",
            webhook,
            uuid4(),
        )
    await meter.measure(desk)
    assert {state: shown("roger_webhooks", state=state) for state in webhooks} == dict.fromkeys(webhooks, 1)
    assert shown("roger_webhook_deliveries_waiting") == 2

    await office.rows("delete from webhooks where state = 'failing'")
    await meter.measure(desk)
    assert shown("roger_webhooks", state="failing") == 0


async def test_hours_of_this_month_and_year(office: Office, desk: Desk) -> None:
    office.queue = type(office.queue)(office.pool, office.keyring, office.settings, {"esa": ["robot0"]})
    await benefits(desk)
    minutes = desk.service.processes["chores"].manual_minutes
    today = office.clock().date()
    for month, automatic in (
        (today.replace(day=1), 3),
        (today.replace(month=1 if today.month > 1 else 2, day=1), 4),
        (today.replace(year=today.year - 1, day=1), 50),
    ):
        await office.rows(
            "insert into benefits (process, version, unit, month, automatic, manual) values ('chores', 1, '', %s, %s, 0)",
            month,
            automatic,
        )
    await benefits(desk)
    so_far = {span: shown("roger_saved_minutes_so_far", process="chores", span=span) for span in ("month", "year")}
    assert so_far == {"month": pytest.approx(3 * minutes), "year": pytest.approx(7 * minutes)}
    assert shown("roger_saved_minutes_total", process="chores") == pytest.approx(57 * minutes)
