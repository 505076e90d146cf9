"""The archive's lists of what waits for an answer, read whole, and what they had of each unit at the control before (ARC-02)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from pydantic import BaseModel, ValidationError

from archive_svc.backlog.age import Bucket
from archive_svc.backlog.asked import BacklogRun
from archive_svc.backlog.row import Ages, BacklogControl, UnitBefore
from archive_svc.esa.desk import archive_of
from archive_svc.esa.record import BacklogLine
from common.process import Run

_COUNTED = "backlog-count"
_REMEMBERED = timedelta(days=400)
_EVERY = "*"
"""Instead of a unit: that all units were counted."""
_NOTHING: Ages = (0, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A control for each post of the lists."""

    posts: list[BacklogControl] = field(default_factory=list[BacklogControl], repr=False)
    left_out: list[str] = field(default_factory=list[str])
    """Posts of which no control can be made, as people cite them."""
    units_left_out: set[str] = field(default_factory=set[str])
    """Units of such posts: it cannot be said of them that nothing waits."""


def read_lists(asked: BacklogRun, run: Run) -> list[BacklogLine]:
    """Every line of the lists that are asked for, each post once, those of one case file together."""
    found: dict[str, BacklogLine] = {}
    for part in asked.of_parts:
        for unit in asked.of_units or ("",):
            found |= {line.id: line for line in archive_of(run).backlog(part, unit)}
    meant = [line for line in found.values() if asked.is_about_officer(line.officer)]
    return sorted(meant, key=lambda line: (line.case, line.number))


def rows_of(lines: Iterable[BacklogLine], asked: BacklogRun, as_of: date) -> Rows:
    """A row for each line that is valid."""
    rows = Rows()
    common = asked.model_dump(include={"run_id", "cutoff_age_days", "test", "priority"}, exclude_unset=True)
    common |= {"as_of": as_of, "leaving": asked.officer or "", "whole_list": asked.officer is None}
    for line in lines:
        given = common | {
            "unit": line.unit or None,
            "journalpost_id": line.id,
            "case_no": line.case,
            "post_no": line.number,
            "type": line.type,
            "status": line.status,
            "doc_date": line.document_date,
            "received_date": line.received,
            "journal_date": line.journalled,
            "due_date": line.due,
            "officer": line.officer,
            "case_status": line.case_status,
        }
        try:
            rows.posts.append(BacklogControl.model_validate(given))
        except ValidationError:
            rows.left_out.append(f"{line.case}-{line.number}")
            rows.units_left_out.add(line.unit)
    return rows


def knowing(posts: Sequence[BacklogControl], before: Sequence[UnitBefore]) -> list[BacklogControl]:
    """The rows, the first of which tells the batch what the lists had at the control before."""
    if not posts or not before:
        return list(posts)
    first, *others = posts
    return [first.model_copy(update={"units_before": tuple(before)}), *others]


class Counted(BaseModel, frozen=True):
    """What the lists had of a unit on a day, as the ledger keeps it: numbers, and nobody's data."""

    parts: tuple[str, ...]
    unit: str
    on: date
    ages: Ages


def units_before(rows: Rows, asked: BacklogRun, as_of: date, run: Run) -> list[UnitBefore]:
    """What the same lists had of each unit at the last control on an earlier day; of units that have nothing now, too.

    What this case counted in an attempt that died on the day before is no control.
    """
    counts = [Counted.model_validate(fact.value) for fact in run.all_remembered(_COUNTED) if not fact.ours]
    earlier = sorted((each for each in counts if each.parts == asked.of_parts and each.on < as_of), key=_day)
    last = {each.unit: each for each in earlier}
    of_all = last.pop(_EVERY, None)
    now = {row.unit or "" for row in rows.posts}
    meant = now | set(asked.of_units or last) - rows.units_left_out
    found = (_last_of(unit, last.get(unit), of_all) for unit in sorted(meant))
    return [each for each in found if each is not None and (each.unit in now or any(each.ages))]


def _day(count: Counted) -> date:
    return count.on


def _last_of(unit: str, known: Counted | None, of_all: Counted | None) -> UnitBefore | None:
    """Where all units were counted later than this one was, it had nothing then."""
    if of_all is not None and (known is None or known.on < of_all.on):
        return UnitBefore(unit=unit, on=of_all.on, ages=_NOTHING)
    return None if known is None else UnitBefore(unit=unit, on=known.on, ages=known.ages)


def remember_counts(rows: Rows, asked: BacklogRun, as_of: date, run: Run) -> None:
    """Keep what the lists have of each unit now, for the next control; what is left out now is not counted, then or now."""
    ages: defaultdict[str, list[int]] = defaultdict(list, {unit: [] for unit in asked.of_units or (_EVERY,)})
    for row in rows.posts:
        ages[row.unit or ""].append(row.age)
        if not asked.of_units:
            ages[_EVERY].append(row.age)
    until = max(as_of, run.today()) + _REMEMBERED
    for unit, of_unit in sorted(ages.items()):
        count = Counted(parts=asked.of_parts, unit=unit, on=as_of, ages=counted(of_unit))
        run.remember(_COUNTED, f"{'+'.join(count.parts)}:{unit}:{as_of}", count.model_dump(mode="json"), until=until)


def counted(ages: Iterable[int]) -> Ages:
    """How many of each bucket."""
    found = Counter(map(Bucket.of, ages))
    new, late, old, very_old = (found[bucket] for bucket in Bucket)
    return new, late, old, very_old
