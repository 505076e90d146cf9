"""The user administration service's burst: a semester begins, and everybody new gets an account in both networks.

Measured on each product that the directories may be administered with; held afterwards against the directories
themselves: so many new accounts, nobody twice, none without groups.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from bench.book import Book
from bench.rows import Row, Tell
from common.errors import ConfigurationError
from common.local.stack import Stack
from useradmin_svc.demo import program_accesses, seeds
from useradmin_svc.demo.network_accounts import accounts
from useradmin_svc.demo.town import Town

NETWORKS = ("tknett", "elevnett")
_ARRAY = 50


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured."""

    people: int = 200
    """Each gets two accounts."""


def settings_of(product: str) -> Mapping[str, str]:
    """What makes a stack work in one product."""
    return {f"ROGER_DIRECTORY_{network.upper()}": product for network in NETWORKS}


def measure(stack: Stack, plan: Plan, tell: Tell) -> list[Row]:
    """Seconds per account in the product that the stack works in, with its robots side by side."""
    product = stack.environment["ROGER_DIRECTORY_TKNETT"]
    town = Town(random.Random(2027), datetime.now(UTC))
    orders = [accounts(town, town.employed()) for _ in range(plan.people)]
    before = {network: {one["user_name"] for one in town.accounts[network]} for network in NETWORKS}
    _prepare(stack, town)
    tell(f"{plan.people} people get accounts in both networks, in {product}")
    with Book(stack) as book:
        mark = book.mark()
        began = time.monotonic()
        _hand_in(stack, orders)
        book.await_idle()
        seconds = time.monotonic() - began
        if book.outcomes(mark) != {"done CREATED"}:
            raise ConfigurationError(f"Not every account was made: {sorted(book.outcomes(mark))}")
    for network in NETWORKS:
        _require_right(stack, network, before[network], plan.people)
    made = plan.people * len(NETWORKS)
    return [
        Row(part="accounts", what=f"{plan.people} people in both networks, {product}", measured=seconds, unit="s"),
        Row(
            part="accounts",
            what=f"an account in {product}, {stack.shifts} browsers side by side",
            measured=seconds / made,
            unit="s",
        ),
        Row(
            part="accounts",
            what=f"an account in {product}, of one browser's time",
            measured=seconds * stack.shifts / made,
            unit="s",
        ),
    ]


def _prepare(stack: Stack, town: Town) -> None:
    for target, path, content in seeds(town):
        httpx.post(f"{stack.consoles[target]}{path}", json=content, timeout=120).raise_for_status()
    asked = {"valid_from": "2020-01-01", "signer": "Bench"}
    with _api(stack) as api:
        for name, rows in {"units": town.units, **program_accesses.registers(town)}.items():
            api.put(f"/v1/registers/{name}", params=asked, json=rows).raise_for_status()


def _hand_in(stack: Stack, orders: list[dict[str, Any]]) -> None:
    with _api(stack) as api:
        for start in range(0, len(orders), _ARRAY):
            api.post("/v1/network-accounts", json=orders[start : start + _ARRAY]).raise_for_status()


def _api(stack: Stack) -> httpx.Client:
    return httpx.Client(base_url=stack.api, headers={"Authorization": f"Bearer {stack.api_key}"}, timeout=60)


def _require_right(stack: Stack, network: str, seeded: set[str], made: int) -> None:
    """The directory itself holds what the cases say, besides what it held before."""
    wanted = len(seeded) + made
    found = httpx.get(f"{stack.consoles[network]}/_kontroll/summary", timeout=120).raise_for_status().json()
    if (found["active"], found["accounts_twice"]) != (wanted, 0):
        raise ConfigurationError(
            f"{network} has {found['active']} accounts of {wanted}, {found['accounts_twice']} twice"
        )
    held = httpx.get(f"{stack.consoles[network]}/_kontroll/accounts", timeout=120).raise_for_status().json()
    bare = [one["user_name"] for one in held if not one["groups"] and one["user_name"] not in seeded]
    if bare:
        raise ConfigurationError(f"{network} has accounts without groups: {', '.join(bare[:5])}")
