"""What cases share, in memory: registers and the ledger. Give one of each to several `MemoryCase`s."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python

from common.clock import OSLO, Clock
from common.errors import RegisterMissing
from common.ledger import Fact
from common.privacy.crypto import canonical
from common.register import InForce, R, Register, RegisterRow, RegisterTable
from common.testing.clock import FixedClock


@dataclass
class MemoryRegisters:
    """Versions of registers, as the owner units hand them in."""

    _versions: dict[str, list[RegisterTable]] = field(default_factory=dict[str, list[RegisterTable]])

    def store(self, name: str, rows: Sequence[RegisterRow], *, valid_from: date) -> int:
        """Add a version and give its number."""
        versions = self._versions.setdefault(name, [])
        plain = to_jsonable_python(list(rows))
        versions.append(RegisterTable(version=len(versions) + 1, valid_from=valid_from, rows=plain))
        return len(versions)

    def in_force(self, name: str, day: date) -> int | None:
        """The highest version that is valid from that day or earlier."""
        return max((v.version for v in self._versions.get(name, []) if v.valid_from <= day), default=None)

    def table(self, name: str, version: int) -> RegisterTable:
        return self._versions[name][version - 1]


@dataclass
class MemoryDesk:
    """What the judgement of a batch may look things up in; see common.batch.BatchDesk."""

    registers: MemoryRegisters = field(default_factory=MemoryRegisters)
    clock: Clock = field(default_factory=FixedClock)
    accepts_synthetic: bool = True
    used: dict[str, int] = field(default_factory=dict[str, int])
    """The version of each register that was looked up."""

    def today(self) -> date:
        return self.clock().astimezone(OSLO).date()

    def register(self, register: Register[R], *, on: date) -> InForce[R]:
        version = self.registers.in_force(register.name, on)
        if version is None:
            raise RegisterMissing
        self.used[register.name] = version
        return register.read(self.registers.table(register.name, version))


@dataclass
class MemoryLedger:
    """Facts remembered across cases."""

    _facts: dict[tuple[str, str], tuple[UUID, bytes, date]] = field(
        default_factory=dict[tuple[str, str], tuple[UUID, bytes, date]]
    )

    def enter(self, case: UUID, kind: str, key: str, value: Any, *, until: date, today: date) -> Fact:
        """Enter a fact, or give the one that stands."""
        standing = self.look_up(case, kind, key, today=today)
        if standing is not None:
            return standing
        self._facts[kind, key] = case, canonical(value), until
        return Fact(value=value, until=until, ours=True)

    def look_up(self, case: UUID, kind: str, key: str, *, today: date) -> Fact | None:
        """What stands under a key on a day, as that case sees it."""
        found = self._facts.get((kind, key))
        if found is None or found[2] < today:
            return None
        maker, value, until = found
        return Fact(value=json.loads(value), until=until, ours=maker == case)

    def all_of(self, case: UUID, kind: str, *, today: date) -> list[Fact]:
        """Every fact of a kind that stands on a day, the oldest first, as that case sees it."""
        keys = [key for of, key in self._facts if of == kind]
        return [fact for key in keys if (fact := self.look_up(case, kind, key, today=today)) is not None]
