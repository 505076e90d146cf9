"""What a deployment says about protocols of political items."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ProtocolSettings(BaseSettings):
    """What protocols and the drafts of their dispatch are called, and how soon they are there (ARC-03)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_PROTOCOLS_", extra="ignore")

    working_days: Annotated[int, Field(ge=1, le=30)] = 2
    """Within so many working days the protocol of an item is archived."""
    registration_type: Annotated[str, Field(pattern=r"^[A-ZÆØÅ]{1,4}$")] = "SP"
    """How the archive's external references say that a post is a protocol. Once in use it stays: by it they are found."""
    title: Annotated[str, Field(min_length=1, max_length=60)] = "Saksprotokoll"
    """What a protocol is called."""
    dispatch_title: Annotated[str, Field(min_length=1, max_length=60)] = "Melding om vedtak"
    """What a letter about a decision is called."""
    note_reference: bool = True
    """Whether the archive's reference is noted in the meeting module."""
