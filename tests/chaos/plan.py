"""What is to be done to Roger, and when: drawn from a seed, so that it can be done again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What harm befalls; each part suffers one harm at a time, several parts may suffer together."""

    FIRST_WORKER = "worker 1"
    SECOND_WORKER = "worker 2"
    API = "api"
    ERRANDS = "errands"
    REDIS = "Redis"
    POSTGRES = "PostgreSQL"
    HSPRO = "HsPro"
    SYSTEMX = "SystemX"


class Deed(StrEnum):
    """What is done to a part."""

    KILL = "killed"
    KILL_ACTING = "killed as it is about to act"
    FREEZE = "frozen"
    FREEZE_ACTING = "frozen as it is about to act"
    SUSPEND = "frozen with its browser"
    DRAIN = "asked to end"
    KILL_BROWSER = "its Chromium killed"
    FREEZE_BROWSER = "its Chromium frozen"
    KILL_DRIVER = "its chromedriver killed"
    EMPTY = "emptied"
    RESTART = "restarted"
    FAIL_BEFORE_SAVE = "fails before it saves"
    FAIL_AFTER_SAVE = "fails after it has saved"
    FAIL_BEFORE_PERSON = "fails before it saves a person"
    FAIL_AFTER_PERSON = "fails after it has saved a person"
    SAVE_LATE = "saves late"
    FAIL_ANYWHERE = "shows an error page"
    SIGN_OUT = "signs somebody out"
    SLOW = "dawdles"


@dataclass(frozen=True, kw_only=True)
class Harm:
    """One thing that is done, at `at` seconds after the beginning, for `lasts` seconds (0: it is over at once)."""

    at: float
    lasts: float
    part: Part
    deed: Deed

    def __str__(self) -> str:
        return f"{self.part} {self.deed}" + (f" for {self.lasts:.1f} s" if self.lasts else "")


@dataclass(frozen=True, kw_only=True)
class Habit:
    """How often a deed is drawn, and for how long it is done: between these seconds."""

    often: int
    least: float = 0.0
    most: float = 0.0


LONGER_THAN_A_LEASE = 14.0
SETTLED = 1.2
"""A save that is later than this might be later than a target's settle time (2 s) on a busy machine: it would be
breaking its word then, and two journals would be its fault."""

_WORKER = {
    Deed.KILL: Habit(often=4, least=0.2, most=4),
    Deed.KILL_ACTING: Habit(often=2, least=0.2, most=4),
    Deed.FREEZE: Habit(often=2, least=0.5, most=LONGER_THAN_A_LEASE),
    # Long enough that another robot has looked, and acted, before this one goes on.
    Deed.FREEZE_ACTING: Habit(often=2, least=LONGER_THAN_A_LEASE, most=LONGER_THAN_A_LEASE + 2),
    Deed.SUSPEND: Habit(often=2, least=0.5, most=LONGER_THAN_A_LEASE),
    Deed.DRAIN: Habit(often=1, least=0.2, most=2),
    Deed.KILL_BROWSER: Habit(often=3),
    Deed.FREEZE_BROWSER: Habit(often=2, least=0.5, most=8),
    Deed.KILL_DRIVER: Habit(often=1),
}
_STAND_IN = {
    Deed.FAIL_BEFORE_SAVE: Habit(often=2),
    Deed.FAIL_AFTER_SAVE: Habit(often=2),
    Deed.FAIL_BEFORE_PERSON: Habit(often=1),
    Deed.FAIL_AFTER_PERSON: Habit(often=1),
    Deed.SAVE_LATE: Habit(often=2, least=0.3, most=SETTLED),
    Deed.FAIL_ANYWHERE: Habit(often=1),
    Deed.SIGN_OUT: Habit(often=2),
    Deed.SLOW: Habit(often=2, least=0.5, most=6),
    Deed.RESTART: Habit(often=1),
}
HABITS: dict[Part, dict[Deed, Habit]] = {
    Part.FIRST_WORKER: _WORKER,
    Part.SECOND_WORKER: _WORKER,
    Part.API: {Deed.KILL: Habit(often=3, least=0.2, most=3), Deed.FREEZE: Habit(often=1, least=0.5, most=4)},
    Part.ERRANDS: {Deed.KILL: Habit(often=1, least=0.5, most=5), Deed.FREEZE: Habit(often=1, least=1, most=8)},
    Part.REDIS: {
        Deed.KILL: Habit(often=1, least=0.2, most=4),
        Deed.FREEZE: Habit(often=1, least=0.5, most=5),
        Deed.EMPTY: Habit(often=1),
    },
    Part.POSTGRES: {
        Deed.KILL: Habit(often=2, least=0.1, most=2),
        Deed.FREEZE: Habit(often=2, least=0.3, most=LONGER_THAN_A_LEASE),
    },
    Part.HSPRO: _STAND_IN,
    Part.SYSTEMX: _STAND_IN,
}
STAND_INS = {Part.HSPRO: "hspro", Part.SYSTEMX: "systemx"}
"""Targets, which note what is to go wrong at the next fitting request: such harm is over at once."""
_GAP = (0.5, 4.0)
_TAKES = {
    Deed.KILL: 2.0,
    Deed.KILL_ACTING: 10.0,
    Deed.FREEZE_ACTING: 9.0,
    Deed.DRAIN: 6.0,
    Deed.KILL_BROWSER: 2.0,
    Deed.KILL_DRIVER: 2.0,
    Deed.RESTART: 0.2,
}
"""Seconds until a part is itself again, beside what is planned; before that nothing more is planned for it."""


def draw(seed: int, seconds: float, only: str = "") -> list[Harm]:
    """The harm of so many seconds: each deed as often as its habit says, in an order and at moments drawn by chance.

    All of it begins and ends within these seconds. `only` names what is done at all, by a part of its words.
    """
    chance = random.Random(seed)
    bag: list[tuple[Part, Deed]] = []
    busy = dict.fromkeys(Part, 0.0)
    plan: list[Harm] = []
    moment = chance.uniform(*_GAP)
    while moment < seconds - 1:
        if not any(busy[part] <= moment for part, _ in bag):
            bag += _every_deed(chance, only)
        # What befalls a part that suffers already waits.
        drawn = next((drawn for drawn in bag if busy[drawn[0]] <= moment), None)
        if drawn is not None:
            bag.remove(drawn)
            part, deed = drawn
            habit = HABITS[part][deed]
            lasts = min(chance.uniform(habit.least, habit.most), seconds - moment)
            plan.append(Harm(at=round(moment, 1), lasts=round(lasts, 1), part=part, deed=deed))
            busy[part] = moment + (0 if part in STAND_INS else lasts) + _TAKES.get(deed, 0.0)
        moment += chance.uniform(*_GAP)
    return plan


def _every_deed(chance: random.Random, only: str) -> list[tuple[Part, Deed]]:
    """Every deed that is asked for, as often as its habit says, in any order."""
    drawn = [
        (part, deed)
        for part, deeds in HABITS.items()
        for deed, habit in deeds.items()
        for _ in range(habit.often)
        if only in f"{part} {deed}"
    ]
    chance.shuffle(drawn)
    return drawn
