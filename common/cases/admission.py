"""What a claimed case needs of its targets before it may run: its turn where there is a pace, and an account at each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from common import log, metrics
from common.cases import alarms, operations
from common.cases.statements import SQL
from common.db.pool import Connection, Pool, named_sql
from common.notices.post import add_tasks
from common.process import Process
from common.target import Pace, Target

_log = log.get(__name__)
_SQL = named_sql("common.cases", "admission.sql")
_LEFT_ALONE = 1.0  # seconds a process without a free account is left alone


class NotAdmitted(Exception):
    """A target has no free account, or takes its next case later; the claim is undone."""

    def __init__(self, process: str, wait: float = _LEFT_ALONE, *, wanted: str | None = None) -> None:
        super().__init__(process)
        self.process, self.wait = process, wait
        self.wanted = wanted
        """The target whose accounts are all taken, where the case needs others besides."""


class Admission:
    """The accounts that this worker has passwords for, and how fast targets may be worked in."""

    def __init__(
        self, accounts: Mapping[str, Sequence[str]], paces: Mapping[str, Pace | None], *, lease: float
    ) -> None:
        self._accounts, self._paces, self._lease = accounts, paces, lease
        self._marks: dict[tuple[str, str], bytes] = {}

    async def admit(self, connection: Connection, shift: str, process: Process) -> dict[str, str]:
        """The leased account of each target, within the transaction of the claim; raises NotAdmitted.

        Everybody takes paces before accounts, and each in order of target: no two can wait for each other.
        """
        for target in process.targets:
            pace = self._paces.get(target.name, target.pace)
            if pace is not None:
                await self._keep_pace(connection, process, target.name, pace)
        accounts: dict[str, str] = {}
        for target in process.targets:
            account = await self.lease_account(connection, shift, target)
            if account is None:
                # With one target there is nothing to ask for: whoever has its account takes this case in its turn.
                raise NotAdmitted(process.name, wanted=target.name if len(process.targets) > 1 else None)
            accounts[target.name] = account
        return accounts

    async def _keep_pace(self, connection: Connection, process: Process, target: str, pace: Pace) -> None:
        gap = pace.gap.total_seconds()
        taken = await connection.execute(_SQL["take_pace"], {"target": target, "gap": gap})
        if await taken.fetchone() is None:
            row = await (await connection.execute(_SQL["until_pace"], {"target": target})).fetchone()
            raise NotAdmitted(process.name, row["wait"] if row else gap)

    async def lease_account(self, connection: Connection, shift: str, target: Target) -> str | None:
        """The account that this shift has at a target, for one more lease, or one that is free; None when all are taken."""
        rest = target.session_timeout.total_seconds() if target.second_login == "refused" else 0.0
        names = list(self._accounts.get(target.name, ()))
        values = {
            "shift": shift,
            "target": target.name,
            "names": names,
            "marks": [self._marks.get((target.name, name)) for name in names],
            "lease": self._lease,
            "rest": rest,
        }
        row = await (await connection.execute(SQL["lease_account"], values)).fetchone()
        return None if row is None else row["name"]

    async def want(self, pool: Pool, shift: str, target: str) -> None:
        """Ask those who keep accounts of a target warm to let go of them: two who keep one each starve what needs both."""
        async with pool.connection() as connection:
            await connection.execute(SQL["want_accounts"], {"target": target, "shift": shift})

    async def know_accounts(self, pool: Pool, marks: dict[tuple[str, str], bytes]) -> None:
        """Make the accounts of the mounted files known, each with a keyed hash of its password."""
        values = {
            "target": [target for target, _ in marks],
            "name": [name for _, name in marks],
            "mark": list(marks.values()),
        }
        async with pool.connection() as connection:
            await connection.execute(SQL["know_accounts"], values)
        self._marks.update(marks)

    async def account_out(self, pool: Pool, target: str, name: str, *, process: str) -> None:
        """Remember that this worker's password was refused; the account is out unless a newer one is mounted."""
        actor = "worker"
        async with pool.connection() as connection, connection.transaction():
            values = {"target": target, "name": name, "mark": self._marks.get((target, name))}
            row = await (await connection.execute(SQL["account_out"], values)).fetchone()
            if row is not None and row["out_since"] is not None:
                await operations.note(connection, "account", f"{target}/{name}", "account_out", actor=actor)
                told = alarms.account_out(target, name, since=row["out_since"].isoformat())
                await add_tasks(connection, [told], process=process, about=f"account-out:{target}/{name}")
        if row is None:
            return
        if row["out_since"] is None:
            _log.warning("account.password_outdated", target=target, account=name)
            return
        metrics.ACCOUNTS_OUT.labels(target).inc()
        _log.error("account.out", target=target, account=name)
