"""Whether what an order grants may be granted: pure rules, in the order in which they count (USR-01)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from common.errors import InvalidValue, LimitExceeded, NotAuthorised
from useradmin_svc.accesses.ordered import OrderedAccess
from useradmin_svc.accesses.registers import ForbiddenPair, Held, ProgramRole, ProgramRow


def require_allowed(
    program: str, roles: Iterable[str], unit_types: Mapping[str, str], rows: Sequence[ProgramRole]
) -> None:
    """Each role may be held in each unit, by its type; raises InvalidValue."""
    allowed = {(row.role, row.unit_type) for row in rows if row.program == program}
    refused = [
        {"role": role, "unit": unit}
        for unit, kind in unit_types.items()
        for role in roles
        if (role, kind) not in allowed
    ]
    if refused:
        raise InvalidValue("A role is not among those for the type of unit", detail={"refused": refused})


def require_second_approval(order: OrderedAccess, program: ProgramRow, orderer: str, owner_role: str) -> None:
    """The owner of a sensitive program has approved, and neither ordered it nor gets it; raises NotAuthorised.

    `orderer` is the employee number of whoever ordered.
    """
    if not program.sensitive:
        return
    owner = program.system_owner
    if owner in {orderer, order.person.employee_no}:
        raise NotAuthorised("The owner of the program ordered this or is to get it, and cannot be who approves it")
    if not any((approval.role, approval.person) == (owner_role, owner) for approval in order.approvals):
        raise NotAuthorised("The owner of the program has not approved", detail={"role": owner_role})


def require_compatible(granted: frozenset[Held], others: frozenset[Held], pairs: Iterable[ForbiddenPair]) -> None:
    """None of the roles granted stands beside one that nobody has together with it; raises LimitExceeded."""
    held = granted | others
    broken = [row for row in pairs if row.pair <= held and row.pair & granted]
    if broken:
        told = [f"{row.program} {row.role} + {row.other_program} {row.other_role}" for row in broken]
        raise LimitExceeded("Nobody has these roles together", detail={"pairs": told})
