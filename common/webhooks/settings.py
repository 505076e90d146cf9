"""What a deployment decides about webhooks (`ROGER_WEBHOOKS_…`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.webhooks.destination import Allowed


class WebhookSettings(BaseSettings):
    """Where webhooks may go, and how many are sent at once."""

    model_config = SettingsConfigDict(env_prefix="ROGER_WEBHOOKS_", extra="ignore")

    allow: str = ""
    """Private addresses that may be told all the same: networks and host names, as `10.20.0.0/16 esb.internal`."""
    http: bool = False
    """Whether addresses without TLS are taken; the events then travel in the clear."""
    at_once: Annotated[int, Field(ge=2, le=500)] = 32
    """Most deliveries under way in one errands process."""
    per_webhook: Annotated[int, Field(ge=1, le=100)] = 4
    """Most deliveries to one webhook under way in one process; a webhook that fails gets one."""
    timeout: Annotated[float, Field(gt=0, le=20)] = 10.0
    """Seconds for one delivery, from looking its name up to the receiver's answer."""
    keep_days: Annotated[int, Field(ge=1)] = 30
    """How long the log of deliveries is kept."""

    @field_validator("allow")
    @classmethod
    def can_be_read(cls, text: str) -> str:
        Allowed.parse(text)
        return text

    @property
    def allowed(self) -> Allowed:
        return Allowed.parse(self.allow)
