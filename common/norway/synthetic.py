"""Valid national ids of nobody, for tests and demonstrations: always month + 80, as in Skatteetaten's test population."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from common.norway.check_digits import K1_WEIGHTS, K2_WEIGHTS, check_digit
from common.norway.national_id import D_DAY, TENOR_MONTH, IdKind, century

if TYPE_CHECKING:
    from datetime import date

_NO_DIGIT = 10
_TOGETHER = 50
"""Individual digits that are tried at once: few people of a demo are born on the same day."""


def national_id(birth: date, serial: int, kind: IdKind = IdKind.FNR, *, rule_2032: bool = False) -> str:
    """The synthetic number of the person with this place (from 0) among those born on that day.

    `rule_2032` gives numbers that only the rules of 2032 allow. Raises ValueError when the day has no more numbers
    (200 to 800 a day), or for a kind other than fødselsnummer and D-number.
    """
    left = serial
    for first in range(0, 1000, _TOGETHER):
        numbers = _numbers_of(birth, kind, rule_2032, first)
        if 0 <= left < len(numbers):
            return numbers[left]
        left -= len(numbers)
    raise ValueError(f"{birth:%d.%m.%Y} has {serial - left} synthetic numbers, there is no number {serial}")


@cache
def _numbers_of(birth: date, kind: IdKind, rule_2032: bool, first: int) -> tuple[str, ...]:  # noqa: FBT001
    """Those of a day from these individual digits on."""
    if kind not in {IdKind.FNR, IdKind.DNR}:
        raise ValueError(f"There are no synthetic numbers of kind {kind.value}")
    day = birth.day + (D_DAY if kind is IdKind.DNR else 0)
    stem = f"{day:02}{birth.month + TENOR_MONTH:02}{birth.year % 100:02}"
    together = range(first, first + _TOGETHER)
    return tuple(number for individual in together if (number := _complete(stem, individual, birth, rule_2032)))


def _complete(stem: str, individual: int, birth: date, rule_2032: bool) -> str | None:  # noqa: FBT001
    """The number with these individual digits, if there is one."""
    if not rule_2032 and century(individual, birth.year % 100) != birth.year // 100 * 100:
        return None
    nine = f"{stem}{individual:03}"
    first = check_digit(nine, K1_WEIGHTS, 1 + individual % 3 if rule_2032 else 0)
    second = check_digit(f"{nine}{first}", K2_WEIGHTS)
    return None if _NO_DIGIT in {first, second} else f"{nine}{first}{second}"
