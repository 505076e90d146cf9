"""Removals: what somebody who leaves a unit, or the municipality, loses, and when the account is gone for good (USR-03)."""
