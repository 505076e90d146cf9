"""`roger audit …`: what the access log says, and whether it is still what was written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from common.clock import system
from common.db.pool import pool
from common.errors import ConfigurationError
from common.privacy.access_log import AccessLog
from common.settings import DatabaseSettings, load

app = typer.Typer(no_args_is_help=True, help="Look into the access log, and check it.")
T = TypeVar("T")


@app.command("verify")
def verify(
    seals: Annotated[
        Path | None, typer.Option(help="A file of seals from the log (audit.sealed), one a line: each must be there.")
    ] = None,
) -> None:
    """Check every line of the service's own access log against its seal, and every seal against the one before it."""
    known = _read(seals) if seals is not None else []
    verdict = _with_log(lambda access: access.verify(system(), known))
    typer.echo(f"{verdict.lines:,} lines under {verdict.seals:,} seals, {verdict.loose:,} not sealed yet.")
    for broken in verdict.broken:
        typer.echo(f"✗ {broken}", err=True)
    if verdict.broken:
        typer.echo("The log is not what was written. Ask the backups from before, and who has the database's password.")
        raise SystemExit(1)
    typer.echo(
        "✓ Nothing has been changed or taken out." + ("" if known else " (Seals from the log were not compared.)")
    )


@app.command("case")
def case(case: Annotated[UUID, typer.Argument(help="The case's id.")]) -> None:
    """Who saw a case or decided about it, newest first."""
    rows = _with_log(lambda access: access.of_case(case, limit=1_000))
    table = Table("when", "who", "did", "for what purpose")
    for row in rows:
        table.add_row(row["at"].isoformat(timespec="seconds"), row["actor"], row["action"], row["purpose"] or "")
    Console().print(table)


def _read(file: Path) -> list[str]:
    try:
        return [line.strip() for line in file.read_text().splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{file} cannot be read") from None


def _with_log(do: Callable[[AccessLog], Coroutine[Any, Any, T]]) -> T:
    async def go() -> T:
        async with pool(load(DatabaseSettings), name="roger-audit", size=2) as opened:
            return await do(AccessLog(opened))

    return asyncio.run(go())
