"""Whom a health worker has before them: found by a booking or a national id among this service's own cases.

HsPro is never asked within a request. Whoever may read the bookings of the service (`health:booking-journals:read`) finds
one at a time, by its whole number or by the person's, as far as their units reach; each find is noted before it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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

    @property
    def named(self) -> bool:
        """Whether the person is known by name."""
        return bool(self.values.get("family_name"))


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
    for case, held in await _held(parts, caller, Filter(processes=[BOOKINGS], alias=Subject("booking", booking))):
        if _withdrawn(case, held):
            raise NotFound(WITHDRAWN)
        return _found(held)
    raise NotFound(NO_BOOKING)


async def _by_number(parts: Parts, caller: Caller, number: str) -> Found:
    """The person's newest booking; without one, the name under which they were vaccinated or had booked before."""
    known = Found(values={"person_id": number})
    processes = caller.readable([BOOKINGS, VACCINATIONS])
    if not processes:
        return known
    of_person = Filter(processes=processes, subject=Subject("person", number))
    for case, held in await _held(parts, caller, of_person):
        if case.process == BOOKINGS and not _withdrawn(case, held):
            return _found(held)
        if not known.named:
            known = Found(values=known.values | _name(held))
    return known


def _withdrawn(case: CaseView, held: Mapping[str, Any]) -> bool:
    return case.state is State.CANCELLED or held.get("event") == "CANCELLED"


async def _held(parts: Parts, caller: Caller, narrowed: Filter) -> list[tuple[CaseView, dict[str, Any]]]:
    """Cases and what they were handed in with, newest first; noted before anybody is shown any of it."""
    within = replace(narrowed, sight=Sight(units=caller.units))
    async with parts.database.reach():
        cases = (await parts.queries.page(within, limit=_LOOKED_AT)).cases
        inputs = await parts.queries.inputs([case.id for case in cases])
    await deciding.seen(parts, caller, Action.SEARCHED, *(case.id for case in cases))
    return [(case, inputs[case.id]) for case in cases if case.id in inputs]


def _found(held: Mapping[str, Any]) -> Found:
    when = held.get("appointment_time")
    planned = {"dose_no": str(held["dose_planned"])} if held.get("dose_planned") else {}
    return Found(
        values={"person_id": str(held.get("person_id") or "")} | _name(held) | planned,
        booking=held.get("booking_id"),
        appointment=f"{datetime.fromisoformat(when).astimezone(OSLO):%d.%m.%Y kl. %H.%M}" if when else None,
    )


def _name(held: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(held.get(name, "")) for name in ("given_name", "family_name")}
