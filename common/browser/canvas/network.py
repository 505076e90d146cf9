"""The first reader: a network that reads a line of text, and says of each letter how certain it is."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from common.browser.canvas.picture import Grades
from common.browser.canvas.settings import SurfaceSettings
from common.errors import ConfigurationError

_HEIGHT: Final = 48
"""Pixels: what the network was taught on."""
_NARROWEST: Final = 128
_BLANK: Final = 0


class Network:
    """One model. Any number of threads may read with it."""

    def __init__(self, model: Path) -> None:
        runtime: Any = onnxruntime  # it says nothing of its types
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session: Any = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        known = str(self._session.get_modelmeta().custom_metadata_map["character"])
        self._letters = ["", *known.splitlines(), " "]
        self._places = {letter: place for place, letter in enumerate(self._letters)}
        self._input = str(self._session.get_inputs()[0].name)
        self._among = cache(self._of_alphabet)

    def read(self, line: Grades, alphabet: frozenset[str]) -> tuple[str, list[float]]:
        """A line's text, in these letters only (any, if there are none), and how certain each of them is."""
        chances = cast("NDArray[np.float32]", self._session.run(None, {self._input: _prepared(line)})[0][0])
        if not alphabet:
            return self._decoded(chances, None)
        among = self._among(alphabet)
        return self._decoded(chances[:, among], among)

    def _of_alphabet(self, alphabet: frozenset[str]) -> NDArray[np.intp]:
        places = {self._places[letter] for letter in alphabet if letter in self._places}
        return np.asarray([_BLANK, *sorted(places)], np.intp)

    def _decoded(self, chances: NDArray[np.float32], among: NDArray[np.intp] | None) -> tuple[str, list[float]]:
        """The best letter of each step; repeated ones count once unless a blank stands between them."""
        best, chance = chances.argmax(axis=1), chances.max(axis=1)
        begins = np.flatnonzero(np.diff(best, prepend=-1))
        text, certain = "", list[float]()
        for start, end in zip(begins, [*begins[1:], len(best)], strict=True):
            letter = int(best[start])
            if letter != _BLANK:
                text += self._letters[letter if among is None else int(among[letter])]
                certain.append(float(chance[start:end].max()))
        before = len(text) - len(text.lstrip())
        return text.strip(), certain[before : before + len(text.strip())]


def _prepared(line: Grades) -> NDArray[np.float32]:
    """A line of grey as the network takes it: 48 pixels high, three times the same, from −1 to 1."""
    width = max(1, round(line.shape[1] * _HEIGHT / line.shape[0]))
    scaled = np.asarray(cv2.resize(line, (width, _HEIGHT), interpolation=cv2.INTER_CUBIC), np.float32) / 127.5 - 1
    taken = np.zeros((1, 3, _HEIGHT, max(width, _NARROWEST)), np.float32)
    taken[0, :, :, :width] = scaled
    return taken


@cache
def network() -> Network:
    """The reader of this process; raises ConfigurationError where there is no model."""
    model = SurfaceSettings().model or _from_wheel()
    if model is None or not model.is_file():
        raise ConfigurationError("No model reads pixels: install the extra `surface`, or set ROGER_SURFACE_MODEL.")
    return Network(model)


def _from_wheel() -> Path | None:
    """The model in rapidocr's wheel, of which nothing else is used: the package itself is not imported."""
    spec = importlib.util.find_spec("rapidocr")
    if spec is None or spec.origin is None:
        return None
    return next(iter(sorted((Path(spec.origin).parent / "models").glob("*rec*.onnx"))), None)
