"""What a station chooses from and asks: the vaccination office's registers as they are in force today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from common.clock import OSLO
from common.process import Register
from common.register import InForce, R
from common.web.parts import Parts
from health_svc.doses.questions import USUAL, AskedQuestion, questions
from health_svc.doses.vaccines import vaccines

_LONGEST_NUMBER = 9
_USUAL = InForce(0, date.min, USUAL)
"""As if they were the version before the first."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Names of vaccines by SYSVAK code, and questions by their codes, each in its register's order."""

    vaccines: Mapping[str, str]
    """Those in use today; none while no version is in force, and then a code is typed."""
    questions: Mapping[str, AskedQuestion]
    asked: int
    """The version of the questions; 0 for the usual ones, which are asked while no version is in force."""
    edition: str
    """Which versions these are: a page that was made of others is to be made anew."""


async def offered(parts: Parts, asked: str = "") -> Offer:
    """What holds today; with the questions of the version that a form says it was made with, where there is such a one.

    A form is taken as it was shown, also when the office changes its questions while it is being filled in.
    """
    today = parts.clock().astimezone(OSLO).date()
    async with parts.database.reach():
        chosen = await _in_force(parts, vaccines, today)
        now = await _in_force(parts, questions, today) or _USUAL
        shown = await _version(parts, asked) or now
    in_use = [row for row in chosen.rows if row.in_use(today)] if chosen else []
    return Offer(
        vaccines={row.code: row.product for row in in_use},
        questions={row.code: row for row in shown.rows},
        asked=shown.version,
        edition=f"{chosen.version if chosen else 0}-{now.version}",
    )


async def _in_force(parts: Parts, register: Register[R], day: date) -> InForce[R] | None:
    version = await parts.registers.in_force(register.name, day)
    table = None if version is None else await parts.registers.table(register.name, version)
    return None if table is None else register.read(table)


async def _version(parts: Parts, asked: str) -> InForce[AskedQuestion] | None:
    """The questions of a version, the usual ones included; None where it is no number of one."""
    if asked == str(_USUAL.version):
        return _USUAL
    if not (asked.isascii() and asked.isdigit() and len(asked) <= _LONGEST_NUMBER):
        return None
    table = await parts.registers.table(questions.name, int(asked))
    return None if table is None else questions.read(table)
