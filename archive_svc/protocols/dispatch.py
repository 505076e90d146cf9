"""The drafts of the letters about a decision: made once, and what the case's officer hears of them.

Whatever an officer makes of a draft is the officer's: Roger looks at it, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from archive_svc.esa.desk import ArchiveDesk, PostKey
from archive_svc.esa.noark import PostStatus
from archive_svc.esa.record import JournalPost, NewPost, Party
from archive_svc.protocols.decided_item import DecidedItem
from archive_svc.protocols.posts import shows
from archive_svc.protocols.tasks import tell_of_drafts, tell_of_missing_recipients
from common.errors import ConflictInTarget
from common.process import Run, Task

_TOLD = "protocol-draft-told"
_REMEMBERED = timedelta(days=400)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A letter about the decision, as it was to be and where it stands."""

    letter: NewPost
    key: PostKey
    made: bool
    """By this case; otherwise an officer may have worked with it."""


def drafted(item: DecidedItem, letter: NewPost, run: Run, desk: ArchiveDesk) -> Draft:
    """See to it that the draft stands; raises ConflictInTarget when the archive shows another one than was entered."""
    ensured = desk.ensure_post(item.case_no, letter)
    if ensured.created:
        run.step(f"draft {letter.external_reference} is as entered", _require_as_entered, desk, ensured.value, letter)
    return Draft(letter=letter, key=ensured.value, made=ensured.created)


def _require_as_entered(desk: ArchiveDesk, key: PostKey, letter: NewPost) -> None:
    if not shows(desk.post(key), letter):
        raise ConflictInTarget(
            "The archive shows another draft than was entered", detail={"journal_post": key.call_number}
        )


def tasks_about(item: DecidedItem, officer: str, drafts: Sequence[Draft], run: Run, desk: ArchiveDesk) -> list[Task]:
    """What the officer must know: drafts that nobody has told of, and recipients for whom there is none."""
    standing = {each.key.id: desk.post(each.key) for each in drafts if not each.made}
    untold = [each.key.call_number for each in drafts if _is_to_be_told(each, standing, run)]
    missing = _without_letter(drafts, standing)
    tasks = [tell_of_drafts(item, officer, untold)] if untold else []
    return [*tasks, tell_of_missing_recipients(item, officer, missing)] if missing else tasks


def _is_to_be_told(draft: Draft, standing: dict[str, JournalPost], run: Run) -> bool:
    """Nobody has told them, and it waits for them still.

    Not whoever made it tells of it: a case that has made drafts may go to a person before it has told anybody.
    """
    reference = draft.letter.external_reference
    fact = run.remembered(_TOLD, reference)
    if fact is not None and not fact.ours:
        return False
    waits = draft.made or standing[draft.key.id].status is PostStatus.RESERVED
    return waits and run.remember(_TOLD, reference, value=True, until=run.today() + _REMEMBERED).ours


def _without_letter(drafts: Sequence[Draft], standing: dict[str, JournalPost]) -> int:
    """How many recipients stand in none of the letters: an earlier case had fewer, or an officer has taken them out."""
    shown = [party for each in drafts for party in (standing.get(each.key.id) or each.letter).parties]
    wanted = [party for each in drafts for party in each.letter.parties]
    return sum(not any(_same(party, other) for other in shown) for party in wanted)


def _same(one: Party, other: Party) -> bool:
    return one.name == other.name or one.number == other.number != ""
