"""Pages that a service brings besides those that every service has: where they begin, and whom they let in."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter

from common.errors import ConfigurationError
from common.identity.caller import Caller
from common.process import Service
from common.web.pages.rendering import OURS, Paper


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """A page that people begin with; the menu and the sign-in lead to it and to what lies below it."""

    path: str
    title: str
    """What the menu calls it."""
    about: str
    """What one signs in for, as the sign-in page says it."""
    needs: tuple[str, ...]
    """One of these scopes, as routes declare them."""
    purpose: str
    """What the access log says its pages are opened for."""

    def lets_in(self, caller: Caller) -> bool:
        """Whether the caller holds what it needs."""
        return any(caller.holds(scope.format(service=caller.service)) for scope in self.needs)

    def leads_to(self, path: str) -> bool:
        """Whether an address is this one or lies below it."""
        return path == self.path or path.startswith(f"{self.path}/")


@dataclass(frozen=True, kw_only=True)
class Pages:
    """What a module of a service that brings pages calls `PAGES`; `Service(pages=…)` names the module."""

    entrance: Entrance
    router: APIRouter
    paper: Paper
    narrowed: Mapping[str, str] = field(default_factory=dict[str, str])
    """By address: which cases it shows of those its caller may see; for the page of rights."""


def of(service: Service) -> list[Pages]:
    """The pages that a service brings, which only its api imports; raises ConfigurationError for a module without any."""
    brought: list[Pages] = []
    for name in service.pages:
        found = getattr(importlib.import_module(name), "PAGES", None)
        if not isinstance(found, Pages):
            raise ConfigurationError(f"{name} is named as pages of {service.name}, and has no PAGES")
        brought.append(found)
    return brought


def static(brought: Iterable[Pages]) -> dict[str, bytes]:
    """All that pages link to, by name; raises ConfigurationError for a name that is taken."""
    files = dict(OURS.files)
    for pages in brought:
        if taken := files.keys() & pages.paper.files.keys():
            raise ConfigurationError(f"Two files of pages are called {min(taken)}: rename one")
        files |= pages.paper.files
    return files
