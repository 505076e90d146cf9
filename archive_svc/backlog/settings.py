"""What a deployment says about the backlog control."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Text = Annotated[str, Field(min_length=1, max_length=64)]


class BacklogSettings(BaseSettings):
    """When the archive's backlog is controlled, and what is done about it (ARC-02)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_BACKLOG_", extra="ignore")

    parts: Annotated[tuple[Text, ...], Field(min_length=1)] = ("Sakarkiv",)
    """The parts of the archive (arkivdeler) whose lists are read, where a request names none."""
    quarterly: bool = True
    """Whether all units are controlled on the first day of March, June, September and December."""
    monthly_units: tuple[Text, ...] = ()
    """Units that are controlled on the first day of each month besides."""
    cutoff_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """From which age on, in days, an officer is reminded, where a request names none."""
    remind_again_after_days: Annotated[int, Field(ge=1, le=365)] = 14
    """So many days at least lie between two reminders of one post."""
    refer_again_after_days: Annotated[int, Field(ge=1, le=365)] = 75
    """So many days at least lie between two cases in the work list about one post and the same question."""
    answer_within: Annotated[int, Field(ge=1, le=60)] = 10
    """In how many bank days what is told in a task should be done."""
    writes_off: bool = True
    """Whether Roger writes off a post that a finished answer is linked to; otherwise a person gets it as a proposal."""
