"""Columns that several tables have."""

from __future__ import annotations

from typing import Any

from sqlalchemy import DateTime, LargeBinary, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field


def moment(**options: Any) -> Any:
    """An aware time."""
    return Field(sa_type=DateTime(timezone=True), **options)  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownVariableType]


def made_now() -> Any:
    """The time of the insert, by the database's clock."""
    return moment(sa_column_kwargs={"server_default": text("now()")})


def sealed(**options: Any) -> Any:
    """Bytes: sealed content, or a keyed hash."""
    return Field(sa_type=LargeBinary, **options)  # pyright: ignore[reportUnknownVariableType]


def small(default: int) -> Any:
    """A small whole number."""
    return Field(default=default, sa_type=SmallInteger, sa_column_kwargs={"server_default": text(str(default))})  # pyright: ignore[reportUnknownVariableType]


def flag(*, default: bool) -> Any:
    """Yes or no."""
    return Field(default=default, sa_column_kwargs={"server_default": text(str(default).lower())})  # pyright: ignore[reportUnknownVariableType]


def plain(**options: Any) -> Any:
    """JSON that holds nobody's data: figures, filters, problems."""
    return Field(sa_type=JSONB, **options)  # pyright: ignore[reportUnknownVariableType]
