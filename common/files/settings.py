"""What a deployment decides about files that callers hand over (`ROGER_FILES_…`)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

KEPT = timedelta(days=30)
"""After so long a file goes, whatever is set and whatever still needs it: domain rule for case documents."""


class FileSettings(BaseSettings):
    """How large files may be, how much of them is kept, and for how long."""

    model_config = SettingsConfigDict(env_prefix="ROGER_FILES_", extra="ignore")

    limit: Annotated[int, Field(ge=1, le=1_000_000_000)] = 100_000_000
    """Bytes of one file."""
    per_caller: Annotated[int, Field(ge=1)] = 5_000_000_000
    """Bytes kept of one caller; more are answered 429 until cases have been performed. Each file counts for at least
    64 kB."""
    in_all: Annotated[int, Field(ge=1)] = 20_000_000_000
    """Bytes kept of everybody; more are answered 507."""
    hours: Annotated[int, Field(ge=1, le=720)] = 72
    """So long a file that no open case names is kept, after it was handed over last."""
    folder: Path | None = None
    """Where workers lay a file in the clear while they need it: storage that is memory; by default /dev/shm."""

    @model_validator(mode="after")
    def one_file_finds_room(self) -> Self:
        if not self.limit <= self.per_caller <= self.in_all:
            message = "ROGER_FILES_PER_CALLER must be at least ROGER_FILES_LIMIT, and ROGER_FILES_IN_ALL at least that"
            raise ValueError(message)
        return self
