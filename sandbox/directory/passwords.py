"""Passwords as they are kept: salted and hashed, never as they were typed."""

import hashlib
import hmac
import secrets


def hashed(password: str) -> str:
    salt = secrets.token_hex(8)
    return f"{salt}:{_digest(salt, password)}"


def fits(password: str, kept: str) -> bool:
    salt, _, digest = kept.partition(":")
    return hmac.compare_digest(_digest(salt, password), digest)


def unknown() -> str:
    """The hash of a password that nobody knows."""
    return hashed(secrets.token_urlsafe(24))


def _digest(salt: str, password: str) -> str:
    # A stand-in with made-up people, and demos seed thousands: a slow hash would protect nobody here.
    return hashlib.sha256(f"{salt}:{password}".encode()).hexdigest()
