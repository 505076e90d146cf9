"""What a deployment says about authorised orderers."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class OrdererSettings(BaseSettings):
    """How old a signature may be, for how long it authorises, and how many orderers a unit has (USR-04)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_ORDERERS_", extra="ignore")

    signature_days: Annotated[int, Field(ge=1, le=365)] = 30
    """So many days after it was given a leader's signature is still taken."""
    validity_months: Annotated[int, Field(ge=1, le=60)] = 24
    """So many months after the signature an authorisation ends at the latest; then the leader must confirm it again."""
    renewal_days: Annotated[int, Field(ge=0, le=365)] = 31
    """In the last so many days of an authorisation a new signature prolongs it; before that it stands already."""
    most_per_unit: Annotated[int, Field(ge=1, le=1000)] = 5
    """With more orderers than this in a unit its leader is told."""
    leader_ex_officio: bool = False
    """Whether a unit's leader may order for it by office: then the leader's own signature makes the leader an orderer."""
    done_by: time = time(16)
    """By when a new orderer is there, Norwegian time, two working days after the order."""
