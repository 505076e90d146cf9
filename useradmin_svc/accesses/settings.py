"""What a deployment says about accesses to programs. Programs, roles and forbidden pairs are registers."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class AccessSettings(BaseSettings):
    """How far ahead accesses are ordered, who approves the sensitive ones, and how soon they are there (USR-01)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_ACCESSES_", extra="ignore")

    months_ahead: Annotated[int, Field(ge=1, le=60)] = 12
    """So many months ahead an access may begin, the same day of the month included."""
    owner_role: Annotated[str, Field(pattern=r"^[A-ZÆØÅ][A-Z0-9ÆØÅ_-]{1,31}$")] = "SYSTEM_OWNER"
    """In which role the owner of a sensitive program approves an order."""
    done_by: time = time(16)
    """By when an access is there on its day, Norwegian time: the first day that it holds, and a working day after it was
    ordered at the earliest."""
