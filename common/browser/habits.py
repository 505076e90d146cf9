"""By which means each field of each screen is best filled: learnt once, kept while the shift lives."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from common.browser.form import Field
from common.browser.locator import Locator
from common.browser.screen import Screen


class Level(IntEnum):
    """By which means a field is filled; each is slower and closer to a person's hands than the one before."""

    AGENT = 0
    INSERT = 1
    KEYS = 2


@dataclass(slots=True)
class Habits:
    """Which fields need more than the agent, per screen class: learnt once, kept while the browser lives."""

    levels: dict[tuple[type[Screen], Locator], Level] = field(default_factory=dict[tuple[type[Screen], Locator], Level])

    def level(self, screen: Screen, at: Field) -> Level:
        """Say by which means to fill this field."""
        return self.levels.get((type(screen), at.at), Level.AGENT)

    def raise_to(self, screen: Screen, at: Field, level: Level) -> None:
        """Fill this field by that means from now on."""
        self.levels[type(screen), at.at] = level
