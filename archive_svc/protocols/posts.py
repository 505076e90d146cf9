"""The journal posts of an item: its protocol, and the drafts of the letters that tell of the decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from archive_svc.esa.noark import AccessCode, PartyRole, PostType
from archive_svc.esa.record import CaseFile, JournalPost, NewPost, Party, Screening
from archive_svc.protocols.decided_item import SETTINGS, DecidedItem, Recipient
from archive_svc.protocols.rules import is_dispatched
from archive_svc.screens.meetings.target import ItemFacts
from common.privacy.masking import mask

_LONGEST_TITLE: Final = 250
_PARTIES: Final = 4
"""So many parties a new post takes at once."""


def protocol_post(item: DecidedItem, minuted: ItemFacts, case_file: CaseFile, screening: Screening) -> NewPost:
    """The protocol as an internal post without follow-up, of the case file's officer."""
    return NewPost(
        type=PostType.INTERNAL,
        title=_title(SETTINGS.title, item, minuted),
        public_title=_public_title(SETTINGS.title, item, minuted, screening),
        document_date=item.meeting_date,
        officer=case_file.officer,
        unit=case_file.unit,
        screening=screening,
        external_reference=item.archive_reference,
        parties=(Party(role=PartyRole.INTERNAL_SENDER, name=item.body),),
    )


def letters(
    item: DecidedItem, minuted: ItemFacts, case_file: CaseFile, screening: Screening, today: date
) -> list[NewPost]:
    """The drafts of letters, one for each group of recipients; none about what was postponed.

    They stay drafts: an officer writes and sends them, Roger does neither.
    """
    return [
        NewPost(
            type=PostType.OUTGOING,
            title=_title(SETTINGS.dispatch_title, item, minuted),
            public_title=_public_title(SETTINGS.dispatch_title, item, minuted, screening),
            document_date=today,
            officer=case_file.officer,
            unit=case_file.unit,
            screening=screening,
            external_reference=reference,
            draft=True,
            parties=tuple(Party(role=PartyRole.RECIPIENT, name=each.name, number=each.number) for each in recipients),
        )
        for reference, recipients in _addressed(item)
    ]


def references(item: DecidedItem) -> list[str]:
    """By what the archive finds all posts of an item again: the protocol's first."""
    return [item.archive_reference, *(reference for reference, _ in _addressed(item))]


def shows(post: JournalPost, new: NewPost) -> bool:
    """Whether the archive has a post as it was entered."""
    shown = (post.type, post.full_title, post.title, post.screening, post.external_reference, post.parties)
    return shown == (new.type, new.title, new.public_title, new.screening, new.external_reference, new.parties)


def _addressed(item: DecidedItem) -> Iterator[tuple[str, tuple[Recipient, ...]]]:
    """Reference and recipients of each letter; a large group gets several."""
    if not is_dispatched(item):
        return
    for group in dict.fromkeys(each.group for each in item.recipients):
        members = [each for each in item.recipients if each.group == group]
        for first in range(0, len(members), _PARTIES):
            further = [str(first // _PARTIES + 1)] if first else []
            yield ":".join([item.archive_reference, group, *further]), tuple(members[first : first + _PARTIES])


def _title(kind: str, item: DecidedItem, minuted: ItemFacts) -> str:
    return _shortened(" ".join(f"{kind} {item.item_no} – {minuted.title}".split()))


def _public_title(kind: str, item: DecidedItem, minuted: ItemFacts, screening: Screening) -> str:
    """What everybody may read: the item's title only where it is open to all, and never anybody's number."""
    told = screening.access is AccessCode.OPEN and mask(minuted.title) == minuted.title
    return _title(kind, item, minuted) if told else f"{kind} {item.item_no}"


def _shortened(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip()}…"
