"""Each rule of chaos can be broken, and a sound day breaks none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from common.testing.people import person
from tests.chaos.clear_text import readable
from tests.chaos.invariants import Evidence, broken
from tests.chaos.plan import HABITS, Deed, Part, draw
from tests.chaos.traffic import Resident, Test
from tests.recovery.plant import Row

BEGAN = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIRST, SECOND = UUID(int=1), UUID(int=2)
KARI = Resident(who=person(), known=True, had_journal=False, other_name=False)
Change = Callable[[Evidence], Evidence]


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def event(  # noqa: PLR0917  a line of a log
    case: UUID, seconds: float, start: str | None, end: str, fence: int = 0, actor: str = "caller:a", **more: Any
) -> Row:
    return {
        "case_id": case,
        "at": at(seconds),
        "actor": actor,
        "from_state": start,
        "to_state": end,
        "code": None,
        "fence": fence,
    } | more


def noted(seq: int, seconds: float, kind: str, session: str, source: str = "") -> Row:
    return {
        "seq": seq,
        "at": at(seconds).timestamp(),
        "kind": kind,
        "session": session,
        "national_id": KARI.number,
        "source": source,
    }


def case(number: UUID, outcome: str, fence: int) -> Row:
    ended = {"state": "done", "code": None, "lease_until": None, "worker": None, "epoch": 1}
    return ended | {"id": number, "outcome": outcome, "fence": fence}


def sound() -> Evidence:
    """Two tests of Kari: the first worker vanished before it saved, the second one did both."""
    return Evidence(
        residents=[KARI],
        tests=[
            Test(resident=KARI, row={"reference": name}, ids={number}) for name, number in (("A", FIRST), ("B", SECOND))
        ],
        cases=[case(FIRST, "CREATED", 2), case(SECOND, "EXISTS", 1)],
        events=[
            event(FIRST, 0, None, "queued"),
            event(SECOND, 0, None, "queued"),
            event(FIRST, 1, "queued", "running", 1, "worker:old"),
            event(FIRST, 11, "running", "queued", 1, "sweep", code="LEASE_EXPIRED"),
            event(FIRST, 12, "queued", "running", 2, "worker:new"),
            event(FIRST, 14, "running", "done", 2, "worker:new", code="CREATED"),
            event(SECOND, 15, "queued", "running", 1, "worker:new"),
            event(SECOND, 16, "running", "done", 1, "worker:new", code="EXISTS"),
        ],
        details={FIRST: {"journal": "J-1"}, SECOND: {"journal": "J-1"}},
        log=[
            noted(1, 2, "search", "s-old"),
            noted(2, 12.5, "search", "s-new"),
            noted(3, 13, "journal", "s-new", "A"),
            noted(4, 15.5, "search", "s-new"),
        ],
        journals={KARI.number: ["J-1"]},
        accounts=[{"name": "robot1", "held": False, "holder": None, "out_since": None}],
    )


def test_a_sound_day_breaks_no_rule() -> None:
    assert broken(sound()) == []


def with_case(number: UUID, **changed: Any) -> Change:
    return lambda day: replace(day, cases=[row | changed if row["id"] == number else row for row in day.cases])


def with_event(place: int, **changed: Any) -> Change:
    return lambda day: replace(day, events=[row | changed if n == place else row for n, row in enumerate(day.events)])


def with_log(*more: Row) -> Change:
    return lambda day: replace(day, log=sorted([*day.log, *more], key=lambda row: row["at"]))


def with_test(place: int, **changed: Any) -> Change:
    return lambda day: replace(
        day, tests=[replace(one, **changed) if n == place else one for n, one in enumerate(day.tests)]
    )


def without_events(*places: int) -> Change:
    return lambda day: replace(day, events=[row for n, row in enumerate(day.events) if n not in places])


BREACHES: Sequence[tuple[str, Change]] = [
    ("nothing_lost", with_test(0, ids=set[UUID]())),
    ("nothing_lost", with_test(0, ids={FIRST, UUID(int=3)})),
    ("nothing_lost", lambda day: replace(day, cases=day.cases[1:])),
    ("nothing_lost", with_case(SECOND, state="queued")),
    ("nothing_lost", with_case(SECOND, state="manual")),
    ("taken_back_stays_so", with_test(1, cancelled=True)),
    ("effects_once", lambda day: replace(day, journals={KARI.number: ["J-1", "J-2"]})),
    ("effects_once", lambda day: replace(day, journals={})),
    ("effects_once", with_log(noted(9, 13.1, "journal", "s-new", "A"))),
    ("effects_once", with_log(noted(9, 13.1, "person", "s-new"))),
    ("outcomes_true", with_case(FIRST, outcome="EXISTS")),
    ("outcomes_true", with_case(SECOND, outcome="NOOP")),
    ("outcomes_true", lambda day: replace(day, details={FIRST: {"journal": "J-1"}, SECOND: {"journal": "J-9"}})),
    ("created_by_own_hand", with_case(SECOND, outcome="CREATED")),
    ("no_late_hand", with_log(noted(9, 12.7, "journal", "s-old", "A"))),
    ("no_late_hand", with_log(noted(9, 15.7, "journal", "s-new", "A"))),
    ("no_late_hand", with_log(noted(9, 0.5, "journal", "s-old", "A"))),
    ("fences_rise", with_event(4, fence=1)),
    ("fences_rise", with_event(4, fence=3)),
    ("fences_rise", with_case(FIRST, fence=3)),
    ("fences_rise", with_event(5, fence=1)),
    ("moves_allowed", without_events(3)),
    ("moves_allowed", without_events(7)),
    ("moves_allowed", with_event(7, to_state="closed")),
    ("leases_free", with_case(FIRST, lease_until=at(20))),
    ("leases_free", lambda day: replace(day, accounts=[row | {"held": True} for row in day.accounts])),
    ("leases_free", lambda day: replace(day, accounts=[row | {"out_since": at(3)} for row in day.accounts])),
    ("robots_are_sound", with_event(3, code="ROBOT_FAULT")),
    ("nothing_left_behind", lambda day: replace(day, left=["chromium"])),
    ("nothing_left_behind", lambda day: replace(day, in_the_clear=["worker.log"])),
    ("nothing_left_behind", lambda day: replace(day, odd=["handed in: answered 500"])),
]


@pytest.mark.parametrize(("rule", "change"), BREACHES, ids=[f"{rule}-{n}" for n, (rule, _) in enumerate(BREACHES)])
def test_each_breach_is_found(rule: str, change: Change) -> None:
    assert rule in {finding.partition(":")[0] for finding in broken(change(sound()))}


def test_a_late_effect_of_a_vanished_run_before_the_next_one_looks_is_allowed() -> None:
    day = sound()
    early = replace(day, log=[*day.log[:1], noted(2, 12.2, "journal", "s-old", "A"), day.log[1], day.log[3]])
    assert not broken(early)


@pytest.mark.parametrize("text", ["took {}", '{{"person": "{}"}}', "({},1)"])
def test_a_readable_number_is_found(text: str) -> None:
    assert readable(text.format(KARI.number), {KARI.number}) == {KARI.number}


def test_a_number_in_bytes_is_found_and_other_digits_are_not() -> None:
    assert readable(r"(\x00" + KARI.number.encode().hex() + ")", {KARI.number}) == {KARI.number}
    assert not readable(f"1{KARI.number} {KARI.number[:-1]}", {KARI.number})


def test_a_seed_gives_one_plan_and_all_of_it_ends_in_time() -> None:
    plan = draw(7, 300)
    assert plan == draw(7, 300) != draw(8, 300)
    assert [harm.at for harm in plan] == sorted(harm.at for harm in plan)
    assert all(harm.at + harm.lasts <= 300.1 for harm in plan)
    assert {(harm.part, harm.deed) for harm in plan} == {(part, deed) for part in HABITS for deed in HABITS[part]}


def test_only_some_harm_may_be_asked_for() -> None:
    plan = draw(7, 300, "about to act")
    assert {harm.deed for harm in plan} == {Deed.KILL_ACTING, Deed.FREEZE_ACTING}
    assert all(harm.at + harm.lasts <= 300.1 for harm in plan)


def test_no_part_suffers_twice_at_a_time() -> None:
    plan = draw(7, 300)
    for part in set(Part) - {Part.HSPRO}:
        theirs = [harm for harm in plan if harm.part is part]
        assert all(one.at + one.lasts <= next_one.at + 0.1 for one, next_one in pairwise(theirs))
    assert any(harm.deed is Deed.FREEZE for harm in plan)
