"""How good the connection's picture is, and when a session or its program fails: what no web page has."""

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, Field

What = Literal["list", "document", "reference", "export"]


class Picture(BaseModel, frozen=True, extra="forbid"):
    """As the console sets it; it stays so until it is set anew or all is reset."""

    font: int = Field(default=11, ge=8, le=15)
    """Height of the program's letters in pixels; from the next window on."""
    paint_seconds: float = Field(default=0, ge=0, le=30)
    """How long a window is drawn: its values follow its frame piece by piece; from the next window on."""
    quality: int | None = Field(default=None, ge=0, le=9)
    """Of the connection's JPEG, until what has settled is sent anew; null: without loss. From the next connection on."""
    noise: int = Field(default=0, ge=0, le=60)
    """How many of 255 grades a pixel is off at most; from the next connection on."""
    connect_seconds: float = Field(default=0, ge=0, le=60)
    """How long it takes until there is one."""
    jitter: float = Field(default=0, ge=0, le=5)
    """By how many seconds the picture comes late at most."""


class Connection:
    """What the console changes while everything runs."""

    def __init__(self) -> None:
        self.picture: Picture = Picture()


class Interruption(BaseModel, frozen=True, extra="forbid"):
    """Something that befalls an account's session, at once or when its program next does something."""

    account: str
    what: What | Literal[""] = ""
    """What the program does; at once when empty."""
    when: Literal["before", "after"] = "after"
    """Before it, nothing of it is done."""


class Mishaps:
    """The interruptions that wait for a program to do something; each befalls once."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Interruption, Callable[[str], None]]] = []

    def add(self, interruption: Interruption, happen: Callable[[str], None]) -> None:
        """Let it happen to the account, now or when it is due."""
        if interruption.what:
            self._waiting.append((interruption, happen))
        else:
            happen(interruption.account)

    def clear(self) -> None:
        self._waiting.clear()

    def befall(self, account: str, what: What, when: Literal["before", "after"]) -> bool:
        """Let happen what is due; says whether something was."""
        due = [
            waiting
            for waiting in self._waiting
            if (waiting[0].account, waiting[0].what, waiting[0].when) == (account, what, when)
        ]
        for waiting in due:
            self._waiting.remove(waiting)
            waiting[1](account)
        return bool(due)
