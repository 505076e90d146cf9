"""Where a webhook may lead: to no address inside our own walls, whatever its name resolves to at the time.

A name is resolved here, every address it has is judged, and the connection is made to one that was judged: a name that
leads elsewhere a moment later changes nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import httpx

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Awaitable[list[str]]]
"""The addresses of a host's name, and the port it is asked for; raises OSError when it has none."""

_LONGEST = 2_000
_HIGHEST_PORT = 65_535
# Public by its number, and yet the door to the machine we may run on.
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_EMBEDDING = [ipaddress.ip_network(text) for text in ("::/96", "64:ff9b:1::/48")]
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")


class DestinationRefused(Exception):
    """The address is not one that webhooks may go to; its text says why, and quotes nothing."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Allowed:
    """What lies inside our walls and may be told all the same."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `10.0.0.0/8 esb.internal`; raises ValueError."""
        networks: list[Network] = []
        hosts: set[str] = set()
        for word in text.replace(",", " ").lower().split():
            try:
                networks.append(ipaddress.ip_network(word))
            except ValueError:
                if "/" in word or not _HOST_NAME.fullmatch(word):
                    raise ValueError(f"{word} is neither a network (10.20.0.0/16) nor the name of a host") from None
                hosts.add(word.rstrip("."))
        return cls(tuple(networks), frozenset(hosts))

    def allows(self, host: str, address: Address) -> bool:
        return host.rstrip(".") in self.hosts or any(address in network for network in self.networks)


@dataclass(frozen=True)
class Destination:
    """A webhook's address, and the one machine it leads to now."""

    url: httpx.URL
    address: str

    @property
    def host(self) -> str:
        """As it stands in the address, for the Host header and the certificate."""
        return self.url.raw_host.decode("ascii")


def parse(text: str, *, http: bool) -> httpx.URL:
    """A webhook's address; raises DestinationRefused for one that could not be called."""
    if len(text) > _LONGEST or not text.isascii() or any(letter <= " " for letter in text):
        raise DestinationRefused("URL_INVALID", f"must be at most {_LONGEST} ASCII letters without white space")
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise DestinationRefused("URL_INVALID", "is no address") from None
    if url.scheme not in {"https", "http"} or not url.host:
        raise DestinationRefused("URL_INVALID", "must be an address that begins with https://")
    if url.scheme == "http" and not http:
        raise DestinationRefused("URL_NOT_SECURE", "must begin with https://")
    if url.port is not None and not 0 < url.port <= _HIGHEST_PORT:
        raise DestinationRefused("URL_INVALID", f"must name a port from 1 to {_HIGHEST_PORT}, or none")
    if url.userinfo or "@" in text.split("/", 3)[2]:
        raise DestinationRefused("URL_INVALID", "must not hold a user name or password")
    if url.fragment:
        raise DestinationRefused("URL_INVALID", "must not hold a fragment (#…)")
    return url


async def resolve(url: httpx.URL, *, resolver: Resolver, allowed: Allowed) -> Destination:
    """Where the address leads now; raises DestinationRefused, also when only one of several addresses is private."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = [ipaddress.ip_address(text) for text in await resolver(url.host, port)]
    except (OSError, ValueError):
        found = []
    if not found:
        raise DestinationRefused("HOST_UNKNOWN", "names a host that has no address")
    if not all(is_public(address) or allowed.allows(url.host, address) for address in found):
        raise DestinationRefused("ADDRESS_PRIVATE", "leads to a private address, which this service does not call")
    return Destination(url, str(found[0]))


def is_public(address: Address) -> bool:
    """Whether an address lies on the open internet, also by way of what is embedded in it."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo or address.is_site_local or any(address in network for network in _EMBEDDING):
            return False
    return (
        address.is_global
        and address not in _METADATA
        and not (
            address.is_private
            or address.is_loopback
            or address.is_link_local
            or address.is_multicast
            or address.is_reserved
            or address.is_unspecified
        )
    )


class Names:
    """The machine's own resolver, on threads of its own: a name server that hangs keeps nobody else waiting."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="names")

    async def __call__(self, host: str, port: int) -> list[str]:
        def look_up() -> list[str]:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return list(dict.fromkeys(str(entry[4][0]) for entry in found))

        return await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
