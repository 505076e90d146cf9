"""One line of text, cut out of a picture and prepared for the readers: dark on light, over the whole of the grades."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np

from common.browser.canvas.picture import Box, Grades, Picture

_MARGIN: Final = 3
_FAINT: Final = 30
"""Grades: what differs less from the ground is none of the ink."""
_SHADE: Final = 40
"""Grades: a row that differs less from the ground belongs to the field, where a shifted picture has mixed it with its frame."""
_ROOM: Final = 3
"""Rows that may be mixed so above and below; what stands on a capital reaches into them."""
Shades = np.ndarray[tuple[int, ...], np.dtype[np.floating]]
_TRACE: Final = 7
"""Grades: a row or column that differs more from the ground is one of a frame, or mixed with it."""
_STOPS: Final = (3, 3), 7.0, 3.5
_LETTERS: Final = (7, 5), 5.5, 2.0
"""What a picture of nothing, smoothed over so many pixels, differs from its ground at most: grades, or so many times its grain."""
_COARSEST: Final = 12.0
"""Grades: what varies more along its columns is taken for ink."""
_RIM: Final = 2
_CUT: Final = 2
"""Pixels: ink that ends closer to the right edge may go on behind it."""


@dataclass(frozen=True, slots=True)
class Line:
    """The line of text in a piece."""

    grades: Grades
    cut: bool
    """Whether its ink runs into the right edge of its field, so that there may be more of it."""


def inside(box: Box) -> Box:
    """A box without its frame."""
    return Box(box.y + 1, box.x + 1, box.width - 2, box.height - 2)


def field_of(picture: Picture, box: Box) -> Picture:
    """What stands in a box, with all of its rows: the ring of an Å stands where the frame's shade begins."""
    inner = inside(box)
    if min(inner.width, inner.height) < 1:
        return picture.part(inner)
    first = max(0, inner.y - _ROOM)
    wide = picture.part(Box(first, inner.x, inner.width, inner.bottom + _ROOM - first))
    apart = np.asarray(np.median(wide.grey, axis=1), np.float64) - float(np.median(wide.grey))
    top, bottom = inner.y - first, min(inner.bottom - first, len(apart))
    start = _edge(np.abs(apart[::-1]), len(apart) - top - _ROOM)
    end = _edge(np.abs(apart), bottom - _ROOM)
    start = len(apart) - start
    # In the middle a row's shade is that of its letters, where they fill the box.
    apart[top + _ROOM : bottom - _ROOM] = 0
    colours = wide.colours - np.asarray(np.round(apart), np.int16)[:, None, None]
    return _without_sides(np.clip(colours[start:end], 0, 255).astype(np.uint8))


def _edge(apart: Shades, inwards: int) -> int:
    """Where the rows of a field end, seen from its middle: with the first that is mixed with the frame, or before the frame."""
    for row in range(max(0, inwards), len(apart)):
        if apart[row] > _TRACE:
            return row + 1 if apart[row] <= _SHADE else row
    return len(apart)


def _without_sides(colours: Grades) -> Picture:
    """Without the columns of a frame on its left and right: they differ from the ground all along, which no letter does."""
    grey = Picture(colours).grey.astype(np.float32)
    frame = np.abs(grey - np.median(grey)).min(axis=0) > _TRACE
    left = next((at for at in range(_ROOM) if not frame[at]), 0) if len(frame) > _ROOM else 0
    right = next((at for at in range(_ROOM) if not frame[-1 - at]), 0) if len(frame) > _ROOM else 0
    return Picture(colours[:, left : colours.shape[1] - right])


def line_in(piece: Picture) -> Line | None:
    """The line of text in a piece; None where there is no ink."""
    grey = piece.grey
    if min(grey.shape) < _MARGIN:
        return None
    ground = float(np.median(grey))
    dark, light = ground - float(grey.min()), float(grey.max()) - ground
    if max(dark, light) < _FAINT:
        return None
    if light > dark:
        grey, ground = 255 - grey, 255 - ground
    depth = max(dark, light)
    ink = (ground - grey.astype(np.float32)) > max(_FAINT / 2, depth * 0.35)
    ink &= _has_neighbour(ink)
    columns = np.flatnonzero(ink.any(axis=0))
    if not len(columns):
        return None
    left, right = max(0, int(columns[0]) - _MARGIN), int(columns[-1]) + _MARGIN + 2
    return Line(_stretched(grey[:, left:right]), cut=int(columns[-1]) >= grey.shape[1] - _CUT)


def is_blank(piece: Picture) -> bool:
    """Whether it is proven that nothing stands there: no trace as small as a full stop, and none as faint as grey letters.

    Its rim is not asked, where the frame's shade lies; no letter keeps to that.
    """
    inner = piece.grey[_RIM:-_RIM, _RIM:-_RIM].astype(np.float32)
    if min(inner.shape) < _MARGIN:
        return False
    apart = inner - float(np.median(inner))
    # Most columns of a field are without ink, even where grain is sparse; of a text that fills its piece they are not.
    grain = min(_COARSEST, float(np.median(np.std(apart, axis=0))))
    return all(
        float(np.abs(np.asarray(cv2.blur(apart, over))).max()) <= max(least, of_grain * grain)
        for over, least, of_grain in (_STOPS, _LETTERS)
    )


def _has_neighbour(
    ink: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Single pixels are noise."""
    around = cv2.filter2D(ink.astype(np.uint8), -1, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(around) > 1


def _stretched(grey: Grades) -> Grades:
    low, high = int(grey.min()), int(grey.max())
    return ((grey.astype(np.float32) - low) * (255 / max(1, high - low))).astype(np.uint8)


def as_is(line: Grades) -> Grades:
    """Nothing done to it."""
    return line


def smooth(line: Grades) -> Grades:
    """Without the grain of the connection."""
    return _stretched(cast("Grades", cv2.GaussianBlur(line, (3, 3), 0.7)))


def sharp(line: Grades) -> Grades:
    """With clearer edges, twice as large."""
    larger = cv2.resize(line, None, fx=2, fy=2, interpolation=cv2.INTER_LANCZOS4)
    soft = cv2.GaussianBlur(larger, (0, 0), 2)
    return np.asarray(cv2.addWeighted(larger, 1.6, soft, -0.6, 0), np.uint8)


LOOKS: Final[tuple[tuple[Callable[[Grades], Grades], float], ...]] = ((as_is, 4), (smooth, 2.5), (sharp, 1.5))
"""One after the other, as long as it is not certain: how the line is prepared, and how much Tesseract enlarges it."""
