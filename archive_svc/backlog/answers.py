"""Which posts of a case file answer another one, or might: by links, dates, status and party (ARC-02)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from archive_svc.backlog.age import waiting_since
from archive_svc.backlog.decision import Answer, AnsweredBy
from archive_svc.esa.noark import Dispatch, PartyRole, PostStatus, PostType
from archive_svc.esa.record import JournalPost, Party, PostLine

_FINISHED = frozenset({PostStatus.FINISHED, PostStatus.JOURNALLED, PostStatus.ARCHIVED})
_ENDED: Mapping[PostType, frozenset[PostStatus]] = {
    PostType.OUTGOING: _FINISHED | {PostStatus.DISPATCHED},
    PostType.FOLLOWED_UP: _FINISHED,
    PostType.INTERNAL: _FINISHED,
}
"""What can be an answer, and with which status it is finished."""
_ASKING = frozenset({PartyRole.SENDER, PartyRole.INTERNAL_SENDER})
_ANSWERED = frozenset({PartyRole.RECIPIENT, PartyRole.INTERNAL_RECIPIENT})


def linked(post: PostLine, others: Iterable[PostLine]) -> list[PostLine]:
    """What is linked to a post as its answer, finished or not; what is cancelled answers nothing."""
    return [
        other
        for other in others
        if other.answers == post.number
        and other.number != post.number
        and other.type in _ENDED
        and other.status is not PostStatus.CANCELLED
    ]


def is_finished(line: PostLine) -> bool:
    """Whether an answer writes off what it is linked to."""
    return line.status in _ENDED.get(line.type, frozenset())


def unlinked_letters(post: PostLine, others: Iterable[PostLine]) -> list[PostLine]:
    """Finished letters that came after a post and are linked to nothing; to whom they went, their pages say."""
    return [
        other
        for other in others
        if other.type is PostType.OUTGOING and other.answers is None and is_finished(other) and _is_later(other, post)
    ]


def answer(page: JournalPost) -> Answer:
    """A finished answer, as its page shows it: by letter where the archive does not say otherwise."""
    by = AnsweredBy.NOTE
    if page.type is PostType.OUTGOING:
        by = AnsweredBy.EMAIL if page.dispatch is Dispatch.EMAIL else AnsweredBy.LETTER
    return Answer(number=page.number, by=by, on=page.sent or page.document_date)


def recipients(page: JournalPost) -> tuple[Party, ...]:
    """To whom a letter went; copies are no answers."""
    return tuple(party for party in page.parties if party.role in _ANSWERED)


def goes_to_who_asks(post: JournalPost, to: Sequence[Party]) -> bool:
    """Whether one of these is the party that the post came from."""
    return any(_same(asking, one) for asking in post.parties if asking.role in _ASKING for one in to)


def _same(one: Party, other: Party) -> bool:
    """By number where both have one, else by name."""
    if one.number and other.number:
        return one.number == other.number
    return _folded(one.name) == _folded(other.name) != ""


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _is_later(letter: PostLine, post: PostLine) -> bool:
    since = waiting_since(received=post.received, journalled=post.journalled, document_date=post.document_date)
    return since is not None and (letter.document_date, letter.number) > (since, post.number)
