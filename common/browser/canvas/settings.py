"""Where the two readers of pixels find what they read with."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class SurfaceSettings(BaseSettings):
    """What a deployment may decide about reading pixels (`ROGER_SURFACE_…`)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_SURFACE_", frozen=True)

    model: Path | None = None
    """A model for lines of text in ONNX form with its letters; by default the one that rapidocr's wheel brings."""
    tessdata: Path | None = None
    """Where Tesseract's `nor.traineddata` lies; by default where Debian puts it."""
