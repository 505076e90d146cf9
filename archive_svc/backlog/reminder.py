"""What officers and leaders are told of posts that wait: one task for each of them, with all their posts (ARC-02).

Posts are named as people cite them in the archive. A title stands there only if its access code leaves it open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from pydantic import BaseModel

from archive_svc.backlog.decision import leader_hears
from archive_svc.backlog.row import BACKLOG
from common.norway.calendar import BANK_DAYS
from common.process import Task

CASE_OFFICER, UNIT_LEADER = "case-officer", "unit-leader"
_MOST = 200
"""Posts that one task lists; more are counted."""


class Reminder(BaseModel, frozen=True):
    """That somebody is to be told of one post."""

    post: str
    """`2026/004411-3`."""
    age: int
    unit: str
    """To which the post belongs."""
    officer: str
    officer_unit: str
    officer_active: bool
    """Otherwise the unit's leader is told."""
    due: date | None
    answer: int | None
    """Number of the answer that lies there unfinished."""
    title: str
    on: date
    """When it was decided."""

    @property
    def line(self) -> str:
        """The post in a list."""
        said = [f"{self.post}: {self.age} dager"]
        if self.due is not None:
            said.append(f"forfall {self.due:%d.%m.%Y}")
        if self.answer is not None:
            said.append(f"svaret (nr. {self.answer}) er ikke ferdigstilt")
        if self.title:
            said.append(f"«{self.title}»")
        return ", ".join(said)


def tasks_of(reminders: Iterable[Reminder]) -> list[Task]:
    """One task for each officer, and for each leader one about posts that nobody handles and one with copies."""
    officers: defaultdict[str, list[Reminder]] = defaultdict(list)
    unhandled: defaultdict[str, list[Reminder]] = defaultdict(list)
    copies: defaultdict[str, list[Reminder]] = defaultdict(list)
    for each in reminders:
        if not each.officer_active:
            unhandled[each.unit].append(each)
            continue
        officers[each.officer.casefold()].append(each)
        if leader_hears(each.age):
            copies[each.unit].append(each)
    return [
        *map(_for_officer, _sorted(officers)),
        *map(_to_reassign, _sorted(unhandled)),
        *map(_copy, _sorted(copies)),
    ]


def _sorted(by_recipient: dict[str, list[Reminder]]) -> Iterator[list[Reminder]]:
    """Recipient by recipient, the oldest post of each first."""
    for _, posts in sorted(by_recipient.items()):
        yield sorted(posts, key=lambda each: (-each.age, each.post))


def _for_officer(posts: Sequence[Reminder]) -> Task:
    first = posts[0]
    return Task(
        name=f"reminder:{first.officer.casefold()}",
        role=CASE_OFFICER,
        unit=first.officer_unit or first.unit or None,
        title=f"Restanser hos {first.officer}: {_counted(posts)}",
        text=f"Til saksbehandler {first.officer}. Disse journalpostene venter på svar:\n{_listed(posts)}\n"
        "Besvar dem og knytt svaret til posten, ferdigstill svar som ligger klare, eller avskriv posten i ESA om den ikke "
        "skal ha svar. Tar svaret mer enn en måned i en sak om enkeltvedtak, skal parten ha et foreløpig svar (fvl. § 11 a).",
        due=_due(posts),
    )


def _to_reassign(posts: Sequence[Reminder]) -> Task:
    unit = posts[0].unit
    left = sorted({each.officer or "ingen" for each in posts})
    return Task(
        name=f"reassign:{unit}",
        role=UNIT_LEADER,
        unit=unit or None,
        title=f"Fordel restanser uten saksbehandler: {_counted(posts)}",
        text=f"Saksbehandler har sluttet eller mangler ({', '.join(left)}). Disse journalpostene venter på svar, og ingen "
        f"følger dem opp:\n{_listed(posts)}\nSett en ny saksbehandler på dem i ESA.",
        due=_due(posts),
    )


def _copy(posts: Sequence[Reminder]) -> Task:
    unit = posts[0].unit
    officers = sorted({each.officer for each in posts})
    return Task(
        name=f"copy:{unit}",
        role=UNIT_LEADER,
        unit=unit or None,
        title=f"Restanser over 180 dager i enheten: {_counted(posts)}",
        text=f"Kopi til leder: saksbehandlerne ({', '.join(officers)}) er påminnet om disse journalpostene, som har ventet på "
        f"svar i over 180 dager:\n{_listed(posts)}",
    )


def _due(posts: Sequence[Reminder]) -> date:
    return BANK_DAYS.after(max(each.on for each in posts), BACKLOG.answer_within)


def _counted(posts: Sequence[Reminder]) -> str:
    return "1 journalpost" if len(posts) == 1 else f"{len(posts)} journalposter"


def _listed(posts: Sequence[Reminder]) -> str:
    lines = [f"– {each.line}" for each in posts[:_MOST]]
    if len(posts) > _MOST:
        lines.append(f"– og {len(posts) - _MOST} til; se restanselisten i ESA")
    return "\n".join(lines)
