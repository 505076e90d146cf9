"""The second adapter behind a screen: what stands in a remote program, seen and worked in by picture, mouse and keys."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from functools import cache
from typing import Any, Final, TypeVar, cast

from common import metrics
from common.browser import page as html
from common.browser.canvas.finding import Sight, Table
from common.browser.canvas.keyboard import Keyboard
from common.browser.canvas.kinds import TEXT, Kind, Sighting, coded, signs
from common.browser.canvas.picture import Box
from common.browser.canvas.reading import Reading, plain
from common.browser.canvas.screen import CanvasScreen
from common.browser.canvas.watching import Watch, lacks, shown, the_one
from common.browser.form import Control, Field
from common.browser.locator import By, Locator
from common.browser.screen import Arrival, Press, Screen, TableData, screen_name
from common.browser.screen import Reading as Answer
from common.errors import (
    ApplicationException,
    FieldNotTaken,
    TargetDown,
    TargetTimeout,
    UiChanged,
    UnexpectedDialog,
)

S = TypeVar("S", bound=Screen)

_TRIES: Final = 2
_WAYS_HOME: Final = 5
_CONNECTS: Final = 30.0
"""Seconds that a connection to a remote program may take."""
_reading = Reading()


class CanvasPage(html.BrowserPage):
    """One remote program in one browser, worked in under one hold. Pages of HTML are the other adapter's, as ever."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._watch = Watch(self._calls, _reading, self._connected)
        self._keyboard = Keyboard(self._calls, self._watch.acted)

    # --- the port -----------------------------------------------------------------------------------------------

    def open(self, screen: type[S], address: str) -> S:
        """Go to the page that shows the program, unless it stands there, and in the program to where this screen is."""
        if not issubclass(screen, CanvasScreen):
            return super().open(screen, address)
        with _timed(screen, "open"):
            # Connecting takes seconds. A connection that has died without a word does no harm: what is typed is not seen there.
            if self._stands_at(screen(self), address):
                with suppress(TargetDown, TargetTimeout):
                    return cast("S", self._home(screen(self)))
            self._load(screen(self), address)
            self._connected(screen(self))
            return cast("S", self._home(screen(self)))

    def fill(self, screen: Screen, fields: Sequence[Field]) -> None:
        """Type into the fields and read back what stands there then."""
        if not isinstance(screen, CanvasScreen):
            return super().fill(screen, fields)
        with _timed(type(screen), "fill"):
            return self._fill(screen, fields)

    def press(self, screen: Screen, fields: Sequence[Field], press: Press, expect: tuple[type[Screen], ...]) -> Screen:
        """Type into the fields, click once and give the expected screen that came."""
        if not isinstance(screen, CanvasScreen):
            return super().press(screen, fields, press, expect)
        with _timed(type(screen), "press"):
            self._fill(screen, fields)
            sight = self._here(screen)
            times, (x, y) = self._aim(sight, screen, press)
            # The next attempt must not look before this click has had its time: `tell` asks for that much of the lease.
            self._keyboard.click(screen, self._watch.place.x + x, self._watch.place.y + y, times=times)
            return self._arrival(screen, expect, since=sight)

    def read(self, screen: Screen, what: Sequence[Locator], *, wait: bool) -> Sequence[Answer]:
        """Read from the picture as it is now: what is only compared with known words, or shown to people."""
        if not isinstance(screen, CanvasScreen):
            return super().read(screen, what, wait=wait)
        with _timed(type(screen), "read"):
            sight = self._here(screen)
            answers = [self._answer(sight, at) for at in what]
            for at, answer in zip(what, answers, strict=True):
                if wait and not answer.get("shown"):
                    raise self._changed(screen, at)
            return answers

    def again(self, screen: Screen) -> Arrival:
        """Await the screen's readiness once more."""
        if not isinstance(screen, CanvasScreen):
            return super().again(screen)
        with _timed(type(screen), "refresh"):
            return self._arrival(screen, (type(screen),)).arrival

    def count(self, screen: Screen, what: Sequence[Control]) -> Sequence[int]:
        """Say of each how often it is seen in whatever window of the program is in front."""
        if not isinstance(screen, CanvasScreen):
            return super().count(screen, what)
        sight = self._in_front(screen)
        if any(each.at.by is By.LABEL and not sight.shows(each.at) for each in what):
            self._keyboard.press(screen, "Tab")  # the caret may hide a field
            sight = self._in_front(screen)
        return [len(sight.where(each.at)) for each in what]

    def see(self, screen: Screen, what: Mapping[Locator, Kind]) -> Mapping[Locator, Sighting]:
        """Read the fields beside these labels. What is not certain in one picture may be in the next."""
        found: dict[Locator, Sighting] = {}
        for _ in range(_TRIES):
            sight = self._here(cast("CanvasScreen", screen))
            for at, kind in what.items():
                if at not in found or found[at].confidence < kind.floor:
                    sight, box = self._found(sight, cast("CanvasScreen", screen), at)
                    found[at] = sight.read(box, kind)
            if all(found[at].confidence >= kind.floor for at, kind in what.items()):
                break
        return found

    def grid(self, screen: Screen, of: Locator, columns: Mapping[str, Kind]) -> Sequence[Mapping[str, Sighting]]:
        """Read a table's rows, the columns of these headers."""
        sight = self._here(cast("CanvasScreen", screen))
        table = self._table(sight, screen, of)
        places = {header: _column(table, header) for header in columns}
        missing = [header for header, place in places.items() if place is None]
        if missing:
            raise self._changed(screen, of)
        return [
            {header: sight.read(row[cast("int", places[header])], kind) for header, kind in columns.items()}
            for row in table.rows
        ]

    # --- where the program stands -----------------------------------------------------------------------------------

    def _connected(self, screen: CanvasScreen) -> None:
        """Await the picture, or raise what stands in the page instead.

        Until it comes nothing tells a page that has changed from a connection that takes its time.
        """
        frame, until = _frame_of(type(screen)), time.monotonic() + _CONNECTS
        while True:
            try:
                self._arrive(frame(self), (frame,), step="", departed="")
            except UiChanged:
                if time.monotonic() > until:
                    raise TargetTimeout(
                        f"{type(screen).__name__}: the program's picture did not come in time"
                    ) from None
            else:
                return

    def _home(self, screen: CanvasScreen) -> Screen:
        """The program stands as it was left, or as a message left it: Escape leads back to where a visit begins."""
        for _ in range(_WAYS_HOME):
            try:
                came = self._arrival(screen, (type(screen), *type(screen).elsewhere))
            except UnexpectedDialog:
                came = None
            if isinstance(came, type(screen)):
                return came
            before = self._watch.picture(screen)
            self._keyboard.press(screen, "Escape")
            self._changes(screen, before)
        raise TargetTimeout(f"{type(screen).__name__} is not reached from where the program stands")

    def _changes(self, screen: CanvasScreen, before: Any) -> None:
        until = time.monotonic() + self._budget
        while time.monotonic() < until:
            sight = self._watch.rests(screen, until)
            if sight is not None and self._watch.differs(sight, before):
                return

    def _in_front(self, screen: CanvasScreen) -> Sight:
        """The picture at rest, whatever it shows."""
        sight = self._watch.rests(screen, time.monotonic() + self._budget)
        if sight is None:
            raise TargetTimeout(f"{type(screen).__name__} does not come to rest")
        return sight

    def _here(self, screen: CanvasScreen) -> Sight:
        """The picture at rest, which must still show this screen."""
        sight = self._in_front(screen)
        if lacks(sight, type(screen)) is not None:
            self._require_no_interruption(screen, sight, ())
            screen.arrival = self._arrival(screen, (type(screen),)).arrival
            return self._here(screen)
        self._require_no_interruption(screen, sight, (type(screen),))
        return sight

    def _arrival(self, screen: CanvasScreen, expect: tuple[type[Screen], ...], since: Sight | None = None) -> Screen:
        """Await one of these screens; after a press only once something is seen to have happened."""
        self._met.update(expect)
        until = time.monotonic() + 2 * self._budget
        same_until = time.monotonic() + screen.target.settle.total_seconds()
        missing: str | None = None
        empty = False
        while time.monotonic() < until:
            sight = self._watch.rests(screen, until)
            if sight is None:
                break
            empty = not sight.layout.texts
            changed = since is None or self._watch.differs(sight, since.picture)
            if changed:
                self._require_no_interruption(screen, sight, expect)
            for each in expect:
                repeated = time.monotonic() > same_until and issubclass(each, CanvasScreen) and each.says_the_same
                missing = lacks(sight, each) if changed or repeated else "nothing has changed"
                if missing is None:
                    return each(self, Arrival(document=sight.picture.digest.hex()))
        names = " or ".join(each.__name__ for each in expect)
        if missing is None or missing == "nothing has changed" or empty:
            raise TargetTimeout(f"{names} did not come in time")
        raise UiChanged(
            f"after {type(screen).__name__}: no {names} ({missing})", screens=tuple(map(screen_name, expect))
        )

    def _require_no_interruption(self, screen: CanvasScreen, sight: Sight, expect: tuple[type[Screen], ...]) -> None:
        """Raise what it means that something lies over the program, or stands in place of what was expected."""
        for each, error in self._interruptions(screen):
            over = issubclass(error, UnexpectedDialog)
            if each in expect or not (over or not any(shown(sight, one) for one in expect)):
                continue
            if shown(sight, each):
                raise error(f"{each.__name__} came instead of {' or '.join(one.__name__ for one in expect)}")

    @staticmethod
    def _interruptions(screen: CanvasScreen) -> list[tuple[type[Screen], type[ApplicationException]]]:
        return [(each, error) for each, error in screen.target.interruptions.items() if issubclass(each, CanvasScreen)]

    # --- filling and pressing -------------------------------------------------------------------------------------

    def _fill(self, screen: CanvasScreen, fields: Sequence[Field]) -> None:
        for item in fields:
            if not item.typed or "\n" in item.text or "\t" in item.text:
                raise FieldNotTaken(f"{type(screen).__name__}: {item.at} can only be typed into")
            if not any(self._typed(screen, item) for _ in range(_TRIES)):
                raise FieldNotTaken(f"{type(screen).__name__}: {item.at} did not keep its value")

    def _typed(self, screen: CanvasScreen, item: Field) -> bool:
        """Type one value; says whether it is what stands there afterwards."""
        _, box = self._found(self._here(screen), screen, item.at)
        x, y = box.centre
        self._keyboard.click(screen, self._watch.place.x + x, self._watch.place.y + y)
        self._keyboard.replace(screen, item.text)
        sight = self._here(screen)
        seen = sight.read(the_one(sight, screen, item.at), _as_typed(item.text))
        return seen.text == item.text or (_is_text(item.text) and plain(seen.text) == plain(item.text))

    def _found(self, sight: Sight, screen: CanvasScreen, at: Locator) -> tuple[Sight, Box]:
        """The one thing that is meant. The caret may hide a field, standing in it like one of its edges: it is sent on."""
        if at.by is By.LABEL and not sight.shows(at):
            self._keyboard.press(screen, "Tab")
            sight = self._here(screen)
        return sight, the_one(sight, screen, at)

    def _aim(self, sight: Sight, screen: CanvasScreen, press: Press) -> tuple[int, tuple[int, int]]:
        """How often to click, and where in the picture: a row of a table opens by two clicks."""
        if press.row is None:
            return 1, the_one(sight, screen, press.what).centre
        of = Locator(By(press.row["table"]["by"]), press.row["table"]["value"])
        table = self._table(sight, screen, of)
        row = table.rows[press.row["index"]] if press.row["index"] < len(table.rows) else ()
        if not row or [plain(sight.text(cell)) for cell in row] != [plain(cell) for cell in press.row["cells"]]:
            raise UiChanged(f"{type(screen).__name__}: {of} has another row there")
        return 2, row[0].centre

    # --- reading --------------------------------------------------------------------------------------------------

    def _answer(self, sight: Sight, at: Locator) -> Answer:
        found = sight.where(at)
        if not found:
            return {"shown": False}
        if at.by is By.TABLE:
            table = sight.table(at)
            return {"shown": True, "table": _data(sight, at, table)} if table else {"shown": False}
        texts = [self._text(sight, at, box) for box in found]
        return {"shown": True, "text": texts[0], "texts": texts}

    @staticmethod
    def _text(sight: Sight, at: Locator, box: Box) -> str:
        return sight.read(box, TEXT).text if at.by is By.LABEL else sight.text(box)

    def _table(self, sight: Sight, screen: Screen, of: Locator) -> Table:
        table = sight.table(of)
        if table is None:
            raise self._changed(screen, of)
        return table

    @staticmethod
    def _changed(screen: Screen, at: Locator) -> UiChanged:
        return UiChanged(f"{type(screen).__name__}: no {at}", screens=(screen_name(type(screen)),))


def _timed(screen: type[Screen], action: str) -> AbstractContextManager[object]:
    """Measure an act on a screen, as the other adapter does."""
    return metrics.SCREEN_SECONDS.labels(screen.target.name, screen.__name__, action).time()


def _data(sight: Sight, at: Locator, table: Table) -> TableData:
    rows = [[sight.text(cell) for cell in row] for row in table.rows]
    return {"names": [at.value], "headers": list(table.headers), "rows": rows, "cut": False}


def _column(table: Table, header: str) -> int | None:
    return next((at for at, said in enumerate(table.headers) if plain(said) == plain(header)), None)


def _is_text(text: str) -> bool:
    """Whether a letter that looks like another does no harm."""
    return not any(sign.isdigit() for sign in text)


def _as_typed(text: str) -> Kind:
    """What may be read where this was typed: as it is built, but any digit for a digit."""
    if _is_text(text) or any(sign.islower() for sign in text):
        return TEXT if _is_text(text) else signs("typed")
    return coded("typed", "".join("9" if sign.isdigit() else "A" if sign.isupper() else sign for sign in text))


@cache
def _frame_of(screen: type[CanvasScreen]) -> type[Screen]:
    """The page that shows a program, as the other adapter awaits it."""
    return type("Frame", (Screen,), {"target": screen.target, "ready": screen.canvas, "__module__": screen.__module__})
