"""What stands in a piece of a picture. Two unlike readers look; what they read alike is certain, what not is looked at anew."""

from __future__ import annotations

import re
import unicodedata
from collections import OrderedDict
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from threading import Lock
from typing import Final

from common.browser.canvas import tesseract
from common.browser.canvas.kinds import Kind, Sighting
from common.browser.canvas.line import LOOKS, is_blank, line_in
from common.browser.canvas.network import network
from common.browser.canvas.picture import Grades, Picture

_KEPT: Final = 4000
"""How many readings are remembered: labels and buttons look the same picture after picture."""
_RIVAL: Final = 0.5
_SWAPPED: Final = 0.85
"""A letter that is taken for a digit by its place: two readers who both do that are not certain enough of a number."""
_DOUBTFUL: Final = 0.5
"""Whatever is asked for goes to a person when it is no more certain than this."""
_ALIKE: Final = 0.62
"""How much of the letters a word must share with a reading."""
_APART: Final = 0.2
"""And how much less the next best word shares."""
_TAKEN_FOR: Final = {
    "rn": "(?:rn|m)",
    "æ": "(?:æe?|ae?|e|é)",
    "ø": "[øoaeóòö]",
    "å": "[åaáàäāăâ]",
    "Æ": "(?:Æ|[AF]?E|Ae)",
    "Ø": "[ØO0DQÖ]",
    "Å": "[ÅAÄÁÀĀ]",
}
_JOINED: Final = re.compile("(?<=[a-zæøå])m")
"""In small letters rn is easily taken for it, by both readers alike."""
_HARD: Final = re.compile("|".join(_TAKEN_FOR))
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
            chance = min(said[1], _SWAPPED) if kind.is_swapped(said[0]) else said[1]
            readers[reader] = max(readers.get(reader, 0.0), chance)

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

    def glance(self, piece: Picture, *, again: bool = False) -> str:
        """The text of a label or button, as the second reader sees it, or `again` as the first: it is compared with known words."""
        key = piece.digest, "glance again" if again else "glance"
        with self._lock:
            if key in self._known:
                return self._known[key].text
        line = line_in(piece)
        if line is None:
            text = ""
        elif again:
            text, _ = network().read(line.grades, frozenset())
        else:
            text, _ = tesseract.read(line.grades, frozenset(), 4)
        with self._lock:
            self._known[key] = Sighting(text, 0.0)
        return text

    def _look(self, piece: Picture, kind: Kind) -> Sighting:
        """An empty field is certainly empty only when that is proven, and a text only when all of it is seen."""
        if is_blank(piece):
            return Sighting("", 1.0)
        line = line_in(piece)
        if line is None:
            return Sighting("", _DOUBTFUL)
        self.tally.first += 1
        if kind.words:
            found = self._word(line.grades, kind)
        elif kind.letters:
            found = self._exactly(line.grades, kind)
        else:
            found = self._text(line.grades, kind)
        return Sighting(found.text, min(found.confidence, _DOUBTFUL)) if line.cut else found

    def _exactly(self, line: Grades, kind: Kind) -> Sighting:
        votes = _Votes()
        # A few letters to choose from help the second reader; among many it sees the digits only.
        few = kind.alphabet if not any(map(str.isalpha, kind.alphabet)) else frozenset[str]()
        for number, (prepared, scale) in enumerate(LOOKS):
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
        again = (tesseract.read(prepared(line), frozenset(), scale)[0] for prepared, scale in LOOKS[1:])
        readings = [said, network().read(line, frozenset())[0], *again]
        meant = [word for reading in readings if (word := _nearest(reading, kind.words)) is not None]
        if len(set(meant)) == 1 and len(meant) > 1:
            return Sighting(meant[0], 0.99)
        return Sighting(meant[0] if meant else "", 0.5)

    def _text(self, line: Grades, kind: Kind) -> Sighting:
        """Any text: it is certain when unlike readers say the same, letter by letter.

        The first one hardly knows rings and strokes: what it lacks of them, two looks of the second may settle.
        """
        said, certain = tesseract.read(line, frozenset(), 4)
        other, sure = network().read(line, frozenset())
        said, other = kind.mended(said), kind.mended(other)
        agreed = kind.told_apart(said) == kind.told_apart(other)
        if agreed and not _JOINED.search(said):
            return Sighting(said, _together({"network": min(sure, default=0.0), "tesseract": certain}))
        self.tally.again += 1
        if agreed:
            looks = [
                kind.mended(tesseract.read(prepared(line), frozenset(), scale)[0]) for prepared, scale in LOOKS[1:]
            ]
            return Sighting(said, 0.9 if all(_JOINED.findall(look) == _JOINED.findall(said) for look in looks) else 0.8)
        told = kind.told_apart
        looks = [told(said)]
        for prepared, scale in LOOKS[1:]:
            once_more = kind.mended(tesseract.read(prepared(line), frozenset(), scale)[0])
            if told(once_more) == told(other):
                return Sighting(once_more, 0.93)
            if told(once_more) in looks and _seen_as(told(once_more)).fullmatch(told(other)):
                return Sighting(once_more, 0.9)
            looks.append(told(once_more))
        return Sighting(said, 0.8 * _likeness(plain(said), plain(other)))


def _seen_as(text: str) -> re.Pattern[str]:
    """What the first reader may make of a text that it sees: it takes rings and strokes for what it knows better."""
    return re.compile(_HARD.sub(lambda found: _TAKEN_FOR[found[0]], re.escape(text)))


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
