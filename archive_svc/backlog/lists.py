"""The archive's lists of what waits for an answer, read whole, and what they had of each unit at the control before (ARC-02)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from pydantic import BaseModel, ValidationError

from archive_svc.backlog.age import Bucket, age, waiting_since
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


def read_lists(asked: BacklogRun, run: Run) -> list[BacklogLine]:
    """Every line of the lists that are asked for, each post once, those of one case file together."""
    found: dict[str, BacklogLine] = {}
    for part in asked.of_parts:
        for unit in asked.of_units or ("",):
            found |= {line.id: line for line in archive_of(run).backlog(part, unit)}
    meant = [line for line in found.values() if asked.is_about_officer(line.officer)]
    return sorted(meant, key=lambda line: (line.case, line.number))


def rows_of(lines: Iterable[BacklogLine], asked: BacklogRun, as_of: date, before: Sequence[UnitBefore]) -> Rows:
    """A row for each line; the first of them tells what the lists had at the control before."""
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
        if not rows.posts and before:
            given |= {"units_before": tuple(before)}
        try:
            rows.posts.append(BacklogControl.model_validate(given))
        except ValidationError:
            rows.left_out.append(f"{line.case}-{line.number}")
    return rows


class Counted(BaseModel, frozen=True):
    """What the lists had of a unit on a day, as the ledger keeps it: numbers, and nobody's data."""

    parts: tuple[str, ...]
    unit: str
    on: date
    ages: Ages


def units_before(lines: Sequence[BacklogLine], asked: BacklogRun, as_of: date, run: Run) -> list[UnitBefore]:
    """What the same lists had of each unit at the last control on an earlier day; of units that have nothing now, too."""
    counts = [Counted.model_validate(fact.value) for fact in run.all_remembered(_COUNTED)]
    earlier = sorted((each for each in counts if each.parts == asked.of_parts and each.on < as_of), key=_day)
    last = {each.unit: each for each in earlier}
    of_all = last.pop(_EVERY, None)
    now = {line.unit for line in lines}
    meant = now | set(asked.of_units or last)
    found = (_last_of(unit, last.get(unit), of_all) for unit in sorted(meant))
    return [each for each in found if each is not None and (each.unit in now or any(each.ages))]


def _day(count: Counted) -> date:
    return count.on


def _last_of(unit: str, known: Counted | None, of_all: Counted | None) -> UnitBefore | None:
    """Where all units were counted later than this one was, it had nothing then."""
    if of_all is not None and (known is None or known.on < of_all.on):
        return UnitBefore(unit=unit, on=of_all.on, ages=_NOTHING)
    return None if known is None else UnitBefore(unit=unit, on=known.on, ages=known.ages)


def remember_counts(lines: Iterable[BacklogLine], asked: BacklogRun, as_of: date, run: Run) -> None:
    """Keep what the lists have of each unit now, for the next control."""
    ages: defaultdict[str, list[int]] = defaultdict(list, {unit: [] for unit in asked.of_units or (_EVERY,)})
    for line in lines:
        ages[line.unit].append(age_of(line, as_of))
        if not asked.of_units:
            ages[_EVERY].append(ages[line.unit][-1])
    until = max(as_of, run.today()) + _REMEMBERED
    for unit, of_unit in sorted(ages.items()):
        count = Counted(parts=asked.of_parts, unit=unit, on=as_of, ages=counted(of_unit))
        run.remember(_COUNTED, f"{'+'.join(count.parts)}:{unit}:{as_of}", count.model_dump(mode="json"), until=until)


def age_of(line: BacklogLine, as_of: date) -> int:
    since = waiting_since(received=line.received, journalled=line.journalled, document_date=line.document_date)
    return age(since or as_of, as_of)


def counted(ages: Iterable[int]) -> Ages:
    """How many of each bucket."""
    found = Counter(map(Bucket.of, ages))
    new, late, old, very_old = (found[bucket] for bucket in Bucket)
    return new, late, old, very_old
