"""What the controls of a batch came to, counted once for its report and for what leaders and the archive are told (ARC-02)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from archive_svc.backlog.age import Bucket
from archive_svc.backlog.decision import Decision
from archive_svc.backlog.reminder import UNIT_LEADER, Reminder, tasks_of
from archive_svc.backlog.row import BacklogControl, UnitBefore
from common.batch import BatchDesk, EndedRow, Judgement
from common.process import OutcomeCode, Task

ARCHIVE = "archive"
"""Whoever runs the archive."""
BY_ROGER = "Avskrevet av Roger"
_TOLD_BEFORE = "Påminnet eller meldt for kort tid siden"
_ENDINGS = {
    Decision.WRITTEN_OFF: "Avskrevet av andre etter at listen ble lest",
    Decision.NOT_WAITING: "Ikke lenger en restanse",
    Decision.YOUNG: "Ikke gammel nok for en påminnelse",
    Decision.FINISH_ANSWER: "Påminnet om et svar som ikke er ferdigstilt",
    Decision.REASSIGN: "Leder bedt om å fordele posten",
    Decision.REMIND: "Saksbehandler påminnet",
}
_STATES = {
    "cancelled": "Trukket tilbake",
    "closed": "Avsluttet av en saksbehandler",
    "manual": "I arbeidslisten, hos en person",
}
_DONE_WITH = frozenset({Decision.WRITTEN_OFF, Decision.NOT_WAITING})
"""What waits no more, besides what Roger has written off."""


@dataclass(kw_only=True)
class UnitCount:
    """What the lists had of a unit, and what became of it."""

    ages: Counter[Bucket] = field(default_factory=Counter[Bucket])
    written_off: int = 0
    """By Roger."""
    left: int = 0
    """What waits still."""
    before: UnitBefore | None = None

    @property
    def listed(self) -> int:
        return self.ages.total()

    @property
    def change(self) -> int | None:
        """Against the list of the control before; None where there was none."""
        return None if self.before is None else self.listed - sum(self.before.ages)


@dataclass(frozen=True, kw_only=True)
class OldPost:
    """A post over 180 days that waits still."""

    post: str
    unit: str
    age: int


@dataclass(kw_only=True)
class Summary:
    """What the rows came to."""

    as_of: date | None = None
    cutoff: int = 0
    whole_list: bool = False
    units: dict[str, UnitCount] = field(default_factory=dict[str, UnitCount])
    ages: list[int] = field(default_factory=list[int])
    endings: Counter[str] = field(default_factory=Counter[str])
    manual: Counter[str] = field(default_factory=Counter[str])
    """Why they went to a person."""
    reminders: list[Reminder] = field(default_factory=list[Reminder])
    very_old: list[OldPost] = field(default_factory=list[OldPost])

    def unit(self, name: str) -> UnitCount:
        return self.units.setdefault(name, UnitCount())

    def add(self, row: EndedRow[BacklogControl]) -> None:
        given, detail = row.input, row.detail or {}
        for each in given.units_before:
            self.unit(each.unit).before = each
        self.as_of, self.cutoff = self.as_of or given.as_of, self.cutoff or given.cutoff_age_days
        self.whole_list = self.whole_list or given.whole_list
        count = self.unit(given.unit or "")
        count.ages[Bucket.of(given.age)] += 1
        self.ages.append(given.age)
        self.endings[_ending(row)] += 1
        if row.state == "manual":
            self.manual[row.code or ""] += 1
        by_roger = row.state == "done" and row.code == OutcomeCode.UPDATED
        count.written_off += by_roger
        if not by_roger and not (row.state == "done" and detail.get("decision") in _DONE_WITH):
            count.left += 1
            if Bucket.of(given.age) is Bucket.VERY_OLD:
                self.very_old.append(OldPost(post=given.call_number, unit=given.unit or "", age=given.age))
        if row.state == "done" and not row.existing and (told := detail.get("reminder")):
            self.reminders.append(Reminder.model_validate(told))

    @property
    def total(self) -> UnitCount:
        """All units together; compared with the control before only where that is known of some of them."""
        found = UnitCount()
        for each in self.units.values():
            found.ages += each.ages
            found.written_off += each.written_off
            found.left += each.left
        return found

    @property
    def change(self) -> int | None:
        """Of all units that were controlled before."""
        changes = [each.change for each in self.units.values() if each.change is not None]
        return sum(changes) if changes else None


def summed(rows: Iterable[EndedRow[BacklogControl]]) -> Summary:
    found = Summary()
    for row in rows:
        found.add(row)
    return found


def judge(rows: Sequence[BacklogControl], desk: BatchDesk) -> Judgement:
    """Counts what the lists had; and each case is to know that it is told of together with the others."""
    del desk
    ages = Counter(Bucket.of(row.age) for row in rows)
    figures = {
        "posts": len(rows),
        "units": len({row.unit for row in rows}),
        "days_0_30": ages[Bucket.NEW],
        "days_31_90": ages[Bucket.LATE],
        "days_91_180": ages[Bucket.OLD],
        "days_over_180": ages[Bucket.VERY_OLD],
    }
    return Judgement(figures=figures, findings=[True] * len(rows))


def tell_leaders(rows: Iterable[EndedRow[BacklogControl]]) -> Sequence[Task]:
    """Officers hear of all their posts at once; where the lists were read whole, leaders and the archive get their sums."""
    found = summed(rows)
    if found.as_of is None:
        return ()
    tasks = tasks_of(found.reminders)
    if found.whole_list:
        tasks += [_of_unit(name, count, found.as_of) for name, count in sorted(found.units.items())]
    return [*tasks, _of_all(found, found.as_of)]


def tell_of_cleared(before: Iterable[UnitBefore], as_of: date) -> Sequence[Task]:
    """Where the lists have nothing at all there is no batch: leaders hear it all the same."""
    return [_of_unit(each.unit, UnitCount(before=each), as_of) for each in before]


def tell_of_left_out(posts: Sequence[str]) -> Sequence[Task]:
    """Of which posts of the lists no control could be made: the archive puts them right."""
    if not posts:
        return ()
    return [
        Task(
            name="left-out",
            role=ARCHIVE,
            title="Restanser som ikke kunne kontrolleres",
            text=f"Journalposter som restansekontrollen måtte hoppe over: {len(posts)}. Det listen viser om dem, er ikke gyldig. "
            "Hvilke de er, står i saken hos Roger. Rett dem i ESA; de kommer med ved neste kontroll.",
        )
    ]


def _of_unit(name: str, count: UnitCount, as_of: date) -> Task:
    return Task(
        name=f"summary:{name}",
        role=UNIT_LEADER,
        unit=name or None,
        title=f"Restansekontroll: {count.listed} i restanse{_compared(count.change)}",
        text=f"{_standing(count, as_of)} {_before(count.before)}"
        "Rapporten ligger på gruppen i Roger. Saksbehandlerne er påminnet hver for seg.",
    )


def _of_all(found: Summary, as_of: date) -> Task:
    reminded = sum(each.officer_active for each in found.reminders)
    return Task(
        name="controlled",
        role=ARCHIVE,
        title=f"Restansekontrollen per {as_of:%d.%m.%Y} er ferdig",
        text=f"{_standing(found.total, as_of)} Enheter: {len(found.units)}. Påminnelser: {reminded}. "
        f"Til fordeling hos leder: {len(found.reminders) - reminded}. I arbeidslisten: {found.manual.total()}. "
        "Rapporten ligger på gruppen i Roger.",
    )


def _standing(count: UnitCount, as_of: date) -> str:
    spread = ", ".join(f"{bucket.label}: {count.ages[bucket]}" for bucket in Bucket)
    return (
        f"Journalposter i restanse per {as_of:%d.%m.%Y}: {count.listed} ({spread}). "
        f"Avskrevet av Roger fordi de var besvart: {count.written_off}. Venter fortsatt: {count.left}."
    )


def _compared(change: int | None) -> str:
    return "" if change is None else f", {signed(change)} siden forrige kontroll"


def _before(before: UnitBefore | None) -> str:
    if before is None:
        return ""
    return f"Ved forrige kontroll {before.on:%d.%m.%Y} var det {sum(before.ages)}. "


def signed(change: int) -> str:
    """`+3`, `−2`, `±0`."""
    return f"+{change}" if change > 0 else f"−{-change}" if change else "±0"


def _ending(row: EndedRow[BacklogControl]) -> str:
    detail: Mapping[str, Any] = row.detail or {}
    if row.state != "done":
        return _STATES.get(row.state, "Under arbeid")
    if row.code == OutcomeCode.UPDATED:
        return BY_ROGER
    if detail.get("note") == "TOLD_BEFORE":
        return _TOLD_BEFORE
    return _ENDINGS[Decision(detail["decision"])]
