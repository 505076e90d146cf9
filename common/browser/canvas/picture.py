"""One picture of a remote screen, and the rectangles in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import cv2
import numpy as np
from numpy.typing import NDArray

from common.errors import BrowserFailed

Grades = NDArray[np.uint8]
"""Rows of pixels: height × width of grey, or height × width × 3 of blue, green and red."""
_CARET = (4, 40)
"""A change no wider than this (and no higher than that) is a caret that blinks."""


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A rectangle in pixels of the picture; `x` and `y` are its upper left corner."""

    y: int
    x: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def centre(self) -> tuple[int, int]:
        """Where to click to hit it: x and y."""
        return self.x + self.width // 2, self.y + self.height // 2

    def holds(self, other: Box) -> bool:
        """Whether the other's centre lies in it."""
        x, y = other.centre
        return self.x <= x < self.right and self.y <= y < self.bottom

    def level_with(self, other: Box) -> bool:
        """Whether both stand on one line: the lower one's centre lies within the higher one's height."""
        low, high = sorted((self, other), key=lambda each: each.height)
        return high.y <= low.y + low.height // 2 < high.bottom


class Picture:
    """What the remote screen showed at one moment."""

    def __init__(self, colours: Grades) -> None:
        self.colours = colours

    @classmethod
    def of(cls, encoded: bytes) -> Picture:
        """Decode a PNG or JPEG; raises BrowserFailed when it is none."""
        colours = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
        if colours is None:
            raise BrowserFailed("the picture of the screen cannot be read")
        return cls(np.asarray(colours, np.uint8))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.colours.shape[1], self.colours.shape[0]

    @cached_property
    def grey(self) -> Grades:
        """Its lightness, 0 to 255."""
        return np.asarray(cv2.cvtColor(self.colours, cv2.COLOR_BGR2GRAY), np.uint8)

    def part(self, box: Box) -> Picture:
        """What lies in a rectangle, as far as that is within the picture."""
        top, left = max(0, box.y), max(0, box.x)
        return Picture(self.colours[top : max(top, box.bottom), left : max(left, box.right)])

    @cached_property
    def digest(self) -> bytes:
        """The same for two pictures that show the very same."""
        return blake2b(np.ascontiguousarray(self.colours).tobytes() + repr(self.size).encode(), digest_size=16).digest()

    def changed(self, since: Picture, *, grades: int) -> Box | None:
        """Where it differs by more than `grades` from an earlier picture; None where at most a caret has blinked."""
        if self.size != since.size:
            return Box(0, 0, *self.size)
        apart = cv2.absdiff(self.grey, since.grey) > grades
        if not apart.any():
            return None
        rows, columns = np.flatnonzero(apart.any(axis=1)), np.flatnonzero(apart.any(axis=0))
        box = Box(int(rows[0]), int(columns[0]), int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1)
        blinked = box.width <= _CARET[0] and box.height <= _CARET[1]
        return None if blinked else box
