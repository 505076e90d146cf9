"""Where the pages are, and for how long one stays signed in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.identity.issuers import secure


class PageSettings(BaseSettings):
    """How people reach the pages, and how long they stay signed in."""

    model_config = SettingsConfigDict(env_prefix="ROGER_PAGES_", extra="ignore")

    url: str = ""
    """The address of the service as people see it, `https://roger.kommune.example`; needed to sign in with a provider."""
    idle: Annotated[int, Field(ge=1, le=480)] = 30
    """Minutes without a request after which one must sign in again."""
    longest: Annotated[int, Field(ge=1, le=1440)] = 600
    """Minutes after which one must sign in again in any case."""

    rights: Annotated[float, Field(gt=0, le=1440)] = 60
    """Minutes after which what one may is asked of the provider again, without anybody having to type anything."""

    @field_validator("url")
    @classmethod
    def is_an_origin(cls, url: str) -> str:
        return secure(url.rstrip("/")) if url else ""
