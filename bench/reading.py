"""Reading pixels: made-up records in windows like SOFIE's, spoilt as remote connections spoil them, read as the robot reads.

Nothing that may not be wrong is to be accepted wrong; nearly all is to be read without a person. A field that cannot be
found at all goes to a person, too. The records are the same in every run.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from archive_svc.screens.sofie.document_window import DOCUMENT_TYPE, case_kind, number_kind
from archive_svc.sofie.document import Direction
from bench.drawn import Record, a_mean_record, a_record, drawn, spoiling
from bench.rows import Row, Tell, middle, percentile
from common.browser.canvas.finding import Sight
from common.browser.canvas.kinds import DATE, NAME, PARTY, Kind, one_of
from common.browser.canvas.picture import Picture
from common.browser.canvas.reading import Reading
from common.browser.locator import label

_LEAST: Final = 97.0
_SECONDS: Final = 1.0
_EVERY: Final = 50


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How many records of each sort."""

    usual: int = 500
    mean: int = 100
    """Numbers and dates that look like others."""
    rough: int = 50
    """Pictures that nobody would like to work with."""
    seed: int = 20261129


@dataclass
class Tally:
    """What became of the fields of some records."""

    fields: Counter[str] = field(default_factory=Counter[str])
    right: Counter[str] = field(default_factory=Counter[str])
    wrong: Counter[str] = field(default_factory=Counter[str])
    """Accepted, and wrong."""
    person: Counter[str] = field(default_factory=Counter[str])
    seconds: list[float] = field(default_factory=list[float])
    again: int = 0

    @property
    def share(self) -> float:
        """Of the fields, how many in a hundred were read without a person, and rightly."""
        return 100 * self.right.total() / self.fields.total()

    def wrong_of(self, *, exact: bool) -> int:
        """How many were accepted and wrong, of those that may not be or of the others."""
        return sum(count for name, count in self.wrong.items() if (KINDS[name].exact) == exact)


def _kinds() -> Mapping[str, Kind]:
    return {
        "Dokumentnr.": number_kind(),
        "Saksref.": case_kind(),
        "Part-id": PARTY,
        "Navn": NAME,
        "Adressesperre": one_of("yes or no", "Ja", "Nei"),
        "Dokumenttype": DOCUMENT_TYPE,
        "Retning": one_of("direction", *(each.called for each in Direction)),
        "Dok.dato": DATE,
        "Mottatt": DATE,
        "Sendt": DATE,
    }


KINDS: Final = _kinds()


def measure(plan: Plan, tell: Tell) -> list[Row]:
    """Read all the records of the plan."""
    usual = read("usual", plan.usual, plan.seed, a_record, tell)
    mean = read("mean", plan.mean, plan.seed + 1, a_mean_record, tell)
    rough = read("rough", plan.rough, plan.seed + 2, a_record, tell, rough=True)
    return [
        *_rows("records", usual),
        *_rows("of numbers and dates like others", mean),
        *_rows("on rough pictures", rough),
    ]


def read(
    what: str, records: int, seed: int, made: Callable[[random.Random], Record], tell: Tell, *, rough: bool = False
) -> Tally:
    """Draw and read so many records; what is read as something else is told."""
    tally, reading = Tally(), Reading()
    for number in range(records):
        if number % _EVERY == 0:
            tell(f"{what}: {number} of {records} records")
        chance = random.Random(f"{seed} {number}")
        record = made(chance)
        _one(drawn(record, spoiling(chance, rough=rough), chance), record, reading, tally)
    tally.again = reading.tally.again
    return tally


def _one(picture: Picture, record: Record, reading: Reading, tally: Tally) -> None:
    began, sight = time.thread_time(), Sight(picture, reading)
    for name, kind in KINDS.items():
        found = sight.where(label(name))
        seen = sight.read(found[0], kind) if len(found) == 1 else None
        tally.fields[name] += 1
        if seen is None or seen.confidence < kind.floor:
            tally.person[name] += 1
        elif seen.text == record[name]:
            tally.right[name] += 1
        else:
            tally.wrong[name] += 1
    tally.seconds.append(time.thread_time() - began)


def _rows(what: str, tally: Tally) -> list[Row]:
    fields, records = tally.fields.total(), len(tally.seconds)
    by_kind = ", ".join(f"{name} {count}" for name, count in tally.person.most_common()) or "none"
    usual = what == "records"

    wrong = tally.wrong_of(exact=True)
    return [
        _row(f"accepted wrong: ids, numbers, dates, words, {records} {what}", wrong, "fields", "0", met=wrong == 0),
        _row(f"names read with another letter, {records} {what}", tally.wrong["Navn"], "names"),
        _row(
            f"read rightly without a person, {fields} fields",
            tally.share,
            "%",
            "≥ 97 %" if usual else "",
            met=tally.share >= _LEAST if usual else None,
        ),
        _row("read more than once", tally.again, "fields"),
        _row("to a person", tally.person.total(), "fields", beside=by_kind),
        _row(
            "a record, median CPU",
            middle(tally.seconds),
            "s",
            "≤ 1 s",
            met=middle(tally.seconds) <= _SECONDS,
            beside=f"95 in 100 within {percentile(tally.seconds, 0.95):.2f} s",
        ),
    ]


def _row(said: str, measured: float, unit: str, mark: str = "", *, met: bool | None = None, beside: str = "") -> Row:
    return Row(part="reading", what=said, measured=measured, unit=unit, mark=mark, met=met, beside=beside)
