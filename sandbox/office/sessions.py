"""Who is signed in. Sessions live in memory: a restart ends them all, as in the real thing."""

import hashlib
import itertools
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

SecondLogin = Literal["replaces", "refused", "allowed"]
KEPT = 50
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does it: the account, and which of its sessions."""

    account: str
    session: str


@dataclass(slots=True)
class Session:
    """One signed-in browser, with the searches and drafts its pages refer to by number."""

    token: str
    actor: Actor
    seen: float
    searches: dict[int, str] = field(default_factory=dict[int, str])
    drafts: dict[int, Mapping[str, str]] = field(default_factory=dict[int, Mapping[str, str]])
    notice: str = ""

    def take_notice(self) -> str:
        notice, self.notice = self.notice, ""
        return notice


class Sessions:
    def __init__(self, *, second_login: SecondLogin, minutes: float) -> None:
        self._second_login: SecondLogin = second_login
        self._seconds = minutes * 60
        self._by_token: dict[str, Session] = {}
        self._numbers = itertools.count(1)
        self._told: list[Callable[[], None]] = []

    def open(self, account: str) -> Session | None:
        """Sign the account in, or answer None when it is signed in elsewhere and that is not allowed."""
        others = [session for session in self._alive() if session.actor.account == account]
        if others and self._second_login == "refused":
            return None
        token = secrets.token_urlsafe(24)
        label = hashlib.sha256(token.encode()).hexdigest()[:10]
        session = Session(token, Actor(account=account, session=label), time.monotonic())
        self._by_token[token] = session
        if self._second_login == "replaces":
            for other in others:
                self.end(other.token)
        return session

    def current(self, token: str) -> Session | None:
        session = self._by_token.get(token)
        if session is None:
            return None
        now = time.monotonic()
        if now - session.seen > self._seconds:
            self.end(token)
            return None
        session.seen = now
        return session

    def stands(self, session: Session) -> bool:
        """Whether somebody is still signed in, without that counting as use."""
        return any(each is session for each in self._alive())

    def end(self, token: str) -> None:
        if self._by_token.pop(token, None):
            self._tell()

    def end_all(self) -> None:
        self._by_token.clear()
        self._tell()

    def on_end(self, told: Callable[[], None]) -> None:
        """Have somebody told whenever a session has been ended; not of one that nobody uses any more."""
        self._told.append(told)

    def _tell(self) -> None:
        for told in self._told:
            told()

    def alive(self) -> dict[str, int]:
        """Count the sessions of each account."""
        accounts = [session.actor.account for session in self._alive()]
        return {account: accounts.count(account) for account in accounts}

    def _alive(self) -> list[Session]:
        oldest = time.monotonic() - self._seconds
        return [session for session in self._by_token.values() if session.seen >= oldest]

    def keep_search(self, session: Session, national_id: str) -> int:
        """Give a search a number, so that no URL carries a national id."""
        return self._keep(session.searches, national_id)

    def keep_draft(self, session: Session, values: Mapping[str, str]) -> int:
        return self._keep(session.drafts, values)

    def _keep(self, kept: dict[int, T], value: T) -> int:
        number = next(self._numbers)
        kept[number] = value
        while len(kept) > KEPT:
            del kept[next(iter(kept))]
        return number
