"""What a deployment says about the files that it makes into archive format."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class DocumentSettings(BaseSettings):
    """How much one file may ask for; what asks for more goes to a person."""

    model_config = SettingsConfigDict(env_prefix="ROGER_DOCUMENTS_", extra="ignore")

    largest_mb: Annotated[int, Field(ge=1, le=100)] = 100
    """Size of a file, as it comes and as it is archived."""
    seconds: Annotated[int, Field(ge=5, le=600)] = 120
    """How long making one file into archive format may take."""
    memory_mb: Annotated[int, Field(ge=256)] = 1536
    """Memory that each of the programs may take that work on a file."""
    megapixels: Annotated[int, Field(ge=1)] = 200
    """Size of an image: A0 in 300 dots to the inch is 140."""
