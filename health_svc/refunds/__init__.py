"""Refunds of tests: what was performed, what it is billed with, and the way to cards and claims in SystemX."""
