"""What a deployment says about accounts in TK-nett and elevnett. Where a unit's accounts lie is the register `units`."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class AccountSettings(BaseSettings):
    """How early accounts are made, and for how long a user name belongs to nobody else (USR-02)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_ACCOUNTS_", extra="ignore")

    days_ahead: Annotated[int, Field(ge=1, le=365)] = 14
    """So many days before an employment begins its account is made, at the earliest; what is ordered sooner waits."""
    months_ahead: Annotated[int, Field(ge=1, le=60)] = 12
    """So many months ahead an employment may begin, the same day of the month included."""
    done_by: time = time(16)
    """By when, on the last working day before the start, an account is there; Norwegian time."""
    months_unused: Annotated[int, Field(ge=24, le=600)] = 24
    """So many months nobody else gets a user name that was reached for, or whose account was deleted."""
    privileged_groups: tuple[str, ...] = (
        "Account Operators",
        "Administrators",
        "Domain Admins",
        "Enterprise Admins",
        "Schema Admins",
    )
    """Groups, in whatever case, that Roger neither gives to anybody nor touches the members of: a person decides."""

    def privileged(self, group: str) -> bool:
        """Whether membership of a group gives power over the network."""
        return group.casefold() in {each.casefold() for each in self.privileged_groups}
