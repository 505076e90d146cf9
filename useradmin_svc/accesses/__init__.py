"""Accesses to programs: what is ordered, what the registers allow, and how a person's accesses stand (USR-01)."""
