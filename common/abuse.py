"""What one caller, one address and all together may ask of a process that anybody can reach."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.errors import ConfigurationError
from common.target import Pace, parse_pace


class AbuseSettings(BaseSettings):
    """How much one caller, one address and all together may ask of one process."""

    model_config = SettingsConfigDict(env_prefix="ROGER_API_", extra="ignore")

    rate: str = "200/s"
    """Requests of one caller, as `50/s`, `3000/min` or `none`; more are answered 429."""
    burst: Annotated[int, Field(ge=1)] = 2_000
    """Requests one caller may send at once after a rest."""
    strangers: str = "10/s"
    """Requests of one address without a valid key or token."""
    strangers_burst: Annotated[int, Field(ge=1)] = 200
    """So many at once after a rest."""
    concurrency: Annotated[int, Field(ge=2)] = 1_500
    """Most requests under way, those that wait for a case and streams included; more are answered 503."""
    caller_concurrency: Annotated[int, Field(ge=1)] = 1_000
    """Most of them of one caller, or of one address without a valid key; more are answered 429."""
    connections: Annotated[int, Field(ge=2)] = 2_000
    """Most connections; then the one that has been without a request longest is ended."""
    bodies: Annotated[int, Field(ge=1)] = 100_000_000
    """Bytes of bodies that one process holds at the same time, of one caller three quarters; more are answered 503, or
    429. What is made of them takes several times as much."""
    silence: Annotated[float, Field(gt=0)] = 30.0
    """Seconds in all that a body may keep the process waiting."""
    slowest: Annotated[int, Field(ge=1)] = 1_000
    """So many bytes of a body prolong that by a second: who drips, holds a place for nothing."""
    proxies: str = ""
    """Networks whose `X-Forwarded-For` is believed, as `10.20.0.0/16 fd00::/8`: those of the ingress."""

    @field_validator("rate", "strangers")
    @classmethod
    def can_be_read(cls, value: str) -> str:
        _pace(value)
        return value

    @field_validator("proxies")
    @classmethod
    def are_networks(cls, value: str) -> str:
        for network in value.split():
            ip_network(network)
        return value

    @property
    def rate_pace(self) -> Pace | None:
        return _pace(self.rate)

    @property
    def strangers_pace(self) -> Pace | None:
        return _pace(self.strangers)

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(network) for network in self.proxies.split())


def _pace(text: str) -> Pace | None:
    try:
        return parse_pace(text)
    except ConfigurationError as problem:
        raise ValueError(problem.message) from None
