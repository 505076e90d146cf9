"""An account that nobody is to use any more: disabled, and set aside until it is deleted (USR-03, scope TK_NETT)."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel

from common.process import Run
from useradmin_svc.accounts.arrangement import as_it_is
from useradmin_svc.directory.entry import AccountState, Entry, Network
from useradmin_svc.removals.holder import Account, AccountSight
from useradmin_svc.removals.order import Removal
from useradmin_svc.removals.remark import is_held, note_of, removal_remark
from useradmin_svc.removals.rules import require_last_employment, require_no_administrator


class Shut(BaseModel, frozen=True):
    """An account that nobody can use any more."""

    network: Network
    user_name: str
    order_id: str
    """By which order it was removed."""
    since: date
    held: bool
    """It is kept for good."""


class Shutting:
    """Sees to it that an account is shut as an order says, however often a robot dies over it."""

    def __init__(self, run: Run, order: Removal, account: Account) -> None:
        self._run, self._order = run, order
        self._network, self._user_name = account.network, account.user_name
        self._sight = AccountSight(run, account.network, account.user_name)

    def find(self) -> list[Shut]:
        """The account, if nothing is left to be done about it."""
        entry = self._sight.entry()
        note = note_of(entry.remark)
        if note is None or not self._is_shut(entry):
            return []
        return [
            Shut(
                network=self._network,
                user_name=self._user_name,
                order_id=note.order_id,
                since=note.day,
                held=is_held(entry.remark),
            )
        ]

    def shut(self) -> None:
        """Disable it, then put it where nobody looks; what must be kept stays where it is, and is hidden.

        Raises what the rules raise, when the account has changed since they were asked first.
        """
        entry = self._sight.entry()
        require_no_administrator(entry)
        require_last_employment(entry, self._order.unit)
        held = self._order.legal_hold or is_held(entry.remark)
        remark = removal_remark(self._order, self._run.today(), before=entry.remark, held=held)
        waits = entry.state is AccountState.PENDING_DELETE
        if not waits:
            self._sight.act().disable(self._user_name, remark=remark)
        if waits or not held:
            self._sight.act().set_aside(self._user_name, remark=remark)
        elif not entry.hidden:
            hidden = as_it_is(entry).model_copy(update={"hidden": True, "remark": remark})
            self._sight.act().arrange(self._user_name, hidden)

    def _is_shut(self, entry: Entry) -> bool:
        held = is_held(entry.remark)
        if not entry.hidden or (self._order.legal_hold and not held):
            return False
        if entry.state is AccountState.PENDING_DELETE:
            return not entry.groups
        return held and entry.state is AccountState.DISABLED
