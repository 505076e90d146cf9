"""The table of who is signed in to the pages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from common.db.tables.columns import moment, plain


class PageSession(SQLModel, table=True):
    """Somebody who is signed in; with what they may, as it was when they signed in."""

    __tablename__ = "page_sessions"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("kind in ('system', 'person')", name="page_sessions_kind_known"),
        Index("page_sessions_name", "name"),
    )

    id: bytes = Field(primary_key=True)
    """Hash of the id; the id itself is only in their browser."""
    name: str
    kind: str
    scopes: list[str] = plain()
    units: list[str] | None = plain(default=None, nullable=True)
    issuer: str | None = None
    began_at: datetime = moment()
    seen_at: datetime = moment()
    ends_at: datetime = moment()
