"""What a case's code means for the case workers who read it."""

from __future__ import annotations

from functools import cache

from common.errors import ApplicationException, BusinessException, RobotFault


def reason_of(
    code: str, otherwise: type[BusinessException | ApplicationException] = RobotFault
) -> type[BusinessException | ApplicationException]:
    """What a code means for case workers."""
    return _reasons().get(code, otherwise)


@cache
def _reasons() -> dict[str, type[BusinessException | ApplicationException]]:
    """Every exception a process may raise, by its code."""
    found: dict[str, type[BusinessException | ApplicationException]] = {}
    level: list[type[BusinessException | ApplicationException]] = [BusinessException, ApplicationException]
    while level:
        found |= {kind.code: kind for kind in level if kind.code not in found}
        level = [below for kind in level for below in kind.__subclasses__()]
    return found
