"""Lists that ESA shows page by page, read whole even while somebody works in them."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from typing import Generic, Self, TypeVar

from archive_svc.screens.esa.target import Content
from common.browser.locator import css, link
from common.errors import NotConfirmed, UiChanged

T = TypeVar("T")

_PLACE = re.compile(r"Side (\d+) av (\d+)\b.*?\b(\d+) rad", re.ASCII)
_TRIES = 3


class Listed(Content, Generic[T]):
    """One page of a list. ESA sorts it, unless told otherwise, by what no two rows share and no row ever changes."""

    place = css(".blad")
    """`Side 2 av 3 45 rader`."""

    @abstractmethod
    def lines(self) -> dict[str, T]:
        """The rows of this page by what they are sorted by, in their order."""

    def standing(self) -> tuple[int, int, int]:
        """Which page it is, of how many, and how many rows there are on all of them."""
        found = _PLACE.search(self.text(self.place) or "")
        if found is None:
            raise UiChanged("A list does not say which of its pages it shows")
        return int(found[1]), int(found[2]), int(found[3])

    def pages(self) -> Iterator[Self]:
        """This page and all after it."""
        page = self
        while True:
            yield page
            number, of, _ = page.standing()
            if number >= of:
                return
            page = page.press(link("Neste"), expect=type(self))

    def growing(self) -> list[T]:
        """The whole of a list that rows are only ever added to, at its end; raises NotConfirmed where others moved."""
        found: dict[str, T] = {}
        read = total = 0
        for page in self.pages():
            lines = page.lines()
            read += len(lines)
            found |= lines
            _, _, total = page.standing()
        if not read == len(found) == total:
            raise NotConfirmed("A list in ESA changed while it was read")
        return list(found.values())

    def whole(self) -> list[T]:
        """Every row that stood in the list all the while, though others came at its end or went from anywhere.

        It is read from its last page to its first: when a row goes, others move to where they are read once more, and
        none to where it would be missed. Raises NotConfirmed when rows keep coming in between.
        """
        page: Listed[T] = self
        for _ in range(_TRIES):
            for last in page.pages():
                page = last
            found: dict[str, T] = {}
            grown = False
            while True:
                found |= page.ordered()
                number, _, total = page.standing()
                if number <= 1:
                    break
                page = page.press(link("Forrige"), expect=type(page))
                grown |= page.standing()[2] > total
            if not grown:
                return [found[key] for key in sorted(found)]
        raise NotConfirmed("A list in ESA kept growing while it was read")

    def ordered(self) -> dict[str, T]:
        """The rows of this page; raises UiChanged when they are not in the order by which a list is read whole."""
        lines = self.lines()
        if list(lines) != sorted(lines):
            raise UiChanged("A list in ESA is not in the order of what its rows are called by")
        return lines
