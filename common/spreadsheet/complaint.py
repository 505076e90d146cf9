"""What is wrong with a file: problems collected cause by cause, and raised together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NoReturn

from common.refusals import FieldProblem, FileUnusable

_TOLD = 20  # of each cause; nobody reads more, and an answer must stay small


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a file may be; the defaults are generous for what people send and harmless for the service."""

    bytes: int = 50_000_000
    unpacked: int = 400_000_000
    """Bytes of an XLSX file once unpacked."""
    ratio: int = 200
    """How many times larger an XLSX file's part may be than it is packed; sheets of people reach 5 to 50."""
    parts: int = 500
    """Files inside an XLSX file."""
    rows: int = 100_000
    columns: int = 200
    characters: int = 8_000
    """In one cell."""
    shared: int = 50_000_000
    """Characters of all texts that cells of an XLSX file refer to, together."""
    kept: int = 16_000_000
    """Bytes of what has been looked through, packed, that wait to be given; of more nothing is kept, and the file is read twice."""


@dataclass
class Complaint:
    """The problems found so far."""

    problems: list[FieldProblem] = field(default_factory=list[FieldProblem])
    _counts: Counter[str] = field(default_factory=Counter[str])

    def add(
        self, code: str, message: str, *, row: int | None = None, column: str | None = None, name: str = ""
    ) -> None:
        self._counts[code] += 1
        if self._counts[code] <= _TOLD:
            self.problems.append(FieldProblem(name, code, message, row=row, column=column))

    def raise_if_any(self) -> None:
        """Raises FileUnusable with everything found so far."""
        if self.problems:
            more = (
                FieldProblem("", code, f"There are {count - _TOLD} more problems of this kind")
                for code, count in self._counts.items()
                if count > _TOLD
            )
            raise FileUnusable((*self.problems, *more))


def unusable(code: str, message: str, *, row: int | None = None, column: str | None = None) -> NoReturn:
    """Raise FileUnusable for the one thing that makes the rest unreadable."""
    raise FileUnusable((FieldProblem("", code, message, row=row, column=column),))


def letters(index: int) -> str:
    """The letters of a column by its place from 0: A, B, … Z, AA."""
    found = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        found = chr(ord("A") + rest) + found
    return found
