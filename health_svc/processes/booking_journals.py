"""`booking-journals`: everyone with a vaccination booked has a journal in HsPro before they come (HLT-02)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from common.amendment import Amendment, Earlier, Standing
from common.clock import OSLO
from common.process import Outcome, OutcomeCode, Retention, Run, Subject, Task
from common.reasons import reason_of
from common.refusals import FieldProblem
from health_svc.journal import INFECTION_CONTROL, UNIT, PersonFile, ensure_journal
from health_svc.person import PersonCase
from health_svc.screens.hspro import HsPro, JournalForm
from health_svc.service import health

AHEAD = timedelta(hours=12)
"""A journal is there so long before the appointment."""
AT_ONCE = timedelta(minutes=30)
"""Who books later than that gets the journal within half an hour, before everybody else."""
LATE = timedelta(days=1)
"""A message that was held up somewhere is still taken; the journal is needed for the dose all the same."""
FAR_OFF = timedelta(days=365)
BOOKING_DESK = "booking-desk"


class BookingEvent(StrEnum):
    BOOKED = "BOOKED"
    MOVED = "MOVED"
    CANCELLED = "CANCELLED"


class Booking(PersonCase):
    """One message about a booked vaccination. Each has its own reference; `booking_id` says what it is about."""

    booking_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")] = Field(examples=["B-50001"])
    event: BookingEvent
    event_time: AwareDatetime | None = Field(
        default=None,
        description="When it happened in the booking system; without it messages count in the order they arrive in",
        examples=["2026-11-22T10:00:00+01:00"],
    )
    appointment_time: AwareDatetime = Field(
        description="When the person comes: at most a year ahead", examples=["2026-11-25T09:00:00+01:00"]
    )
    vaccination_site: Annotated[str, StringConstraints(pattern=r"^[A-ZÆØÅ0-9-]{2,32}$")] = Field(
        examples=["TRD-SPEKTRUM"]
    )
    dose_planned: Annotated[int, Field(ge=1, le=5)] | None = None

    @property
    def thread(self) -> Subject | None:
        # With the person: what is said of somebody else never touches this booking.
        return Subject("booking", f"{self.booking_id}|{self.person_id or ''}")

    @property
    def alias(self) -> Subject | None:
        return Subject("booking", self.booking_id.upper())

    @property
    def kept_from(self) -> datetime | None:
        return self.appointment_time

    def deadline(self, now: datetime) -> datetime | None:
        """Twelve hours before the appointment; within half an hour for who comes sooner than that."""
        return self.appointment_time - AHEAD if self._in_good_time(now) else now + AT_ONCE

    def urgency(self, now: datetime) -> int:
        return self.priority if self._in_good_time(now) else 1

    def _in_good_time(self, now: datetime) -> bool:
        return self.appointment_time - now >= AHEAD

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        if self.appointment_time < now - LATE:
            yield FieldProblem("appointment_time", "DATE_OUT_OF_RANGE", "The appointment is more than a day ago.")
        if self.appointment_time > now + FAR_OFF:
            yield FieldProblem("appointment_time", "DATE_OUT_OF_RANGE", "The appointment is more than a year ahead.")


def _noop(note: str) -> Outcome:
    return Outcome(OutcomeCode.NOOP, {"note": note})


def changed_booking(message: Booking, earlier: Sequence[Earlier[Booking]]) -> Amendment:
    """What moving or cancelling does to the case that is to make the journal, in whatever order messages arrive.

    Only one of a booking's messages is performed: the first that asks for a journal. A journal that has been made, or
    is being made, is kept. What was said before the newest message of those that came in changes nothing.
    """
    if message.event is BookingEvent.CANCELLED:
        outcome = _noop("BOOKING_CANCELLED")
        waiting = [
            one.case
            for one in earlier
            if one.standing is Standing.WAITING and not (one.said and _booked_anew(one.said, message))
        ]
        return Amendment(ends=outcome, ends_earlier=dict.fromkeys(waiting, outcome))
    said = [one.said for one in earlier if one.said is not None]
    if any(one.event is BookingEvent.CANCELLED and not _booked_anew(message, one) for one in said):
        return Amendment(ends=_noop("BOOKING_CANCELLED"))
    performed = [one.case for one in earlier if one.standing is not Standing.ANSWERED]
    if not performed:
        return Amendment()
    if message.event is BookingEvent.BOOKED and all(one.event is BookingEvent.BOOKED for one in said):
        return Amendment()  # the same booking told twice: looked up once more, as any second booking is
    if any(_overtaken(message, one) for one in said):
        return Amendment(ends=_noop("OVERTAKEN"))
    return Amendment(ends=_noop("APPOINTMENT_MOVED"), reschedules=performed)


def _booked_anew(message: Booking, cancelled: Booking) -> bool:
    """Whether somebody booked once more after cancelling; without times a cancelled booking stays cancelled."""
    if message.event_time is None or cancelled.event_time is None:
        return False
    return message.event is BookingEvent.BOOKED and message.event_time > cancelled.event_time


def _overtaken(message: Booking, other: Booking) -> bool:
    """Whether a message that came in before was sent after this one."""
    if other.event is BookingEvent.CANCELLED:
        return False
    if message.event_time is not None and other.event_time is not None:
        return other.event_time > message.event_time
    return message.event is BookingEvent.BOOKED and other.event is BookingEvent.MOVED


def tell_the_booking_desk(code: str) -> Task:
    """The desk calls the person, or mends the booking, before the appointment."""
    reason = reason_of(code)
    return Task(
        name="journal-missing",
        role=BOOKING_DESK,
        title="Smittevernjournal mangler før vaksinasjon",
        text=(
            f"Roger kunne ikke ordne smittevernjournalen til en person som har bestilt vaksinasjonstime. "
            f"{reason.situation} Saken står i arbeidslisten; ordne den før timen."
        ),
    )


@health.process(
    "booking-journals",
    called="Journaler før vaksinasjon",
    targets=[HsPro],
    manual_minutes=1.76,
    due=timedelta(hours=4),
    retention=Retention.HEALTH,
    amend=changed_booking,
    fallout=tell_the_booking_desk,
)
def journal_of_booked_person(booking: Booking, run: Run) -> Outcome:
    """See to it that everyone who has booked a vaccination has an infection-control journal before they come."""
    late = run.now() > booking.appointment_time
    done = ensure_journal(PersonFile(run, booking.sought(run)), _form(booking, run.now()))
    return replace(done, detail=done.detail | {"late": True}) if late else done


def _form(booking: Booking, now: datetime) -> JournalForm:
    return JournalForm(
        type=INFECTION_CONTROL,
        unit=UNIT,
        opened=now.astimezone(OSLO).date(),
        reason="Vaksinasjon",
        phone=booking.phone,
        address=booking.address,
        postal_code=booking.postal_code,
        contact=booking.contact,
        source=booking.reference or booking.booking_id,
    )
