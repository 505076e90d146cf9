"""A new secret: strong, and easy to read off a screen and type on a phone."""

from __future__ import annotations

import secrets

from pydantic import SecretStr

_LOWER = "abcdefghjkmnpqrstuvwxyz"
_UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "23456789"
_SORTS = (_LOWER, _UPPER, _DIGITS)
"""Without letters that look like a digit or like each other: l I 1, O o 0, i."""
_GROUP = 4


def new_secret(length: int) -> SecretStr:
    """So many characters, in groups of four: `Kx7m-Pq3r-Tz9w-vB4n`.

    It holds all four sorts of character that a directory may ask for: small, capital, digit, and the sign in between.
    """
    while True:
        drawn = "".join(secrets.choice("".join(_SORTS)) for _ in range(length))
        # Drawn anew as a whole, so that no place is any likelier to hold a digit than another.
        if all(set(drawn) & set(sort) for sort in _SORTS):
            return SecretStr("-".join(drawn[at : at + _GROUP] for at in range(0, length, _GROUP)))
