"""Say what on a page is meant, preferably by what a person sees there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypedDict

_SPACE = re.compile(r"\s+")


class By(StrEnum):
    """How a locator finds its element."""

    LABEL = "label"
    BUTTON = "button"
    LINK = "link"
    HEADING = "heading"
    TABLE = "table"
    TERMS = "terms"
    TEXT = "text"
    CSS = "css"
    IMAGE = "image"


class LocatorData(TypedDict):
    """A locator as the in-page agent reads it."""

    by: str
    value: str


@dataclass(frozen=True, slots=True)
class Locator:
    """One thing on a page. White space is normalised; text matches exactly first, then without regard to case."""

    by: By
    value: str

    def __post_init__(self) -> None:
        if self.by not in {By.CSS, By.IMAGE}:
            object.__setattr__(self, "value", _SPACE.sub(" ", self.value).strip())

    def __str__(self) -> str:
        return f"{self.by}({self.value!r})" if self.value else f"{self.by}()"

    def data(self) -> LocatorData:
        """Give the locator as JSON for the in-page agent."""
        return {"by": str(self.by), "value": self.value}


def label(text: str) -> Locator:
    """Find a control by its label, `aria-label`, legend (a group of radios), placeholder or leading table cell."""
    return Locator(By.LABEL, text)


def button(text: str) -> Locator:
    """Find a button by its text or value."""
    return Locator(By.BUTTON, text)


def link(text: str) -> Locator:
    """Find a link by its text."""
    return Locator(By.LINK, text)


def heading(text: str) -> Locator:
    """Find a heading by its whole text."""
    return Locator(By.HEADING, text)


def table(name: str) -> Locator:
    """Find a table by its caption, its `aria-label` or the heading above it."""
    return Locator(By.TABLE, name)


def terms() -> Locator:
    """Mean every term and description (`<dl>`) on the page."""
    return Locator(By.TERMS, "")


def text(part: str) -> Locator:
    """Find the smallest visible element that contains this text."""
    return Locator(By.TEXT, part)


def css(selector: str) -> Locator:
    """Find by CSS selector, where nothing that a person sees tells it apart."""
    return Locator(By.CSS, selector)


def image(file: Path) -> Locator:
    """Find what looks like a small picture (PNG): only on screens that arrive as pixels, where no text tells it apart."""
    return Locator(By.IMAGE, str(file))
