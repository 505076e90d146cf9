"""The shapes in which documents reach SOFIE from outside."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Base64Bytes, BaseModel, Field

Number = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{0,39}$")]
"""Of a document."""


class Seed(BaseModel, frozen=True, extra="forbid"):
    pass


class SeededFile(Seed, frozen=True):
    name: Annotated[str, Field(pattern=r"^[^/\x00-\x1f]{1,120}$")]
    role: Literal["MAIN", "ATTACHMENT"]
    content_base64: Base64Bytes


class SeededDocument(Seed, frozen=True):
    number: Number
    case_ref: str
    party_id: Annotated[str, Field(pattern=r"^\d{9}$|^\d{11}$")]
    """National id or organisation number; not always a valid one: SOFIE takes what it is given."""
    name: str
    protected: bool = False
    doc_type: Literal[
        "VEDTAK",
        "VARSEL_UTLEGG",
        "UTLEGG",
        "BETALINGSAVTALE",
        "BETALINGSUTSETTELSE",
        "LONNSTREKK",
        "KLAGE",
        "KORRESPONDANSE",
    ]
    direction: Literal["IN", "OUT", "INTERNAL"]
    doc_date: date
    received: date | None = None
    sent: date | None = None
    officer: str
    files: tuple[SeededFile, ...] = Field(default=(), max_length=10)
    """No more than a window has room for."""
    archive_ref: str = ""
    locked_by: str = ""


class Lock(Seed, frozen=True):
    """Who has a document open, or nobody."""

    number: Number
    locked_by: str = ""
