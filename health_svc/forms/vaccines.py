"""The vaccines that a station may choose from: those of the register in force today."""

from __future__ import annotations

from common.clock import OSLO
from common.web.parts import Parts

REGISTER = "vaccine-products"


async def offered(parts: Parts) -> dict[str, str]:
    """Names by SYSVAK code, in the register's order; none while no version is in force, and then a code is typed."""
    today = parts.clock().astimezone(OSLO).date()
    async with parts.database.reach():
        version = await parts.registers.in_force(REGISTER, today)
        table = None if version is None else await parts.registers.table(REGISTER, version)
    return {} if table is None else {str(row["code"]): str(row["name"]) for row in table.rows}
