"""The second reader: Tesseract with its Norwegian letters. It errs in other places than the first."""

from __future__ import annotations

import sys
import threading
from functools import cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from common.browser.canvas.picture import Grades
from common.browser.canvas.settings import SurfaceSettings
from common.errors import ConfigurationError

_LANGUAGE: Final = "nor"
_USUAL: Final = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
)
_MARGIN: Final = 12
_own = threading.local()


def read(line: Grades, alphabet: frozenset[str], scale: float) -> tuple[str, float]:
    """A line's text, in these letters only (any, if there are none), and how certain its least certain word is.

    `line` is dark on light; `scale` is how much larger Tesseract is to see it, which wants letters 30 to 50 high.
    """
    larger = cv2.resize(line, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    ground = int(np.median(np.asarray(larger)))
    framed = cv2.copyMakeBorder(
        larger, _MARGIN, _MARGIN, _MARGIN, _MARGIN, cv2.BORDER_CONSTANT, value=(ground, ground, ground)
    )
    seen = np.ascontiguousarray(framed, np.uint8)
    engine = _engine()
    engine.SetVariable("tessedit_char_whitelist", "".join(sorted(alphabet)))
    engine.SetImageBytes(seen.tobytes(), seen.shape[1], seen.shape[0], 1, seen.shape[1])
    text = str(engine.GetUTF8Text()).strip()
    certain = [int(each) for each in engine.AllWordConfidences()] if text else []
    return text, min(certain, default=0) / 100


def _engine() -> Any:
    """This thread's own: it keeps the picture it reads."""
    if not hasattr(_own, "engine"):
        import tesserocr  # noqa: PLC0415 -- it looks for its data at once

        _own.engine = tesserocr.PyTessBaseAPI(
            path=str(_tessdata()), lang=_LANGUAGE, psm=tesserocr.PSM.SINGLE_LINE, oem=tesserocr.OEM.LSTM_ONLY
        )
    return _own.engine


@cache
def _tessdata() -> Path:
    folders = [SurfaceSettings().tessdata, *map(Path, _USUAL)]
    for folder in folders:
        if folder is not None and (folder / f"{_LANGUAGE}.traineddata").is_file():
            return folder
    raise ConfigurationError(
        "Tesseract's Norwegian letters are missing: install tesseract-ocr-nor, or set ROGER_SURFACE_TESSDATA."
    )


def is_there() -> bool:
    """Whether this machine has what the second reader reads with."""
    try:
        return bool(_tessdata())
    except ConfigurationError:
        return False


if __name__ == "__main__":
    sys.exit(not is_there())
