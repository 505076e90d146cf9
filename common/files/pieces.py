"""A file as sealed pieces: each opens at its own place of its own file only, and all together are what was handed over.

What is left out at the end, put in another order or taken from another file is noticed: a piece is bound to its number
and to its file's key, and what the whole must come to again is sealed beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from common.privacy.crypto import CaseKey, Unreadable

PIECE = 1 << 20
"""Bytes of each piece but the last: no process holds more of a file than some of these."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a file comes to."""

    sha256: str
    size: int
    pieces: int


class Sealing:
    """A file on its way in."""

    def __init__(self, key: CaseKey) -> None:
        self._key = key
        self._hash = hashlib.sha256()
        self._size = 0
        self.pieces = 0
        """So many have been sealed; also the number of the next."""

    def seal(self, content: bytes) -> bytes:
        """The next piece, sealed."""
        sealed = self._key.seal(_place(self.pieces), content)
        self._hash.update(content)
        self._size += len(content)
        self.pieces += 1
        return sealed

    @property
    def facts(self) -> Facts:
        """Of what has been sealed."""
        return Facts(sha256=self._hash.hexdigest(), size=self._size, pieces=self.pieces)

    def sealed_facts(self) -> bytes:
        """The same, as they lie beside the pieces."""
        return self._key.seal_json("file", vars(self.facts))


def open_facts(key: CaseKey, sealed: bytes) -> Facts:
    """What a stored file must come to; raises Unreadable."""
    return Facts(**key.open_json("file", sealed))


def unseal(key: CaseKey, facts: Facts, fetch: Callable[[int], bytes | None], write: Callable[[bytes], object]) -> None:
    """Give a file piece by piece to `write`, each as `fetch` finds it; raises Unreadable if it is not what came in.

    That it is whole is known only at the end: until this returns, nobody may use what has been written.
    """
    summed = hashlib.sha256()
    for number in range(facts.pieces):
        sealed = fetch(number)
        if sealed is None:
            raise Unreadable(f"A file has lost its piece {number + 1} of {facts.pieces}")
        content = key.open(_place(number), sealed)
        summed.update(content)
        write(content)
    if summed.hexdigest() != facts.sha256:
        raise Unreadable("A file is not what was handed over")


def _place(number: int) -> str:
    return f"piece:{number}"
