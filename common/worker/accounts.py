"""The robot accounts that this deployment has passwords for, and how the database learns of them."""

from __future__ import annotations

from collections.abc import Mapping

from common.cases.queue import Queue
from common.privacy.crypto import Keyring
from common.settings import TargetSettings
from common.target import Account

Accounts = dict[tuple[str, str], Account]
"""By target and name."""


def mounted(targets: Mapping[str, TargetSettings]) -> Accounts:
    """The accounts of these targets as the mounted files give them now; raises ConfigurationError where one has none."""
    return {(name, account.name): account for name, found in targets.items() for account in found.read_accounts(name)}


def names_of(accounts: Accounts) -> dict[str, list[str]]:
    """The names by target."""
    names: dict[str, list[str]] = {}
    for target, name in accounts:
        names.setdefault(target, []).append(name)
    return names


async def introduce(queue: Queue, accounts: Accounts, keyring: Keyring) -> None:
    """Tell the database which accounts there are; a changed password lets one in again that was out."""
    marks = {place: keyring.blind("password", f"{place}:{account.password}") for place, account in accounts.items()}
    if marks:
        await queue.know_accounts(marks)
