"""Reconciliation: what stands in a directory, compared with all that was ordered. It reports, and changes nothing."""
