"""Text that a field of one line takes as it is."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from common.errors import TargetRejected


def is_line(text: str) -> bool:
    """Whether it reads back as it was typed: line breaks become blanks, and of blanks a page shows one between words."""
    return text.isprintable() and text == " ".join(text.split())


def _require_line(text: str) -> str:
    if not is_line(text):
        raise TargetRejected("A text holds line breaks, blanks that do not show, or characters that cannot be seen")
    return text


Line = Annotated[str, AfterValidator(_require_line)]
"""Raises TargetRejected for what is none, before a page is asked: there it would be stored as another text."""
