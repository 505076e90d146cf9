"""The meeting module without a page: the same screens, answered from memory, with deaths at every save."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from archive_svc.screens.meetings.item import ItemPage, ReferenceForm, ReferenceNoted
from archive_svc.screens.meetings.search import ItemHits, ItemSearch, ItemToFind
from archive_svc.screens.meetings.target import ItemFacts, ItemHit
from common.errors import RecordLocked, TargetRejected, UiChanged
from common.testing import MemoryCase

if TYPE_CHECKING:
    from common.browser.screen import Page

NO_PAGE = cast("Page", None)


def _nothing(what: str) -> None:
    """Nobody else is at work."""


@dataclass
class MemoryMeetings:
    """Items of meetings. A run may die at `reference:1` and `reference_saved:1`, before and after a reference is noted."""

    case: MemoryCase = field(default_factory=MemoryCase)
    items: list[ItemFacts] = field(default_factory=list[ItemFacts])
    locked: set[str] = field(default_factory=set[str])
    """Numbers of items that somebody has open."""
    writes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Item and reference, in order."""
    meanwhile: Callable[[str], None] = _nothing
    """What somebody else does just before a save: told the number of the item."""

    def change(self, number: str, **changes: Any) -> None:
        """Replace an item by the same with changes."""
        self.items = [each.model_copy(update=changes) if each.number == number else each for each in self.items]

    def item(self, number: str) -> ItemFacts:
        (found,) = [each for each in self.items if each.number == number]
        return found

    def screens(self) -> dict[type, object]:
        return {ItemSearch: _Search(self)}

    def note(self, number: str, reference: str) -> None:
        platform = self.case.platform
        assert platform is not None
        platform.reach("reference")
        self.meanwhile(number)
        if number in self.locked:
            raise RecordLocked
        if not self.item(number).approved:
            raise TargetRejected(detail={"reason": "Arkivreferansen kan ikke lagres: protokollen er ikke godkjent."})
        if not re.fullmatch(r"\d{4}/\d{6}-\d{1,5}", reference):
            raise TargetRejected(detail={"reason": "Arkivreferansen kan ikke lagres: skriv den som åååå/nnnnnn-n."})
        self.change(number, reference=reference)
        self.writes.append((number, reference))
        platform.reach("reference_saved")


class _Search(ItemSearch):
    def __init__(self, meetings: MemoryMeetings) -> None:
        super().__init__(NO_PAGE)
        self._meetings = meetings

    def search(self, sought: ItemToFind) -> ItemHits:
        return _Hits(self._meetings, [each for each in self._meetings.items if _fits(each, sought)])


class _Hits(ItemHits):
    def __init__(self, meetings: MemoryMeetings, found: list[ItemFacts]) -> None:
        super().__init__(NO_PAGE)
        self._meetings = meetings
        self._found = {_hit(each): each for each in found}
        self._lines = [_hit(each) for each in found]

    def items(self) -> list[ItemHit]:
        return list(self._lines)

    def open(self, hit: ItemHit) -> ItemPage:
        if hit not in self._found:
            raise UiChanged
        return _Item(self._meetings, self._found[hit])


class _Item(ItemPage):
    """As it was when it came: what happens afterwards does not show on it."""

    def __init__(self, meetings: MemoryMeetings, shown: ItemFacts) -> None:
        super().__init__(NO_PAGE)
        self._meetings, self._shown = meetings, shown

    def facts(self) -> ItemFacts:
        # A text area holds every line break as one character.
        decision = self._shown.decision.replace("\r\n", "\n").replace("\r", "\n")
        return self._shown.model_copy(update={"decision": decision})

    def note_reference(self) -> ReferenceForm:
        if self._shown.number in self._meetings.locked:
            raise RecordLocked
        return _Form(self._meetings, self._shown.number)


class _Form(ReferenceForm):
    def __init__(self, meetings: MemoryMeetings, number: str) -> None:
        super().__init__(NO_PAGE)
        self._meetings, self._number = meetings, number

    def save(self, reference: str) -> ReferenceNoted:
        self._meetings.note(self._number, reference)
        return _Noted(self._meetings, self._number)


class _Noted(ReferenceNoted):
    def __init__(self, meetings: MemoryMeetings, number: str) -> None:
        super().__init__(NO_PAGE)
        self._meetings, self._number = meetings, number

    def item(self) -> ItemPage:
        return _Item(self._meetings, self._meetings.item(self._number))


def _hit(item: ItemFacts) -> ItemHit:
    return ItemHit(body=item.body, meeting_date=item.meeting_date, number=item.number, case_no=item.case_no)


def _fits(item: ItemFacts, sought: ItemToFind) -> bool:
    return (
        sought.body in {"", item.body}
        and sought.meeting_date in {"", item.meeting_date}
        and sought.number in {"", item.number}
        and sought.case_no in {"", item.case_no}
    )
