"""Cases are bound to the files they name as they are stored: a case that was taken in has its files, or says it needs none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from common.cases.draft import NamedFile, Prepared
from common.db.pool import Connection
from common.files.reference import files_of
from common.files.store import SQL, marks_of
from common.privacy.crypto import Keyring
from common.process import CaseInput, Process
from common.refusals import FieldProblem

_MISSING = "This file has not been handed over by this caller, or is gone by now: send it to /v1/files, and then the case again"


def named(keyring: Keyring, process: Process, caller: str, given: CaseInput) -> tuple[NamedFile, ...]:
    """The files that an input names, as they are looked for."""
    if not process.takes_files:
        return ()
    return tuple(
        NamedFile(place=f"{place}.sha256", marks=tuple(marks_of(keyring, caller, ref.sha256)))
        for place, ref in files_of(given)
    )


async def hold(connection: Connection, rows: Sequence[Prepared]) -> dict[bytes, UUID]:
    """The files that these name and that are there, by what they are found by; they stay until the transaction ends."""
    marks = sorted({mark for row in rows for file in row.files for mark in file.marks})
    if not marks:
        return {}
    cursor = await connection.execute(SQL["hold"], {"marks": marks})
    return {row["mark"]: row["id"] for row in await cursor.fetchall()}


def checked(process: Process, rows: Sequence[Prepared], held: Mapping[bytes, UUID]) -> list[Prepared]:
    """The same rows; what names a file that is not there breaks a rule, unless the process finds it itself."""
    if process.fetches_files:
        return list(rows)
    return [_checked(row, held) for row in rows]


def _checked(row: Prepared, held: Mapping[bytes, UUID]) -> Prepared:
    missing = [file for file in row.files if not held.keys() & set(file.marks)]
    problems = tuple(FieldProblem(file.place, "FILE_UNKNOWN", _MISSING) for file in missing)
    return replace(row, breaches=row.breaches + problems) if problems else row


async def bind(connection: Connection, cases: Iterable[tuple[UUID, Prepared]], held: Mapping[bytes, UUID]) -> None:
    """Note which of these cases needs which file, of each case what was handed in as it.

    Also of a case that stood before: it may have come before its file, or have lost it meanwhile.
    """
    needs = {(case, held[mark]) for case, row in cases for file in row.files for mark in file.marks if mark in held}
    if not needs:
        return
    values: dict[str, Any] = {"cases": [case for case, _ in needs], "files": [file for _, file in needs]}
    await connection.execute(SQL["bind"], values)
