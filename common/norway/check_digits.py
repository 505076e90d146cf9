"""The two check digits of a fødselsnummer: weighted sums modulo 11 (Skatteetaten, "Nytt fødselsnummer fra 2032")."""

from __future__ import annotations

from operator import mul

K1_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2)
K2_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_K1, _K2 = (*K1_WEIGHTS, 1), (*K2_WEIGHTS, 1)
K1_REMAINDERS_2032 = (0, 1, 2, 3)
"""What the first sum may leave from 2032 on; before, nothing."""


def weighted(digits: str, weights: tuple[int, ...]) -> int:
    """The weighted sum of as many digits as there are weights."""
    return sum(map(mul, map(int, digits), weights))


def check_digit(digits: str, weights: tuple[int, ...], remainder: int = 0) -> int:
    """The digit that gives the weighted sum this remainder modulo 11; 10 means that there is none."""
    return (remainder - weighted(digits, weights)) % 11


def remainders(digits: str) -> tuple[int, int]:
    """What the two sums over eleven digits leave; the second is 0 in every number."""
    return weighted(digits, _K1) % 11, weighted(digits, _K2) % 11
