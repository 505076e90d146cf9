"""When a target may be worked in: its opening hours, less its maintenance windows."""

from __future__ import annotations

from common.opening.availability import Availability
from common.opening.hours import ALWAYS, Holidays, Hours, Opening, Weekday
from common.opening.maintenance import AnyMaintenance, Maintenance, WeeklyMaintenance
from common.opening.text import parse_maintenance, parse_opening
from common.opening.words import maintenance_in_words, opening_in_words

__all__ = [
    "ALWAYS",
    "AnyMaintenance",
    "Availability",
    "Holidays",
    "Hours",
    "Maintenance",
    "Opening",
    "Weekday",
    "WeeklyMaintenance",
    "maintenance_in_words",
    "opening_in_words",
    "parse_maintenance",
    "parse_opening",
]
