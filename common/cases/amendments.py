"""Messages about the same thing, as they come in: the process's rule is asked, and done, with the message's own storing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from common.amendment import Amendment, Earlier, Standing
from common.cases.draft import Prepared
from common.cases.states import FINAL, State
from common.db.pool import Connection, named_sql
from common.notices.post import tell_of_cases
from common.outcome import Outcome
from common.privacy.crypto import CaseKey, Keyring
from common.process import CaseInput, Process

SQL = named_sql("common.cases", "amendments.sql")
_LOCKS = 512
"""So many there are for all threads together. PostgreSQL has room for some thousands in all its sessions; a lock for each
of a thousand rows that come together would fill it, and everybody else would be refused."""
_REMEMBERED = 100
"""Messages of a thread that are looked at, the newest: nobody moves a booking so often."""


@dataclass
class _Desk:
    """What is known of the threads, and what is to be written."""

    earlier: list[tuple[bytes, Earlier[Any]]]
    """Thread and message, the oldest first."""
    keys: dict[UUID, CaseKey]
    answers: dict[UUID, Outcome] = field(default_factory=dict[UUID, Outcome])
    reschedules: dict[UUID, Prepared] = field(default_factory=dict[UUID, Prepared])

    def of(self, row: Prepared) -> list[Earlier[Any]]:
        return [message for thread, message in self.earlier if thread in row.threads]

    def take(self, row: Prepared, amendment: Amendment) -> None:
        """Note what the rule said of a new message; those behind it see it."""
        waiting = {message.case for _, message in self.earlier if message.standing is Standing.WAITING}
        for case, outcome in amendment.ends_earlier.items():
            if case in waiting:
                self._end(case, outcome)
        ended = {Standing.ENDED, Standing.ANSWERED}
        self.reschedules |= {
            message.case: row
            for message in self.of(row)
            if message.case in amendment.reschedules and message.standing not in ended
        }
        self.earlier.append((row.threads[0], Earlier(case=row.id, said=row.given, standing=Standing.WAITING)))
        self.keys[row.id] = row.case_key
        if amendment.ends is not None:
            self._end(row.id, amendment.ends)

    def _end(self, case: UUID, outcome: Outcome) -> None:
        self.answers[case] = outcome
        self.earlier = [
            (thread, replace(message, standing=Standing.ANSWERED) if message.case == case else message)
            for thread, message in self.earlier
        ]


async def hold(connection: Connection, rows: Sequence[Prepared]) -> None:
    """Hold what these are about and are known by; in one order for everybody, and before anything is stored."""
    keys = {_lock(thread) for row in rows for thread in row.threads}
    keys |= {_lock(row.known_lock) for row in rows if row.known_lock is not None}
    if keys:
        await connection.execute(SQL["hold_threads"], {"keys": sorted(keys)})


def _lock(blind: bytes) -> int:
    return int.from_bytes(blind[:2]) % _LOCKS


async def amend(
    connection: Connection, process: Process, keyring: Keyring, rows: Sequence[Prepared]
) -> frozenset[UUID]:
    """Ask the rule about each message just stored, do what it says, and give the cases that have ended by it."""
    rows = [row for row in rows if row.threads]
    if process.amend is None or not rows:
        return frozenset()
    desk = await _desk(connection, process, keyring, rows)
    for row in rows:
        desk.take(row, process.amend(row.given, desk.of(row)))
    if desk.reschedules:
        await connection.execute(SQL["reschedule"], _times(desk.reschedules))
    if not desk.answers:
        return frozenset()
    answered = await connection.execute(SQL["answer"], _answers(desk))
    ended = frozenset([row["id"] for row in await answered.fetchall()])
    await tell_of_cases(connection, [(case, task) for case in ended for task in desk.answers[case].tasks])
    return ended


async def _desk(connection: Connection, process: Process, keyring: Keyring, rows: Sequence[Prepared]) -> _Desk:
    values = {"threads": [thread for row in rows for thread in row.threads], "limit": _REMEMBERED + len(rows)}
    new = {row.id for row in rows}
    desk = _Desk(earlier=[], keys={})
    for found in await (await connection.execute(SQL["messages"], values)).fetchall():
        case: UUID = found["id"]
        if case in new:
            continue
        said: CaseInput | None = None
        if found["key"] is not None:
            desk.keys[case] = keyring.open_key(case, found["key"])
            said = _read(process, desk.keys[case].open_json("payload", found["payload"])["input"])
        standing = _standing(State(found["state"]), found["fence"])
        desk.earlier.append((found["thread"], Earlier(case=case, said=said, standing=standing)))
    return desk


def _read(process: Process, submitted: Any) -> CaseInput | None:
    try:
        return process.input.model_validate(submitted, context={"accepts_synthetic": True})
    except ValidationError:
        return None  # an older version of the process took it


def _standing(state: State, fence: int) -> Standing:
    if state in FINAL:
        return Standing.ANSWERED if state is State.DONE and fence == 0 else Standing.ENDED
    return Standing.WAITING if fence == 0 else Standing.BEGUN


def _times(reschedules: Mapping[UUID, Prepared]) -> dict[str, Any]:
    return {
        "ids": list(reschedules),
        "dues": [row.due for row in reschedules.values()],
        "priorities": [row.priority for row in reschedules.values()],
        "keep_froms": [row.keep_from for row in reschedules.values()],
    }


def _answers(desk: _Desk) -> dict[str, Any]:
    return {
        "ids": list(desk.answers),
        "outcomes": [outcome.code for outcome in desk.answers.values()],
        "results": [desk.keys[case].seal_json("result", outcome.detail) for case, outcome in desk.answers.items()],
        "actor": "intake",
    }
