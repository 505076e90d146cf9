"""A picture, a scan mostly, put on pages of its own size without changing a dot of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import img2pdf
from PIL import Image, ImageSequence

from archive_svc.documents.exceptions import DocumentBroken, DocumentTooLarge

_TYPED: Any = cast("Any", img2pdf)  # it says nothing of its types
_A4 = (_TYPED.mm_to_pt(210), _TYPED.mm_to_pt(297))


def on_pages(image: Path, into: Path, *, megapixels: int) -> int:
    """Write a PDF with a page for each picture of the file, and say how many pictures it has.

    One that does not say its size is put on A4. Raises DocumentBroken and DocumentTooLarge.
    """
    Image.MAX_IMAGE_PIXELS = None  # the limit is ours
    try:
        with Image.open(image) as seen:
            says_size = "dpi" in seen.info
            pictures = 0
            for frame in ImageSequence.Iterator(seen):
                pictures += 1
                if frame.width * frame.height > megapixels * 1_000_000:
                    raise DocumentTooLarge("The picture has too many dots")
                frame.load()  # a file that is cut off shows only here
        layout = _TYPED.default_layout_fun if says_size else _TYPED.get_layout_fun(_A4, auto_orient=True)
        with into.open("wb") as out:
            _TYPED.convert(
                str(image), outputstream=out, layout_fun=layout, rotation=_TYPED.Rotation.ifvalid, nodate=True
            )
    except OSError as failed:
        if failed.errno is not None:  # the machine's, not the picture's
            raise
        raise DocumentBroken("The picture is damaged, or of a kind that is not known") from None
    except (_TYPED.ImageOpenError, _TYPED.AlphaChannelError, SyntaxError, ValueError):
        raise DocumentBroken("The picture is damaged, or of a kind that is not known") from None
    return pictures
