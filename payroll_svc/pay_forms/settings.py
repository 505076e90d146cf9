"""What a deployment says about pay forms. Who must approve which of them is the register `form-approvals`."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class PayFormSettings(BaseSettings):
    """How far ahead pay forms are taken, and how soon they are activated (PAY-03)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_PAY_FORMS_", extra="ignore")

    months_ahead: Annotated[int, Field(ge=1, le=60)] = 12
    """So many months ahead a form may take effect, the same day of the month included."""
    done_by: time = time(20)
    """By when a form of the day is active, Norwegian time; what comes later is due the next day."""
