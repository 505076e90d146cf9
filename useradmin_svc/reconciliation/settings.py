"""What a deployment says about the comparison of directories with orders. Accounts that nobody need order are a register."""

from __future__ import annotations

from pydantic_settings import BaseSettings, SettingsConfigDict


class ReconciliationSettings(BaseSettings):
    """Whether the clock compares directories and orders."""

    model_config = SettingsConfigDict(env_prefix="ROGER_RECONCILIATION_", extra="ignore")

    weekly: bool = True
    """Whether both networks are compared early every Monday; on request they are at any time."""
