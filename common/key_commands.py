"""`roger keys …`: the keys a deployment encrypts with, their rotation, and the keys its callers hold."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from common.clock import OSLO, system
from common.db.pool import pool
from common.errors import ConfigurationError
from common.privacy.crypto import Keyring
from common.privacy.key_file import KeyFile, in_use, soon
from common.privacy.rewrapping import LATE, Rewrapping
from common.settings import DatabaseSettings, DeploymentSettings, load

app = typer.Typer(no_args_is_help=True, help="Make and rotate the keys of a deployment.")
File = Annotated[Path, typer.Argument(help="The key file.")]
T = TypeVar("T")


@app.command("new")
def new(path: File) -> None:
    """Make a key file for encryption and look-up; keep it safe, nothing can be read without it."""
    try:
        KeyFile(path).create()
    except FileExistsError:
        raise ConfigurationError(f"{path} is there already: a key file is never overwritten") from None
    typer.echo(f"Made {path}.")


@app.command("caller")
def caller(
    caller: Annotated[str, typer.Argument(help="Who calls, for example booking.")],
    scope: Annotated[list[str], typer.Option(help="What it may do, for example health:test-journals:submit.")],
    expires: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"], help="From then on it is worth nothing: a day, or a moment."
        ),
    ] = None,
    *,
    person: Annotated[bool, typer.Option("--person", help="A person holds it, not a system.")] = False,
    unit: Annotated[list[str] | None, typer.Option(help="Only cases of this unit; may be repeated.")] = None,
) -> None:
    """Make an API key: give the key to the caller, put the entry into the file of ROGER_API_KEYS."""
    from common.identity.caller import Kind  # noqa: PLC0415
    from common.identity.keys import new_key  # noqa: PLC0415  the worker's image need not hold it

    until = expires.replace(tzinfo=OSLO) if expires is not None and expires.tzinfo is None else expires
    if until is not None and until <= system():
        raise ConfigurationError("The key would have expired already")
    kind = Kind.PERSON if person else Kind.SYSTEM
    plain, entry = new_key(caller, scope, expires=until, kind=kind, units=unit or None)
    typer.echo(f"Key, shown only now: {plain}\nEntry for the keys file:\n{json.dumps(entry, indent=2)}")


@app.command("rotate")
def rotate(
    path: File,
    after: Annotated[float, typer.Option(min=0, help="Minutes until the new key is used.")] = 15.0,
) -> None:
    """Add a new master key. Everything goes on running: processes read the file again when it changes.

    Bring the file to every process before the new key is used. The old one stays until all that it seals has been
    brought under the new one, which the errands processes do by themselves.
    """
    since = soon(system(), after)
    version = KeyFile(path).add_master(since)
    typer.echo(f"Master key {version} is in {path} and will be used from {since.isoformat()} on.")
    typer.echo("Now bring the file to every process. Later, `roger keys status` tells when the old key can be retired.")


@app.command("rotate-index")
def rotate_index(
    path: File,
    after: Annotated[float, typer.Option(min=0, help="Minutes until the new key is used.")] = 15.0,
) -> None:
    """Add a new index key: what persons and references are found by, without being stored.

    Bring the file to every process before the new key is used. What was stored before is found by the old key, which
    stays for as long as that may be asked for.
    """
    since = soon(system(), after)
    version = KeyFile(path).add_index(since)
    typer.echo(f"Index key {version} is in {path} and will be used from {since.isoformat()} on.")
    typer.echo("Now bring the file to every process. The old key stays: what was stored before is found by it.")


@app.command("status")
def status() -> None:
    """Count, in the service's own database, what is sealed under which master key."""
    found, current = _with_database(_counted)
    table = Table("place", "master key", "rows", "", title="What is sealed under which key")
    for (place, version), rows in sorted(found.items()):
        table.add_row(place, str(version), f"{rows:,}", "in use" if version == current else "to be brought over")
    Console().print(table)


@app.command("rewrap")
def rewrap() -> None:
    """Bring everything in the service's own database under the master key in use, now instead of bit by bit."""

    async def everything(rewrapping: Rewrapping, _keyring: Keyring) -> int:
        return await rewrapping.everything(_tell)

    typer.echo(f"{_with_database(everything):,} keys were wrapped anew.")


@app.command("retire")
def retire(path: File, version: Annotated[int, typer.Argument(help="Which master key.")]) -> None:
    """Take an old master key out of the file, once nothing in the service's own database is sealed under it.

    A key file that several services share: ask `roger keys status` of each of them first.
    """
    held, now = KeyFile(path).read(), system()
    current = in_use(held.master, now)
    if version >= current:
        raise ConfigurationError(f"The master key of version {version} is in use, or about to be")
    if now < (safe := held.master[current].since + LATE):
        # What it seals after the rows were counted could be read by nobody.
        raise ConfigurationError(f"A process may not know the new key yet: retire the old one after {safe.isoformat()}")
    found, _ = _with_database(_counted)
    left = {place: rows for (place, under), rows in found.items() if under == version}
    if left:
        said = ", ".join(f"{rows:,} in {place}" for place, rows in sorted(left.items()))
        raise ConfigurationError(f"Rows are still sealed under master key {version}: {said}. Run `roger keys rewrap`")
    KeyFile(path).remove_master(version, system())
    typer.echo(f"Master key {version} is gone from {path}. Backups that need it cannot be read without a copy of it.")


async def _counted(rewrapping: Rewrapping, keyring: Keyring) -> tuple[Counter[tuple[str, int]], int]:
    return await rewrapping.count(_tell), keyring.master_version


def _tell(place: str, rows: int) -> None:
    Console(stderr=True).print(f"  {place}: {rows:,}", end="\r", highlight=False)


def _with_database(do: Callable[[Rewrapping, Keyring], Coroutine[Any, Any, T]]) -> T:
    async def go() -> T:
        keyring = Keyring.of(load(DeploymentSettings).keys)
        async with pool(load(DatabaseSettings), name="roger-keys", size=2) as opened:
            return await do(Rewrapping(opened, keyring), keyring)

    return asyncio.run(go())
