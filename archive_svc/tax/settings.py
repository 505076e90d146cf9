"""What a deployment says about documents of tax collection."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

_Word = Annotated[str, Field(min_length=1, max_length=60)]


class TaxSettings(BaseSettings):
    """Where in the archive they go, what they are called there, and whether SOFIE is told (ARC-01)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_TAX_", extra="ignore")

    part: _Word = "Kemnerarkiv"
    """The part of the archive (arkivdel)."""
    series: _Word = "Skatteinnkreving"
    """Its series; each party has one open case file there."""
    case_title: _Word = "Skatteinnkreving"
    """What a new case file is called; the party's name follows in the title that not everybody may read."""
    party_called: _Word = "skatteyter"
    """What stands for the party in public titles."""
    archive_units: dict[str, str] = {}
    """What the archive calls a unit, by organisation number, where it does not go by that: `{"310456780": "KEMN"}`."""
    note_reference: bool = True
    """Whether the archive's reference is noted in SOFIE."""
