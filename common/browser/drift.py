"""Whether a target's pages are still as the robot knows them: what each must show untouched is counted, nothing is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from common.browser.form import Control
from common.browser.locator import Locator
from common.browser.screen import Screen, ready_when, screen_name
from common.browser.session import Browser
from common.errors import UiChanged
from common.lease import Hold
from common.target import Account

Step = tuple[Locator, type[Screen]]
"""What to press on the way to a page, and what comes by it."""


class Verdict(StrEnum):
    """Whether a locator still means one thing."""

    FOUND = "found"
    MISSING = "missing"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one locator: what it is there for, and how many elements it found."""

    field: str
    """The field of a form (`NumberToFind.number`), or what else it is for: `ready`, `shown`, `leads to NewAccount`."""
    at: Locator
    count: int

    @property
    def verdict(self) -> Verdict:
        return Verdict.FOUND if self.count == 1 else Verdict.SEVERAL if self.count else Verdict.MISSING

    def __str__(self) -> str:
        counted = f" ({self.count})" if self.count > 1 else ""
        return f"{self.field}: {self.verdict}{counted} {self.at}"


@dataclass(frozen=True, slots=True)
class LookedAt:
    """One page, and what became of everything that must stand there; `screen` is `<target>.<screen>`."""

    screen: str
    findings: tuple[Finding, ...]
    unreached: str = ""
    """Why nobody came there, if that is so: what leads to it has changed."""

    @property
    def drifted(self) -> tuple[Finding, ...]:
        """What does not find exactly its element any more."""
        return tuple(each for each in self.findings if each.verdict is not Verdict.FOUND)


def must_stand(screen: type[Screen]) -> Sequence[Control]:
    """List what a page must show untouched; what is named twice, by the name that says more."""
    found = {at: Control("ready", at, typed=True) for at in ready_when(screen)}
    for item in screen.untouched:
        if isinstance(item, Locator):
            found.setdefault(item, Control("shown", item, typed=True))
        else:
            found |= {each.at: each for each in item.controls()}
    found |= {at: Control(f"leads to {led.__name__}", at, typed=True) for at, led in screen.leads_to}
    return list(found.values())


def look(looks: Sequence[type[Screen]], browser: Browser, account: Account, hold: Hold) -> Iterator[LookedAt]:
    """Look at the pages of one target, and at where they lead: first at the sign-in, and no further where that has changed.

    Raises what `Browser.open` does, but for UiChanged, and the stop signals.
    """
    sign_in = looks[0].target.sign_in_screen if looks else None
    if sign_in is not None:
        looked = _counted(browser.look(sign_in, None, hold))
        yield looked
        if looked.drifted:
            # A password is not typed where it may not belong.
            yield from (LookedAt(screen_name(each), (), "the sign-in has changed") for each in looks)
            return
    for each in looks:
        yield from _visited(each, (), browser, account, hold)


def _visited(
    start: type[Screen], way: Sequence[Step], browser: Browser, account: Account, hold: Hold
) -> Iterator[LookedAt]:
    """Go a way from the page where it starts, look around there, and go on to wherever it leads."""
    shown: Screen = browser.look(start, account, hold)
    for press, led in way:
        shown = _pressed(shown, press, led)
    looked = _counted(shown)
    yield looked
    lost = {each.at for each in looked.drifted}
    for press, led in type(shown).leads_to:
        if press in lost:
            yield LookedAt(screen_name(_shown_by(shown, led)), (), f"{press} of {looked.screen} does not lead there")
        else:
            yield from _visited(start, (*way, (press, led)), browser, account, hold)


def _pressed(shown: Screen, press: Locator, led: type[Screen]) -> Screen:
    try:
        return shown.press(press, expect=led)
    except UiChanged:
        # Whatever came is looked at as what should have come.
        return _shown_by(shown, led)(shown.page)


def _shown_by(screen: Screen, other: type[Screen]) -> type[Screen]:
    return other.at(screen.target) if screen.target.product is not None else other


def _counted(shown: Screen) -> LookedAt:
    sought = must_stand(type(shown))
    try:
        counts = shown.page.count(shown, sought)
    except UiChanged:
        counts = [0] * len(sought)
    return LookedAt(
        screen_name(type(shown)),
        tuple(Finding(each.name, each.at, count) for each, count in zip(sought, counts, strict=True)),
    )
