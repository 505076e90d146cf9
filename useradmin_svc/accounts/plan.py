"""What is to become of somebody's account in one network: decided once, before anything is done there (USR-02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from pydantic import BaseModel

from common.errors import ConflictInTarget, NeedsJudgement
from useradmin_svc.accounts.arrangement import Wish, arranged, as_it_is, has_expired, new_account, opened_again
from useradmin_svc.accounts.order import SETTINGS
from useradmin_svc.directory.entry import AccountState, Arrangement, Entry, Network
from useradmin_svc.removals.remark import is_for_security, is_held


class Begun(BaseModel, frozen=True):
    """What this case has begun in a network before a person let Roger try once more."""

    made: bool
    """The account is this case's own; otherwise it opens it again."""
    owes: bool
    """Its owner has not been given a secret yet."""


class Plan(BaseModel, frozen=True):
    """How an account stands, and how it is to be."""

    network: Network
    user_name: str
    standing: Entry | None
    """As it was found; None where there was none."""
    arrangement: Arrangement
    made: bool
    """There was none before this case."""
    lets_in: bool
    """Its owner does not know its secret, and gets one."""

    def __repr__(self) -> str:
        return f"Plan({self.network}:{self.user_name})"

    def gives(self, today: date) -> frozenset[str]:
        """The groups that the account's owner has the use of by this order, and had not before."""
        before = self.standing
        in_use = before is not None and before.state is AccountState.ACTIVE and not has_expired(before, today)
        return frozenset(self.arrangement.groups) - frozenset(before.groups if before and in_use else ())

    def still_holds(self, entry: Entry) -> bool:
        """Whether the account is as it was found, but for what this case itself has done of the arrangement already.

        Between two attempts other orders about the person are carried out, and administrators see to things: what they
        have given or taken since is not for this order to undo.
        """
        standing = self.standing
        states = {AccountState.DISABLED} if standing is None else {standing.state}
        if standing is not None and standing.state is AccountState.PENDING_DELETE:
            states.add(AccountState.DISABLED)  # it has been moved back already
        return entry.state in states and self._is_on_the_way(as_it_is(entry))

    def _is_on_the_way(self, now: Arrangement) -> bool:
        """Whether each particular is as it was or as it is to be; groups are joined and left one by one."""
        after = self.arrangement
        before = after.model_copy(update={"groups": ()}) if self.standing is None else as_it_is(self.standing)
        stay, may = {*before.groups} & {*after.groups}, {*before.groups} | {*after.groups}
        rest = [name for name in Arrangement.model_fields if name != "groups"]
        return stay <= {*now.groups} <= may and all(
            getattr(now, name) in (getattr(before, name), getattr(after, name)) for name in rest
        )


def planned(wish: Wish, standing: Entry | None, begun: Begun | None, *, network: Network, user_name: str) -> Plan:
    """What the order makes of what stands; raises ConflictInTarget."""
    disabled = standing is not None and standing.state is not AccountState.ACTIVE
    if disabled and not wish.order.action.lets_in:
        raise ConflictInTarget("The account is disabled: order that it be opened again", detail={"network": network})
    made = standing is None or (begun is not None and begun.made)
    return Plan(
        network=network,
        user_name=user_name,
        standing=standing,
        arrangement=_arrangement(wish, standing, user_name, made=made),
        made=made,
        lets_in=standing is None or disabled or (begun is not None and begun.owes),
    )


def _arrangement(wish: Wish, standing: Entry | None, user_name: str, *, made: bool) -> Arrangement:
    if standing is None or (made and standing.state is not AccountState.ACTIVE):
        return new_account(wish, user_name)
    if standing.state is not AccountState.ACTIVE:
        return opened_again(wish, standing)
    return arranged(wish, standing)


def require_touchable(entry: Entry, network: Network) -> None:
    """What was disabled for security or must be kept, and administrators, are a person's; raises NeedsJudgement."""
    told = {"network": network, "user_name": entry.user_name}
    if entry.state is not AccountState.ACTIVE and is_for_security(entry.remark):
        raise NeedsJudgement("The account was disabled for the sake of security", detail=told)
    if entry.state is not AccountState.ACTIVE and is_held(entry.remark):
        raise NeedsJudgement("The account was disabled and must be kept as it is", detail=told)
    require_no_power(entry.groups, told)


def require_no_power(groups: Iterable[str], told: dict[str, Any]) -> None:
    """Nobody becomes an administrator by an order, nor is one touched; raises NeedsJudgement."""
    if power := sorted(filter(SETTINGS.privileged, groups)):
        raise NeedsJudgement("A group gives power over the network", detail=told | {"groups": power})
