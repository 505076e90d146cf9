"""What a process author writes against where a target arrives as pixels: the same screens, and how certainly they were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol, cast

from common.browser.canvas.kinds import Kind, Sighting
from common.browser.locator import Locator, css
from common.browser.screen import Page, Screen
from common.errors import NeedsJudgement


class Surface(Page, Protocol):
    """The port behind a screen of pixels: besides what every page can, it says how certain a reading is."""

    def see(self, screen: Screen, what: Mapping[Locator, Kind]) -> Mapping[Locator, Sighting]:
        """Read the fields beside these labels, all from one picture; raises UiChanged where there is no such field."""
        ...

    def grid(self, screen: Screen, of: Locator, columns: Mapping[str, Kind]) -> Sequence[Mapping[str, Sighting]]:
        """Read a table's rows, the columns of these headers; raises UiChanged where there is no such table."""
        ...


class CanvasScreen(Screen):
    """One window of a program of which only its picture arrives, in an element of a page.

    `label`, `button`, `heading`, `table`, `text` and `image` mean what is seen there. `ready` is all that must be seen.
    """

    canvas: ClassVar[Locator] = css("canvas")
    """The element that shows the picture; the largest of them, if there are several."""
    elsewhere: ClassVar[tuple[type[CanvasScreen], ...]] = ()
    """Where the program may stand when it is opened anew, and Escape leads from there to this screen."""
    says_the_same: ClassVar[bool] = False
    """Whether it may come by a press without anything being seen to change: looking again for what is not there."""

    def sightings(self, what: Mapping[Locator, Kind]) -> Mapping[Locator, Sighting]:
        """Read the fields beside these labels, all from one picture, and say how certain that is."""
        return cast("Surface", self.page).see(self, what)

    def certain(self, what: Mapping[Locator, Kind]) -> dict[Locator, str]:
        """Read the fields beside these labels; raises NeedsJudgement, naming the field, where one is not certain."""
        found = self.sightings(what)
        return {at: self._require(str(at.value), kind, found[at]) for at, kind in what.items()}

    def grid(self, of: Locator, columns: Mapping[str, Kind]) -> list[dict[str, str]]:
        """Read a table's rows, the columns of these headers; raises NeedsJudgement where a cell is not certain."""
        rows = cast("Surface", self.page).grid(self, of, columns)
        return [
            {header: self._require(f"{header}, row {number}", kind, row[header]) for header, kind in columns.items()}
            for number, row in enumerate(rows, start=1)
        ]

    def _require(self, field: str, kind: Kind, sighting: Sighting) -> str:
        if sighting.confidence < kind.floor:
            raise NeedsJudgement(
                f"{type(self).__name__}: {field} ({kind.name}) cannot be read with certainty", detail={"field": field}
            )
        return sighting.text
