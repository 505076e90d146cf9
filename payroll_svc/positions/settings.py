"""What a deployment says about the check of positions. Limits and approved exceptions are registers."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class PositionSettings(BaseSettings):
    """When the positions of the whole workforce are checked (PAY-04)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_POSITIONS_", extra="ignore")

    monthly: bool = False
    """Whether the clock starts the check of the whole workforce every month."""
    start_at: time = time(5)
    """When it starts on its day, Norwegian time."""
    done_before: Annotated[int, Field(ge=1, le=10)] = 5
    """So many bank days before the cut-off the check is done; it starts one bank day earlier."""
