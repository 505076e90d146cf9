"""The vaccines that a station may choose from: those of the register in force today that are in use."""

from __future__ import annotations

from common.clock import OSLO
from common.web.parts import Parts
from health_svc.doses.vaccines import Vaccine, vaccines


async def offered(parts: Parts) -> dict[str, str]:
    """Names by SYSVAK code, in the register's order; none while no version is in force, and then a code is typed."""
    today = parts.clock().astimezone(OSLO).date()
    async with parts.database.reach():
        version = await parts.registers.in_force(vaccines.name, today)
        table = None if version is None else await parts.registers.table(vaccines.name, version)
    rows = [] if table is None else [Vaccine.model_validate(row) for row in table.rows]
    return {row.code: row.product for row in rows if row.in_use(today)}
