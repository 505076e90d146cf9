"""A master key is replaced while cases come, run and end; afterwards nothing needs the old one."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from office import DONE, Office

from common.cases import batch_reports
from common.cases.endings import Ending
from common.cases.evidence import EvidenceKind, EvidenceStore
from common.cases.intake import Intake
from common.cases.ledger import Ledger
from common.cases.queue import Claimed, Queue
from common.entrusting.entrusted import Entrusted
from common.entrusting.settings import SecretSettings
from common.entrusting.vault import Vault
from common.files.settings import FileSettings
from common.files.store import FileStore
from common.privacy.crypto import Keyring
from common.privacy.key_file import KeyFile
from common.privacy.rewrapping import PLACES, Rewrapping
from common.report.document import Report
from common.run import Checkpoint, Mark
from common.settings import WorkerSettings
from common.testing import FixedClock, a_chore

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = timedelta(hours=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    made = KeyFile(tmp_path / "keyring.json")
    made.create()
    return made


def employ(office: Office, keyring: Keyring) -> None:
    """Let the office work with these keys, as a process started now would."""
    office.keyring = keyring
    office.intake = Intake(office.pool, keyring)
    office.queue = Queue(office.pool, keyring, WorkerSettings(), office.accounts)


async def fill(office: Office) -> tuple[UUID, Claimed]:
    """Something under each place's key: a case, a fact of it, evidence, a secret, a file, a webhook, a report; it still runs."""
    case = await office.submit(a_chore(reference="T-1"))
    run = await office.claim()
    await Ledger(office.pool, office.keyring).remember(run, "card", "T-1", "C-7", until=date.max, today=NOON.date())
    await EvidenceStore(office.pool, office.keyring).keep(run, "TIMEOUT", {EvidenceKind.DOM: b"<p>"}, days=7)
    vault = Vault(office.pool, office.keyring, SecretSettings())
    left = Entrusted(secret=vault.new_secret(), to="90000001", about="TK-nett")
    point = Checkpoint(name="secret", mark=Mark.STEP, value=None, fence=run.fence)
    await vault.keep(run, point, vault.sealed(left, NOON))
    await FileStore(office.pool, office.keyring, FileSettings()).begin("booking", NOON)
    webhook = office.keyring.new_key(case)
    await office.rows(
        "insert into webhooks (id, caller, url, key, secret, filters, reads_all, processes, state, position, created_at) "
        "values (%s, 'booking', 'https://a.example', %s, %s, '{}', false, '[]', 'active', '0.0.0', now())",
        case,
        webhook.wrapped,
        webhook.seal("secret", b"s"),
    )
    async with office.pool.connection() as connection:
        await connection.execute(
            "insert into batches (id, process, version, caller, source, state, rows) "
            "values (%s, 'chores', 1, 'booking', 'array', 'open', 1)",
            [case],
        )
        await batch_reports.keep(connection, batch_reports.sealed(office.keyring, case, Report(title="Rapport")))
    return case, run


async def test_everything_is_brought_over_and_the_old_key_can_go(
    office: Office, file: KeyFile, clock: FixedClock
) -> None:
    employ(office, Keyring.of(file, clock))
    case, run = await fill(office)
    file.add_master(clock())
    clock.now += LATER
    # Another process, with the new key; the one from before is still about its case.
    errands = Rewrapping(office.pool, Keyring.of(file, clock), clock)
    assert {version for _, version in await errands.count()} == {1}
    assert await errands.go_on()
    counted = await errands.count()
    assert set(counted) == {(place, 2) for place in PLACES}
    file.remove_master(1, clock())
    employ(office, Keyring.of(file, clock))
    assert await office.end(run, DONE)
    fact = await Ledger(office.pool, office.keyring).remembered(case, "card", "T-1", today=NOON.date())
    assert fact is not None
    assert fact.value == "C-7"
    ((row,), (sealed,)) = (
        await office.rows("select key from case_contents"),
        await office.rows("select key, secret from webhooks"),
    )
    assert office.keyring.open_key(case, sealed["key"]).open("secret", sealed["secret"]) == b"s"
    assert office.keyring.open_key(case, row["key"])
    report = await batch_reports.BatchReports(office.pool, office.keyring).of(case)
    assert report == Report(title="Rapport")


async def test_while_cases_come_and_go(office: Office, file: KeyFile, clock: FixedClock) -> None:
    employ(office, Keyring.of(file, clock))
    for _ in range(30):
        await office.submit()

    async def perform(case: Claimed) -> Ending:
        case.payload()
        return DONE

    async def rotate() -> None:
        for _ in range(3):
            file.add_master(clock())
            clock.now += LATER
            await Rewrapping(office.pool, Keyring.of(file, clock), clock).go_on()
            await office.submit()

    await asyncio.gather(office.work_off(["a", "b"], perform), rotate())
    await office.work_off(["a"], perform)
    assert await office.rows("select state, count(*)::int as n from cases group by 1") == [{"state": "done", "n": 33}]
    await Rewrapping(office.pool, Keyring.of(file, clock), clock).everything()
    assert set(await Rewrapping(office.pool, Keyring.of(file, clock), clock).count()) == {("case_contents", 4)}


async def test_it_goes_on_where_it_stopped_and_then_costs_a_look(
    office: Office, file: KeyFile, clock: FixedClock
) -> None:
    employ(office, Keyring.of(file, clock))
    for _ in range(5):
        await office.submit()
    assert await Rewrapping(office.pool, office.keyring, clock).go_on(), "there is one key only"
    file.add_master(clock())
    clock.now += LATER
    rounds = 0
    keyring = Keyring.of(file, clock)
    while not await Rewrapping(office.pool, keyring, clock, bite=2, bites=1).go_on():
        rounds += 1
        assert rounds < 10
    assert rounds == 2
    assert set(await Rewrapping(office.pool, keyring, clock).count()) == {("case_contents", 2)}
    await office.rows("drop table evidence")
    assert await Rewrapping(office.pool, keyring, clock).go_on(), "a place that is done is not read again"


async def test_whoever_still_sealed_with_the_old_key_is_brought_over_too(
    office: Office, file: KeyFile, clock: FixedClock
) -> None:
    employ(office, Keyring.of(file, clock))
    await office.submit()
    late = Keyring(master={v: k.secret for v, k in file.read().master.items()}, index=file.read().index)
    file.add_master(clock())
    clock.now += timedelta(minutes=1)
    keyring = Keyring.of(file, clock)
    assert not await Rewrapping(office.pool, keyring, clock).go_on(), "somebody may not have the key yet"
    employ(office, late)
    await office.submit()
    clock.now += LATER
    assert await Rewrapping(office.pool, keyring, clock).go_on()
    assert set(await Rewrapping(office.pool, keyring, clock).count()) == {("case_contents", 2)}


async def test_a_damaged_row_hinders_no_other(office: Office, file: KeyFile, clock: FixedClock) -> None:
    employ(office, Keyring.of(file, clock))
    first, second = await office.submit(), await office.submit()
    await office.rows("update case_contents set key = key || 'x'::bytea where case_id = %s", first)
    file.add_master(clock())
    clock.now += LATER
    keyring = Keyring.of(file, clock)
    assert await Rewrapping(office.pool, keyring, clock).go_on()
    (row,) = await office.rows("select key from case_contents where case_id = %s", second)
    assert keyring.open_key(second, row["key"])
    assert (await Rewrapping(office.pool, keyring, clock).count())["case_contents", 1] == 1
