"""Whose accounts a removal is about, in both networks (USR-03)."""

from __future__ import annotations

from pydantic import BaseModel

from common.errors import NotConfirmed
from common.process import Run
from useradmin_svc.accounts.account_desk import AccountDesk
from useradmin_svc.accounts.search import account_of
from useradmin_svc.directory.desk import directory
from useradmin_svc.directory.entry import Entry, Network
from useradmin_svc.directory.owner import owner_of
from useradmin_svc.directory.port import Directory
from useradmin_svc.removals.order import Removal


class Account(BaseModel, frozen=True):
    """An account of the person, as it stood when it was found."""

    network: Network
    entry: Entry

    @property
    def user_name(self) -> str:
        return self.entry.user_name

    @property
    def key(self) -> str:
        """`TK:olanor`."""
        return f"{self.network}:{self.user_name}"

    def __repr__(self) -> str:
        return f"Account({self.key})"


def accounts_of(run: Run, order: Removal) -> list[Account]:
    """The person's account in each network where there is one; raises as `account_of`."""
    owner = owner_of(order, run, renamed=True)
    found = [(network, account_of(AccountDesk(run, network, owner))) for network in Network]
    return [Account(network=network, entry=entry) for network, entry in found if entry is not None]


class AccountSight:
    """One account, which is not looked up again until something was done about it."""

    def __init__(self, run: Run, network: Network, user_name: str) -> None:
        self._run, self._network, self._user_name = run, network, user_name
        self._seen: tuple[Entry | None] | None = None

    def look(self) -> Entry | None:
        """All about it; None when it is not there."""
        if self._seen is None:
            self._seen = (directory(self._run, self._network).entry(self._user_name),)
        return self._seen[0]

    def look_anew(self) -> Entry | None:
        """The same, for what cannot be undone."""
        self._seen = None
        return self.look()

    def entry(self) -> Entry:
        """All about it; raises NotConfirmed when it is not there any more."""
        entry = self.look()
        if entry is None:
            raise NotConfirmed("An account that was found is not in the directory any more")
        return entry

    def act(self) -> Directory:
        """The directory, to do something about it there."""
        self._seen = None
        return directory(self._run, self._network)
