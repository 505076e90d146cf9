"""What stands in a piece of a picture. Two unlike readers look; what they read alike is certain, what not is looked at anew."""

from __future__ import annotations

import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from threading import Lock
from typing import Final, cast

import cv2
import numpy as np

from common.browser.canvas import tesseract
from common.browser.canvas.kinds import Kind, Sighting
from common.browser.canvas.network import network
from common.browser.canvas.picture import Grades, Picture

_KEPT: Final = 4000
"""How many readings are remembered: labels and buttons look the same picture after picture."""
_MARGIN: Final = 3
_FAINT: Final = 30
"""Grades: what differs less from the ground is none of the ink."""
_RIVAL: Final = 0.5
_ALIKE: Final = 0.62
"""How much of the letters a word must share with a reading."""
_APART: Final = 0.2
"""And how much less the next best word shares."""
_OTHER_LETTERS: Final = str.maketrans({"æ": "ae", "ø": "o", "Æ": "AE", "Ø": "O", "đ": "d", "Đ": "D"})


@dataclass(slots=True)
class Tally:
    """How often what was read twice or more; for whoever measures."""

    first: int = 0
    again: int = 0


@dataclass
class _Votes:
    """The best that each reader has said for each text."""

    by_text: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])

    def add(self, reader: str, kind: Kind, said: tuple[str, float]) -> None:
        text = kind.settled(said[0])
        if text and kind.fits(text):
            readers = self.by_text.setdefault(text, {})
            readers[reader] = max(readers.get(reader, 0.0), said[1])

    def sighting(self) -> Sighting:
        """The text that has most for it; certain only when both readers said it and nobody said another."""
        if not self.by_text:
            return Sighting("", 0.0)
        text, readers = max(self.by_text.items(), key=lambda each: _together(each[1]))
        if any(max(others.values()) >= _RIVAL for other, others in self.by_text.items() if other != text):
            return Sighting(text, min(0.5, _together(readers)))
        if len(readers) == 1:
            return Sighting(text, min(0.9, _together(readers)))
        return Sighting(text, _together(readers))


def _together(readers: dict[str, float]) -> float:
    """How certain it is what these readers say: none of them has to be wrong with the others."""
    wrong = 1.0
    for chance in readers.values():
        wrong *= 1 - min(chance, 0.995)
    return 1 - wrong


class Reading:
    """The readers of a process with what they have read before."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._known: OrderedDict[tuple[bytes, str], Sighting] = OrderedDict()
        self._lock = Lock()

    def sighting(self, piece: Picture, kind: Kind) -> Sighting:
        """What stands in a piece of a picture that holds one line of text and no frame."""
        key = piece.digest, kind.name
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = self._look(piece, kind)
        with self._lock:
            self._known[key] = found
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    def glance(self, piece: Picture) -> str:
        """The text of a label or button, as the second reader sees it: what is compared with known words need be no more."""
        key = piece.digest, "glance"
        with self._lock:
            if key in self._known:
                return self._known[key].text
        line = _line(piece)
        text = "" if line is None else tesseract.read(line, frozenset(), 4)[0]
        with self._lock:
            self._known[key] = Sighting(text, 0.0)
        return text

    def _look(self, piece: Picture, kind: Kind) -> Sighting:
        line = _line(piece)
        if line is None:
            return Sighting("", 1.0)
        self.tally.first += 1
        if kind.words:
            return self._word(line, kind)
        if kind.letters:
            return self._exactly(line, kind)
        found = self._text(line)
        return Sighting(kind.mended(found.text), found.confidence)

    def _exactly(self, line: Grades, kind: Kind) -> Sighting:
        votes = _Votes()
        # A few letters to choose from help the second reader; among many it sees the digits only.
        few = kind.alphabet if not any(map(str.isalpha, kind.alphabet)) else frozenset[str]()
        for number, (prepared, scale) in enumerate(_LOOKS):
            seen = prepared(line)
            said, certain = network().read(seen, kind.alphabet)
            votes.add("network", kind, (said, kind.weakest(said, certain)))
            votes.add("tesseract", kind, tesseract.read(seen, few, scale))
            found = votes.sighting()
            if found.confidence >= kind.floor:
                break
            if number == 0:
                self.tally.again += 1
        return votes.sighting()

    def _word(self, line: Grades, kind: Kind) -> Sighting:
        """One of few words: the readers need not read every letter, only mean the same word."""
        said = tesseract.read(line, frozenset(), 4)[0]
        if said in kind.words:
            return Sighting(said, 0.995)
        self.tally.again += 1
        readings = [said, network().read(line, frozenset())[0], tesseract.read(_smooth(line), frozenset(), 2.5)[0]]
        meant = [word for reading in readings if (word := _nearest(reading, kind.words)) is not None]
        if len(set(meant)) == 1 and len(meant) > 1:
            return Sighting(meant[0], 0.99)
        return Sighting(meant[0] if meant else "", 0.5)

    def _text(self, line: Grades) -> Sighting:
        """Any text: the second reader knows Norwegian letters, the first says whether it is the same text otherwise."""
        said, certain = tesseract.read(line, frozenset(), 4)
        other, sure = network().read(line, frozenset())
        if said == other:
            return Sighting(said, _together({"network": min(sure, default=0.0), "tesseract": certain}))
        if plain(said) == plain(other):
            return Sighting(said, 0.95)
        self.tally.again += 1
        once_more, _ = tesseract.read(_smooth(line), frozenset(), 3)
        alike = _likeness(plain(said), plain(other))
        if plain(once_more) == plain(other):
            return Sighting(once_more, 0.93)
        return Sighting(said, min(0.92, 0.75 + 0.2 * alike) if said == once_more and alike > 0.8 else 0.7 * alike)  # noqa: PLR2004


def plain(text: str) -> str:
    """A text without what tells its letters from those that look like them, for comparison only."""
    bare = unicodedata.normalize("NFKD", text.translate(_OTHER_LETTERS))
    return "".join(sign for sign in bare.lower() if sign.isalnum()).replace("ae", "e")


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _nearest(said: str, words: tuple[str, ...]) -> str | None:
    """The word that is meant, if one is much more like it than all others."""
    ranked = sorted(((_likeness(plain(said), plain(word)), word) for word in words), reverse=True)
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else (0.0, "")
    return best[1] if best[0] >= _ALIKE and best[0] - second[0] >= _APART else None


# --- how a piece is prepared ------------------------------------------------------------------------------------


def _line(piece: Picture) -> Grades | None:
    """The line of text in a piece, dark on light and over the whole of the grades; None where there is no ink."""
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
    return _stretched(grey[:, left:right])


def _has_neighbour(
    ink: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Single pixels are noise."""
    around = cv2.filter2D(ink.astype(np.uint8), -1, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(around) > 1


def _stretched(grey: Grades) -> Grades:
    low, high = int(grey.min()), int(grey.max())
    return ((grey.astype(np.float32) - low) * (255 / max(1, high - low))).astype(np.uint8)


def _as_is(line: Grades) -> Grades:
    return line


def _smooth(line: Grades) -> Grades:
    """Without the grain of the connection."""
    return _stretched(cast("Grades", cv2.GaussianBlur(line, (3, 3), 0.7)))


def _sharp(line: Grades) -> Grades:
    """With clearer edges, twice as large."""
    larger = cv2.resize(line, None, fx=2, fy=2, interpolation=cv2.INTER_LANCZOS4)
    soft = cv2.GaussianBlur(larger, (0, 0), 2)
    return np.asarray(cv2.addWeighted(larger, 1.6, soft, -0.6, 0), np.uint8)


_LOOKS: Final[tuple[tuple[Callable[[Grades], Grades], float], ...]] = ((_as_is, 4), (_smooth, 2.5), (_sharp, 1.5))
"""One after the other, as long as it is not certain: how the line is prepared, and how much Tesseract enlarges it."""
