"""The table of secrets that wait for the one person each is for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from common.db.tables.columns import moment, sealed, small

_KEPT = "state in ('waiting', 'sent')"


class EntrustedRow(SQLModel, table=True):
    """A secret, sealed until it has been seen once or its time is over, and the message with the link to it."""

    __tablename__ = "entrusted"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint(
            "state in ('waiting', 'sent', 'revealed', 'expired', 'withdrawn')", name="entrusted_state_known"
        ),
        CheckConstraint(
            f"({_KEPT}) = (secret is not null) and ({_KEPT}) = (key is not null)", name="entrusted_secret_is_erased"
        ),
        CheckConstraint("(state = 'waiting') = (message is not null)", name="entrusted_message_is_erased"),
        CheckConstraint("expires_at <= made_at + interval '72 hours'", name="entrusted_for_three_days"),
        Index("entrusted_token", "token", unique=True),
        Index("entrusted_case", "case_id", "name"),
        Index("entrusted_waiting", "retry_at", postgresql_where=text("state = 'waiting'")),
        Index("entrusted_kept", "expires_at", postgresql_where=text(_KEPT)),
    )

    id: UUID = Field(primary_key=True)
    """Also the message's: the same at every attempt to send it."""
    case_id: UUID = Field(foreign_key="cases.id", ondelete="CASCADE")
    name: str
    """The checkpoint's."""
    about: str
    """What it is for, as the message says it; nobody's data."""
    state: str
    token: bytes = sealed()
    """A keyed hash of what the link ends with."""
    key: bytes | None = sealed(default=None)
    secret: bytes | None = sealed(default=None)
    message: bytes | None = sealed(default=None)
    """Whom it goes to and what its link ends with, until it has left."""
    made_at: datetime = moment()
    expires_at: datetime = moment()
    attempts: int = small(0)
    retry_at: datetime = moment()
    code: str | None = None
    """Why the last attempt to send the message failed."""
    sent_at: datetime | None = moment(default=None, nullable=True)
    ended_at: datetime | None = moment(default=None, nullable=True)
    """Since when the secret is gone from here."""
