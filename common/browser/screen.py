"""What a process author writes against: one class per page of a target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Protocol, Self, TypedDict, TypeVar, cast

from common.browser.form import Control, Field, Form
from common.browser.locator import By, Locator, LocatorData, terms
from common.browser.target import MAKING

if TYPE_CHECKING:
    from common.browser.target import WebTarget

S = TypeVar("S", bound="Screen")


class TableData(TypedDict):
    """A table as the in-page agent reports it."""

    names: list[str]
    headers: list[str]
    rows: list[list[str]]
    cut: bool


class Reading(TypedDict, total=False):
    """What one locator gave: whether it is shown, and its text, terms or table; `texts` where it meant several."""

    shown: bool
    text: str
    texts: list[str]
    terms: dict[str, str]
    table: TableData


class RowData(TypedDict):
    """Which row a press is meant for; its cells prove that it is still the same one."""

    table: LocatorData
    index: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Press:
    """What to click, and in which row when it is in a table."""

    what: Locator
    row: RowData | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class Arrival:
    """What the call that reached a screen already read there; `document` tells one load of a page from another."""

    document: str = ""
    read: Mapping[Locator, Reading] = field(default_factory=dict[Locator, Reading])
    tables: Sequence[TableData] = ()
    terms: Mapping[str, str] | None = None


class Page(Protocol):
    """The port behind every screen: a browser in production, a double in tests of processes."""

    def fill(self, screen: Screen, fields: Sequence[Field]) -> None:
        """Set and read back the fields; raises FieldNotTaken, UiChanged and the other target errors."""
        ...

    def press(self, screen: Screen, fields: Sequence[Field], press: Press, expect: tuple[type[Screen], ...]) -> Screen:
        """Set the fields, click once and give the expected screen that came; raises as `fill` does."""
        ...

    def read(self, screen: Screen, what: Sequence[Locator], *, wait: bool) -> Sequence[Reading]:
        """Read from the page as it is now; with `wait`, not before everything is shown."""
        ...

    def again(self, screen: Screen) -> Arrival:
        """Await the screen's readiness once more and read it afresh."""
        ...

    def count(self, screen: Screen, what: Sequence[Control]) -> Sequence[int]:
        """Say of each how many elements an act would have to choose from, on whatever page stands where the screen is shown."""
        ...


class Row(Mapping[str, str]):
    """One row of a table: header → text."""

    def __init__(self, screen: Screen, of: Locator, index: int, headers: Sequence[str], cells: Sequence[str]) -> None:
        self._screen, self._of, self._index = screen, of, index
        self._cells = list(cells)
        self._by_header = dict(zip(_names(headers, len(cells)), cells, strict=False))

    def __getitem__(self, header: str) -> str:
        return self._by_header[header]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_header)

    def __len__(self) -> int:
        return len(self._by_header)

    def __repr__(self) -> str:
        return f"Row({', '.join(self._by_header)})"

    def press(self, what: Locator, expect: type[S] | tuple[type[S], ...]) -> S:
        """Click something in this row and give the screen that comes."""
        row: RowData = {"table": self._of.data(), "index": self._index, "cells": self._cells}
        return self._screen.go((), Press(what, row), expect)


def _names(headers: Sequence[str], width: int) -> list[str]:
    """Name every column: by its header, or by its number where it has none."""
    padded = [*headers, *("" for _ in range(width - len(headers)))]
    return [header or str(number) for number, header in enumerate(padded, start=1)]


class Screen:
    """One page of a target: where it is, when it is ready, what can be done there.

    Locators that are class attributes are read by the same round trip that reaches the screen. Every method may
    raise the application exceptions of `common.errors` (UiChanged, TargetTimeout, TargetDown, SignedOut,
    UnexpectedDialog, BrowserFailed) and the stop signals.
    """

    target: ClassVar[WebTarget]
    path: ClassVar[str] = ""
    ready: ClassVar[Locator | tuple[Locator, ...]] = ()
    frame: ClassVar[str] = ""
    """The name or id of the frame that it is shown in, however deep that lies; the page itself without one."""
    window: ClassVar[str] = ""
    """The name of the window that a page opens for it."""
    patience: ClassVar[timedelta] = timedelta(0)
    """How much longer than usual what comes after a press here may take, as where files are sent.

    Only in a frame or window: a load of the page itself is ended by the driver when a command has taken too long."""
    back_by: ClassVar[tuple[type[Screen], Locator] | None] = None
    """For a page of many frames: what to press beside it, so that a visit that follows another need not load them all anew."""
    untouched: ClassVar[tuple[Locator | type[Form], ...]] = ()
    """What must stand here, besides `ready`, before anything is filled in or pressed; a form means all of its fields."""
    leads_to: ClassVar[tuple[tuple[Locator, type[Screen]], ...]] = ()
    """What to press here, and which search page or empty form comes: it may be looked at, and nothing is saved by it."""

    def __init__(self, page: Page, arrival: Arrival | None = None) -> None:
        self.page = page
        self.arrival = arrival or Arrival()

    @classmethod
    def at(cls, target: WebTarget) -> type[Self]:
        """This screen of a product as one of its installations shows it; whatever it leads to is shown there too."""
        with MAKING:
            return cast("type[Self]", _installed(cls, target.running(cls.target.product or cls.target)))

    def fill(self, form: Form) -> None:
        """Set every field and read it back; raises FieldNotTaken for a field that will not keep its value."""
        self._forget()
        self.page.fill(self, form.fields())

    def submit(self, form: Form | None, press: Locator, expect: type[S] | tuple[type[S], ...]) -> S:
        """Fill the form, click once and give the screen that comes; raises TargetRejected if it may not be clicked."""
        return self.go(form.fields() if form is not None else (), Press(press), expect)

    def press(self, what: Locator, expect: type[S] | tuple[type[S], ...]) -> S:
        """Click something once and give the screen that comes."""
        return self.go((), Press(what), expect)

    def go(self, fields: Sequence[Field], press: Press, expect: type[S] | tuple[type[S], ...]) -> S:
        """Fill, click and arrive in one act; `submit`, `press` and `Row.press` say it more readably."""
        self._forget()
        expected: tuple[type[Screen], ...] = expect if isinstance(expect, tuple) else (expect,)
        if self.target.product is not None:
            expected = tuple(screen.at(self.target) for screen in expected)
        return cast("S", self.page.press(self, fields, press, expected))

    def rows(self, of: Locator) -> list[Row]:
        """Read a table's rows; raises UiChanged if there is no such table."""
        found = self._known_table(of)
        if found is None or found["cut"]:
            found = self.page.read(self, (of,), wait=True)[0].get("table")
        if found is None:
            return []
        return [Row(self, of, index, found["headers"], cells) for index, cells in enumerate(found["rows"])]

    def terms(self) -> dict[str, str]:
        """Read every term and its description."""
        if self.arrival.terms is not None:
            return dict(self.arrival.terms)
        return self.page.read(self, (terms(),), wait=False)[0].get("terms", {})

    def text(self, what: Locator) -> str | None:
        """Read the text, or the control's value; None if it is not shown."""
        reading = self._reading(what)
        return reading.get("text", "") if reading.get("shown") else None

    def texts(self, what: Locator) -> list[str]:
        """Read the text of everything that is meant, as `text` does of the first; of a list's options in their order."""
        reading = self._reading(what)
        return reading.get("texts", [reading.get("text", "")]) if reading.get("shown") else []

    def shows(self, what: Locator) -> bool:
        """Say whether this is shown right now."""
        return bool(self._reading(what).get("shown"))

    def beside(self, screen: type[S]) -> S:
        """Another screen that is shown at the same time, in another frame; nothing is pressed."""
        other = (screen.at(self.target) if self.target.product is not None else screen)(self.page)
        other.refresh()
        return other

    def refresh(self) -> None:
        """Await readiness again and forget what was read on arrival: for pages that change by themselves."""
        self.arrival = self.page.again(self)

    def _reading(self, what: Locator) -> Reading:
        known = self.arrival.read.get(what)
        return known if known is not None else self.page.read(self, (what,), wait=False)[0]

    def _known_table(self, of: Locator) -> TableData | None:
        known = self.arrival.read.get(of)
        if known is not None and known.get("shown"):
            return known.get("table")
        named = [found for found in self.arrival.tables if of.by is By.TABLE and of.value in found["names"]]
        return named[0] if len(named) == 1 else None

    def _forget(self) -> None:
        self.arrival = Arrival(document=self.arrival.document)


@cache
def _installed(screen: type[Screen], target: WebTarget) -> type[Screen]:
    if screen.target is target:
        return screen
    return type(screen.__name__, (screen,), {"target": target, "__module__": screen.__module__})


def ready_when(screen: type[Screen]) -> tuple[Locator, ...]:
    """List what must be shown before a screen counts as reached."""
    return screen.ready if isinstance(screen.ready, tuple) else (screen.ready,)


class Place(TypedDict, total=False):
    """In which window, and in which frame of it, a screen is shown; empty means the page itself."""

    window: str
    frame: str


def place_of(screen: type[Screen]) -> Place:
    """Say where a screen is shown."""
    place: Place = {}
    if screen.window:
        place["window"] = screen.window
    if screen.frame:
        place["frame"] = screen.frame
    return place


def screen_name(screen: type[Screen]) -> str:
    """Name a screen for whoever looks after the robot: `hspro.PersonSearch`."""
    return f"{screen.target.name}.{screen.__name__}"


@cache
def read_on_arrival(screen: type[Screen]) -> tuple[Locator, ...]:
    """List the locators a screen class declares as attributes."""
    declared = {
        name: value
        for cls in reversed(screen.__mro__)
        for name, value in vars(cls).items()
        if isinstance(value, Locator) and name != "ready"
    }
    return tuple(dict.fromkeys(declared.values()))


__all__ = [
    "Arrival",
    "Control",
    "Field",
    "Form",
    "Page",
    "Place",
    "Press",
    "Reading",
    "Row",
    "RowData",
    "Screen",
    "TableData",
    "place_of",
    "read_on_arrival",
    "ready_when",
    "screen_name",
]
