"""The last of a removed account: what is to be deleted when the time is over, and what has been decided otherwise since (USR-03)."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from common.errors import ConflictInTarget, DateOutOfRange, NeedsJudgement
from common.norway.national_id import NationalIdText
from common.process import CaseInput, Run, Subject
from useradmin_svc.directory.entry import AccountState, Entry, Network
from useradmin_svc.order import OrderId
from useradmin_svc.person_key import person_key
from useradmin_svc.removals.holder import AccountSight
from useradmin_svc.removals.order import REMOVALS
from useradmin_svc.removals.remark import is_held, note_of

UserName = Annotated[str, StringConstraints(pattern=r"^\S{1,64}$")]
"""Whatever somebody has called an account: those from before Roger have names of all kinds."""


class RemovedAccount(BaseModel, frozen=True):
    """An account that a removal has disabled and set aside."""

    network: Network
    user_name: UserName

    @property
    def key(self) -> str:
        """`TK:olanor`."""
        return f"{self.network}:{self.user_name}"


class AccountDeletion(CaseInput):
    """Accounts that a removal has set aside. `account-removals` hands it over; nobody need hand in any."""

    order_id: OrderId = Field(description="The order by which they were removed")
    person_id: NationalIdText = Field(description="Whose they are")
    accounts: Annotated[tuple[RemovedAccount, ...], Field(min_length=1, max_length=20)]

    @property
    def subject(self) -> Subject:
        return Subject("person", self.person_id)

    @property
    def alias(self) -> Subject:
        return Subject("order", self.order_id)


class Verdict(StrEnum):
    """What is to become of a removed account."""

    DELETE = "DELETE"
    GONE = "GONE"  # somebody has deleted it
    TAKEN_BACK = "TAKEN_BACK"  # it is in use again, or at least not among those to be deleted
    REMOVED_AGAIN = "REMOVED_AGAIN"  # by a later order, which counts its own days
    LEGAL_HOLD = "LEGAL_HOLD"


def delete_day(last_day: date, since: date) -> date:
    """The first day on which an account may be deleted: nobody loses days to get it back because its order came late."""
    return max(last_day, since) + timedelta(days=REMOVALS.delete_after_days)


class Deleting:
    """Deletes one account, however often a robot dies over it."""

    def __init__(self, run: Run, deletion: AccountDeletion, account: RemovedAccount) -> None:
        self._run, self._deletion, self._account = run, deletion, account
        self._sight = AccountSight(run, account.network, account.user_name)

    def verdict(self) -> Verdict:
        """What the directory says today.

        Raises ConflictInTarget (another person's account), DateOutOfRange (too early), NeedsJudgement (somebody has
        written another remark).
        """
        return self._judged(self._sight.look())

    def find(self) -> list[str]:
        """The account's name, if it is not there any more."""
        return [] if self._sight.look() else [self._account.user_name]

    def delete(self) -> None:
        """Delete it, if that is still right; raises as `verdict`, and ConflictInTarget when it is not."""
        verdict = self._judged(self._sight.look_anew())
        if verdict is Verdict.GONE:
            return
        if verdict is not Verdict.DELETE:
            raise ConflictInTarget("The account was changed while it was to be deleted")
        self._sight.act().delete(self._account.user_name)

    def _judged(self, entry: Entry | None) -> Verdict:
        if entry is None:
            return Verdict.GONE
        if entry.state is not AccountState.PENDING_DELETE:
            return Verdict.TAKEN_BACK
        if is_held(entry.remark):
            return Verdict.LEGAL_HOLD
        note = note_of(entry.remark)
        if note is None:
            raise NeedsJudgement("The account's remark does not begin with its removal any more")
        if note.order_id != self._deletion.order_id:
            return Verdict.REMOVED_AGAIN
        self._require_right(entry)
        if self._run.today() < note.day + timedelta(days=REMOVALS.delete_after_days):
            raise DateOutOfRange("The account has not been disabled for long enough to be deleted")
        return Verdict.DELETE

    def _require_right(self, entry: Entry) -> None:
        key = person_key(self._deletion.person_id)
        if key and entry.person_key and entry.person_key != key:
            raise ConflictInTarget("The account is another person's")
