"""What a deployment says about accounts that are removed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class RemovalSettings(BaseSettings):
    """How accounts of leavers are removed, and when they are deleted (USR-03)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_REMOVALS_", extra="ignore")

    delete_after_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """So many days after the last day, and after it was disabled, an account is deleted for good."""
    months_ahead: Annotated[int, Field(ge=1, le=60)] = 12
    """So many months ahead the last day may lie."""
    hold_words: Annotated[tuple[str, ...], Field(min_length=1)] = ("bevares",)
    """An account whose remark holds one of these, in whatever case, is never deleted. The first is what Roger writes."""
    case_file_programs: tuple[str, ...] = ("ESA",)
    """Programs in which a leaver may have open case files, which the unit's leader then hands to somebody else."""
