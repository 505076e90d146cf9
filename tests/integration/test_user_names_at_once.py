"""Several orders for people of one name, carried out at the same moment on PostgreSQL: as many user names."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import date
from threading import Barrier
from typing import Any, TypeVar

import pytest
from office import Office

from common.cases.ledger import Ledger
from common.cases.queue import Claimed
from common.ledger import Fact
from common.run import CaseFacts, Run
from common.testing import FixedClock, MemoryCase, MemoryPlatform, a_chore
from tests.unit.useradmin.directory_in_memory import MemoryDirectory
from useradmin_svc.accounts.account_desk import AccountDesk
from useradmin_svc.accounts.naming import free_user_name
from useradmin_svc.directory.desk import directory_screen
from useradmin_svc.directory.entry import Network
from useradmin_svc.directory.owner import Owner

pytestmark = pytest.mark.anyio

T = TypeVar("T")
AT_ONCE = 4


class OnPostgres(MemoryPlatform):
    """Directories in memory, and the ledger that all workers share."""

    def __init__(self, claimed: Claimed, ledger: Ledger, screens: dict[type, object]) -> None:
        case = MemoryCase(id=claimed.id, fence=claimed.fence)
        super().__init__(case, claimed.fence, screens, None)
        case.platform = self
        self._claimed, self._shared, self._loop = claimed, ledger, asyncio.get_running_loop()

    def remember(self, kind: str, key: str, value: Any, *, until: date, today: date) -> Fact:
        return self._do(self._shared.remember(self._claimed, kind, key, value, until=until, today=today))

    def remembered(self, kind: str, key: str, *, today: date) -> Fact | None:
        return self._do(self._shared.remembered(self._claimed.id, kind, key, today=today))

    def _do(self, asked: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(30)


async def test_two_people_never_get_the_same(office: Office) -> None:
    for _ in range(AT_ONCE):
        await office.submit(a_chore())
    claims = [await office.claim(f"shift{number}") for number in range(AT_ONCE)]
    ledger = Ledger(office.pool, office.keyring)
    empty = {directory_screen(network): MemoryDirectory() for network in Network}
    platforms = [OnPostgres(claimed, ledger, dict(empty)) for claimed in claims]
    start = Barrier(AT_ONCE)

    def name_for(platform: OnPostgres, claimed: Claimed) -> str:
        facts = CaseFacts(id=claimed.id, process="network-accounts", fence=claimed.fence, submitted_at=FixedClock()())
        run = Run(facts, platform, FixedClock())
        owner = Owner(
            family_name="Løvås", given_name="Ane", employee_no=str(claimed.fence), person_key="", renamed=False
        )
        start.wait(30)
        return free_user_name(run, owner, {network: AccountDesk(run, network, owner) for network in Network})

    names = await asyncio.gather(*(asyncio.to_thread(name_for, *each) for each in zip(platforms, claims, strict=True)))
    assert sorted(names) == ["anelov", "anelov2", "anelov3", "anelov4"]
    # Whoever died with a name in its hand finds the same one again.
    start = Barrier(1)
    assert [await asyncio.to_thread(name_for, *each) for each in zip(platforms, claims, strict=True)] == names
