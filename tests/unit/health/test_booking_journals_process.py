"""`booking-journals`: the rules of HLT-02, at an HsPro in memory; what messages do to each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from hspro_in_memory import HsProInMemory

from common.amendment import Amendment, Earlier, Standing
from common.errors import TemporaryId
from common.norway.national_id import IdKind
from common.process import OutcomeCode
from common.testing import FixedClock, Person, person
from health_svc.processes import booking_journals as process
from health_svc.processes.booking_journals import Booking, BookingEvent, changed_booking, journal_of_booked_person

NOW = FixedClock()()
SOMEBODY = person()
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def a_message(event: str = "BOOKED", *, of: Person = SOMEBODY, ahead: timedelta = 72 * HOUR, **changes: Any) -> Booking:
    row: dict[str, Any] = {
        "booking_id": "B-50001",
        "event": event,
        "person_id": of.number,
        "family_name": of.family_name,
        "given_name": of.given_name,
        "appointment_time": NOW + ahead,
        "vaccination_site": "TRD-SPEKTRUM",
    }
    return Booking.model_validate(row | changes, context={"accepts_synthetic": True})


class TestTheTimeItHas:
    @pytest.mark.parametrize(
        ("ahead", "due", "priority"),
        [
            (72 * HOUR, NOW + 60 * HOUR, 5),
            (12 * HOUR, NOW, 5),
            (12 * HOUR - MINUTE, NOW + 30 * MINUTE, 1),
            (-HOUR, NOW + 30 * MINUTE, 1),
        ],
    )
    def test_is_until_twelve_hours_before_the_appointment(self, ahead: timedelta, due: datetime, priority: int) -> None:
        booked = a_message(ahead=ahead)
        assert (booked.deadline(NOW), booked.urgency(NOW)) == (due, priority)

    @pytest.mark.parametrize(
        ("ahead", "codes"),
        [
            (-24 * HOUR, []),
            (-24 * HOUR - MINUTE, ["DATE_OUT_OF_RANGE"]),
            (timedelta(days=365), []),
            (timedelta(days=365) + MINUTE, ["DATE_OUT_OF_RANGE"]),
        ],
    )
    def test_has_bounds(self, ahead: timedelta, codes: list[str]) -> None:
        assert [problem.code for problem in a_message(ahead=ahead).breaches(NOW)] == codes

    def test_what_it_holds_is_kept_until_after_the_appointment(self) -> None:
        assert a_message(ahead=72 * HOUR).kept_from == NOW + 72 * HOUR


class TestTheJournal:
    def test_is_made_for_the_vaccination(self) -> None:
        hspro = HsProInMemory()
        hspro.know(SOMEBODY)
        outcome = journal_of_booked_person(a_message(), hspro.case.run(hspro.screens()))
        assert outcome.code is OutcomeCode.CREATED
        assert [(form.reason, form.test_site, form.source) for form in hspro.forms] == [
            ("Vaksinasjon", None, "B-50001")
        ]
        assert "late" not in outcome.detail

    def test_is_made_after_the_appointment_too_and_says_so(self) -> None:
        hspro = HsProInMemory()
        hspro.know(SOMEBODY)
        late = a_message(ahead=-MINUTE)
        assert journal_of_booked_person(late, hspro.case.run(hspro.screens())).detail["late"] is True

    def test_of_somebody_without_a_lasting_number_is_a_persons_work(self) -> None:
        hspro = HsProInMemory()
        booked = a_message(person_id="201012345611", id_type=IdKind.DUF)
        with pytest.raises(TemporaryId):
            journal_of_booked_person(booked, hspro.case.run(hspro.screens()))

    def test_the_booking_desk_is_told_the_reason(self) -> None:
        told = process.tell_the_booking_desk("NAME_MISMATCH")
        assert told.role == "booking-desk"
        assert "Navnet i fagsystemet er et annet" in told.text


def earlier(message: Booking, standing: Standing = Standing.WAITING, case: UUID | None = None) -> Earlier[Booking]:
    return Earlier(case=case or uuid4(), said=message, standing=standing)


def note(amendment: Amendment) -> str | None:
    return amendment.ends.detail["note"] if amendment.ends else None


class TestMessagesAboutABooking:
    def test_the_first_one_is_performed_whatever_it_says(self) -> None:
        assert changed_booking(a_message("BOOKED"), []) == Amendment()
        assert changed_booking(a_message("MOVED"), []) == Amendment()

    def test_moving_gives_the_waiting_case_the_new_time(self) -> None:
        booked = earlier(a_message())
        amendment = changed_booking(a_message("MOVED", ahead=100 * HOUR), [booked])
        assert (note(amendment), list(amendment.reschedules)) == ("APPOINTMENT_MOVED", [booked.case])

    def test_cancelling_ends_what_waits_and_keeps_what_has_begun(self) -> None:
        waiting, begun = earlier(a_message()), earlier(a_message(), Standing.BEGUN)
        amendment = changed_booking(a_message("CANCELLED"), [waiting, begun])
        assert note(amendment) == "BOOKING_CANCELLED"
        assert set(amendment.ends_earlier) == {waiting.case}

    def test_a_cancelled_booking_stays_cancelled(self) -> None:
        cancelled = earlier(a_message("CANCELLED"), Standing.ANSWERED)
        for late in ("BOOKED", "MOVED"):
            assert note(changed_booking(a_message(late), [cancelled])) == "BOOKING_CANCELLED"

    def test_unless_it_is_booked_once_more(self) -> None:
        cancelled = earlier(a_message("CANCELLED", event_time=NOW), Standing.ANSWERED)
        anew = a_message("BOOKED", event_time=NOW + MINUTE)
        assert changed_booking(anew, [cancelled]) == Amendment()
        late = changed_booking(a_message("CANCELLED", event_time=NOW), [earlier(anew)])
        assert not late.ends_earlier, "what was cancelled is not what was booked afterwards"

    def test_the_booking_itself_comes_after_its_move(self) -> None:
        moved = earlier(a_message("MOVED"))
        amendment = changed_booking(a_message("BOOKED"), [moved])
        assert (note(amendment), amendment.reschedules) == ("OVERTAKEN", ())

    def test_a_second_booking_under_the_same_id_is_looked_up(self) -> None:
        assert changed_booking(a_message("BOOKED"), [earlier(a_message("BOOKED"))]) == Amendment()

    def test_what_was_forgotten_counts_as_performed(self) -> None:
        forgotten = Earlier[Booking](case=uuid4(), said=None, standing=Standing.ENDED)
        assert note(changed_booking(a_message("MOVED"), [forgotten])) == "APPOINTMENT_MOVED"

    @pytest.mark.parametrize("order", list(permutations(range(4))))
    def test_in_any_order_the_last_word_counts(self, order: Sequence[int]) -> None:
        """Made, moved twice: in whatever order they come in, one is performed, and for the last appointment."""
        sent = [
            a_message("BOOKED", event_time=NOW, ahead=50 * HOUR),
            a_message("MOVED", event_time=NOW + MINUTE, ahead=60 * HOUR),
            a_message("MOVED", event_time=NOW + 2 * MINUTE, ahead=70 * HOUR),
            a_message("MOVED", event_time=NOW + 3 * MINUTE, ahead=80 * HOUR),
        ]
        known: list[Earlier[Booking]] = []
        time_of: dict[UUID, datetime] = {}
        for place in order:
            message, case = sent[place], uuid4()
            amendment = changed_booking(message, known)
            for other in amendment.reschedules:
                time_of[other] = message.appointment_time
            if amendment.ends is None:
                time_of[case] = message.appointment_time
            known.append(earlier(message, Standing.ANSWERED if amendment.ends else Standing.WAITING, case))
        assert list(time_of.values()) == [NOW + 80 * HOUR]

    def test_says_nothing_of_another_persons_booking(self) -> None:
        assert a_message().thread != a_message(of=person()).thread
        assert a_message().thread == a_message(BookingEvent.MOVED).thread
