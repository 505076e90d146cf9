"""The tables of benefits: what Roger did, counted by month, and up to where the event log has been counted."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, SmallInteger, text
from sqlmodel import Field, SQLModel


def _count() -> int:
    return Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})


class BenefitRow(SQLModel, table=True):
    """How many cases of a process and unit ended in a month, by Norwegian time; test cases do not count."""

    __tablename__ = "benefits"  # pyright: ignore[reportAssignmentType]

    process: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=SmallInteger)
    unit: str = Field(primary_key=True)
    """Empty for cases without one."""
    month: date = Field(primary_key=True)
    """Its first day."""
    automatic: int = _count()
    """Ended well."""
    manual: int = _count()
    """Went to a person."""


class BenefitPosition(SQLModel, table=True):
    """Events of transactions before this one are counted in `benefits`; there is one row."""

    __tablename__ = "benefit_position"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("one", name="benefit_position_is_one_row"),)

    one: bool = Field(default=True, primary_key=True, sa_column_kwargs={"server_default": text("true")})
    tx: int = Field(sa_type=BigInteger)
