"""A service whose robot reads what callers hand over, and gives it up when it has."""

from __future__ import annotations

import hashlib
import os
import signal
from datetime import timedelta

from pydantic import Field

from common.process import CaseInput, FileRef, Outcome, OutcomeCode, Retention, Run, Service

mailroom = Service("town", title="Mailroom")
_PART = 1 << 20


class Letter(CaseInput):
    """What came in the post."""

    files: list[FileRef] = Field(min_length=1, max_length=10)
    deadly: bool = Field(default=False, description="The first robot that reads it dies, with a file in the clear")


@mailroom.process("letters", targets=[], manual_minutes=1, due=timedelta(days=1), retention=Retention.PERSONAL)
def read_letter(letter: Letter, run: Run) -> Outcome:
    """A letter is read, and thrown away."""
    sizes: list[int] = []
    for ref in letter.files:
        with run.file(ref.sha256) as path:
            if path is None:
                return Outcome(OutcomeCode.NOOP)
            if letter.deadly and run.case.fence == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            summed, size = hashlib.sha256(), 0
            with path.open("rb") as file:
                while part := file.read(_PART):
                    summed.update(part)
                    size += len(part)
            if summed.hexdigest() != ref.sha256:
                return Outcome(OutcomeCode.REPORTED)
            sizes.append(size)
    run.discard_files()
    return Outcome(OutcomeCode.CREATED, {"sizes": sizes})
