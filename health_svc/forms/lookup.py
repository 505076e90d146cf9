"""Whom a health worker has before them: found by a booking or a national id among this service's own cases.

HsPro is never asked within a request. Whoever may read the bookings of the service (`health:booking-journals:read`) finds
one at a time, by its whole number or by the person's, as far as their units reach; each find is noted before it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from common.cases.queries import CaseView, Filter
from common.cases.sight import Sight
from common.cases.states import State
from common.clock import OSLO
from common.errors import IdInvalid
from common.identity.caller import Caller
from common.norway import national_id
from common.privacy.access_log import Action
from common.process import Subject
from common.web import deciding
from common.web.parts import Parts

BOOKINGS, VACCINATIONS = "booking-journals", "vaccinations"
_LOOKED_AT = 20
_ONLY_DIGITS = re.compile(r"[\d\s.:-]{9,}")
_BOOKING = re.compile(r"[\w./-]{1,64}")

NOT_A_NUMBER = "Nummeret er ikke gyldig. Et fødselsnummer har 11 sifre; kontroller alle."
NEITHER = "Skriv et bestillingsnummer eller et fødselsnummer."
NO_RIGHT = "Du har ikke tilgang til bestillingene. Skriv fødselsnummeret i stedet."
NO_BOOKING = "Fant ingen bestilling med dette nummeret. Kontroller nummeret, eller skriv fødselsnummeret."
WITHDRAWN = "Bestillingen er avlyst. Avklar med personen, eller skriv fødselsnummeret."
BY_HAND = "Personen har ingen bestilling her. Skriv navnet slik det står i legitimasjonen."
TEMPORARY = "Dette er et midlertidig nummer. Skjemaet kan sendes, men en medarbeider må registrere det for hånd."


@dataclass(frozen=True, kw_only=True, repr=False)
class Found:
    """What the form begins with, and what is said about it."""

    values: dict[str, str]
    booking: str | None = None
    appointment: str | None = None
    note: str | None = None
    doubted: bool = False
    """Number and names may be what is wrong: they are shown, to be looked at again."""

    @property
    def named(self) -> bool:
        """Whether the person is known by name."""
        return bool(self.values.get("family_name")) and not self.doubted


Held = tuple[CaseView, Mapping[str, Any]]
"""A case, and what it was handed in with."""


class NotFound(Exception):
    """What is to be corrected, in a sentence for whoever looks."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


async def look_up(parts: Parts, caller: Caller, text: str) -> Found:
    """Find a person; raises NotFound. A valid number that nobody knows is a person whose name is still to be typed."""
    text = text.strip()
    if not text:
        raise NotFound(NEITHER)
    try:
        number = national_id.parse(text, accept_synthetic=parts.settings.deployment.accepts_synthetic)
    except IdInvalid:
        if _ONLY_DIGITS.fullmatch(text):
            raise NotFound(NOT_A_NUMBER) from None
        return await _by_booking(parts, caller, text.upper())
    found = await _by_number(parts, caller, number.number)
    if number.temporary:
        return replace(found, note=TEMPORARY)
    return found if found.named else replace(found, note=BY_HAND)


async def _by_booking(parts: Parts, caller: Caller, booking: str) -> Found:
    if not caller.readable([BOOKINGS]):
        raise NotFound(NO_RIGHT)
    if not _BOOKING.fullmatch(booking):
        raise NotFound(NEITHER)
    messages = await _held(parts, caller, Filter(processes=[BOOKINGS], alias=Subject("booking", booking)))
    if not messages:
        raise NotFound(NO_BOOKING)
    standing = _standing(messages)
    if not standing:
        raise NotFound(WITHDRAWN)
    return _found(standing[0])


async def _by_number(parts: Parts, caller: Caller, number: str) -> Found:
    """The person's booking for now; without one, the name under which they were vaccinated or had booked before."""
    processes = caller.readable([BOOKINGS, VACCINATIONS])
    of_person = Filter(processes=processes, subject=Subject("person", number))
    known = await _held(parts, caller, of_person) if processes else []
    if booked := _standing([(case, held) for case, held in known if case.process == BOOKINGS]):
        now = parts.clock()
        return _found(min(booked, key=lambda held: abs(_appointment(held) - now)))
    return Found(values={"person_id": number} | (_name(known[0][1]) if known else {}))


def _standing(messages: Sequence[Held]) -> list[Mapping[str, Any]]:
    """What the newest message says of each booking that has not been cancelled, the newest booking first."""
    newest: dict[str, Held] = {}
    for case, held in messages:
        if case.detail.get("note") != "OVERTAKEN":  # came in late, and says what no longer holds
            newest.setdefault(held["booking_id"].upper(), (case, held))
    return [held for case, held in newest.values() if not _withdrawn(case, held)]


def _withdrawn(case: CaseView, held: Mapping[str, Any]) -> bool:
    said = {held.get("event"), case.detail.get("note")}
    return case.state is State.CANCELLED or bool(said & {"CANCELLED", "BOOKING_CANCELLED"})


async def _held(parts: Parts, caller: Caller, narrowed: Filter) -> list[Held]:
    """Cases and what they were handed in with, newest first; noted before anybody is shown any of it."""
    within = replace(narrowed, sight=Sight(units=caller.units))
    async with parts.database.reach():
        cases = (await parts.queries.page(within, limit=_LOOKED_AT)).cases
        inputs = await parts.queries.inputs([case.id for case in cases])
    await deciding.seen(parts, caller, Action.SEARCHED, *(case.id for case in cases))
    return [(case, inputs[case.id]) for case in cases if case.id in inputs]


def _found(held: Mapping[str, Any]) -> Found:
    planned = {"dose_no": str(held["dose_planned"])} if held.get("dose_planned") else {}
    return Found(
        values={"person_id": str(held.get("person_id") or "")} | _name(held) | planned,
        booking=held.get("booking_id"),
        appointment=f"{_appointment(held).astimezone(OSLO):%d.%m.%Y kl. %H.%M}",
    )


def _name(held: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(held.get(name, "")) for name in ("given_name", "family_name")}


def _appointment(held: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(held["appointment_time"])
