"""What a deployment says about orders in general; each kind of order has settings of its own beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class OrderSettings(BaseSettings):
    """How long orders hold, and how accounts are marked with whose they are (domain B2)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_ORDERS_", extra="ignore")

    valid_days: Annotated[int, Field(ge=1, le=365)] = 30
    """So many days after it was made an order is still carried out."""
    person_key: Path | None = None
    """A file with the key (32 bytes or more) under which directories name a person without saying the national id. Every
    service and year must use the same: accounts are found by it. Without one, employee numbers alone must do."""
