"""What a leaver has besides accounts: accesses to programs, open case files, and the right to order for units (USR-03)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from common.errors import ConflictInTarget
from common.process import Run
from useradmin_svc.removals.order import REMOVALS, Removal, Scope
from useradmin_svc.screens.orderers.search import OrdererSearch, OrdererToFind
from useradmin_svc.screens.orderers.target import AuthorisationState, UnitOrderer
from useradmin_svc.screens.orderers.unit import UnitSearch
from useradmin_svc.screens.programs.search import AccessToFind, ProgramSearch
from useradmin_svc.screens.programs.target import AccessHit, AccessState


class Ending(BaseModel, frozen=True):
    """An access that ends, or whose data scope loses the unit."""

    program: str
    user_name: str
    roles: tuple[str, ...]
    keeps: tuple[str, ...]
    """The units that stay in its scope; empty where the whole access ends."""
    open_items: int
    """Case files that nobody works on once it has ended."""


class OrderingRight(BaseModel, frozen=True):
    """Units for which the leaver might order until now."""

    units: tuple[str, ...]
    deserted: tuple[str, ...]
    """Those of them for which nobody else may."""


def endings_of(run: Run, order: Removal, user_names: Sequence[str]) -> list[Ending]:
    """What the removal ends in programs: whatever is active there, under the person's number or one of the user names."""
    hits = _accesses(run, [AccessToFind(number=order.sought(run).number), *map(_named, user_names)])
    return [
        Ending(
            program=hit.program,
            user_name=hit.user_name,
            roles=hit.grant.roles,
            keeps=keeps,
            open_items=_open_items(run, hit, keeps),
        )
        for hit in hits
        if (keeps := _kept(hit, order)) is not None
    ]


def ordering_right(run: Run, order: Removal) -> OrderingRight:
    """What the removal ends in the register of orderers.

    Raises ConflictInTarget when the employee number is another person's there.
    """
    held = sorted({unit for unit in _ordered_for(run, order) if order.scope is Scope.TK_NETT or unit == order.unit})
    deserted = [unit for unit in held if not _others(run, unit, order.person.employee_no)]
    return OrderingRight(units=tuple(held), deserted=tuple(deserted))


def _named(user_name: str) -> AccessToFind:
    return AccessToFind(user_name=user_name)


def _accesses(run: Run, ways: Iterable[AccessToFind]) -> list[AccessHit]:
    found = [hit for sought in ways for hit in run.open(ProgramSearch).search(sought).accesses()]
    active = {(hit.program, hit.user_name): hit for hit in found if hit.state is AccessState.ACTIVE}
    return [active[key] for key in sorted(active)]


def _kept(hit: AccessHit, order: Removal) -> tuple[str, ...] | None:
    """The units that stay in its scope, none where it ends; None for an access that the removal does not touch."""
    if order.scope is Scope.TK_NETT:
        return ()
    if order.unit not in hit.grant.units:
        return None
    return tuple(unit for unit in hit.grant.units if unit != order.unit)


def _open_items(run: Run, hit: AccessHit, keeps: tuple[str, ...]) -> int:
    """Only the access's own page tells."""
    if keeps or hit.program not in REMOVALS.case_file_programs:
        return 0
    sought = AccessToFind(program=hit.program, user_name=hit.user_name)
    return run.open(ProgramSearch).search(sought).open(hit).facts().open_items


def _ordered_for(run: Run, order: Removal) -> Iterable[str]:
    sought = OrdererToFind(employee_no=order.person.employee_no)
    for hit in run.open(OrdererSearch).search(sought).orderers():
        facts = run.open(OrdererSearch).search(sought).open(hit).facts()
        if facts.number.replace(" ", "") != order.sought(run).number:
            raise ConflictInTarget("The employee number is another person's in the register of orderers")
        yield from (each.unit for each in facts.authorisations if each.state is AuthorisationState.ACTIVE)


def _others(run: Run, unit: str, employee_no: str) -> list[UnitOrderer]:
    """Who else may order for the unit today."""
    page = run.open(UnitSearch).find(unit)
    if page is None:
        return []
    listed = page.facts().orderers
    return [each for each in listed if each.state is AuthorisationState.ACTIVE and each.employee_no != employee_no]
