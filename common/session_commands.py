"""`roger sessions …`: who is signed in to the pages of a service."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from common.db.pool import pool
from common.settings import DatabaseSettings, load

app = typer.Typer(no_args_is_help=True, help="Look after who is signed in to the pages.")


@app.callback()
def sessions() -> None:
    """Look after who is signed in to the pages."""


@app.command("end")
def end(
    person: Annotated[str, typer.Option(help="Their name as the log has it, for example entra/6f1c….")],
) -> None:
    """Sign somebody out everywhere, at once. Who may still sign in at the provider can come back."""
    from common.identity.sessions import end_all_of  # noqa: PLC0415  the worker's image need not hold it

    async def go() -> int:
        async with pool(load(DatabaseSettings), name="roger-sessions", size=1) as opened:
            return await end_all_of(opened, person)

    ended = asyncio.run(go())
    typer.echo(f"{ended} sessions of {person} were ended." if ended else f"{person} was not signed in.")
