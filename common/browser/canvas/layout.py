"""Where on a picture there is text, and where there are boxes: found by lines and ink, before anything is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

import cv2
import numpy as np

from common.browser.canvas.picture import Box, Grades, Picture

_STEP: Final = 14
"""Grades between two neighbouring pixels that make an edge."""
_GRAIN: Final = 5.5
"""And so many times the median step, where the picture is noisy."""
_ACROSS: Final = 26
_DOWN: Final = 15
"""Edges this long (in pixels) are lines and no parts of letters."""
_CORNER: Final = 7
_EVEN: Final = 0.4
"""A line is as strong all along; JPEG lengthens a letter's strokes by much weaker edges than theirs."""
_SURE: Final = 2
"""Edges so many times as long as the shortest line need not be even: a letter may touch them."""
_RULE: Final = 150
"""So long is no line of letters' tops."""
_CELL: Final = (14, 12, 60)
"""A box is at least so wide, and from so high to so high."""
_FILLED: Final = 0.8
"""How much of the rectangle around an area the area fills when it is a box."""
_INK: Final = 0.3
"""Of the contrast between the lightest and the darkest: what is further from the ground than that is ink."""
_LEAST_INK: Final = 36
_WORD_GAP: Final = 8
"""Pixels between two texts that stand apart; words of one text stand closer."""
_TEXT: Final = (4, 40)
"""Heights of a line of text."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The boxes and the lines of text of a picture, each from top to bottom and from left to right."""

    boxes: tuple[Box, ...]
    texts: tuple[Box, ...]

    def around(self, text: Box) -> Box | None:
        """The smallest box that a text stands in."""
        return min((box for box in self.boxes if box.holds(text)), key=lambda box: box.width * box.height, default=None)

    def within(self, box: Box) -> list[Box]:
        """The texts in a box."""
        return [text for text in self.texts if box.holds(text)]


def laid_out(picture: Picture) -> Layout:
    """Find boxes (fields, buttons, cells of tables) and texts."""
    lines = _lines(picture.grey)
    return Layout(boxes=tuple(sorted(_boxes(lines))), texts=tuple(sorted(_texts(picture.grey, lines))))


def _lines(grey: Grades) -> Grades:
    """Every pixel at a long straight edge, whichever side of it is the darker one."""
    across = _along(cv2.blur(grey.astype(np.float32), (3, 1)), 0, (_ACROSS, 1))
    down = _along(cv2.blur(grey.astype(np.float32), (1, 3)), 1, (1, _DOWN))
    return _either(across, down)


def _along(grey: Any, axis: int, length: tuple[int, int]) -> Grades:
    """The lines of one direction: edges that are even for as long as the shortest line, or go on for long."""
    steps = np.abs(np.diff(np.asarray(grey, np.float32), axis=axis))
    steps = np.pad(steps, [(1, 0), (0, 0)] if axis == 0 else [(0, 0), (1, 0)])
    least = max(_STEP, _GRAIN * float(np.median(steps)))
    edges = steps >= least
    strongest = np.asarray(cv2.dilate(steps, np.ones((length[1], length[0]), np.uint8)))
    gap = (3, 1) if axis == 0 else (1, 3)
    wide, tall = length
    twice = (wide * _SURE, 1) if axis == 0 else (1, tall * _SURE)
    even = _long(_mask(edges & (steps >= _EVEN * strongest)), length, gap)
    return _either(even, _long(_mask(edges), twice, gap))


def _mask(where: Any) -> Grades:
    return np.where(where, 255, 0).astype(np.uint8)


def _long(edges: Grades, length: tuple[int, int], gap: tuple[int, int]) -> Grades:
    """What of the edges goes on for that long; smaller gaps are noise."""
    closed = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((gap[1], gap[0]), np.uint8))
    lines = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((length[1], length[0]), np.uint8))
    # Frames do not always meet at their corners: the light side begins where the dark one has ended.
    return _grades(
        cv2.dilate(lines, np.ones((1 if length[1] == 1 else _CORNER, 1 if length[0] == 1 else _CORNER), np.uint8))
    )


def _either(one: Grades, other: Grades) -> Grades:
    return _grades(cv2.bitwise_or(one, other))


def _grades(image: Any) -> Grades:
    return cast("Grades", image)


def _parts(mask: Grades, connectivity: int) -> list[tuple[Box, int]]:
    """Every connected area: the rectangle around it, and its pixels."""
    stats = cv2.connectedComponentsWithStats(mask, connectivity=connectivity)[2]
    found = [[int(each) for each in row] for row in np.asarray(stats)[1:]]
    return [(Box(y, x, width, height), area) for x, y, width, height, area in found]


def _boxes(lines: Grades) -> list[Box]:
    areas = _parts(_grades(cv2.bitwise_not(lines)), 4)
    wide, low, high = _CELL
    return [
        box
        for box, area in areas
        if box.width >= wide and low <= box.height <= high and area >= _FILLED * box.width * box.height
    ]


def _texts(grey: Grades, lines: Grades) -> list[Box]:
    ink, frames = _ink(grey), cv2.dilate(_rules(lines), np.ones((3, 3), np.uint8)) > 0
    ink[frames] = 0
    joined = _grades(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, _WORD_GAP), np.uint8)))
    joined[frames] = 0
    low, high = _TEXT
    found = [(box, area) for box, area in _parts(joined, 8) if box.height <= high and area >= low]
    return [box for box in _one_line([box for box, _ in found]) if box.height >= low and box.width >= low - 1]


def _rules(lines: Grades) -> Grades:
    """The lines that divide the screen. The tops of bold letters look like lines, too, but lead to nothing."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    shapes = np.asarray(stats)
    kept = (shapes[:, cv2.CC_STAT_WIDTH] >= _RULE) | (shapes[:, cv2.CC_STAT_HEIGHT] >= _DOWN)
    kept[0] = False
    return _grades(np.where(kept[np.asarray(labels, np.intp)], 255, 0).astype(np.uint8)) if count > 1 else lines


def _ink(grey: Grades) -> Grades:
    """What is thin and stands out from its ground, darker or lighter."""
    kernel = np.ones((9, 9), np.uint8)
    dark = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, kernel)
    light = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, kernel)
    out = np.asarray(cv2.max(dark, light))
    return _grades(np.where(out >= _LEAST_INK, 255, 0).astype(np.uint8))


def _one_line(pieces: list[Box]) -> list[Box]:
    """Put together what stands on one line: the dot of an i, a comma, a word that stands close to the next."""
    texts: list[Box] = []
    for piece in sorted(pieces, key=lambda box: box.x):
        at = next((at for at, text in enumerate(texts) if _belongs(text, piece)), None)
        if at is None:
            texts.append(piece)
        else:
            texts[at] = _around(texts[at], piece)
    return texts


def _belongs(text: Box, piece: Box) -> bool:
    beside = piece.x - text.right < _WORD_GAP
    overlap = min(text.bottom, piece.bottom) - max(text.y, piece.y)
    return beside and overlap >= -2 and (overlap > 0 or piece.height <= 4)  # noqa: PLR2004 -- a ring, a dot or a comma


def _around(one: Box, other: Box) -> Box:
    x, y = min(one.x, other.x), min(one.y, other.y)
    return Box(y, x, max(one.right, other.right) - x, max(one.bottom, other.bottom) - y)


__all__ = ["Layout", "laid_out"]
