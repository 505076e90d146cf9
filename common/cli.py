"""`roger …`: start the parts of a service, run everything on a laptop, hand cases in and watch them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from common import audit_commands, key_commands, log, session_commands
from common.catalogue import load as load_service
from common.clock import system
from common.db.upgrade import has_tables, upgrade
from common.errors import ConfigurationError
from common.process import Service
from common.settings import CalendarSettings, DatabaseSettings, load

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
db = typer.Typer(no_args_is_help=True, help="Look after the database.")
schedule = typer.Typer(no_args_is_help=True, help="Look at what the clock starts.")
app.add_typer(schedule, name="schedule")
deploy = typer.Typer(no_args_is_help=True, help="Set up a deployment.")
app.add_typer(deploy, name="deploy")
app.add_typer(key_commands.app, name="keys")
app.add_typer(audit_commands.app, name="audit")
app.add_typer(session_commands.app, name="sessions")
app.add_typer(db, name="db")
screens = typer.Typer(no_args_is_help=True, help="Look after what the robot knows of its targets' pages.")
app.add_typer(screens, name="screens")

errors = Console(stderr=True)
ServiceName = Annotated[str, typer.Argument(help="The service: archive, health, payroll or useradmin.")]
Folder = Annotated[Path, typer.Option(help="Where data, keys and logs lie.")]
Address = Annotated[str, typer.Option(envvar="ROGER_URL", help="Where the service's API is.")]
Key = Annotated[str, typer.Option(envvar="ROGER_API_KEY", help="Your API key.", show_default=False)]


class Kind(StrEnum):
    """What can stand still."""

    PROCESS = "process"
    TARGET = "target"


def _run(service: str, part: str, run: Callable[[Service], Coroutine[Any, Any, None]]) -> None:
    found = load_service(service)
    log.configure(os.environ.get("ROGER_LOG_LEVEL", "INFO"), service=found.name, part=part)
    asyncio.run(run(found))


@app.command()
def api(service: ServiceName) -> None:
    """Serve the REST API of a service."""
    from common.web.main import serve  # noqa: PLC0415  each part imports only what its image holds

    serve(load_service(service))


@app.command()
def errands(service: ServiceName) -> None:
    """Run the errands of a service: schedules and short background jobs, without browsers."""
    from common.errands.main import run_errands  # noqa: PLC0415

    _run(service, "errands", run_errands)


@app.command()
def worker(service: ServiceName) -> None:
    """Run the shifts of a service: they perform its cases with browsers of their own."""
    from common.worker.main import work  # noqa: PLC0415

    _run(service, "worker", work)


@app.command()
def up(
    service: ServiceName = "health",
    folder: Folder = Path(".roger"),
    port: Annotated[int, typer.Option(help="The API's port; the other parts take the following ones.")] = 8000,
    shifts: Annotated[int, typer.Option(min=1, max=16, help="Browsers that work side by side.")] = 1,
) -> None:
    """Start everything on this machine and keep it up until Ctrl-C; its data stay in the folder, each service's in its own."""
    from common.local.up import keep_up  # noqa: PLC0415

    keep_up(service, folder / service.removesuffix("_svc"), port, shifts)


@app.command()
def demo(
    service: ServiceName = "health",
    cases: Annotated[
        int | None, typer.Option(min=1, max=20_000, help="How many cases the day has; each service has a usual day.")
    ] = None,
    shifts: Annotated[int, typer.Option(min=1, max=16, help="Browsers that work side by side.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same day.")] = 1,
) -> None:
    """Watch Roger work through a synthetic day, and check every outcome against what it must be."""
    from common.local.demo import run_demo  # noqa: PLC0415

    raise typer.Exit(run_demo(service, cases=cases, shifts=shifts, seed=seed))


@app.command()
def submit(
    process: Annotated[str, typer.Argument(help="The process, for example test-journals.")],
    file: Annotated[
        typer.FileBinaryRead,
        typer.Argument(
            help="JSON: one case or an array; or a .csv, .xlsx or .ndjson file; - for JSON from standard input."
        ),
    ],
    url: Address = "http://127.0.0.1:8000",
    key: Key = "",
) -> None:
    """Hand cases in."""
    from common.local.client import UPLOADS, Client  # noqa: PLC0415

    if file.name.lower().endswith(UPLOADS):
        Client(url, key).show_uploaded(process, file.name, file.read())
        return
    try:
        body = json.load(file)
    except ValueError as malformed:
        raise ConfigurationError(f"{file.name} is not JSON: {malformed}") from None
    Client(url, key).show_submitted(process, body)


@app.command()
def hand_over(
    files: Annotated[list[typer.FileBinaryRead], typer.Argument(help="Files that cases will name.")],
    url: Address = "http://127.0.0.1:8000",
    key: Key = "",
) -> None:
    """Hand files over, and show by what cases name them."""
    from common.local.client import Client  # noqa: PLC0415

    client = Client(url, key)
    for file in files:
        client.show_handed_over(file.name, file)


@app.command()
def batch(batch: str, url: Address = "http://127.0.0.1:8000", key: Key = "") -> None:
    """Show what became of the rows of a batch."""
    from common.local.client import Client  # noqa: PLC0415

    Client(url, key).show_batch(batch)


@app.command()
def watch(case: str, url: Address = "http://127.0.0.1:8000", key: Key = "") -> None:
    """Wait until a case has ended and show how."""
    from common.local.client import Client  # noqa: PLC0415

    Client(url, key).watch(case)


@app.command()
def cases(
    process: Annotated[str | None, typer.Option(help="Only this process.")] = None,
    state: Annotated[str | None, typer.Option(help="Only this state, for example manual.")] = None,
    code: Annotated[str | None, typer.Option(help="Only this outcome or reason.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    url: Address = "http://127.0.0.1:8000",
    key: Key = "",
) -> None:
    """List cases, the newest first."""
    from common.local.client import Client  # noqa: PLC0415

    Client(url, key).show_cases(process=process, state=state, code=code, limit=limit)


@app.command()
def targets(url: Address = "http://127.0.0.1:8000", key: Key = "") -> None:
    """List the targets: open or not, and why."""
    from common.local.client import Client  # noqa: PLC0415

    Client(url, key).show_targets()


@app.command()
def pause(
    kind: Kind,
    name: str,
    reason: Annotated[str, typer.Option(help="Why; everybody who asks is told.")],
    url: Address = "http://127.0.0.1:8000",
    key: Key = "",
) -> None:
    """Let no case begin with a process, or at a target."""
    from common.local.client import Client  # noqa: PLC0415

    Client(url, key).pause(kind.value, name, reason)


@app.command()
def resume(kind: Kind, name: str, url: Address = "http://127.0.0.1:8000", key: Key = "") -> None:
    """Let a paused process or target go on."""
    from common.local.client import Client  # noqa: PLC0415

    Client(url, key).resume(kind.value, name)


@app.command()
def events(
    process: Annotated[list[str] | None, typer.Option(help="Only of this process; may be repeated.")] = None,
    state: Annotated[list[str] | None, typer.Option(help="Only moves to this state, for example manual.")] = None,
    after: Annotated[str | None, typer.Option(help="From behind this position on, instead of from now on.")] = None,
    url: Address = "http://127.0.0.1:8000",
    key: Key = "",
) -> None:
    """Follow the moves of cases as they happen, until Ctrl-C."""
    from common.local.following import Follower  # noqa: PLC0415

    Follower(url, key).show({"process": process or [], "state": state or []}, after=after)


@schedule.command("list")
def schedule_list(url: Address = "http://127.0.0.1:8000", key: Key = "") -> None:
    """List the schedules: when they come next, and how they went last."""
    from common.local.client import Client  # noqa: PLC0415

    Client(url, key).show_schedules()


@schedule.command("next")
def schedule_next(
    service: ServiceName,
    name: Annotated[str | None, typer.Argument(help="Only this schedule.")] = None,
    count: Annotated[int, typer.Option(min=1, max=1000, help="How many times to show.")] = 5,
) -> None:
    """Show when the schedules of a service come next; needs no server."""
    from common.local.timetable import show_next  # noqa: PLC0415

    bank_days = load(CalendarSettings).bank_days
    show_next(load_service(service), name, count, now=system(), bank_days=bank_days, console=Console())


@screens.callback()
def _screens() -> None:
    """Look after what the robot knows of its targets' pages."""


@screens.command("check")
def screens_check(
    service: Annotated[str, typer.Argument(envvar="ROGER_SERVICE", help="archive, health, payroll or useradmin.")],
    target: Annotated[str | None, typer.Option(help="Only this target.")] = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for a robot account that is free.")] = 90.0,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    tell: Annotated[bool, typer.Option("--tell", help="Give robot operations a task for what has changed.")] = False,
) -> None:
    """Sign in as a robot, visit search pages and empty forms, and see whether all that the robot looks for is there.

    Ends with 0 when it is, with 1 when something has changed, with 2 when not everything could be looked at.
    """
    from common.worker.screens_check import check_screens  # noqa: PLC0415  only the worker's image holds browsers

    found = load_service(service)
    log.configure(os.environ.get("ROGER_LOG_LEVEL", "WARNING"), service=found.name, part="screens", to=sys.stderr)
    report = asyncio.run(check_screens(found, target, wait=wait, tell=tell))
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        report.show(Console(), errors)
    raise typer.Exit(report.ending)


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database at ROGER_DATABASE_URL to the tables of this version."""
    upgrade(load(DatabaseSettings))
    typer.echo("The database has the tables of this version.")


@db.command("await")
def db_await(within: Annotated[int, typer.Option(min=0, help="Seconds until it gives up.")] = 900) -> None:
    """Wait until the database has the tables of this version: what a new version does before it starts."""
    settings = load(DatabaseSettings)
    limit = time.monotonic() + within
    while not has_tables(settings):
        if time.monotonic() > limit:
            raise ConfigurationError("The database has not got the tables of this version: has the migration run?")
        time.sleep(1)
    typer.echo("The database has the tables of this version.")


@db.command("roles")
def db_roles(
    service: ServiceName,
    passwords: Annotated[Path, typer.Option(help="Folder with a file per role, holding its password.")],
) -> None:
    """Make a service's database and its roles (migrator, app, read); ROGER_DATABASE_URL is an administrator's here."""
    from common.db.roles import ROLES, make_roles  # noqa: PLC0415

    name = load_service(service).name
    files = {role: passwords / f"{name}-{role}-password" for role in ROLES}
    missing = [str(file) for file in files.values() if not file.is_file()]
    if missing:
        raise ConfigurationError(f"There is no {missing[0]}: it holds the password of the role")
    make_roles(load(DatabaseSettings).url, name, {role: file.read_text().strip() for role, file in files.items()})
    typer.echo(f"The database {name} and its roles are as they should be.")


@deploy.command("secrets")
def deploy_secrets(
    services: Annotated[list[str], typer.Argument(help="The services: archive, health, payroll, useradmin.")],
    folder: Annotated[Path, typer.Argument(help="Where the files are laid.")],
) -> None:
    """Make every secret file that a deployment of services begins with; what is there already stays as it is."""
    from common.local.secrets import make_secrets  # noqa: PLC0415

    for service in services:
        for line in make_secrets(load_service(service), folder):
            typer.echo(line)


def run_service(package: str) -> None:
    """`python -m health_svc api|errands|worker`."""
    parts = {"api": api, "errands": errands, "worker": worker}
    if len(sys.argv) != 2 or sys.argv[1] not in parts:  # noqa: PLR2004
        errors.print(f"Say what to start: python -m {package} {'|'.join(parts)}")
        raise SystemExit(2)
    with_clear_errors(lambda: parts[sys.argv[1]](package))


def with_clear_errors(do: Callable[[], object]) -> None:
    """A setting that is wrong ends with its sentence, not with a traceback."""
    try:
        do()
    except ConfigurationError as wrong:
        errors.print(f"[bold red]Roger stops:[/] {wrong.message}", highlight=False)
        raise SystemExit(2) from None


def main() -> None:
    """The entry of the `roger` command."""
    with_clear_errors(lambda: app(prog_name="roger"))
