"""How SOFIE's numbers are built, so that what is read off its picture can be told from what it cannot be, and where it exports to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SofieSettings(BaseSettings):
    """What a deployment may decide about SOFIE (`ROGER_SOFIE_…`).

    Numbers are lists of masks, divided by commas: `9` stands for a digit, `A` for a capital, anything else for itself.
    Where they are wrong, every document goes to a person.
    """

    model_config = SettingsConfigDict(env_prefix="ROGER_SOFIE_", extra="ignore", frozen=True)

    numbers: str = "SOF-9999-9999999"
    """Of documents."""
    cases: str = "K-99999999"
    """Of SOFIE's own cases."""
    references: str = "9999/999999-9,9999/999999-99,9999/999999-999"
    """Of the archive's journal posts."""
    exchange: Path | None = None
    """The folder that SOFIE exports to, as the worker sees it. Without one, only documents whose files are handed over are
    archived."""
    exchange_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0
    """How long exported files may take until they are seen there."""


def masks(listed: str) -> tuple[str, ...]:
    """The masks of a list."""
    return tuple(mask for each in listed.split(",") if (mask := each.strip()))
