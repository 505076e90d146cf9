"""Authorised orderers: who may order accounts and accesses for a unit, because its leader has signed so (USR-04)."""
