"""The code lists of Noark 5 that Roger uses (D.3 of the domain): the letters stand in the archive itself."""

from __future__ import annotations

from enum import StrEnum


class PostType(StrEnum):
    """What kind of journal post it is; I and N wait for an answer until they are written off."""

    INCOMING = "I"
    OUTGOING = "U"
    FOLLOWED_UP = "N"
    """Internal, with follow-up."""
    INTERNAL = "X"
    """Internal, without follow-up."""
    PRESENTATION = "S"

    @property
    def waits_for_answer(self) -> bool:
        return self in {PostType.INCOMING, PostType.FOLLOWED_UP}


class PostStatus(StrEnum):
    """How far a journal post has come."""

    JOURNALLED = "J"
    FINISHED = "F"
    """By its officer."""
    APPROVED = "G"
    DISPATCHED = "E"
    ARCHIVED = "A"
    CANCELLED = "U"
    TEMPORARY = "M"
    """An incoming document that the archive has not looked at yet."""
    REGISTERED = "S"
    """By its officer; not journalled yet."""
    RESERVED = "R"
    """A draft."""


class CaseStatus(StrEnum):
    """How far a case file has come."""

    IN_PROGRESS = "B"
    CLOSED = "A"
    CANCELLED = "U"
    OPENED_BY_OFFICER = "R"
    CLOSED_BY_OFFICER = "S"
    EXEMPT = "P"
    FINISHED_BY_OFFICER = "F"

    @property
    def is_open(self) -> bool:
        """Whether anything may be added."""
        return self in {CaseStatus.IN_PROGRESS, CaseStatus.OPENED_BY_OFFICER, CaseStatus.EXEMPT}


class WriteOffCode(StrEnum):
    """How a post that waited for an answer was written off. Roger uses the first three only: the others are judgement."""

    LETTER = "BU"
    EMAIL = "BE"
    NOTE = "BN"
    PHONE = "TLF"
    NOTED = "TE"
    INFORMATION = "TO"
    CASE_CLOSED = "SA"


class Dispatch(StrEnum):
    """How an outgoing post was sent (forsendelsesmåte), as the archive words it."""

    LETTER = "Brev"
    EMAIL = "E-post"
    DIGITAL = "Digital post"


class AccessCode(StrEnum):
    """Who may read it."""

    OPEN = "U"
    EXEMPT = "UO"
    PERSONNEL = "P"
    CLIENT = "KL"
    BLOCKED_FOR_NOW = "XX"


class PartyRole(StrEnum):
    """What somebody is to a journal post."""

    SENDER = "EA"
    RECIPIENT = "EM"
    COPY = "EK"
    INTERNAL_SENDER = "IA"
    INTERNAL_RECIPIENT = "IM"
    INTERNAL_COPY = "IK"
    GROUP = "GM"


class DocumentRole(StrEnum):
    """Whether a document is the main one of its post."""

    MAIN = "H"
    ATTACHMENT = "V"
