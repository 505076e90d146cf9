"""What is asked before anything is done for a request: its size, whether there is room, and what its sender has had.

Who sends is known before anything is looked up: credentials that were recognised in this process are remembered by a
keyed digest. What they are worth now is asked again by each endpoint. Whoever shows others, or none, is limited by the
address, so that keys cannot be guessed at speed, and yet nobody who has been recognised is locked out by a guesser next
to them.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import secrets
from collections import OrderedDict
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from common.abuse import AbuseSettings
from common.connections import HEAD_LIMIT
from common.refusals import AddressTooLong, HeadersTooLarge, Refusal
from common.web.arrival import Holding
from common.web.pages.refused import told
from common.web.places import Buckets, Places, Room
from common.web.problems import Busy, TooManyAtOnce, TooManyRequests, TooManyStrangers

UNGUARDED = {"/healthz", "/readyz", "/metrics"}
"""Whoever watches over this process must be answered most of all when it is flooded."""

_LONGEST_PATH = 2_000
_LONGEST_QUERY = 8_000
_MOST_HEADERS = 100
_CREDENTIALS = (b"authorization", b"x-api-key", b"cookie")
_REMEMBERED = 10_000
_SOON = 1  # seconds

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Admission:
    """What one process lets in at the same time and in a while, of each caller and of each address."""

    def __init__(self, settings: AbuseSettings) -> None:
        self.callers = Buckets(settings.rate_pace, settings.burst)
        self.strangers = Buckets(settings.strangers_pace, settings.strangers_burst)
        self.places = Places(settings.concurrency, settings.caller_concurrency)
        self.bodies = Room(settings.bodies)
        self.proxies = settings.networks
        self._salt = secrets.token_bytes(32)
        self._recognised: OrderedDict[bytes, str] = OrderedDict()

    def digest(self, scope: Scope) -> bytes | None:
        """What the credentials of a request are remembered by; None without any."""
        shown = [pair for pair in scope["headers"] if pair[0] in _CREDENTIALS]
        if not shown:
            return None
        made = hashlib.blake2b(key=self._salt, digest_size=16)
        for name, value in shown:
            made.update(b"%d:%s%d:%s" % (len(name), name, len(value), value))
        return made.digest()

    def caller_of(self, digest: bytes | None) -> str | None:
        """Who showed these before."""
        return None if digest is None else self._recognised.get(digest)

    def remember(self, digest: bytes, caller: str) -> None:
        """They are that caller's."""
        self._recognised[digest] = caller
        self._recognised.move_to_end(digest)
        if len(self._recognised) > _REMEMBERED:
            self._recognised.popitem(last=False)


class Visit:
    """One request that was let in."""

    def __init__(self, admission: Admission, scope: Scope) -> None:
        """Raises the refusal that says why it is not."""
        _require_sensible(scope)
        self._admission = admission
        self._digest = admission.digest(scope)
        self._caller = admission.caller_of(self._digest)
        self._stranger = None if self._caller else address_of(scope, admission.proxies)
        if admission.places.full:
            raise Busy(retry_after=_SOON)
        if self._stranger is not None:
            if wait := admission.strangers.take(self._stranger):
                raise TooManyStrangers(retry_after=math.ceil(wait))
            self._name = "?" + self._stranger
        else:
            self._name = "=" + str(self._caller)
            if wait := admission.callers.take(self._name):
                raise TooManyRequests(retry_after=math.ceil(wait))
        if not admission.places.has_one_for(self._name):
            raise TooManyAtOnce(retry_after=_SOON)
        admission.places.take(self._name)
        self.holding = Holding(admission.bodies, self._name)

    def end(self, caller: str | None) -> None:
        """It has been answered; who it was of, if somebody was recognised."""
        admission = self._admission
        admission.places.leave(self._name)
        self.holding.end()
        if self._stranger is not None and caller is not None:
            admission.strangers.give_back(self._stranger)
            admission.callers.take("=" + caller)
        if self._digest is not None and caller is not None:
            admission.remember(self._digest, caller)


class Guard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self._app, self._admission = app, admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNGUARDED:
            await self._app(scope, receive, send)
            return
        try:
            visit = Visit(self._admission, scope)
        except Refusal as refusal:
            await told(refusal, scope)(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["holding"] = visit.holding
        try:
            await self._app(scope, receive, send)
        finally:
            visit.end(state.get("caller"))


def address_of(scope: Scope, proxies: Sequence[Network]) -> str:
    """Where a request came from: behind proxies of ours, what the last of them saw; networks of IPv6 count as one."""
    client = scope.get("client")
    seen = [str(client[0]) if client else ""]
    for name, value in scope["headers"]:
        if name == b"x-forwarded-for":
            seen[:0] = [part.strip() for part in value.decode("latin-1").split(",")]
    address = _parsed(seen[-1])
    for text in reversed(seen):
        if (found := _parsed(text)) is None:
            break
        address = found
        if not any(found in network for network in proxies if network.version == found.version):
            break
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _require_sensible(scope: Scope) -> None:
    if len(scope.get("raw_path") or scope["path"]) > _LONGEST_PATH:
        raise AddressTooLong(f"A path may hold at most {_LONGEST_PATH} bytes")
    if len(scope["query_string"]) > _LONGEST_QUERY:
        raise AddressTooLong(f"A query may hold at most {_LONGEST_QUERY} bytes")
    headers = scope["headers"]
    if len(headers) > _MOST_HEADERS:
        raise HeadersTooLarge(f"A request may have at most {_MOST_HEADERS} headers")
    if sum(len(name) + len(value) for name, value in headers) > HEAD_LIMIT:
        raise HeadersTooLarge(f"Headers may hold at most {HEAD_LIMIT} bytes together")
