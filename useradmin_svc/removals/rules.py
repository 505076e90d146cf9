"""When a robot may remove somebody: pure rules, asked before anything is touched and again right before each act (USR-03)."""

from __future__ import annotations

from collections.abc import Iterable

from common.errors import ConflictInTarget, NeedsJudgement
from common.settings import load
from useradmin_svc.accounts.settings import AccountSettings
from useradmin_svc.directory.entry import AccountState, Entry

_ACCOUNTS = load(AccountSettings)


def require_no_administrator(entry: Entry) -> None:
    """What an administrator leaves behind a person sees to; raises NeedsJudgement."""
    if any(map(_ACCOUNTS.privileged, entry.groups)):
        raise NeedsJudgement("The account is an administrator's", detail={"user_name": entry.user_name})


def require_last_employment(entry: Entry, unit: str) -> None:
    """Whoever works for another unit as well keeps the account; raises ConflictInTarget."""
    if entry.state is AccountState.PENDING_DELETE:
        return
    if others := sorted({*entry.units} - {unit}):
        raise ConflictInTarget("The person works for another unit as well", detail={"units": others})


def require_at_unit(entries: Iterable[Entry], unit: str) -> None:
    """Whoever may order for one unit removes nobody of whom no account says that they work there; raises NeedsJudgement."""
    in_use = [entry for entry in entries if entry.state is not AccountState.PENDING_DELETE]
    if in_use and not any(unit in entry.units for entry in in_use):
        raise NeedsJudgement(
            "No account says that the person works for the unit", detail={"user_name": in_use[0].user_name}
        )


def require_unit_left(entry: Entry, unit: str) -> None:
    """An account that belongs to no unit is of no use: it is removed as a whole, and not by this order.

    Raises NeedsJudgement.
    """
    if not {*entry.units} - {unit}:
        raise NeedsJudgement(
            "No unit would be left: if the person leaves the municipality, order scope TK_NETT",
            detail={"user_name": entry.user_name},
        )
