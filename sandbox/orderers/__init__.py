"""Bestillerregisteret: who may order accounts and accesses, for which units."""
