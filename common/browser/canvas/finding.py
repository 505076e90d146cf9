"""What is meant by a locator on a picture: which text, which box, which cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from common.browser.canvas.kinds import Kind, Sighting
from common.browser.canvas.layout import Layout, laid_out
from common.browser.canvas.line import field_of, inside
from common.browser.canvas.picture import Box, Picture
from common.browser.canvas.reading import Reading, plain
from common.browser.locator import By, Locator

_LETTER: Final = (2.5, 14.0)
"""Pixels: a letter is at least and at most so wide on average, in the sizes that screens have."""
_BESIDE: Final = 200
_BELOW: Final = 14
_ASIDE: Final = 24
_UNDER_ITS_NAME: Final = 60
_SAME_ROW: Final = 4
_NEXT_ROW: Final = 8
_HALO: Final = 4
"""Pixels around letters into which JPEG spreads them."""
_UNEVEN: Final = 40
"""Grades that a column without letters differs in."""
_LOOKS_ALIKE: Final = 0.9
_LONG, _VERY_LONG = 5, 12


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its headers' boxes and the boxes of its cells, row by row."""

    headers: tuple[str, ...]
    rows: tuple[tuple[Box, ...], ...]


class Sight:
    """One picture as far as it has been understood; what nobody asks for is not read."""

    def __init__(self, picture: Picture, reading: Reading) -> None:
        self.picture = picture
        self._reading = reading

    @cached_property
    def layout(self) -> Layout:
        """Its boxes and texts."""
        return laid_out(self.picture)

    def shows(self, what: Locator) -> bool:
        """Whether it is seen at all."""
        return bool(self.where(what))

    def where(self, what: Locator) -> list[Box]:  # noqa: PLR0911 -- one line per kind of locator
        """What the locator means: where to click, where to read. Several where it is not clear which."""
        match what.by:
            case By.LABEL:
                return [box for text in self._free(what.value) if (box := self.field_of(text)) is not None]
            case By.BUTTON:
                named = ((text, self.layout.around(text)) for text in self._texts(what.value))
                return [box for _, box in named if box is not None]
            case By.HEADING:
                return self._texts(what.value)
            case By.TEXT:
                return self._holding(what.value)
            case By.TABLE:
                return [name for name in self._free(what.value) if self._header_row(name)]
            case By.IMAGE:
                return self._pictured(Path(what.value))
            case _:
                return []

    def text(self, box: Box) -> str:
        """A text as it is compared with known words."""
        return self._reading.glance(self.picture.part(self._line_of(box)))

    def _text_again(self, box: Box) -> str:
        return self._reading.glance(self.picture.part(self._line_of(box)), again=True)

    def read(self, box: Box, kind: Kind) -> Sighting:
        """What stands in a box, or what a text says that stands in none."""
        boxed = box in self.layout.boxes
        piece = field_of(self.picture, box) if boxed else self.picture.part(self._line_of(box))
        return self._reading.sighting(piece, kind)

    def field_of(self, label: Box) -> Box | None:
        """The box that a label belongs to: the next one to its right with nothing in between, or the one below it."""
        right = [
            box
            for box in self.layout.boxes
            if box.level_with(label) and -2 <= box.x - label.right <= _BESIDE  # noqa: PLR2004 -- frames touch
        ]
        nearest = min(right, key=lambda box: box.x, default=None)
        if nearest is not None and not any(self._between(label, nearest)):
            return nearest if self._is_even_before(nearest, label) else None
        below = [
            box for box in self.layout.boxes if 0 <= box.y - label.bottom <= _BELOW and abs(box.x - label.x) <= _ASIDE
        ]
        return min(below, default=None)

    def table(self, of: Locator) -> Table | None:
        """A table by the name above it; None where there is none, it is not clear which, or a row cannot be made out."""
        found = self.where(of)
        if len(found) != 1:
            return None
        headers = self._header_row(found[0])
        rows: list[tuple[Box, ...]] = []
        last = headers[0].bottom
        while row := self._row_below(last, headers):
            rows.append(row)
            last = row[0].bottom
        next_row = Box(last, headers[0].x, headers[-1].right - headers[0].x, headers[0].height)
        if any(abs(text.x - header.x) < _ASIDE / 2 for text in self.layout.within(next_row) for header in headers):
            return None
        return Table(tuple(self.text(box) for box in headers), tuple(rows))

    # --- texts ------------------------------------------------------------------------------------------------------

    def _texts(self, wanted: str) -> list[Box]:
        """The texts that say this and nothing else; those that are a letter off only where none says it exactly."""
        said = [(box, _off(self.text(box), wanted)) for box in self._as_wide_as(wanted)]
        exact = [box for box, off in said if off == 0]
        nearly = exact or [box for box, off in said if off <= _forgiven(wanted)]
        if nearly:
            return nearly
        like = [box for box, off in said if off <= len(plain(wanted)) // 3]
        return [box for box in like if _off(self._text_again(box), wanted) <= _forgiven(wanted)]

    def _free(self, wanted: str) -> list[Box]:
        """Those of them that stand in no box of their own."""
        return [text for text in self._texts(wanted) if self.layout.around(text) is None]

    def _holding(self, wanted: str) -> list[Box]:
        wide = len(plain(wanted)) * _LETTER[0]
        return [box for box in self.layout.texts if box.width >= wide and plain(wanted) in plain(self.text(box))]

    def _as_wide_as(self, wanted: str) -> list[Box]:
        least, most = (len(wanted) * each for each in _LETTER)
        return [box for box in self.layout.texts if least <= box.width <= most + _ASIDE]

    def _between(self, label: Box, field: Box) -> list[Box]:
        return [
            text
            for text in self.layout.texts
            if text is not label and label.right <= text.x and text.right <= field.x and text.level_with(label)
        ]

    def _is_even_before(self, field: Box, label: Box) -> bool:
        """Whether nothing but frames stands between a label and its field: else that is only the rest of a field, behind letters."""
        left = label.right + _HALO
        between = self.picture.part(Box(field.y + 2, left, field.x - left, field.height - 4)).grey
        if not between.size:
            return True
        smooth = np.asarray(cv2.blur(between.astype(np.float32), (1, 3)))
        return float(np.abs(smooth - np.median(smooth, axis=0)).max()) <= _UNEVEN

    def _line_of(self, text: Box) -> Box:
        """The text with the whole height of its line: found by its ink, it lacks what lies close to a frame."""
        around = self.layout.around(text)
        if around is None:
            return Box(text.y - 4, text.x - 4, text.width + 8, text.height + 8)
        inner = inside(around)
        left, right = max(inner.x, text.x - 6), min(inner.right, text.right + 6)
        return Box(inner.y, left, right - left, inner.height)

    # --- tables -----------------------------------------------------------------------------------------------------

    def _header_row(self, name: Box) -> tuple[Box, ...]:
        below = [box for box in self.layout.boxes if 0 <= box.y - name.bottom <= _UNDER_ITS_NAME]
        rows = (self._same_row(box, below) for box in below if abs(box.x - name.x) <= _ASIDE)
        return next((row for row in rows if len(row) > 1 and all(map(self.layout.within, row))), ())

    def _same_row(self, first: Box, boxes: Sequence[Box]) -> tuple[Box, ...]:
        """Boxes that touch, from this one to the right."""
        row = [first]
        for box in sorted(boxes, key=lambda each: each.x):
            if abs(box.y - first.y) <= _SAME_ROW and 0 <= box.x - row[-1].right <= _SAME_ROW:
                row.append(box)
        return tuple(row)

    def _row_below(self, bottom: int, headers: tuple[Box, ...]) -> tuple[Box, ...] | None:
        near = [box for box in self.layout.boxes if 0 <= box.y - bottom <= _NEXT_ROW]
        cells = [next((box for box in near if _under(box, header)), None) for header in headers]
        row = tuple(cell for cell in cells if cell is not None)
        return row if len(row) == len(headers) else None

    # --- images -----------------------------------------------------------------------------------------------------

    def _pictured(self, file: Path) -> list[Box]:
        """Where the picture shows what a small picture shows; neighbours of a hit are the same hit."""
        wanted = Picture.of(file.read_bytes()).grey
        if wanted.shape[0] > self.picture.grey.shape[0] or wanted.shape[1] > self.picture.grey.shape[1]:
            return []
        alike = np.asarray(cv2.matchTemplate(self.picture.grey, wanted, cv2.TM_CCOEFF_NORMED))
        height, width = wanted.shape
        found: list[Box] = []
        for y, x in sorted(np.argwhere(alike >= _LOOKS_ALIKE).tolist(), key=lambda at: -float(alike[at[0], at[1]])):
            box = Box(int(y), int(x), width, height)
            if not any(other.holds(box) for other in found):
                found.append(box)
        return found


def _under(box: Box, header: Box) -> bool:
    return abs(box.x - header.x) <= _SAME_ROW and abs(box.right - header.right) <= _SAME_ROW


def _off(said: str, wanted: str) -> int:
    """How many letters a text is off another, not counting what is hard to see."""
    one, other = plain(said), plain(wanted)
    if abs(len(one) - len(other)) > 2:  # noqa: PLR2004 -- more is never forgiven
        return 99
    before = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        now = [row]
        for column, wish in enumerate(other, start=1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (letter != wish)))
        before = now
    return before[-1]


def _forgiven(wanted: str) -> int:
    """Long words are told apart although a letter was misread."""
    letters = len(plain(wanted))
    return 2 if letters >= _VERY_LONG else 1 if letters >= _LONG else 0
