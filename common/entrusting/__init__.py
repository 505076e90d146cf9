"""Secrets that Roger makes for one person: given to a target at once, and shown to that person once, by a link."""
