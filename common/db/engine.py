"""The way to PostgreSQL of what only reads, and of migrations: SQLAlchemy, which a worker does without."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from common.db.pool import session
from common.settings import DatabaseSettings


def engine(settings: DatabaseSettings, *, name: str) -> AsyncEngine:
    """The engine for reads and migrations."""
    return create_async_engine(
        settings.sqlalchemy_url,
        pool_size=settings.pool_max,
        connect_args={"application_name": name, **session(settings)},
    )
