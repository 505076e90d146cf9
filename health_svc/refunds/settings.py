"""What a deployment says about refunds."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import Field, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

PracticeId = Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]


class RefundSettings(BaseSettings):
    """How tests are claimed from HELFO."""

    model_config = SettingsConfigDict(env_prefix="ROGER_REFUNDS_", extra="ignore")

    practices: tuple[PracticeId, ...] = ()
    """The practices (praksis-ID) whose cards are claimed every night; none: nothing is claimed by the clock."""
    claim_at: Annotated[time, Field(lt=time(16))] = time(5)
    """When the day's claims are sent, Norwegian time: before 16:00, when HELFO's payment run begins."""
    receipts: str = "30 6,17 * * *"
    """A cron line: when HELFO's receipts are read back."""
    claim_months: Annotated[int, Field(ge=1, le=36)] = 6
    """Months after the test within which it must be claimed."""
    receipt_days: Annotated[int, Field(ge=1, le=60)] = 3
    """Days without a receipt after which a person is told."""
