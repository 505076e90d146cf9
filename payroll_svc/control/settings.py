"""What a deployment says about the control of payroll runs. Limits and exceptions are registers."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ControlSettings(BaseSettings):
    """When a control must be done, and how old a reading of the run list may be (PAY-02)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_CONTROL_", extra="ignore")

    release_bank_days: Annotated[int, Field(ge=0, le=10)] = 1
    """So many bank days before pay day the payment file is approved: what has not been controlled or released by then
    raises an alarm."""
    release_at: time = time(8)
    """At what time of that day, Norwegian time."""
    list_minutes: Annotated[int, Field(ge=1, le=120)] = 10
    """For so many minutes a worker's shifts share one reading of the run list; whatever is done looks again."""
