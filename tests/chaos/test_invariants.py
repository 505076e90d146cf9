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
from health_svc.demo.billing_cards import REFUND
from tests.chaos.clear_text import readable
from tests.chaos.evidence import Evidence
from tests.chaos.invariants import RULES, broken
from tests.chaos.plan import HABITS, STAND_INS, Deed, Part, draw
from tests.chaos.town import BOOKINGS, CARDS, TESTS, VACCINATIONS, Resident, Submission
from tests.recovery.plant import Row

BEGAN = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIRST, SECOND, BOOKED, MOVED, DOSE, CORRECTION, CARD, CARD_AGAIN = (UUID(int=number) for number in range(1, 9))
KARI = Resident(who=person(), known=True, had_journal=False, other_name=False)
CARD_OF_KARI = {"number": 700_001, "at": "2026-03-01T12:00", "note": "G G", "refund": REFUND, "share": 0}
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


def noted(  # noqa: PLR0917  a line of a log
    seq: int, seconds: float, kind: str, session: str, source: str = "", target: str = "hspro"
) -> Row:
    return {
        "seq": seq,
        "at": at(seconds).timestamp(),
        "kind": kind,
        "session": session,
        "national_id": KARI.number,
        "source": source,
        "target": target,
    }


def case(number: UUID, process: str, outcome: str, fence: int) -> Row:
    ended = {"state": "done", "code": None, "lease_until": None, "worker": None, "epoch": 1}
    return ended | {"id": number, "process": process, "outcome": outcome, "fence": fence}


def run(number: UUID, began: float, outcome: str) -> list[Row]:
    """A case that was handed in at the beginning and performed at once."""
    return [
        event(number, 0, None, "queued"),
        event(number, began, "queued", "running", 1, "worker:new"),
        event(number, began + 1, "running", "done", 1, "worker:new", code=outcome),
    ]


def handed_in(number: UUID, process: str, **row: Any) -> Submission:
    return Submission(process=process, resident=KARI, row=row, ids={number})


def sound() -> Evidence:
    """Kari's day: two tests (a worker vanished before it saved), a booking that was moved, a dose corrected, one card."""
    return Evidence(
        residents=[KARI],
        submissions=[
            handed_in(FIRST, TESTS, reference="A"),
            handed_in(SECOND, TESTS, reference="B"),
            handed_in(BOOKED, BOOKINGS, reference="C", booking_id="C", event="BOOKED", event_time="T10"),
            handed_in(MOVED, BOOKINGS, reference="D", booking_id="C", event="MOVED", event_time="T11"),
            handed_in(DOSE, VACCINATIONS, form_id="E", batch_no="X"),
            handed_in(CORRECTION, VACCINATIONS, form_id="F", batch_no="Y", corrects="E"),
            handed_in(CARD, CARDS, reference="G", test_id="G"),
            handed_in(CARD_AGAIN, CARDS, reference="H", test_id="G"),
        ],
        cases=[
            case(FIRST, TESTS, "CREATED", 2),
            case(SECOND, TESTS, "EXISTS", 1),
            case(BOOKED, BOOKINGS, "EXISTS", 1),
            case(MOVED, BOOKINGS, "NOOP", 0),
            case(DOSE, VACCINATIONS, "CREATED", 1),
            case(CORRECTION, VACCINATIONS, "UPDATED", 1),
            case(CARD, CARDS, "CREATED", 1),
            case(CARD_AGAIN, CARDS, "EXISTS", 1),
        ],
        events=[
            event(FIRST, 0, None, "queued"),
            event(SECOND, 0, None, "queued"),
            event(FIRST, 1, "queued", "running", 1, "worker:old"),
            event(FIRST, 11, "running", "queued", 1, "sweep", code="LEASE_EXPIRED"),
            event(FIRST, 12, "queued", "running", 2, "worker:new"),
            event(FIRST, 14, "running", "done", 2, "worker:new", code="CREATED"),
            event(SECOND, 15, "queued", "running", 1, "worker:new"),
            event(SECOND, 16, "running", "done", 1, "worker:new", code="EXISTS"),
            event(MOVED, 0, None, "queued"),
            event(MOVED, 0, "queued", "done", code="NOOP"),
            *run(BOOKED, 17, "EXISTS"),
            *run(DOSE, 19, "CREATED"),
            *run(CORRECTION, 21, "UPDATED"),
            *run(CARD, 23, "CREATED"),
            *run(CARD_AGAIN, 25, "EXISTS"),
        ],
        details={one: {"journal": "J-1", "dose": "V-1"} for one in (FIRST, SECOND, BOOKED, DOSE, CORRECTION)}
        | {one: {"card": 700_001} for one in (CARD, CARD_AGAIN)},
        log=[
            noted(1, 2, "search", "s-old"),
            noted(2, 12.5, "search", "s-new"),
            noted(3, 13, "journal", "s-new", "A"),
            noted(4, 15.5, "search", "s-new"),
            noted(5, 17.5, "card", "s-new"),
            noted(6, 19.3, "doses", "s-new"),
            noted(7, 19.6, "dose", "s-new", "E"),
            noted(8, 21.3, "doses", "s-new"),
            noted(9, 21.6, "correction", "s-new", "F"),
            noted(1, 23.3, "patient", "s-new", target="systemx"),
            noted(2, 23.6, "card", "s-new", target="systemx"),
            noted(3, 25.3, "patient", "s-new", target="systemx"),
        ],
        journals={KARI.number: ["J-1"]},
        doses={KARI.number: [{"number": "V-1", "batch": "Y"}]},
        cards={KARI.number: [CARD_OF_KARI]},
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


def without_log(kind: str, target: str) -> Change:
    return lambda day: replace(day, log=[row for row in day.log if (row["kind"], row["target"]) != (kind, target)])


def with_submission(place: int, **changed: Any) -> Change:
    return lambda day: replace(
        day, submissions=[replace(one, **changed) if n == place else one for n, one in enumerate(day.submissions)]
    )


def with_detail(number: UUID, **changed: Any) -> Change:
    return lambda day: replace(day, details=day.details | {number: day.details[number] | changed})


def with_dose(*doses: Row) -> Change:
    return lambda day: replace(day, doses={KARI.number: doses})


def with_card(*cards: Row) -> Change:
    return lambda day: replace(day, cards={KARI.number: cards})


def without_events(*places: int) -> Change:
    return lambda day: replace(day, events=[row for n, row in enumerate(day.events) if n not in places])


BREACHES: Sequence[tuple[str, Change]] = [
    ("nothing_lost", with_submission(0, ids=set[UUID]())),
    ("nothing_lost", with_submission(0, ids={FIRST, UUID(int=99)})),
    ("nothing_lost", lambda day: replace(day, cases=day.cases[1:])),
    ("nothing_lost", with_case(SECOND, state="queued")),
    ("nothing_lost", with_case(SECOND, state="manual")),
    ("taken_back_stays_so", with_submission(1, cancelled=True)),
    ("persons_once", with_log(noted(10, 13.1, "person", "s-new"))),
    ("persons_once", with_log(noted(10, 23.5, "person", "s-new", target="systemx"))),
    ("journals_once", lambda day: replace(day, journals={KARI.number: ["J-1", "J-2"]})),
    ("journals_once", lambda day: replace(day, journals={})),
    ("journals_once", with_log(noted(10, 13.1, "journal", "s-new", "A"))),
    ("outcomes_true", with_case(FIRST, outcome="EXISTS")),
    ("outcomes_true", with_case(SECOND, outcome="NOOP")),
    ("outcomes_true", with_case(CARD_AGAIN, outcome="NOOP")),
    ("outcomes_true", with_detail(SECOND, journal="J-9")),
    ("outcomes_true", with_detail(DOSE, journal="J-9")),
    ("created_by_own_hand", with_case(SECOND, outcome="CREATED")),
    ("created_by_own_hand", with_case(BOOKED, outcome="CREATED")),
    ("created_by_own_hand", with_case(CORRECTION, outcome="CREATED")),
    ("created_by_own_hand", with_case(DOSE, outcome="UPDATED")),
    ("bookings_performed_once", with_case(MOVED, outcome="EXISTS")),
    ("bookings_performed_once", with_case(BOOKED, outcome="NOOP")),
    ("doses_once", with_dose()),
    ("doses_once", with_dose({"number": "V-1", "batch": "Y"}, {"number": "V-2", "batch": "Y"})),
    ("doses_once", with_dose({"number": "V-1", "batch": "X"})),
    ("doses_once", with_log(noted(10, 19.7, "dose", "s-new", "E"))),
    ("doses_once", with_log(noted(10, 21.7, "correction", "s-new", "F"))),
    ("doses_once", with_detail(DOSE, dose="V-2")),
    ("doses_once", lambda day: with_case(CORRECTION, state="closed")(with_case(DOSE, outcome="EXISTS")(day))),
    ("doses_once", with_case(CORRECTION, outcome="NOOP")),
    ("cards_once", with_card()),
    ("cards_once", with_card(CARD_OF_KARI, CARD_OF_KARI | {"number": 700_002, "note": "I I"})),
    ("cards_once", with_card(CARD_OF_KARI | {"share": 1})),
    ("cards_once", with_card(CARD_OF_KARI | {"refund": REFUND - 1})),
    ("cards_once", with_card(CARD_OF_KARI | {"note": "G H"})),
    ("cards_once", with_detail(CARD_AGAIN, card=700_002)),
    ("cards_once", with_case(CARD_AGAIN, outcome="CREATED")),
    ("cards_once", without_log("card", "systemx")),
    ("no_late_hand", with_log(noted(10, 12.7, "journal", "s-old", "A"))),
    ("no_late_hand", with_log(noted(10, 15.7, "journal", "s-new", "A"))),
    ("no_late_hand", with_log(noted(10, 0.5, "journal", "s-old", "A"))),
    ("no_late_hand", with_log(noted(10, 23.7, "dose", "s-new", "E"))),
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
    ("robots_are_sound", with_event(3, code="SUSPECTED_DUPLICATE")),
    ("nothing_left_behind", lambda day: replace(day, left=["chromium"])),
    ("nothing_left_behind", lambda day: replace(day, in_the_clear=["worker.log"])),
    ("nothing_left_behind", lambda day: replace(day, odd=["handed in: answered 500"])),
]


def test_every_rule_can_be_broken() -> None:
    assert {rule.__name__ for rule in RULES} == {name for name, _ in BREACHES}


@pytest.mark.parametrize(("rule", "change"), BREACHES, ids=[f"{rule}-{n}" for n, (rule, _) in enumerate(BREACHES)])
def test_each_breach_is_found(rule: str, change: Change) -> None:
    assert rule in {finding.partition(":")[0] for finding in broken(change(sound()))}


def test_a_late_effect_of_a_vanished_run_before_the_next_one_looks_is_allowed() -> None:
    day = sound()
    early = with_log(noted(2, 12.2, "journal", "s-old", "A"))(without_log("journal", "hspro")(day))
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
    for part in set(Part) - STAND_INS.keys():
        theirs = [harm for harm in plan if harm.part is part]
        assert all(one.at + one.lasts <= next_one.at + 0.1 for one, next_one in pairwise(theirs))
    assert any(harm.deed is Deed.FREEZE for harm in plan)
