"""Infection-control records, vaccination and refunds: what Roger does for the health service."""
