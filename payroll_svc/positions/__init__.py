"""Positions: what a person holds at the same time, and what that comes to on each day (PAY-04)."""
