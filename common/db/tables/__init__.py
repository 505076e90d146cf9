"""The tables of a service, as SQLModel classes; the migrations make them, named SQL moves cases through them."""

from __future__ import annotations

from sqlmodel import SQLModel

from common.db.tables.access import AccessLine, AccessSeal
from common.db.tables.batches import BatchRemainder, BatchReport, BatchRow
from common.db.tables.benefits import BenefitPosition, BenefitRow
from common.db.tables.cases import AccountRow, Case, CheckpointRow, Content, Event, HandoverRow
from common.db.tables.entrusted import EntrustedRow
from common.db.tables.files import FilePiece, FileRow, FileUse
from common.db.tables.identity import PageSession
from common.db.tables.operations import (
    Circuit,
    FiringRow,
    KeyRewrap,
    Operation,
    PaceRow,
    Pause,
    ProcessVersion,
    Purge,
    ScheduleRow,
    ScreenUse,
)
from common.db.tables.outward import Delivery, NoticeRow, TaskRow, Webhook
from common.db.tables.registers import Evidence, LedgerEntry, RegisterUse, RegisterVersion

__all__ = [
    "AccessLine",
    "AccessSeal",
    "AccountRow",
    "BatchRemainder",
    "BatchReport",
    "BatchRow",
    "BenefitPosition",
    "BenefitRow",
    "Case",
    "CheckpointRow",
    "Circuit",
    "Content",
    "Delivery",
    "EntrustedRow",
    "Event",
    "Evidence",
    "FilePiece",
    "FileRow",
    "FileUse",
    "FiringRow",
    "HandoverRow",
    "KeyRewrap",
    "LedgerEntry",
    "NoticeRow",
    "Operation",
    "PaceRow",
    "PageSession",
    "Pause",
    "ProcessVersion",
    "Purge",
    "RegisterUse",
    "RegisterVersion",
    "SQLModel",
    "ScheduleRow",
    "ScreenUse",
    "TaskRow",
    "Webhook",
]
