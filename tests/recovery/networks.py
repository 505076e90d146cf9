"""What the directories themselves say after a day of orders, whatever Roger's cases say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx

from common.local.day import Day
from tests.sandbox.visitor import PLAIN
from useradmin_svc.directory.entry import Network

KNOWN = "Gammelt-passord-1"
"""The secret of everybody who had an account before the day began."""
_TARGETS = {Network.TK: "tknett", Network.ELEV: "elevnett"}
_GROUPS = {Network.TK: "groups_tk", Network.ELEV: "groups_elev"}
_MADE, _LET_IN = "Opprettet, bestilling ", ("Opprettet, bestilling ", "Gjenåpnet, bestilling ")
_UPDATED = ("done", "UPDATED")

Json = dict[str, Any]


def with_known_secrets(day: Day) -> Day:
    """The same day; of every account that stands when it begins, the secret is known."""
    seeds = [
        (target, path, [one | {"secret": KNOWN} for one in content] if path.endswith("/accounts") else content)
        for target, path, content in day.common_seeds
    ]
    return replace(day, common_seeds=seeds)


@dataclass(frozen=True)
class Entrusted:
    """An account and the secret that its owner got for it."""

    network: Network
    user_name: str
    secret: str


class Networks:
    """Both directories, after the day; they are asked at their consoles."""

    def __init__(self, consoles: Mapping[str, str], day: Day) -> None:
        self._consoles, self._day = consoles, day
        self.accounts: dict[Network, list[Json]] = {
            network: httpx.get(self._console(network, "accounts"), timeout=60, verify=PLAIN).raise_for_status().json()
            for network in Network
        }

    def _console(self, network: Network, path: str) -> str:
        return f"{self._consoles[_TARGETS[network]]}/_kontroll/{path}"

    def sign_in(self, network: Network, user_name: str, secret: str) -> str:
        """What the directory answers: REFUSED, MUST_CHANGE or SIGNED_IN."""
        asked = {"user_name": user_name, "secret": secret}
        answer = httpx.post(self._console(network, "sign-ins"), json=asked, timeout=60, verify=PLAIN)
        return answer.raise_for_status().json()["result"]

    def made(self) -> list[tuple[Network, Json]]:
        """The accounts that Roger has made."""
        return [(network, one) for network, one in self._everybody() if one["remark"].startswith(_MADE)]

    def _everybody(self) -> Iterator[tuple[Network, Json]]:
        return ((network, one) for network, accounts in self.accounts.items() for one in accounts)

    def problems(self) -> list[str]:
        """Sentences for everything in the directories that is not as it must be."""
        return [*self._twice(), *self._bare(), *self._names_shared(), *self._left_open()]

    def _twice(self) -> Iterator[str]:
        for network, accounts in self.accounts.items():
            for key in ("employee_no", "person_key"):
                times = Counter(one[key] for one in accounts if one[key])
                yield from (
                    f"{network}: {number} accounts of {key} {who}" for who, number in times.items() if number > 1
                )

    def _bare(self) -> Iterator[str]:
        units = {row["unit"]: row for row in self._day.registers["units"]}
        for network, one in self.made():
            lacking = {group for unit in one["units"] for group in units[unit][_GROUPS[network]]} - set(one["groups"])
            if lacking or not one["units"]:
                yield f"{network}:{one['user_name']} of {one['units']} is without {sorted(lacking)}"

    def _names_shared(self) -> Iterator[str]:
        owners: dict[str, set[str]] = {}
        for _, one in self._everybody():
            owners.setdefault(one["user_name"].casefold(), set()).add(one["employee_no"])
        for name in sorted({one["user_name"] for _, one in self.made()}):
            if len(owners[name.casefold()]) > 1:
                yield f"{name} is the user name of several people"

    def _left_open(self) -> Iterator[str]:
        leavers = self.leavers()
        for network, one in self._everybody():
            if one["employee_no"] in leavers:
                answer = self.sign_in(network, one["user_name"], KNOWN)
                if one["state"] == "ACTIVE" or answer != "REFUSED":
                    yield f"{network}:{one['user_name']} of a leaver is {one['state']} and answers {answer}"

    def leavers(self) -> set[str]:
        """The employee numbers of those whose accounts had to be shut."""
        situations = [
            each for flow in self._day.flows if flow.process == "account-removals" for each in flow.situations
        ]
        rows = [row for each in situations if _UPDATED in each.expected for row in each.rows]
        return {row["subject"]["employee_no"] for row in rows if row["scope"] == "TK_NETT"}

    def wrongly_opened(self, entrusted: Sequence[Entrusted]) -> list[str]:
        """Sentences for who was let in and got no secret that opens, or several, or can still use an older one."""
        let_in = Counter(
            (network, one["user_name"]) for network, one in self._everybody() if one["remark"].startswith(_LET_IN)
        )
        got = Counter((one.network, one.user_name) for one in entrusted)
        problems = [
            f"{network}:{name} got {got[network, name]} secrets" for network, name in let_in if got[network, name] != 1
        ]
        problems += [f"{network}:{name} got a secret for nothing" for network, name in got if not let_in[network, name]]
        for one in entrusted:
            answers = [self.sign_in(one.network, one.user_name, secret) for secret in (KNOWN, one.secret)]
            if answers != ["REFUSED", "MUST_CHANGE"]:
                problems.append(f"{one.network}:{one.user_name} answers {answers} to an older secret and the one sent")
        return problems
