"""Processes without a target."""
