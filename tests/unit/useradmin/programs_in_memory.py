"""Program administration without a page: the same screens, answered from memory, with deaths at every save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from common.errors import InvalidValue, RecordLocked, TargetRejected, UiChanged
from common.testing import MemoryCase
from useradmin_svc.screens.programs.access import AccessPage, NewAccess, SavedAccess
from useradmin_svc.screens.programs.search import EVERY_PROGRAM, AccessHits, AccessToFind, ProgramSearch
from useradmin_svc.screens.programs.target import Access, AccessHit, AccessState, Grant, Holder, ProgramFacts

if TYPE_CHECKING:
    from common.browser.screen import Page

NO_PAGE = cast("Page", None)
SINCE = date(2024, 1, 1)


def _nothing(what: str, user_name: str) -> None:
    """Nobody else is at work."""


@dataclass
class ProgramsInMemory:
    """Accesses to programs. A run may die at `grant:1` (about to save) and `granted:1` (saved), `grant:2`, …"""

    case: MemoryCase = field(default_factory=MemoryCase)
    accesses: dict[int, Access] = field(default_factory=dict[int, Access])
    writes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """What was saved of which user name: `("create", "ahmyus")`, `save`, `disable` or `reopen`, in order."""
    meanwhile: Callable[[str, str], None] = _nothing
    """What somebody else does just before a save: told the same two words as stand in `writes`."""
    _programs: dict[str, ProgramFacts] = field(default_factory=dict[str, ProgramFacts])
    _numbers: count[int] = field(default_factory=lambda: count(1))

    # what tests arrange and ask

    def program(self, code: str, *roles: str, licences: int | None = None) -> None:
        """A program that is administered here."""
        self._programs[code] = ProgramFacts(
            code=code, name=code.title(), roles=tuple(sorted(roles)), licences_used=0, licences=licences
        )

    def put(self, program: str, holder: Holder, *roles: str, units: tuple[str, ...] = (), **known: Any) -> int:
        """An access that was there before, of a program that is; gives its place in `accesses`."""
        grant = Grant(
            roles=tuple(sorted(roles)),
            units=tuple(sorted(units)),
            first_day=known.pop("first_day", SINCE),
            last_day=known.pop("last_day", None),
        )
        usual: dict[str, Any] = {"state": AccessState.ACTIVE, "open_items": 0, "locked": False}
        roles_known = self._programs[program].roles
        access = Access(program=program, holder=holder, grant=grant, known_roles=roles_known, **{**usual, **known})
        place = next(self._numbers)
        self.accesses[place] = access
        return place

    def change(self, place: int, **changes: object) -> None:
        """Replace an access by the same with changes."""
        self.accesses[place] = self.accesses[place].model_copy(update=changes)

    def standing(self, program: str, user_name: str) -> list[Access]:
        """All accesses of a user to a program."""
        return [
            each for each in self.accesses.values() if (each.program, each.holder.user_name) == (program, user_name)
        ]

    def screens(self) -> dict[type, object]:
        return {ProgramSearch: _Search(self)}

    # what the pages do

    def programs(self) -> list[ProgramFacts]:
        return [
            each.model_copy(update={"licences_used": self.used(code)}) for code, each in sorted(self._programs.items())
        ]

    def in_order(self) -> list[tuple[int, Access]]:
        return sorted(self.accesses.items(), key=lambda each: (each[1].program, each[1].holder.user_name, each[0]))

    def used(self, code: str) -> int:
        return sum(each.program == code and each.state is AccessState.ACTIVE for each in self.accesses.values())

    def require_role(self, code: str, grant: Grant) -> None:
        if unknown := set(grant.roles) - set(self._programs[code].roles):
            raise InvalidValue(detail={"roles": sorted(unknown)})

    def require_licence(self, code: str) -> None:
        licences = self._programs[code].licences
        if licences is not None and self.used(code) >= licences:
            raise TargetRejected(detail={"reason": "Ingen ledige lisenser"})

    def create(self, code: str, holder: Holder, grant: Grant) -> int:
        self.require_role(code, grant)
        self._about_to("create", holder.user_name)
        _require_sense(grant)
        self.require_licence(code)
        place = self.put(code, holder)
        self.change(place, grant=grant)
        return self._done("create", place)

    def save(self, what: str, place: int, grant: Grant, state: AccessState) -> int:
        self.require_role(self.accesses[place].program, grant)
        self._about_to(what, self.accesses[place].holder.user_name)
        _require_sense(grant, ends_early=what == "disable")
        if self.accesses[place].locked:
            raise RecordLocked
        if what == "reopen":
            self.require_licence(self.accesses[place].program)
        self.change(place, grant=grant, state=state)
        return self._done(what, place)

    def _about_to(self, what: str, user_name: str) -> None:
        assert self.case.platform is not None
        self.case.platform.reach("grant")
        self.meanwhile(what, user_name)

    def _done(self, what: str, place: int) -> int:
        assert self.case.platform is not None
        self.writes.append((what, self.accesses[place].holder.user_name))
        self.case.platform.reach("granted")
        return place


class _Search(ProgramSearch):
    def __init__(self, portal: ProgramsInMemory) -> None:
        super().__init__(NO_PAGE)
        self._portal = portal

    def programs(self) -> list[ProgramFacts]:
        return self._portal.programs()

    def search(self, sought: AccessToFind) -> AccessHits:
        if sought.program not in {EVERY_PROGRAM, *(each.code for each in self._portal.programs())}:
            raise InvalidValue(detail={"program": sought.program})
        return _Hits(self._portal, sought)


class _Hits(AccessHits):
    """As they were when the search was made."""

    def __init__(self, portal: ProgramsInMemory, sought: AccessToFind) -> None:
        super().__init__(NO_PAGE)
        self._portal, self._sought = portal, sought
        self._found = {place: _hit(each) for place, each in portal.in_order() if _fits(each, sought)}

    def accesses(self) -> list[AccessHit]:
        return list(self._found.values())

    def open(self, hit: AccessHit) -> AccessPage:
        for place, found in self._found.items():
            if found == hit:
                return _Page(self._portal, place)
        raise UiChanged

    def new(self) -> NewAccess:
        assert self._sought.program != EVERY_PROGRAM  # the page has the link only then
        return _New(self._portal, self._sought.program)


class _Page(AccessPage):
    """As it was when it came: what happens afterwards does not show on it."""

    def __init__(self, portal: ProgramsInMemory, place: int) -> None:
        super().__init__(NO_PAGE)
        self._portal, self._place, self._shown = portal, place, portal.accesses[place]

    def known_roles(self) -> tuple[str, ...]:
        return self._shown.known_roles

    def facts(self) -> Access:
        return self._shown

    def save(self, grant: Grant) -> SavedAccess:
        return _Saved(self._portal, self._portal.save("save", self._place, grant, self._shown.state))

    def disable(self, grant: Grant) -> SavedAccess:
        assert self._shown.state is AccessState.ACTIVE  # the page has the button only then
        return _Saved(self._portal, self._portal.save("disable", self._place, grant, AccessState.DISABLED))

    def reopen(self, grant: Grant) -> SavedAccess:
        assert self._shown.state is AccessState.DISABLED  # the page has the button only then
        return _Saved(self._portal, self._portal.save("reopen", self._place, grant, AccessState.ACTIVE))


class _New(NewAccess):
    def __init__(self, portal: ProgramsInMemory, program: str) -> None:
        super().__init__(NO_PAGE)
        self._portal, self._program = portal, program

    def known_roles(self) -> tuple[str, ...]:
        return next(each.roles for each in self._portal.programs() if each.code == self._program)

    def create(self, holder: Holder, grant: Grant) -> SavedAccess:
        return _Saved(self._portal, self._portal.create(self._program, holder, grant))


class _Saved(SavedAccess):
    def __init__(self, portal: ProgramsInMemory, place: int) -> None:
        super().__init__(NO_PAGE)
        self._portal, self._place = portal, place

    def access(self) -> AccessPage:
        return _Page(self._portal, self._place)


def _hit(access: Access) -> AccessHit:
    return AccessHit(
        program=access.program,
        user_name=access.holder.user_name,
        name=access.holder.name,
        grant=access.grant,
        state=access.state,
    )


def _require_sense(grant: Grant, *, ends_early: bool = False) -> None:
    """What is blocked may end before it has begun."""
    why = ""
    if not all(len(unit) == len("312900114") and unit.isdecimal() for unit in grant.units):
        why = "skriv enheter som organisasjonsnumre med komma mellom."
    elif grant.last_day is not None and grant.last_day < grant.first_day and not ends_early:
        why = "siste dag er før første dag."
    if why:
        raise TargetRejected(detail={"reason": f"Tilgangen kan ikke lagres: {why}"})


def _fits(access: Access, sought: AccessToFind) -> bool:
    return (
        sought.program in {EVERY_PROGRAM, access.program}
        and sought.user_name in {"", access.holder.user_name}
        and sought.number in {"", access.holder.number}
    )
