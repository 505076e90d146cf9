"""Persons without a journal whom HsPro knows, and the case of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from common.norway.synthetic import national_id

_FIRST_BIRTH = date(1950, 1, 1)
_BIRTHS = 18_000
_NAME = {"family_name": "Sæther", "given_name": "Kari Ånes"}


@dataclass
class Town:
    """Gives out persons nobody has met, and makes HsPro know them."""

    hspro: str
    born: int = 0

    def people(self, count: int) -> list[str]:
        """The numbers of so many new persons."""
        made = [self._person() for _ in range(count)]
        httpx.post(f"{self.hspro}/_kontroll/people", json=made, timeout=60).raise_for_status()
        return [person["national_id"] for person in made]

    def _person(self) -> dict[str, Any]:
        birth = _FIRST_BIRTH + timedelta(days=self.born % _BIRTHS)
        number = national_id(birth, self.born // _BIRTHS)
        self.born += 1
        return {"national_id": number, "birth_date": birth.isoformat(), "status": "RESIDENT", **_NAME}


def case_of(number: str) -> dict[str, Any]:
    """The case of a person: with it the robot fills every field of the form that a case can fill."""
    taken = datetime.now(UTC) - timedelta(days=2)
    return {
        "reference": f"T-{number}",
        "person_id": number,
        "test_time": taken.replace(second=0, microsecond=0).isoformat(),
        "test_site": "TRD-LEANGEN",
        "test_type": "PCR",
        "phone": "41234567",
        "address": "Østre Gate 7",
        "postnr": "7011",
        **_NAME,
    }


def posted_form(number: str) -> dict[str, str]:
    """What HsPro's form sends for that case."""
    now = datetime.now(UTC)
    return {
        "journaltype": "SMITTEVERN",
        "enhet": "SMITTEVERN",
        "apnet_dato": f"{now:%d.%m.%Y}",
        "arsak": "TEST",
        "teststed": "TRD-LEANGEN",
        "testtype": "PCR",
        "provetidspunkt": f"{now - timedelta(days=2):%d.%m.%Y %H:%M}",
        "telefon": "41234567",
        "adresse": "Østre Gate 7",
        "postnummer": "7011",
        "kontaktform": "SMS",
        "samtykke": "ja",
        "kilde": f"T-{number}",
    }
