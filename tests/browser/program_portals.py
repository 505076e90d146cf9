"""Program administration as its conformance tests know it: the stand-in in a real browser, and its double in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from itertools import count
from typing import Any

import pytest
from real_screens import RealScreens

from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.testing import MemoryCase, person
from tests.sandbox.visitor import Programs, starting
from tests.unit.useradmin.programs_in_memory import ProgramsInMemory
from useradmin_svc.screens.programs.access import AccessPage, NewAccess
from useradmin_svc.screens.programs.search import AccessHits, AccessToFind, ProgramSearch
from useradmin_svc.screens.programs.target import AccessState, Grant, Holder

ROLES = ("ARKIVAR", "LESER", "SAKSBEHANDLER")
"""Those of ESA."""
READER = Grant(
    roles=("LESER",),
    units=("311874322", "312900114"),
    first_day=date(2026, 1, 1),
    last_day=date(2026, 12, 31),
)

_serial = count(1)


class Portal(ABC):
    """The portal with ESA, and AGRESSO that has no licence; and somebody new, whose accesses are the test's."""

    def __init__(self) -> None:
        who = person()
        self.holder = Holder(
            user_name=f"user{next(_serial)}", number=who.number, name=f"{who.family_name}, {who.given_name}"
        )

    @abstractmethod
    def start(self) -> ProgramSearch:
        """Where an errand begins."""

    @abstractmethod
    def seed(
        self,
        program: str = "ESA",
        grant: Grant = READER,
        state: AccessState = AccessState.ACTIVE,
        open_items: int = 0,
    ) -> None:
        """An access of the holder that was there before."""

    @abstractmethod
    def lock(self) -> None:
        """Let somebody else have the holder's access to ESA open."""

    def search(self, **sought: str) -> AccessHits:
        return self.start().search(AccessToFind(**sought))

    def page(self) -> AccessPage:
        """The only access of the holder."""
        hits = self.search(user_name=self.holder.user_name)
        (hit,) = hits.accesses()
        return hits.open(hit)

    def new(self, program: str = "ESA") -> NewAccess:
        return self.search(program=program).new()


class RealPortal(Portal):
    """The sandbox's stand-in, in a real browser."""

    def __init__(self, programs: Programs, browser: Browser) -> None:
        super().__init__()
        self.programs, self._browser = programs, browser
        esa = {"code": "ESA", "name": "Esa", "licences": None, "roles": ROLES}
        full = {"code": "AGRESSO", "name": "Agresso", "licences": 0, "roles": ["BESTILLER"]}
        programs.post("programs", [esa, full])

    def start(self) -> ProgramSearch:
        return RealScreens(MemoryCase(), self._browser, None).open(ProgramSearch)

    def seed(
        self,
        program: str = "ESA",
        grant: Grant = READER,
        state: AccessState = AccessState.ACTIVE,
        open_items: int = 0,
    ) -> None:
        row: dict[str, Any] = {
            "program": program,
            "user_name": self.holder.user_name,
            "person": self.holder.number,
            "name": self.holder.name,
            "roles": grant.roles,
            "units": grant.units,
            "from": grant.first_day.isoformat(),
            "to": grant.last_day and grant.last_day.isoformat(),
            "state": state.name,
            "open_items": open_items,
        }
        self.programs.post("accesses", [row])

    def lock(self) -> None:
        key = ["ESA", self.holder.user_name]
        self.programs.post("locks", [{"record": "access", "key": key, "locked_by": "adm04"}])


class MemoryPortal(Portal):
    """What tests of processes stand on."""

    def __init__(self) -> None:
        super().__init__()
        self._programs = ProgramsInMemory()
        self._programs.program("ESA", *ROLES)
        self._programs.program("AGRESSO", "BESTILLER", licences=0)

    def start(self) -> ProgramSearch:
        return self._programs.case.begin(self._programs.screens()).open(ProgramSearch)

    def seed(
        self,
        program: str = "ESA",
        grant: Grant = READER,
        state: AccessState = AccessState.ACTIVE,
        open_items: int = 0,
    ) -> None:
        place = self._programs.put(program, self.holder)
        self._programs.change(place, grant=grant, state=state, open_items=open_items)

    def lock(self) -> None:
        for place in self._programs.accesses:
            self._programs.change(place, locked=True)


@contextmanager
def programs_and_browser(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Programs, Browser]]:
    """One of each for the tests of a module."""
    with starting(Programs, tmp_path_factory) as start:
        programs = start()
        browser = Browser(BrowserSettings(), {"programs": programs.url})
        yield programs, browser
        browser.close()
