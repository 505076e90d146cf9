"""A day of the booking system: who books, moves and cancels, in whatever order that arrives, and what must come out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from common.local.day import REFUSED, Flow
from common.local.town import CREATED, EXISTS, Made, situations
from health_svc.demo.town import Town

NOOP = ("done", "NOOP")
SITES = ("TRD-SPEKTRUM", "TRD-HEIMDAL")


def booking(town: Town, person: dict[str, Any], event: str = "BOOKED", **changes: Any) -> dict[str, Any]:
    """One message about a booking of this person."""
    reference = town.reference("B")
    row = {
        "reference": reference,
        "booking_id": reference,
        "event": event,
        "person_id": person["national_id"],
        "family_name": person["family_name"],
        "given_name": person["given_name"],
        "appointment_time": _ahead(town, hours=town.chance.randrange(14, 24 * 60)).isoformat(),
        "vaccination_site": town.chance.choice(SITES),
        "dose_planned": town.chance.choice((1, 2)),
    }
    return row | changes


def _ahead(town: Town, hours: int) -> datetime:
    return (town.now + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)


def _booked(town: Town) -> Made:
    return [booking(town, town.known(town.person()))], [CREATED]


def _booked_by_somebody_known(town: Town) -> Made:
    return [booking(town, town.known(town.person(), ("SMITTEVERN", "ACTIVE")))], [EXISTS]


def _two_doses_booked(town: Town) -> Made:
    person = town.known(town.person())
    return [booking(town, person), booking(town, person)], [CREATED, EXISTS]


def _booked_at_short_notice(town: Town) -> Made:
    soon = (town.now + timedelta(hours=2)).isoformat()
    return [booking(town, town.registered(town.person()), appointment_time=soon)], [CREATED]


def _moved(town: Town) -> Made:
    first = booking(town, town.known(town.person()))
    later = {"event": "MOVED", "reference": town.reference("B"), "appointment_time": _ahead(town, 200).isoformat()}
    return [first, first | later], [CREATED, NOOP]


def _moved_before_booked(town: Town) -> Made:
    """The queue between the systems has turned two messages around."""
    return list(reversed(_moved(town)[0])), [CREATED, NOOP]


def _cancelled_before_booked(town: Town) -> Made:
    first = booking(town, town.known(town.person()))
    return [first | {"event": "CANCELLED", "reference": town.reference("B")}, first], [NOOP, NOOP]


def _for_somebody_unknown(town: Town) -> Made:
    return [booking(town, town.person())], [("manual", "PERSON_NOT_FOUND")]


def _appointment_long_over(town: Town) -> Made:
    return [booking(town, town.known(town.person()), appointment_time=_ahead(town, -48).isoformat())], [
        (REFUSED, "INVALID_INPUT")
    ]


# How often each turns up. A day of 13 has each of them once.
SITUATIONS = {
    _booked: 20,
    _booked_by_somebody_known: 6,
    _two_doses_booked: 4,
    _moved: 3,
    _booked_at_short_notice: 2,
    _moved_before_booked: 1,
    _cancelled_before_booked: 1,
    _for_somebody_unknown: 1,
    _appointment_long_over: 1,
}
_PAIRS = {_two_doses_booked, _moved, _moved_before_booked, _cancelled_before_booked}


def flow(town: Town, rows: int) -> Flow:
    """So many messages."""
    return Flow(
        process="booking-journals",
        situations=situations(town, SITUATIONS, rows, first=_PAIRS, filling=_booked),
    )
