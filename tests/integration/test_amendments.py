"""Messages about the same thing at the database: what one does to another stands with it, or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from office import DONE, TO_A_PERSON, Office

from common.cases.draft import Draft, Receipt
from common.cases.group_commit import GroupCommit
from common.cases.queue import Claimed
from common.privacy.retention import Retention
from common.process import Process
from common.testing import FixedClock, person
from health_svc.processes.booking_journals import Booking
from health_svc.service import health

pytestmark = pytest.mark.anyio
NOW = FixedClock()()
SOMEBODY = person()
HOUR = timedelta(hours=1)


@pytest.fixture
def bookings(office: Office) -> Process:
    """`booking-journals` without its target: claimed as it is."""
    process = replace(health.processes["booking-journals"], targets=())
    office.processes = [process]
    return process


def a_message(event: str = "BOOKED", *, ahead: timedelta = 72 * HOUR, **changes: Any) -> Draft:
    row: dict[str, Any] = {
        "booking_id": "B-50001",
        "event": event,
        "person_id": SOMEBODY.number,
        "family_name": SOMEBODY.family_name,
        "given_name": SOMEBODY.given_name,
        "appointment_time": NOW + ahead,
        "vaccination_site": "TRD-SPEKTRUM",
    }
    return Draft(input=Booking.model_validate(row | changes, context={"accepts_synthetic": True}))


async def say(office: Office, *messages: Draft, caller: str = "booking") -> list[Receipt]:
    answers = await office.intake.submit(office.processes[0], caller, messages, office.clock())
    return [answer for answer in answers if isinstance(answer, Receipt)]


async def ending(office: Office, case: UUID) -> tuple[str, str | None]:
    row = await office.case(case)
    return row["state"], row["outcome"]


@pytest.mark.usefixtures("bookings")
class TestMoving:
    async def test_changes_when_the_waiting_case_is_due_and_how_long_it_is_kept(self, office: Office) -> None:
        (booked,) = await say(office, a_message())
        (moved,) = await say(office, a_message("MOVED", ahead=6 * HOUR))
        row = await office.case(booked.case)
        assert (row["state"], row["priority"]) == ("queued", 1)
        assert (row["due"], row["keep_from"]) == (NOW + timedelta(minutes=30), NOW + 6 * HOUR)
        assert await ending(office, moved.case) == ("done", "NOOP")
        assert moved.ended == {moved.case}
        assert [move[1:4] for move in await office.moves(moved.case)] == [
            (None, "queued", None),
            ("queued", "done", "NOOP"),
        ]
        assert (await office.claim()).id == booked.case
        assert await office.idle()

    async def test_reaches_a_case_that_a_robot_or_a_person_has(self, office: Office) -> None:
        (booked,) = await say(office, a_message())
        claimed = await office.claim()
        await say(office, a_message("MOVED", ahead=80 * HOUR))
        assert await office.end(claimed, TO_A_PERSON)
        await say(office, a_message("MOVED", ahead=90 * HOUR))
        row = await office.case(booked.case)
        assert (row["state"], row["due"]) == ("manual", NOW + 78 * HOUR)

    async def test_that_comes_first_is_performed_for_its_own_time(self, office: Office) -> None:
        (moved,) = await say(office, a_message("MOVED", ahead=90 * HOUR))
        (booked,) = await say(office, a_message("BOOKED", ahead=50 * HOUR))
        assert await ending(office, booked.case) == ("done", "NOOP")
        assert (await office.case(moved.case))["due"] == NOW + 78 * HOUR
        assert (await office.claim()).id == moved.case

    async def test_in_one_array(self, office: Office) -> None:
        booked, moved = await say(office, a_message(), a_message("MOVED", ahead=6 * HOUR))
        assert (await office.case(booked.case))["priority"] == 1
        assert await ending(office, moved.case) == ("done", "NOOP")

    async def test_is_nothing_to_another_caller(self, office: Office) -> None:
        (booked,) = await say(office, a_message())
        (other,) = await say(office, a_message("CANCELLED"), caller="somebody-else")
        assert await ending(office, booked.case) == ("queued", None)
        assert await ending(office, other.case) == ("done", "NOOP")


@pytest.mark.usefixtures("bookings")
class TestCancelling:
    async def test_ends_what_nobody_has_begun(self, office: Office) -> None:
        (booked,) = await say(office, a_message())
        (cancelled,) = await say(office, a_message("CANCELLED"))
        assert cancelled.ended == {booked.case, cancelled.case}
        assert await ending(office, booked.case) == ("done", "NOOP")
        assert await office.idle()

    async def test_keeps_what_has_begun(self, office: Office) -> None:
        await say(office, a_message())
        claimed = await office.claim()
        (cancelled,) = await say(office, a_message("CANCELLED"))
        assert cancelled.ended == {cancelled.case}
        assert await office.end(claimed)
        assert await ending(office, claimed.id) == ("done", "NOOP")
        assert [move[3] for move in await office.moves(claimed.id)] == [None, None, "NOOP"]

    async def test_that_comes_first_is_remembered(self, office: Office) -> None:
        await say(office, a_message("CANCELLED"))
        (booked,) = await say(office, a_message())
        assert await ending(office, booked.case) == ("done", "NOOP")

    async def test_and_claiming_at_the_same_moment(self, office: Office) -> None:
        """Either a robot has it and keeps it, or it has ended and nobody gets it: never both."""
        for number in range(30):
            booking = f"B-{number}"
            (booked,) = await say(office, a_message(booking_id=booking))
            turn, (cancelled,) = await asyncio.gather(
                office.turn(f"s{number}"), say(office, a_message("CANCELLED", booking_id=booking))
            )
            if turn.claimed is not None:
                assert cancelled.ended == {cancelled.case}
                assert await office.end(turn.claimed)
            else:
                assert booked.case in cancelled.ended
            assert await ending(office, booked.case) == ("done", "NOOP")

    async def test_saves_nobodys_time(self, office: Office) -> None:
        await say(office, a_message(), a_message("CANCELLED"))
        rows = await office.rows("select fence from events where to_state = 'done'")
        assert [row["fence"] for row in rows] == [0, 0], "the benefits leave out what no robot did"


class TestAtTheSameMoment:
    async def test_one_message_is_performed(self, office: Office, bookings: Process) -> None:
        """Many callers' requests through the shared transactions: all see each other."""
        singles = GroupCommit(office.pool, office.intake)
        sent = [a_message("BOOKED"), *(a_message("MOVED", ahead=(60 + place) * HOUR) for place in range(12))]
        answers = await asyncio.gather(*(singles.submit(bookings, "booking", one, NOW) for one in sent))
        states = [(await ending(office, answer.case))[0] for answer in answers if isinstance(answer, Receipt)]
        assert sorted(states) == ["done"] * 12 + ["queued"]

    async def test_a_resubmission_says_nothing_twice(self, office: Office, bookings: Process) -> None:
        del bookings
        (booked,) = await say(office, a_message(reference="E-1"))
        moved = a_message("MOVED", ahead=6 * HOUR, reference="E-2")
        await say(office, moved)
        await say(office, a_message("MOVED", ahead=90 * HOUR, reference="E-3"))
        (again,) = await say(office, moved)
        assert again.existing
        assert not again.ended
        assert (await office.case(booked.case))["due"] == NOW + 78 * HOUR


@pytest.mark.usefixtures("bookings")
class TestWhatIsKept:
    async def test_until_so_long_after_the_appointment(self, office: Office) -> None:
        (booked,) = await say(office, a_message(ahead=72 * HOUR))
        assert await office.end(await office.claim(), DONE)
        (row,) = await office.rows("select now() as now")
        appointment = row["now"] + timedelta(days=10)
        await office.rows("update cases set keep_from = %s", appointment)
        retention, span = Retention(office.pool), {"booking-journals": timedelta(days=14)}
        before = await retention.purge(span, appointment + timedelta(days=14, seconds=-1))
        after = await retention.purge(span, appointment + timedelta(days=14))
        assert (before.cases["booking-journals"], after.cases["booking-journals"]) == (0, 1)
        assert await office.rows("select 1 from case_contents where case_id = %s", booked.case) == []


@pytest.mark.usefixtures("bookings")
class TestTheBookingDesk:
    async def test_is_told_when_a_robot_is_lost_over_a_case(self, office: Office) -> None:
        (booked,) = await say(office, a_message(unit="4711"))
        processes = {process.name: process for process in office.processes}
        for _ in range(office.settings.attempts):
            claimed: Claimed = await office.claim()
            await office.rows("update cases set lease_until = now() - interval '1 second' where id = %s", claimed.id)
            await office.queue.sweep(processes)
        assert (await office.case(booked.case))["code"] == "ROBOT_LOST"
        (task,) = await office.rows("select role, unit, case_id from tasks")
        assert task == {"role": "booking-desk", "unit": "4711", "case_id": booked.case}
