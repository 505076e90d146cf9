"""People whom nobody has met: synthetic numbers, ordinary names."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from common.norway.national_id import IdKind
from common.norway.synthetic import national_id

_FAMILY = ("Nordhaug", "Østgård", "Bakkehaug", "Åsen", "Sæther", "Løvås", "Berg-Hansen", "Dahle")
_GIVEN = ("Ola", "Kari Ånes", "Solveig", "Bjørn", "Zoë", "Aud-Kirsten", "Ingrid", "Per")
_FIRST_BIRTH = date(1940, 1, 1)
_BIRTHS = 22_000
_born = count()
_chance = random.Random()  # noqa: S311  made-up people


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody made up, unlike everybody else of this test run."""

    number: str
    family_name: str
    given_name: str
    birth_date: date


def person(
    kind: IdKind = IdKind.FNR,
    *,
    rule_2032: bool = False,
    family_name: str | None = None,
    given_name: str | None = None,
) -> Person:
    """Somebody new; what is not said is chosen at random."""
    serial = next(_born)
    birth = _FIRST_BIRTH + timedelta(days=serial % _BIRTHS)
    return Person(
        number=national_id(birth, serial // _BIRTHS, kind, rule_2032=rule_2032),
        family_name=family_name or _chance.choice(_FAMILY),
        given_name=given_name or _chance.choice(_GIVEN),
        birth_date=birth,
    )
